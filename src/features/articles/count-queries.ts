/**
 * Counts articles exactly, a stretch of an index a statement with a pause behind it, so that a count of a million holds
 * nobody up. Where others write meanwhile it is the count of no one moment.
 */
import { setImmediate as pause } from 'node:timers/promises';
import { and, count, desc, eq, lt, type SQL, sql } from 'drizzle-orm';
import type { Part } from '../../store/keyset.ts';
import type { Store } from '../../store/store.ts';
import { named } from './list-conditions.ts';
import { fewQuery, placeAhead, stretch, type Way, wayOf } from './walk-queries.ts';
import { type ArticleFilter, type Walk, walksOf } from './walks.ts';

/** How many entries of an index are counted in one statement: alone, and where each article is looked at. */
const ENTRIES = 5_000;
const ARTICLES = 3_000;

/** Counts a part of a way; `rest` is asked of each article. */
const countPart = async (
  { db, tables: { articles } }: Store,
  way: Way,
  part: Part,
  rest: SQL | undefined,
): Promise<number> => {
  const { via, onIndex } = way;
  const query = db
    .select({ n: count() })
    .from(via ?? articles)
    .$dynamic();
  if (via && rest) query.innerJoin(articles, eq(articles.id, via.articleId));
  return (await query.where(and(onIndex, stretch(way, part), rest)))[0]?.n ?? 0;
};

/** How many entries a way has by the index alone, but no more than some. */
const countUpTo = async ({ db, tables: { articles } }: Store, way: Way, most: number): Promise<number> => {
  const { via, onIndex } = way;
  const entries = db
    .select({ one: sql`1`.as('one') })
    .from(via ?? articles)
    .where(and(onIndex, stretch(way, { from: null })))
    .limit(most);
  return (await db.select({ n: count() }).from(entries.as('entries')))[0]?.n ?? 0;
};

const countWay = async (store: Store, way: Way): Promise<number> => {
  const rest = and(way.standing, way.rest);
  const size = rest ? ARTICLES : ENTRIES;
  const entries = await countUpTo(store, way, size);
  if (entries < size) return rest ? countPart(store, way, { from: null }, rest) : entries;
  let total = 0;
  for (let from: Part['from'] = null; ; await pause()) {
    const to = await placeAhead(store, way, from, size);
    total += to && !rest ? size : await countPart(store, way, { from, to }, rest);
    if (!to) return total;
    from = { place: to, before: false };
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
  return (await countWay(store, { ...way, standing: undefined })) - (await countWay(store, { ...ended, rest }));
};

/** How many articles a list has; `few` is its narrowing, where it has one. */
export const countArticles = async (store: Store, filter: ArticleFilter, now: Date, few?: SQL): Promise<number> => {
  if (few) {
    const query = fewQuery(store, { filter, sort: '-publishedAt', now }, few, null);
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
