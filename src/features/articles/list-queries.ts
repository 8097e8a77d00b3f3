/** Finds the ids of a list: the walks of its plan as one query, and row by row what no index tells. */
import { setImmediate as pause } from 'node:timers/promises';
import { asc, desc, type SQL, sql } from 'drizzle-orm';
import type { Place, Slice, Sliced } from '../../core/slice.ts';
import type { Part } from '../../store/keyset.ts';
import type { Store } from '../../store/store.ts';
import { countArticles } from './count-queries.ts';
import {
  type Asked,
  type Found,
  fewQuery,
  narrowing,
  placeAhead,
  placeOf,
  type Way,
  walkQuery,
  wayOf,
} from './walk-queries.ts';
import { type ArticleFilter, type ArticleSort, walksOf } from './walks.ts';

/** How many rows one statement passes over on its way to a page by number. */
const STRIDE = 5_000;

/**
 * How many articles of each walk one statement looks at where something is asked of each: at first, and then, should
 * they not do. Where hardly any article meets it, the walk goes on for long, and others must come in between.
 */
const LOOKS = { first: 500, next: 5_000 };

/** The ways of a list. Two can meet where several tags or authors are asked for: what stands on both is listed once. */
const waysOf = (store: Store, asked: Asked): { ways: Way[]; canMeet: boolean } => {
  const walks = walksOf(asked.filter, asked.sort, asked.now);
  // It is dropped as the walks are merged: to look for it on the other one at each row could mean to walk to the end,
  // where all that carries one tag carries another as well.
  const alone = walks.map(({ shelving, path }) => ({
    shelving,
    path: path.kind === 'article' ? path : { ...path, earlier: [] },
  }));
  return {
    ways: alone.map((walk) => wayOf(store, asked, walk)),
    canMeet: walks.some(({ path }) => path.kind !== 'article' && path.earlier.length > 0),
  };
};

/** The nearest of the places at which ways have passed over some entries each; undefined: all are at their ends. */
const nearestAhead = async (store: Store, ways: Way[], from: Slice['from'], n: number, downwards: boolean) => {
  let nearest: Place | undefined;
  for (const way of ways) {
    const place = await placeAhead(store, way, from, n);
    if (place && (!nearest || isBehind(nearest, place, downwards))) nearest = place;
  }
  return nearest;
};

/** Text is compared as both engines do: by its code points. */
const isLess = (one: string | number, other: string | number): boolean =>
  typeof one === 'string' && typeof other === 'string'
    ? Buffer.compare(Buffer.from(one), Buffer.from(other)) < 0
    : one < other;

const isBehind = (one: Place, other: Place, downwards: boolean): boolean => {
  const [less, more] = downwards ? [one, other] : [other, one];
  return isLess(less.value, more.value) || (less.value === more.value && less.id < more.id);
};

/** Reads rows of a list in order; `few` is its narrowing, where it has one. */
const readerOf = (store: Store, asked: Asked, few: SQL | undefined) => {
  const { ways, canMeet } = few ? { ways: [], canMeet: false } : waysOf(store, asked);
  const isDownwards = (from: Slice['from']) => asked.sort.startsWith('-') !== (from?.before ?? false);

  const readPart = async (part: Part, offset: number, limit: number): Promise<Found[]> => {
    const [first, ...others] = few
      ? [fewQuery(store, asked, few, part.from)]
      : ways.map((way) => walkQuery(store, way, part, ways.length > 1 ? offset + limit : null));
    if (!first) return [];
    const query = others.reduce((union, other) => (canMeet ? union.union(other) : union.unionAll(other)), first);
    const way = isDownwards(part.from) ? desc : asc;
    const by = (name: keyof Found) => way(sql`${sql.identifier(name)}`); // a column of the union
    return query.orderBy(by('value'), by('id')).limit(limit).offset(offset);
  };

  /** By the index alone: rows are passed over in strides. */
  const readStriding = async (from: Slice['from'], offset: number, limit: number): Promise<Found[]> => {
    if (offset <= STRIDE) return readPart({ from }, offset, limit);
    const [last] = await readPart({ from }, STRIDE - 1, 1);
    if (!last) return [];
    await pause();
    return readStriding({ place: placeOf(last), before: false }, offset - STRIDE, limit);
  };

  /** Where something is asked of each article: a stretch of the walks after another, until there are enough. */
  const readLooking = async (start: Slice['from'], offset: number, limit: number): Promise<Found[]> => {
    const rows: Found[] = [];
    let toPass = offset;
    for (let [from, looks] = [start, LOOKS.first]; ; looks = LOOKS.next) {
      const to = await nearestAhead(store, ways, from, looks, isDownwards(start));
      const found = await readPart({ from, to }, 0, toPass + limit - rows.length);
      // One that was moved between two statements could be met twice.
      rows.push(...found.slice(toPass).filter(({ id }) => !rows.some((row) => row.id === id)));
      toPass = Math.max(0, toPass - found.length);
      if (!to || rows.length >= limit) return rows;
      from = { place: to, before: start?.before ?? false };
      await pause();
    }
  };

  return ways.some(({ rest }) => rest) ? readLooking : readStriding;
};

/** The ids of a slice of a list, and how many there are in all where that is asked for. */
export const listArticleIds = async (
  store: Store,
  filter: ArticleFilter,
  sort: ArticleSort,
  { from, offset, limit, counted }: Slice,
  now: Date,
): Promise<Sliced<Found>> => {
  const few = await narrowing(store, filter, sort, now);
  const read = readerOf(store, { filter, sort, now }, few);
  const rows = await read(from, offset, limit + 1);
  return { rows, total: counted ? await countArticles(store, filter, now, few) : undefined };
};
