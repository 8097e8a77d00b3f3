/** What the search of articles keeps and finds, beside the words themselves. */
import { and, asc, eq, inArray, ne, sql } from 'drizzle-orm';
import type { SearchQuery } from '../../core/search-query.ts';
import type { Slice, Sliced } from '../../core/slice.ts';
import type { Order } from '../../store/keyset.ts';
import { prepared, preparedForSome } from '../../store/prepared.ts';
import type { Hit } from '../../store/search.ts';
import type { Store } from '../../store/store.ts';
import { onList } from './list-conditions.ts';
import type { Named } from './queries.ts';
import { type ArticleFilter, type ArticleSort, sortOf } from './walks.ts';

const authorNames = preparedForSome(({ db, tables: { authors } }, ids) =>
  db.select({ id: authors.id, name: authors.name }).from(authors).where(inArray(authors.id, ids)),
);
const publicTagNames = preparedForSome(({ db, tables: { tags } }, ids) =>
  db
    .select({ id: tags.id, name: tags.name })
    .from(tags)
    .where(and(inArray(tags.id, ids), ne(tags.kind, 'internal'))),
);

/** The names by which everyone may find an article, in order: those of its authors and of its tags but internal ones. */
export const listSearchedNames = async (store: Store, { authorIds, tagIds }: Named): Promise<string[]> => {
  const inOrder = (ids: number[], rows: { id: number; name: string }[]): string[] =>
    ids.flatMap((id) => rows.find((row) => row.id === id)?.name ?? []);
  const authors = authorIds.length === 0 ? [] : await authorNames(store, authorIds);
  const tags = tagIds.length === 0 ? [] : await publicTagNames(store, tagIds);
  return [...inOrder(authorIds, authors), ...inOrder(tagIds, tags)];
};

/** The ids of articles whose searched text is to be written anew, at most `limit`. */
export const listQueuedIds = async ({ db, tables: { searchQueue } }: Store, limit: number): Promise<number[]> =>
  (
    await db.select({ id: searchQueue.articleId }).from(searchQueue).orderBy(asc(searchQueue.articleId)).limit(limit)
  ).map(({ id }) => id);

const inQueue = prepared(({ db, tables: { searchQueue } }) =>
  db
    .select({ id: searchQueue.articleId })
    .from(searchQueue)
    .where(eq(searchQueue.articleId, sql.placeholder('id'))),
);

/** Whether the searched text of an article waits to be written anew. */
export const isQueued = async (store: Store, id: number): Promise<boolean> => (await inQueue(store, { id })).length > 0;

/** Takes an article from the queue. */
export const dequeueArticle = async ({ db, tables: { searchQueue } }: Store, id: number): Promise<void> => {
  await db.delete(searchQueue).where(eq(searchQueue.articleId, id));
};

const pageOf = prepared(({ db, tables: { articles, contents } }) =>
  db
    .select({ page: contents.page })
    .from(contents)
    .innerJoin(articles, eq(articles.id, contents.articleId))
    .where(and(eq(articles.id, sql.placeholder('id')), eq(articles.version, sql.placeholder('version')))),
);

/** The page of a version of an article; undefined where another one stands there by now. */
export const findPageOf = async (
  store: Store,
  { id, version }: { id: number; version: number },
): Promise<Buffer | undefined> => (await pageOf(store, { id, version }))[0]?.page;

/** The articles of a list that match, by relevance or in the order of a sort. */
export const searchArticleIds = (
  store: Store,
  filter: ArticleFilter,
  query: SearchQuery,
  sort: ArticleSort | 'relevance',
  slice: Slice,
  now: Date,
): Promise<Sliced<Hit>> => {
  const { articles } = store.tables;
  const { ids, translationKey } = filter;
  const where = and(
    translationKey === null ? undefined : eq(articles.translationKey, translationKey),
    onList(store, filter, now),
  );
  const isRanked = sort === 'relevance';
  const by = isRanked ? '-publishedAt' : sort;
  const { column, kind } = sortOf(by);
  const order: Order = { column: articles[column], id: articles.id, kind, descending: by.startsWith('-') };
  return store.searches.articles.find(query, { ids, where, order, isRanked, slice });
};
