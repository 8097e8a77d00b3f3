/** The parts a list is found by, as queries: a walk down one index, or what only few articles have. */
import { and, type Column, eq, inArray, isNotNull, isNull, lte, or, type SQL, sql } from 'drizzle-orm';
import type { Slice } from '../../core/slice.ts';
import { behindPlace, behindTie, isDescending, type Order } from '../../store/keyset.ts';
import { notEnded } from '../../store/live.ts';
import type { Store } from '../../store/store.ts';
import { answeredAs, named, owned, residual, within, withinUnindexed } from './list-conditions.ts';
import {
  type ArticleFilter,
  type ArticleSort,
  askedSpans,
  isOpen,
  type Span,
  shared,
  shelvesOf,
  sortOf,
  type Walk,
} from './walks.ts';

/** The id of a listed article and the value it is sorted by. */
export type Found = { value: string | number | Date; id: number };
export const foundBy = ({ column, id }: Order) => ({
  value: sql`${column}`
    .mapWith((value): Found['value'] => column.mapFromDriverValue(value) as Found['value'])
    .as('value'),
  id: sql<number>`${id}`.as('id'),
});

export type Asked = { filter: ArticleFilter; sort: ArticleSort; slice: Slice; now: Date };

/** A walk as conditions: where it stands in its index, its span there, and what is asked of each article it meets. */
export type Way = {
  /** The table whose index is walked, where it is not that of the articles. */
  via: Store['tables']['articleTags' | 'articleAuthors'] | null;
  order: Order;
  onIndex: SQL | undefined;
  span: Span;
  ended: SQL | undefined;
  rest: SQL | undefined;
};

const ALWAYS: Span = { from: null, to: null };

/** Spans of what a walk is not sorted by are asked of columns that no index of it has, so that none but that of the order is chosen. */
export const wayOf = (store: Store, { filter, sort, now }: Omit<Asked, 'slice'>, { shelving, path }: Walk): Way => {
  const { articles, articleTags, articleAuthors } = store.tables;
  const { column, kind } = sortOf(sort);
  const via = path.kind === 'tag' ? articleTags : path.kind === 'author' ? articleAuthors : null;
  const descending = sort.startsWith('-');
  const { published, updated } = askedSpans(filter);
  const publication = shared(shelving.published, published);
  const spans: Partial<Record<typeof column, Span>> = { sortAt: publication, updatedAt: updated };
  const { unpublishAt } = articles;
  return {
    via,
    order: via
      ? { column: via.sortAt, id: via.articleId, kind, descending }
      : { column: articles[column], id: articles.id, kind, descending },
    onIndex: and(
      path.kind === 'tag' ? eq(articleTags.tagId, path.id) : undefined,
      path.kind === 'author' ? eq(articleAuthors.authorId, path.id) : undefined,
      eq((via ?? articles).shelf, shelving.shelf),
      shelving.ended ? isNotNull(unpublishAt) : undefined,
    ),
    span: spans[column] ?? ALWAYS,
    ended: shelving.ended === null ? undefined : shelving.ended ? lte(unpublishAt, now) : notEnded(unpublishAt, now),
    rest: and(
      filter.trashed ? answeredAs(store, filter.statuses, now) : undefined,
      isOpen(published) || shelving.shelf === 'published' ? undefined : isNotNull(articles.publishedAt),
      column === 'sortAt' ? undefined : within(articles.publishedAt, publication),
      column === 'updatedAt' ? undefined : withinUnindexed(articles.updatedAt, updated),
      residual(store, filter, path),
      owned(store, filter, { shelving, path }),
    ),
  };
};

/** A place as a span of the order it stands in. */
const spanBehind = (order: Order, slice: Pick<Slice, 'from'>): Span => {
  const at = slice.from && new Date(slice.from.place.value);
  return isDescending(order, slice) ? { from: null, to: at } : { from: at, to: null };
};

/** The stretch of a way that is behind a place. Of moments, span and place make one bound: that is all an engine can seek by. */
export const stretch = ({ order, span }: Pick<Way, 'order' | 'span'>, slice: Pick<Slice, 'from'>): SQL | undefined =>
  order.kind === 'moment'
    ? and(within(order.column, shared(span, spanBehind(order, slice))), behindTie(order, slice))
    : behindPlace(order, slice);

