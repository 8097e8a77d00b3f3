/** Lists of articles: what a caller may ask for, and what is then shown. */
import { type Caller, grantOf, may } from '../../core/access.ts';
import { type Fault, refuse, refuseAll } from '../../core/errors.ts';
import { type Group, groupsOfList } from '../../core/groups.ts';
import { parseMoment } from '../../core/moment.ts';
import { readSearchQuery } from '../../core/search-query.ts';
import type { Place, Slice, Sliced } from '../../core/slice.ts';
import { STATUSES, type Status } from '../../core/statuses.ts';
import type { Store } from '../../store/store.ts';
import { listAuthorIdsBySlugs } from '../authors/queries.ts';
import { listTagIdsBySlugs, listTagsBySlugs } from '../tags/queries.ts';
import type { ListInclude } from './includes.ts';
import { listArticleIds } from './list-queries.ts';
import { readPageTexts } from './list-texts.ts';
import type { PublicCard } from './public-queries.ts';
import { readPublicCards } from './public-reading.ts';
import { type ListedArticle, loadArticles } from './queries.ts';
import { authorIdsOf } from './records.ts';
import { canRead } from './rules.ts';
import { searchArticleIds } from './search-queries.ts';
import { checkSearched, type Searched, type SearchSort } from './searching.ts';
import type { Texts } from './text-queries.ts';
import { type Found, placeOf } from './walk-queries.ts';
import type { ArticleFilter, ArticleSort } from './walks.ts';

/** The filters of a list, as they were asked for. */
export type ListQuery = Searched & {
  tag?: string[];
  tagsAll?: string[];
  tagsNot?: string[];
  author?: string[];
  status?: (Status | 'any')[];
  language?: string[];
  featured?: boolean;
  ids?: number[];
  publishedAfter?: string;
  publishedBefore?: string;
  updatedAfter?: string;
  updatedBefore?: string;
  translationKey?: string;
  include?: ListInclude[];
  trashed?: boolean;
  mine?: boolean;
};

/** Throws 400 where a key has no author to be “mine”, and for what only a search has where nothing is searched for. */
export const checkAsked = (caller: Caller, query: ListQuery): void => {
  checkSearched(query);
  if (query.mine && caller?.authorId == null) {
    const fault: Fault = {
      in: 'query',
      name: 'mine',
      code: 'not-allowed',
      detail: 'mine needs a key that has an author',
    };
    throw refuseAll('invalid-request', [fault]);
  }
};

const momentOf = (text: string | undefined): Date | null => (text === undefined ? null : (parseMoment(text) as Date));

const statusesOf = ({ status, trashed }: ListQuery): readonly Status[] => {
  if (status === undefined) return trashed ? STATUSES : ['published'];
  return status.includes('any') ? STATUSES : (status as Status[]);
};

/** The ids of all the tags, that of the fewest articles first; none where one of them is unknown. */
const allTagIdsOf = async (store: Store, slugs: string[], internalToo: boolean): Promise<number[]> => {
  const tags = await listTagsBySlugs(store, slugs, internalToo);
  if (tags.length < new Set(slugs).size) return [];
  return tags.sort((a, b) => a.articleCount - b.articleCount).map(({ id }) => id);
};

const filterOf = async (store: Store, caller: Caller, query: ListQuery): Promise<ArticleFilter> => ({
  statuses: statusesOf(query),
  trashed: query.trashed ?? false,
  unpublishedOnlyBy: grantOf(caller, 'read unpublished') === 'own' ? (caller?.authorId ?? 0) : null,
  tagIds: query.tag ? await listTagIdsBySlugs(store, query.tag, may(caller, 'use a key')) : null,
  allTagIds: query.tagsAll ? await allTagIdsOf(store, query.tagsAll, may(caller, 'use a key')) : null,
  notTagIds: query.tagsNot ? await listTagIdsBySlugs(store, query.tagsNot, may(caller, 'use a key')) : [],
  authorIds: query.author ? await listAuthorIdsBySlugs(store, query.author) : null,
  writtenBy: query.mine ? (caller?.authorId ?? 0) : null,
  ids: query.ids ?? null,
  languages: query.language?.map((language) => Intl.getCanonicalLocales(language)[0] ?? language) ?? null,
  featured: query.featured ?? null,
  publishedAfter: momentOf(query.publishedAfter),
  publishedBefore: momentOf(query.publishedBefore),
  updatedAfter: momentOf(query.updatedAfter),
  updatedBefore: momentOf(query.updatedBefore),
  translationKey: query.translationKey ?? null,
});

