/**
 * Finds the ids of a list. Every list is a union of walks, each down one index in the order that is asked for: by
 * shelf, or by tag or author and shelf. What no index tells is checked row by row on the way.
 */
import {
  and,
  asc,
  type Column,
  count,
  desc,
  eq,
  exists,
  gt,
  gte,
  inArray,
  isNotNull,
  like,
  lt,
  lte,
  not,
  or,
  type SQL,
  sql,
} from 'drizzle-orm';
import type { Slice, Sliced, SortKind } from '../../core/slice.ts';
import { SHELVES, type Shelf, type Status } from '../../core/statuses.ts';
import { behindPlace, type Order } from '../../store/keyset.ts';
import { liveArticle, notEnded } from '../../store/live.ts';
import type { Store } from '../../store/store.ts';

export type ArticleSort = `${'-' | ''}${'publishedAt' | 'updatedAt' | 'createdAt' | 'title'}`;

/** What is asked of a list. Lists of values match any of them; ids that nobody has match nothing. */
export type ArticleFilter = {
  statuses: readonly Status[];
  trashed: boolean;
  /** Where set, what is not live is listed only if this author wrote it. */
  unpublishedOnlyBy: number | null;
  tagIds: number[] | null;
  authorIds: number[] | null;
  writtenBy: number | null;
  ids: number[] | null;
  languages: string[] | null;
  featured: boolean | null;
  publishedAfter: Date | null;
  publishedBefore: Date | null;
};

/** What a list is sorted by, and how a place in it is written down. */
export const SORTS: Record<
  'publishedAt' | 'updatedAt' | 'createdAt' | 'title',
  { column: 'sortAt' | 'updatedAt' | 'createdAt' | 'titleFolded'; kind: SortKind }
> = {
  publishedAt: { column: 'sortAt', kind: 'moment' },
  updatedAt: { column: 'updatedAt', kind: 'moment' },
  createdAt: { column: 'createdAt', kind: 'moment' },
  title: { column: 'titleFolded', kind: 'text' },
};
export const sortOf = (sort: ArticleSort) => SORTS[sort.replace('-', '') as keyof typeof SORTS];

/** One shelf, and the rows on it that are meant. */
type Walk = { shelf: Shelf; condition: (sortAt: Column) => SQL | undefined };

/** The walks that together hold the articles of some answered statuses at `now`. */
const walksOf = (store: Store, { statuses, trashed }: ArticleFilter, now: Date): Walk[] => {
  const { unpublishAt } = store.tables.articles;
  const all = (shelf: Shelf): Walk => ({ shelf, condition: () => undefined });
  if (trashed) return [all('trashed')];
  const asked = (status: Status) => statuses.includes(status);
  const walks = SHELVES.filter((shelf) => shelf !== 'published' && shelf !== 'trashed' && asked(shelf)).map(all);
  if (asked('scheduled') && asked('published') && asked('archived')) return [...walks, all('published')];
  if (asked('scheduled')) walks.push({ shelf: 'published', condition: (sortAt) => gt(sortAt, now) });
  if (asked('published'))
    walks.push({ shelf: 'published', condition: (sortAt) => and(lte(sortAt, now), notEnded(unpublishAt, now)) });
  if (asked('archived'))
    walks.push({ shelf: 'published', condition: () => and(isNotNull(unpublishAt), lte(unpublishAt, now)) });
  return walks;
};

/** Where a walk goes: down the articles themselves, or down those of one tag or author. */
type Path = { kind: 'article' } | { kind: 'tag' | 'author'; id: number; earlier: number[] };

const pathsOf = ({ tagIds, authorIds, writtenBy, ids }: ArticleFilter, column: string): Path[] => {
  const eachOf = (kind: 'tag' | 'author', values: number[]): Path[] =>
    values.map((id, i) => ({ kind, id, earlier: values.slice(0, i) }));
  if (ids === null && column === 'sortAt') {
    if (tagIds !== null) return eachOf('tag', tagIds);
    if (writtenBy !== null) return eachOf('author', [writtenBy]);
    if (authorIds !== null) return eachOf('author', authorIds);
  }
  return [{ kind: 'article' }];
};

const named = (
  { db, tables: { articles, articleTags, articleAuthors } }: Store,
  kind: 'tag' | 'author',
  ids: number[],
): SQL => {
  if (ids.length === 0) return sql`1 = 0`;
  const [from, articleId, id] =
    kind === 'tag'
      ? [articleTags, articleTags.articleId, articleTags.tagId]
      : [articleAuthors, articleAuthors.articleId, articleAuthors.authorId];
  return exists(
    db
      .select({ one: sql`1` })
      .from(from)
      .where(and(eq(articleId, articles.id), inArray(id, ids))),
  );
};

/** `en` matches `en` and `en-GB`. */
const inLanguages = (column: Column, languages: string[]): SQL =>
  or(...languages.map((language) => or(eq(column, language), like(column, `${language}-%`)))) as SQL;