/** The ids of one walk, neither sorted nor cut. */
export const walkQuery = (store: Store, asked: Asked, walk: Walk) => {
  const { articles } = store.tables;
  const way = wayOf(store, asked, walk);
  const { via, order, onIndex, ended, rest } = way;
  const conditions = and(onIndex, ended, stretch(way, asked.slice), rest);
  const walked = store.db.select(foundBy(order)).from(articles).where(conditions).$dynamic();
  if (!via) return walked;
  // The same columns by way of another table: Drizzle's types tell the joined tables apart, a union does not care.
  return store.db
    .select(foundBy(order))
    .from(via)
    .innerJoin(articles, eq(articles.id, via.articleId))
    .where(conditions)
    .$dynamic() as unknown as typeof walked;
};

/** The articles of a list among few: found by these alone, however long the shelves are. */
export const fewQuery = (store: Store, { filter, sort, slice, now }: Asked, few: SQL) => {
  const { articles } = store.tables;
  const { column, kind } = sortOf(sort);
  const order: Order = { column: articles[column], id: articles.id, kind, descending: sort.startsWith('-') };
  const { unpublishedOnlyBy, trashed, statuses } = filter;
  const { published, updated } = askedSpans(filter);
  const live = and(isNull(articles.deletedAt), answeredAs(store, ['published'], now));
  const conditions = and(
    few,
    trashed ? isNotNull(articles.deletedAt) : isNull(articles.deletedAt),
    answeredAs(store, statuses, now),
    within(articles.publishedAt, published),
    within(articles.updatedAt, updated),
    residual(store, filter, { kind: 'article' }),
    unpublishedOnlyBy === null ? undefined : or(live, named(store, 'author', [unpublishedOnlyBy])),
    behindPlace(order, slice),
  );
  return store.db.select(foundBy(order)).from(articles).where(conditions).$dynamic();
};

/** How many articles are few: to sort these costs less than to walk a shelf in an order that knows nothing of them. */
const FEW = 2_000;

/** What may narrow a list that is not sorted by it: ids of articles from an index that its own walks do not use. */
const candidatesOf = (store: Store, filter: ArticleFilter, sort: ArticleSort, now: Date) => {
  const { db, tables } = store;
  const { articles, articleTags, articleAuthors } = tables;
  const { column } = sortOf(sort);
  const { published, updated } = askedSpans(filter);
  const [rarest] = filter.allTagIds ?? [];
  const tagIds = rarest === undefined ? filter.tagIds : [rarest];
  const authorIds = filter.writtenBy === null ? filter.authorIds : [filter.writtenBy];
  const tagged = (ids: number[]) =>
    db.select({ id: articleTags.articleId }).from(articleTags).where(inArray(articleTags.tagId, ids));
  const written = (ids: number[]) =>
    db.select({ id: articleAuthors.articleId }).from(articleAuthors).where(inArray(articleAuthors.authorId, ids));
  const shelved = (by: Column, span: Span) =>
    db
      .select({ id: articles.id })
      .from(articles)
      .where(and(inArray(articles.shelf, shelvesOf(filter, now)), within(by, span)));
  const found = [];
  if (column !== 'sortAt' && tagIds !== null) found.push(() => tagged(tagIds).$dynamic());
  if (column !== 'sortAt' && authorIds !== null) found.push(() => written(authorIds).$dynamic());
  if (column !== 'sortAt' && !isOpen(published)) found.push(() => shelved(articles.sortAt, published).$dynamic());
  if (column !== 'updatedAt' && !isOpen(updated)) found.push(() => shelved(articles.updatedAt, updated).$dynamic());
  return found;
};

/** The condition that holds for only few articles and for all of a list, where there is one; undefined: walk. */
export const narrowing = async (
  store: Store,
  filter: ArticleFilter,
  sort: ArticleSort,
  now: Date,
): Promise<SQL | undefined> => {
  const { articles } = store.tables;
  if (filter.ids !== null) return and(inArray(articles.id, filter.ids), keyed(store, filter));
  if (filter.translationKey !== null) return keyed(store, filter);
  for (const candidates of candidatesOf(store, filter, sort, now)) {
    const found = await candidates().limit(FEW + 1);
    if (found.length <= FEW) return inArray(articles.id, candidates());
  }
  return undefined;
};

const keyed = ({ tables: { articles } }: Store, { translationKey }: ArticleFilter): SQL | undefined =>
  translationKey === null ? undefined : eq(articles.translationKey, translationKey);
