/** Walks of an order by (value, id): the condition and the sorting of one slice. */
import { and, asc, type Column, desc, gt, gte, lt, lte, or, type SQL } from 'drizzle-orm';
import type { Slice, SortKind } from '../core/slice.ts';

/** An order: the column it goes by, the id that breaks ties, and which way. */
export type Order = { column: Column; id: Column; kind: SortKind; descending: boolean };

const isDescending = (order: Order, slice: Slice) => order.descending !== (slice.from?.before ?? false);

/**
 * The condition that puts a walk behind its place. Written as a bound and a tie, not as a row value or an `or` of two
 * ranges: so both engines seek in the index (6 ms became 0.04 ms at a million rows).
 */
export const behindPlace = (order: Order, slice: Slice): SQL | undefined => {
  if (!slice.from) return undefined;
  const { column, id } = order;
  const { place } = slice.from;
  const at = order.kind === 'moment' ? new Date(place.value) : place.value;
  return isDescending(order, slice)
    ? and(lte(column, at), or(lt(column, at), lt(id, place.id)))
    : and(gte(column, at), or(gt(column, at), gt(id, place.id)));
};

/** The sorting of a slice: a walk backwards goes the other way round. */
export const sorting = (order: Order, slice: Slice): [SQL, SQL] => {
  const way = isDescending(order, slice) ? desc : asc;
  return [way(order.column), way(order.id)];
};
