/** Finds the ids of a list: the walks of its plan as one query, and row by row what no index tells. */
import { setImmediate as pause } from 'node:timers/promises';
import { asc, desc, type SQL, sql } from 'drizzle-orm';
import type { Place, Slice, Sliced } from '../../core/slice.ts';

import type { Store } from '../../store/store.ts';
import { countArticles } from './count-queries.ts';
import { type Asked, type Found, fewQuery, narrowing, walkQuery } from './walk-queries.ts';
import { type ArticleFilter, type ArticleSort, walksOf } from './walks.ts';

/** A list as one query, neither sorted nor cut; undefined where nothing can match. */
const queryOf = (store: Store, asked: Asked, few: SQL | undefined) => {
  if (few) return fewQuery(store, asked, few);
  const walks = walksOf(asked.filter, asked.sort, asked.now);
  // What stands on two walks is dropped as they are merged: to look for it on the other one at each row could mean to
  // walk to the end, where all that carries one tag carries another as well.
  const canMeet = walks.some(({ path }) => path.kind !== 'article' && path.earlier.length > 0);
  const [first, ...others] = walks.map(({ shelving, path }) =>
    walkQuery(store, asked, { shelving, path: path.kind === 'article' ? path : { ...path, earlier: [] } }),
  );
  return first && others.reduce((union, query) => (canMeet ? union.union(query) : union.unionAll(query)), first);
};

/** How many rows one statement passes over on its way to a page by number. */
const STRIDE = 5_000;

export const placeOf = ({ value, id }: Found): Place => ({
  value: value instanceof Date ? value.getTime() : value,
  id,
});

/** The ids of a slice of a list, and how many there are in all where that is asked for. */
export const listArticleIds = async (
  store: Store,
  filter: ArticleFilter,
  sort: ArticleSort,
  slice: Slice,
  now: Date,
): Promise<Sliced<Found>> => {
  const few = await narrowing(store, filter, sort, now);
  const rowsAt = async (from: Slice['from'], offset: number, limit: number): Promise<Found[]> => {
    const query = queryOf(store, { filter, sort, slice: { ...slice, from }, now }, few);
    if (!query) return [];
    const way = sort.startsWith('-') !== (from?.before ?? false) ? desc : asc;
    // The names of the columns of a union: Drizzle's types know only columns of tables.
    return query
      .orderBy(way(sql.identifier('value') as never), way(sql.identifier('id') as never))
      .limit(limit)
      .offset(offset);
  };
  let { from, offset } = slice;
  while (offset > STRIDE) {
    const [last] = await rowsAt(from, STRIDE - 1, 1);
    if (!last) break;
    from = { place: placeOf(last), before: false };
    offset -= STRIDE;
    await pause();
  }
  const rows = await rowsAt(from, offset, slice.limit + 1);
  return { rows, total: slice.counted ? await countArticles(store, filter, now, few) : undefined };
};