/** What every row of a list must meet, whatever the walk that finds it. */
const residual = (store: Store, filter: ArticleFilter, path: Path, now: Date): SQL | undefined => {
  const { articles } = store.tables;
  const { tagIds, authorIds, writtenBy, ids, languages, featured, unpublishedOnlyBy } = filter;
  return and(
    ids === null ? undefined : inArray(articles.id, ids),
    tagIds === null || path.kind === 'tag' ? undefined : named(store, 'tag', tagIds),
    authorIds === null || (path.kind === 'author' && writtenBy === null)
      ? undefined
      : named(store, 'author', authorIds),
    writtenBy === null || path.kind === 'author' ? undefined : named(store, 'author', [writtenBy]),
    path.kind !== 'article' && path.earlier.length > 0 ? not(secondMeeting(store, path)) : undefined,
    languages === null ? undefined : inLanguages(articles.language, languages),
    featured === null ? undefined : eq(articles.featured, featured),
    unpublishedOnlyBy === null ? undefined : or(liveArticle(store, now), named(store, 'author', [unpublishedOnlyBy])),
  );
};

/** Whether an earlier walk of the same union has met the row already. */
const secondMeeting = (store: Store, path: Exclude<Path, { kind: 'article' }>): SQL =>
  named(store, path.kind, path.earlier);

/** The span of publication: bounds of the walk itself, for where `publishedAt` is set, `sortAt` is the same. */
const published = (
  { tables: { articles } }: Store,
  { publishedAfter, publishedBefore }: ArticleFilter,
  sortAt: Column,
): SQL | undefined =>
  publishedAfter === null && publishedBefore === null
    ? undefined
    : and(
        isNotNull(articles.publishedAt),
        publishedAfter === null ? undefined : gte(sortAt, publishedAfter),
        publishedBefore === null ? undefined : lt(sortAt, publishedBefore),
      );

const walkQuery = (
  store: Store,
  filter: ArticleFilter,
  sort: ArticleSort,
  slice: Slice,
  now: Date,
  path: Path,
  walk: Walk,
) => {
  const { db, tables } = store;
  const { articles, articleTags, articleAuthors } = tables;
  const { column, kind } = sortOf(sort);
  const via = path.kind === 'tag' ? articleTags : path.kind === 'author' ? articleAuthors : null;
  const descending = sort.startsWith('-');
  const order: Order = via
    ? { column: via.sortAt, id: via.articleId, kind, descending }
    : { column: articles[column], id: articles.id, kind, descending };
  const { shelf, sortAt } = via ?? articles;
  const conditions = and(
    path.kind === 'tag' ? eq(articleTags.tagId, path.id) : undefined,
    path.kind === 'author' ? eq(articleAuthors.authorId, path.id) : undefined,
    eq(shelf, walk.shelf),
    walk.condition(sortAt),
    published(store, filter, sortAt),
    residual(store, filter, path, now),
    behindPlace(order, slice),
  );
  const columns = {
    value: sql`${order.column}`
      .mapWith((value): Found['value'] => order.column.mapFromDriverValue(value) as Found['value'])
      .as('value'),
    id: sql<number>`${order.id}`.as('id'),
  };
  const walked = db.select(columns).from(articles).where(conditions).$dynamic();
  if (!via) return walked;
  // The same columns by way of another table: Drizzle's types tell the joined tables apart, a union does not care.
  return db
    .select(columns)
    .from(via)
    .innerJoin(articles, eq(articles.id, via.articleId))
    .where(conditions)
    .$dynamic() as unknown as typeof walked;
};

/** The id of a listed article and the value it is sorted by. */
type Found = { value: string | number | Date; id: number };

/** The walks of a list as one query: sorted and cut by `listArticleIds`. */
const unionOf = (store: Store, filter: ArticleFilter, sort: ArticleSort, slice: Slice, now: Date) => {
  const walks = walksOf(store, filter, now);
  const queries = pathsOf(filter, sortOf(sort).column).flatMap((path) =>
    walks.map((walk) => walkQuery(store, filter, sort, slice, now, path, walk)),
  );
  const [first, ...others] = queries;
  return first && others.reduce((union, query) => union.unionAll(query), first);
};

/** The ids of a slice of a list, and how many there are in all where that is asked for. */
export const listArticleIds = async (
  store: Store,
  filter: ArticleFilter,
  sort: ArticleSort,
  slice: Slice,
  now: Date,
): Promise<Sliced<Found>> => {
  const union = unionOf(store, filter, sort, slice, now);
  if (!union) return { rows: [], total: slice.counted ? 0 : undefined };
  const way = sort.startsWith('-') !== (slice.from?.before ?? false) ? desc : asc;
  const rows: Found[] = await union
    .orderBy(way(sql.identifier('value') as never), way(sql.identifier('id') as never))
    .limit(slice.limit + 1)
    .offset(slice.offset);
  return { rows, total: slice.counted ? await countUnion(store, filter, sort, slice, now) : undefined };
};

const countUnion = async (
  store: Store,
  filter: ArticleFilter,
  sort: ArticleSort,
  slice: Slice,
  now: Date,
): Promise<number> => {
  const whole = unionOf(store, filter, sort, { ...slice, from: null }, now);
  if (!whole) return 0;
  const [counted] = await store.db.select({ n: count() }).from(whole.as('listed'));
  return counted?.n ?? 0;
};