/** The ids of a slice of a list, or of what is searched for in it. */
const findIds = async (
  store: Store,
  filter: ArticleFilter,
  sort: SearchSort,
  slice: Slice,
  { q }: ListQuery,
  now: Date,
): Promise<Sliced<Found>> =>
  q === undefined
    ? listArticleIds(store, filter, sort as ArticleSort, slice, now) // `checkAsked` has seen to it
    : searchArticleIds(store, filter, readSearchQuery(q), sort, slice, now);

/** How often a page is read anew because others write what stands on it. */
const TRIES = 5;

/**
 * One page of articles, in order, each with its place in the list and the texts that are asked for, as far as there is
 * room for them; what may be asked is checked by `checkAsked`. Where something was taken from the caller or changed
 * between the search and the reading, both are done again.
 */
export const listArticles = async (
  store: Store,
  { caller, now }: { caller: Caller; now: Date },
  sort: SearchSort,
  slice: Slice,
  query: ListQuery,
): Promise<Sliced<{ article: ListedArticle; texts: Texts | undefined; place: Place }>> => {
  const filter = await filterOf(store, caller, query);
  for (let tried = 1; ; tried++) {
    const { rows, total } = await findIds(store, filter, sort, slice, query, now);
    const ids = rows.map(({ id }) => id);
    const articles = new Map((await loadArticles(store, ids)).map((article) => [article.row.id, article]));
    const found = rows.flatMap(({ id, value }) => {
      const article = articles.get(id);
      const isShown = article && canRead(caller, article.row, authorIdsOf(article), now);
      return isShown ? [{ article, place: placeOf({ value, id }) }] : [];
    });
    const page = found.slice(0, slice.limit).map(({ article }) => article);
    const read = await readPageTexts(store, caller, page, query.include ?? []);
    if (!read && tried === TRIES) throw refuse('unavailable', 'The articles of this page are being changed; try again');
    if (!read || (found.length < rows.length && tried < TRIES)) continue;
    const { texts, fits } = read;
    return { rows: found.map((row) => ({ ...row, texts: texts.get(row.article.row.id) })), total, fits };
  }
};

/**
 * A list for the anonymous, ready to be sent, with the cache groups it belongs to; undefined where one of its articles
 * is not ready, or has ceased to be live in between: then `listArticles` finds what is true.
 */
export const listPublicCards = async (
  store: Store,
  now: Date,
  sort: SearchSort,
  slice: Slice,
  query: ListQuery,
): Promise<{ found: Sliced<{ card: PublicCard; place: Place }>; groups: Group[] } | undefined> => {
  const filter = await filterOf(store, null, query);
  const { rows, total } = await findIds(store, filter, sort, slice, query, now);
  const cards = await readPublicCards(
    store,
    rows.map(({ id }) => id),
    now,
  );
  if (!cards) return undefined;
  const placed = rows.map(({ id, value }, i) => ({ card: cards[i] as PublicCard, place: placeOf({ value, id }) }));
  const { authorIds, tagIds, allTagIds } = filter;
  const groups = groupsOfList({ authorIds: authorIds ?? [], tagIds: [...(tagIds ?? []), ...(allTagIds ?? [])] });
  return { found: { rows: placed, total }, groups };
};
