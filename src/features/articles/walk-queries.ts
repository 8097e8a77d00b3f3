/** The parts a list is found by, as queries: a walk down one index, or what only few articles have. */
import { and, asc, type Column, desc, eq, inArray, isNotNull, lte, type SQL, sql } from 'drizzle-orm';
import type { Place, Slice } from '../../core/slice.ts';
import { behindPlace, behindTie, isDescending, type Order, type Part, upToPlace, upToTie } from '../../store/keyset.ts';
import { notEnded } from '../../store/live.ts';
import type { Store } from '../../store/store.ts';
import { answeredAs, onList, owned, residual, within, withinUnindexed } from './list-conditions.ts';
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
const foundBy = ({ column, id }: Order) => ({
  value: sql`${column}`
    .mapWith((value): Found['value'] => column.mapFromDriverValue(value) as Found['value'])
    .as('value'),
  id: sql<number>`${id}`.as('id'),
});

export type Asked = { filter: ArticleFilter; sort: ArticleSort; now: Date };

/** A walk as conditions: where it stands in its index, its span there, and what is asked of each article it meets. */
export type Way = {
  /** The table whose index is walked, where it is not that of the articles. */
  via: Store['tables']['articleTags' | 'articleAuthors'] | null;
  order: Order;
  onIndex: SQL | undefined;
  span: Span;
  /** What all but a few on the shelf meet: that they have come, and have not ended. */
  standing: SQL | undefined;
  /** What is asked of each article besides. */
  rest: SQL | undefined;
};

const ALWAYS: Span = { from: null, to: null };

/** Spans of what a walk is not sorted by are asked of columns that no index of it has, so that none but that of the order is chosen. */
export const wayOf = (store: Store, { filter, sort, now }: Asked, { shelving, path }: Walk): Way => {
  const { articles, articleTags, articleAuthors } = store.tables;
  const { column, kind } = sortOf(sort);
  const via = path.kind === 'tag' ? articleTags : path.kind === 'author' ? articleAuthors : null;
  const descending = sort.startsWith('-');
  const isSorted = column === 'sortAt';
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
    standing: and(
      shelving.ended === null ? undefined : shelving.ended ? lte(unpublishAt, now) : notEnded(unpublishAt, now),
      isSorted || !shelving.isLive ? undefined : within(articles.publishedAt, shelving.published),
    ),
    rest: and(
      filter.trashed ? answeredAs(store, filter.statuses, now) : undefined,
      isOpen(published) || shelving.shelf === 'published' ? undefined : isNotNull(articles.publishedAt),
      isSorted ? undefined : within(articles.publishedAt, shelving.isLive ? published : publication),
      column === 'updatedAt' ? undefined : withinUnindexed(articles.updatedAt, updated),
      residual(store, filter, path),
      owned(store, filter, { shelving, path }),
    ),
  };
};

/** A part of an order by moments, as a span. */
const spanOf = (order: Order, { from, to }: Part): Span => {
  const [behind, upTo] = [from && new Date(from.place.value), to ? new Date(to.value) : null];
  return isDescending(order, { from }) ? { from: upTo, to: behind } : { from: behind, to: upTo };
};

/** A part of a way. Of moments, span and places make one bound at each end: that is all an engine can seek by. */
export const stretch = ({ order, span }: Pick<Way, 'order' | 'span'>, part: Part): SQL | undefined =>
  order.kind === 'moment'
    ? and(within(order.column, shared(span, spanOf(order, part))), behindTie(order, part), upToTie(order, part))
    : and(behindPlace(order, part), upToPlace(order, part));

export const placeOf = ({ value, id }: Found): Place => ({
  value: value instanceof Date ? value.getTime() : value,
  id,
});

/** The place of the n-th entry of a way from where a part begins, by the index alone; undefined: there are fewer. */
export const placeAhead = async (
  { db, tables }: Store,
  way: Way,
  from: Slice['from'],
  n: number,
): Promise<Place | undefined> => {
  const { via, order, onIndex } = way;
  const sorted = isDescending(order, { from }) ? desc : asc;
  const [found]: Found[] = await db
    .select(foundBy(order))
    .from(via ?? tables.articles)
    .where(and(onIndex, stretch(way, { from })))
    .orderBy(sorted(order.column), sorted(order.id))
    .limit(1)
    .offset(n - 1);
  return found && placeOf(found);
};

/**
 * The ids of a part of a walk. `upTo`: it is to be merged with others, of which no more than so many are wanted; where
 * the store would read each to its end, it is sorted and cut for that.
 */
export const walkQuery = (store: Store, way: Way, part: Part, upTo: number | null) => {
  const { articles } = store.tables;
  const { via, order, onIndex, standing, rest } = way;
  const conditions = and(onIndex, standing, stretch(way, part), rest);
  const direct = store.db.select(foundBy(order)).from(articles).$dynamic();
  const joined = via ? direct.innerJoin(via, eq(articles.id, via.articleId)) : direct;
  const walked = joined.where(conditions);
  if (upTo === null || store.mergesUnions) return walked;
  const sorted = isDescending(order, part) ? desc : asc;
  return walked.orderBy(sorted(order.column), sorted(order.id)).limit(upTo);
};

/** The articles of a list among few: found by these alone, however long the shelves are. */
export const fewQuery = (store: Store, { filter, sort, now }: Asked, few: SQL, from: Slice['from']) => {
  const { articles } = store.tables;
  const { column, kind } = sortOf(sort);
  const order: Order = { column: articles[column], id: articles.id, kind, descending: sort.startsWith('-') };
  const conditions = and(few, onList(store, filter, now), behindPlace(order, { from }));
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
