/** Finds the ids of a list: the walks of its plan as one query, and row by row what no index tells. */
import { and, asc, type Column, count, desc, eq, inArray, isNotNull, isNull, lte, or, sql } from 'drizzle-orm';
import type { Slice, Sliced } from '../../core/slice.ts';
import { behindPlace, behindTie, isDescending, type Order } from '../../store/keyset.ts';
import { notEnded } from '../../store/live.ts';
import type { Store } from '../../store/store.ts';
import { answeredAs, named, owned, residual, within } from './list-conditions.ts';
import {
  type ArticleFilter,
  type ArticleSort,
  askedSpan,
  type Shelving,
  type Span,
  shared,
  sortOf,
  type Walk,
  walksOf,
} from './walks.ts';

/** The condition of one shelving, beside its span. */
const onShelf = (store: Store, shelf: Column, shelving: Shelving, filter: ArticleFilter, now: Date) => {
  const { unpublishAt } = store.tables.articles;
  return and(
    eq(shelf, shelving.shelf),
    shelving.ended === true ? and(isNotNull(unpublishAt), lte(unpublishAt, now)) : undefined,
    shelving.ended === false ? notEnded(unpublishAt, now) : undefined,
    filter.trashed ? answeredAs(store, filter.statuses, now) : undefined,
  );
};

/** A place as a span of the order it stands in. */
const spanBehind = (order: Order, slice: Slice): Span => {
  const at = slice.from && new Date(slice.from.place.value);
  return isDescending(order, slice) ? { from: null, to: at } : { from: at, to: null };
};

/**
 * The span of a walk and the place it goes on from. Where the walk is sorted by that moment, they make one bound;
 * else the span is asked of `publishedAt`, which no index has, so that no index but that of the order is chosen.
 */
const stretch = ({ tables: { articles } }: Store, order: Order, slice: Slice, span: Span, byMoment: boolean) =>
  byMoment
    ? and(within(order.column, shared(span, spanBehind(order, slice))), behindTie(order, slice))
    : and(within(articles.publishedAt, span), behindPlace(order, slice));

/** The id of a listed article and the value it is sorted by. */
type Found = { value: string | number | Date; id: number };
const foundBy = ({ column, id }: Order) => ({
  value: sql`${column}`
    .mapWith((value): Found['value'] => column.mapFromDriverValue(value) as Found['value'])
    .as('value'),
  id: sql<number>`${id}`.as('id'),
});

type Asked = { filter: ArticleFilter; sort: ArticleSort; slice: Slice; now: Date };

const walkQuery = (store: Store, { filter, sort, slice, now }: Asked, { shelving, path }: Walk) => {
  const { db, tables } = store;
  const { articles, articleTags, articleAuthors } = tables;
  const { column, kind } = sortOf(sort);
  const via = path.kind === 'tag' ? articleTags : path.kind === 'author' ? articleAuthors : null;
  const descending = sort.startsWith('-');
  const order: Order = via
    ? { column: via.sortAt, id: via.articleId, kind, descending }
    : { column: articles[column], id: articles.id, kind, descending };
  const asked = askedSpan(filter);
  const conditions = and(
    path.kind === 'tag' ? eq(articleTags.tagId, path.id) : undefined,
    path.kind === 'author' ? eq(articleAuthors.authorId, path.id) : undefined,
    onShelf(store, (via ?? articles).shelf, shelving, filter, now),
    stretch(store, order, slice, shared(shelving.published, asked), column === 'sortAt'),
    asked.from || asked.to ? isNotNull(articles.publishedAt) : undefined,
    residual(store, filter, path),
    owned(store, filter, { shelving, path }),
  );
  const walked = db.select(foundBy(order)).from(articles).where(conditions).$dynamic();
  if (!via) return walked;
  // The same columns by way of another table: Drizzle's types tell the joined tables apart, a union does not care.
  return db
    .select(foundBy(order))
    .from(via)
    .innerJoin(articles, eq(articles.id, via.articleId))
    .where(conditions)
    .$dynamic() as unknown as typeof walked;
};

/** Some articles by their ids: found by these alone, however long the shelves are. */
const idsQuery = (store: Store, { filter, sort, slice, now }: Asked, ids: number[]) => {
  const { articles } = store.tables;
  const { column, kind } = sortOf(sort);
  const order: Order = { column: articles[column], id: articles.id, kind, descending: sort.startsWith('-') };
  const { unpublishedOnlyBy, trashed, statuses } = filter;
  const live = and(isNull(articles.deletedAt), answeredAs(store, ['published'], now));
  const conditions = and(
    inArray(articles.id, ids),
    trashed ? isNotNull(articles.deletedAt) : isNull(articles.deletedAt),
    answeredAs(store, statuses, now),
    within(articles.publishedAt, askedSpan(filter)),
    residual(store, filter, { kind: 'article' }),
    unpublishedOnlyBy === null ? undefined : or(live, named(store, 'author', [unpublishedOnlyBy])),
    behindPlace(order, slice),
  );
  return store.db.select(foundBy(order)).from(articles).where(conditions).$dynamic();
};

/** A list as one query, neither sorted nor cut; undefined where nothing can match. */
const queryOf = (store: Store, asked: Asked) => {
  const { filter, sort, now } = asked;
  if (filter.ids !== null) return idsQuery(store, asked, filter.ids);
  const [first, ...others] = walksOf(filter, sort, now).map((walk) => walkQuery(store, asked, walk));
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
  const query = queryOf(store, { filter, sort, slice, now });
  if (!query) return { rows: [], total: slice.counted ? 0 : undefined };
  const way = sort.startsWith('-') !== (slice.from?.before ?? false) ? desc : asc;
  // The names of the columns of a union: Drizzle's types know only columns of tables.
  const rows: Found[] = await query
    .orderBy(way(sql.identifier('value') as never), way(sql.identifier('id') as never))
    .limit(slice.limit + 1)
    .offset(slice.offset);
  if (!slice.counted) return { rows, total: undefined };
  const whole = queryOf(store, { filter, sort, slice: { ...slice, from: null }, now });
  const [counted] = whole ? await store.db.select({ n: count() }).from(whole.as('listed')) : [];
  return { rows, total: counted?.n ?? 0 };
};
