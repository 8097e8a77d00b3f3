/**
 * Plans a list of articles. Every list is a union of walks, each down one index in the order that is asked for: one
 * shelf, seen whole or by way of one tag or author.
 */
import type { SortKind } from '../../core/slice.ts';
import { SHELVES, type Shelf, type Status } from '../../core/statuses.ts';

export type ArticleSort = `${'-' | ''}${'publishedAt' | 'updatedAt' | 'createdAt' | 'title'}`;

/** What is asked of a list. Lists of values match any of them, unless they say otherwise; ids that nobody has match nothing. */
export type ArticleFilter = {
  statuses: readonly Status[];
  trashed: boolean;
  /** Where set, what is not live is listed only if this author wrote it. */
  unpublishedOnlyBy: number | null;
  tagIds: number[] | null;
  /** All of these, that of the fewest articles first; an empty list is one that nothing can match. */
  allTagIds: number[] | null;
  /** None of these. */
  notTagIds: number[];
  authorIds: number[] | null;
  writtenBy: number | null;
  ids: number[] | null;
  languages: string[] | null;
  featured: boolean | null;
  translationKey: string | null;
  publishedAfter: Date | null;
  publishedBefore: Date | null;
  updatedAfter: Date | null;
  updatedBefore: Date | null;
};

/** What a list is sorted by, and how a place in it is written down. */
const SORTS: Record<
  'publishedAt' | 'updatedAt' | 'createdAt' | 'title',
  { column: 'sortAt' | 'updatedAt' | 'createdAt' | 'titleFolded'; kind: SortKind }
> = {
  publishedAt: { column: 'sortAt', kind: 'moment' },
  updatedAt: { column: 'updatedAt', kind: 'moment' },
  createdAt: { column: 'createdAt', kind: 'moment' },
  title: { column: 'titleFolded', kind: 'text' },
};
export const sortOf = (sort: ArticleSort) => SORTS[sort.replace('-', '') as keyof typeof SORTS];

/** A stretch of time, both ends within it; null is open. Ends are whole milliseconds, as moments are. */
export type Span = { from: Date | null; to: Date | null };
const ALWAYS: Span = { from: null, to: null };

const justAfter = (at: Date): Date => new Date(at.getTime() + 1);
const justBefore = (at: Date): Date => new Date(at.getTime() - 1);

const chosen = (one: Date | null, other: Date | null, choose: (a: number, b: number) => number): Date | null =>
  one === null || other === null ? (one ?? other) : new Date(choose(one.getTime(), other.getTime()));

/** What two spans share. One bound at each end is all that an engine can seek by. */
export const shared = (one: Span, other: Span): Span => ({
  from: chosen(one.from, other.from, Math.max),
  to: chosen(one.to, other.to, Math.min),
});

/** The rows of one shelf, by the moment they are published at and by whether `unpublishAt` has come. */
export type Shelving = { shelf: Shelf; published: Span; ended: boolean | null; isLive: boolean };

const whole = (shelf: Shelf): Shelving => ({ shelf, published: ALWAYS, ended: null, isLive: false });

/** The shelvings that together hold the articles of some answered statuses at `now`. */
const shelvingsOf = ({ statuses, trashed, unpublishedOnlyBy }: ArticleFilter, now: Date): Shelving[] => {
  if (trashed) return [whole('trashed')];
  const asked = (status: Status) => statuses.includes(status);
  const found = SHELVES.filter((shelf) => shelf !== 'published' && shelf !== 'trashed' && asked(shelf)).map(whole);
  const wantsAll = asked('scheduled') && asked('published') && asked('archived');
  if (wantsAll && unpublishedOnlyBy === null) return [...found, whole('published')];
  const published = { ...whole('published'), published: { from: null, to: now } };
  if (asked('scheduled')) found.push({ ...whole('published'), published: { from: justAfter(now), to: null } });
  if (asked('published')) found.push({ ...published, ended: false, isLive: true });
  if (asked('archived')) found.push({ ...published, ended: true });
  return found;
};

/** Where a walk goes: down the articles themselves, or down those of one tag or author. */
export type Path =
  | { kind: 'article' }
  /** `meets`: the filter that this way meets by itself; `earlier`: what the walks before it have listed already. */
  | { kind: 'tag' | 'author'; id: number; earlier: number[]; meets: 'tagIds' | 'authorIds' | 'writtenBy' | null };

const pathsOf = (filter: ArticleFilter, { ended, isLive }: Shelving, sort: ArticleSort): Path[] => {
  const { tagIds, allTagIds, authorIds, writtenBy, unpublishedOnlyBy } = filter;
  const [rarest] = allTagIds ?? [];
  const eachOf = (kind: 'tag' | 'author', meets: 'tagIds' | 'authorIds', ids: number[]): Path[] =>
    ids.map((id, i) => ({ kind, id, earlier: ids.slice(0, i), meets }));
  // Only the order by moment stands in the indexes of tags and authors; what has ended but is not settled is a handful.
  if (sortOf(sort).column !== 'sortAt' || ended) return [{ kind: 'article' }];
  if (writtenBy !== null) return [{ kind: 'author', id: writtenBy, earlier: [], meets: 'writtenBy' }];
  if (rarest !== undefined) return [{ kind: 'tag', id: rarest, earlier: [], meets: null }];
  if (tagIds !== null) return eachOf('tag', 'tagIds', tagIds);
  if (authorIds !== null) return eachOf('author', 'authorIds', authorIds);
  if (unpublishedOnlyBy !== null && !isLive)
    return [{ kind: 'author', id: unpublishedOnlyBy, earlier: [], meets: null }];
  return [{ kind: 'article' }];
};

/** One shelf, and the way down it. */
export type Walk = { shelving: Shelving; path: Path };

/** The walks of a list; none where nothing can match. */
export const walksOf = (filter: ArticleFilter, sort: ArticleSort, now: Date): Walk[] =>
  filter.allTagIds?.length === 0
    ? []
    : shelvingsOf(filter, now).flatMap((shelving) =>
        pathsOf(filter, shelving, sort).map((path) => ({ shelving, path })),
      );

/** The shelves on which all articles of a list stand. */
export const shelvesOf = (filter: ArticleFilter, now: Date): Shelf[] => [
  ...new Set(shelvingsOf(filter, now).map(({ shelf }) => shelf)),
];

/** A span from one moment on until another. */
const spanOf = (after: Date | null, before: Date | null): Span => ({ from: after, to: before && justBefore(before) });

export const isOpen = ({ from, to }: Span): boolean => from === null && to === null;

/** The spans of publication and of change that are asked for. */
export const askedSpans = (filter: ArticleFilter): { published: Span; updated: Span } => ({
  published: spanOf(filter.publishedAfter, filter.publishedBefore),
  updated: spanOf(filter.updatedAfter, filter.updatedBefore),
});
