/**
 * Counts articles exactly, a stretch of an index a statement with a pause behind it, so that a count of a million holds
 * nobody up. Where others write meanwhile it is the count of no one moment.
 */
import { setImmediate as pause } from 'node:timers/promises';
import { and, count, desc, eq, lt, type SQL, sql } from 'drizzle-orm';
import type { Place } from '../../core/slice.ts';
import { behindTie, upToTie } from '../../store/keyset.ts';
import type { Store } from '../../store/store.ts';
import { named, within } from './list-conditions.ts';
import { type Found, fewQuery, foundBy, stretch, type Way, wayOf } from './walk-queries.ts';
import { type ArticleFilter, type Span, shared, type Walk, walksOf } from './walks.ts';

/** How many entries of an index are counted in one statement: alone, and where each article is looked at. */
const ENTRIES = 20_000;
const ARTICLES = 4_000;

const behind = (place: Place | null) => ({ from: place && { place, before: false } });

/** The place of the n-th entry behind a place, by the index alone. */
const placeAhead = async (
  { db, tables }: Store,
  way: Way,
  from: Place | null,
  n: number,
): Promise<Place | undefined> => {
  const { via, order, onIndex } = way;
  const found: Found[] = await db
    .select(foundBy(order))
    .from(via ?? tables.articles)
    .where(and(onIndex, stretch(way, behind(from))))
    .orderBy(desc(order.column), desc(order.id))
    .limit(1)
    .offset(n - 1);
  return found[0] && { value: (found[0].value as Date).getTime(), id: found[0].id };
};

/** Counts what is behind one place and no further than another; `rest` is asked of each article. */
const countBetween = async (
  { db, tables: { articles } }: Store,
  { via, order, onIndex, span }: Way,
  [from, to]: [Place | null, Place | undefined],
  rest: SQL | undefined,
): Promise<number> => {
  const asked: Span = { from: to ? new Date(to.value) : null, to: from && new Date(from.value) };
  const conditions = and(
    onIndex,
    within(order.column, shared(span, asked)),
    behindTie(order, behind(from)),
    to && upToTie(order, to),
    rest,
  );
  const query = db
    .select({ n: count() })
    .from(via ?? articles)
    .$dynamic();
  if (via && rest) query.innerJoin(articles, eq(articles.id, via.articleId));
  return (await query.where(conditions))[0]?.n ?? 0;
};

/** How many entries a way has by the index alone, but no more than some. */
const countUpTo = async ({ db, tables: { articles } }: Store, way: Way, most: number): Promise<number> => {
  const { via, onIndex } = way;
  const entries = db
    .select({ one: sql`1`.as('one') })
    .from(via ?? articles)
    .where(and(onIndex, stretch(way, behind(null))))
    .limit(most);
  return (await db.select({ n: count() }).from(entries.as('entries')))[0]?.n ?? 0;
};

const countWay = async (store: Store, way: Way): Promise<number> => {
  const rest = and(way.ended, way.rest);
  const size = rest ? ARTICLES : ENTRIES;
  const entries = await countUpTo(store, way, size);
  if (entries < size) return rest ? countBetween(store, way, [null, undefined], rest) : entries;
  for (let [from, total]: [Place | null, number] = [null, 0]; ; ) {
    const to = await placeAhead(store, way, from, size);
    total += to && !rest ? size : await countBetween(store, way, [from, to], rest);
    if (!to) return total;
    from = to;
    await pause();
  }
};

type Counted = { filter: ArticleFilter; now: Date };

const countWalk = async (store: Store, { filter, now }: Counted, { shelving, path }: Walk): Promise<number> => {
  const asked = { filter, sort: '-publishedAt', now } as const;
  const way = wayOf(store, asked, { shelving, path });
  if (way.rest || shelving.ended !== false) return countWay(store, way);
  // Nothing but the end is asked of the articles, and few have one: all entries of the index, less those.
  const ended = wayOf(store, asked, { shelving: { ...shelving, ended: true }, path: { kind: 'article' } });
  const rest = path.kind === 'article' ? undefined : named(store, path.kind, [path.id]);
  return (await countWay(store, { ...way, ended: undefined })) - (await countWay(store, { ...ended, rest }));
};

/** How many articles a list has; `few` is its narrowing, where it has one. */
export const countArticles = async (store: Store, filter: ArticleFilter, now: Date, few?: SQL): Promise<number> => {
  if (few) {
    const slice = { limit: 0, from: null, offset: 0, counted: true };
    const query = fewQuery(store, { filter, sort: '-publishedAt', slice, now }, few);
    return (await store.db.select({ n: count() }).from(query.as('few')))[0]?.n ?? 0;
  }
  let total = 0;
  for (const walk of walksOf(filter, '-publishedAt', now)) total += await countWalk(store, { filter, now }, walk);
  return total;
};

/** What is asked where all live articles are. */
const EVERYTHING: ArticleFilter = {
  statuses: ['published'],
  trashed: false,
  unpublishedOnlyBy: null,
  tagIds: null,
  allTagIds: null,
  notTagIds: [],
  authorIds: null,
  writtenBy: null,
  ids: null,
  languages: null,
  featured: null,
  translationKey: null,
  publishedAfter: null,
  publishedBefore: null,
  updatedAfter: null,
  updatedBefore: null,
};

/** How many live articles were published in a half-open span of time. */
export const countLive = (store: Store, from: Date, until: Date, now: Date): Promise<number> =>
  countArticles(store, { ...EVERYTHING, publishedAfter: from, publishedBefore: until }, now);

/** When the newest article was published that stands on the shelf of the published ones before a moment. */
export const findNewestBefore = async (
  { db, tables: { articles } }: Store,
  moment: Date,
): Promise<Date | undefined> => {
  const [newest] = await db
    .select({ at: articles.sortAt })
    .from(articles)
    .where(and(eq(articles.shelf, 'published'), lt(articles.sortAt, moment)))
    .orderBy(desc(articles.sortAt))
    .limit(1);
  return newest?.at;
};
