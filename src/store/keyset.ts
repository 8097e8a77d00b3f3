/** Walks of an order by (value, id): the condition and the sorting of one slice. */
import { and, asc, type Column, desc, gt, gte, lt, lte, or, type SQL } from 'drizzle-orm';
import type { Place, Slice, SortKind } from '../core/slice.ts';

/** An order: the column it goes by, the id that breaks ties, and which way. */
export type Order = { column: Column; id: Column; kind: SortKind; descending: boolean };

/** Where a slice begins. */
type From = Pick<Slice, 'from'>;

/** Which way a slice goes: a walk backwards goes against its order. */
export const isDescending = (order: Order, slice: From) => order.descending !== (slice.from?.before ?? false);

const valueAt = ({ kind }: Order, { value }: Place) => (kind === 'moment' ? new Date(value) : value);

/** The part of `behindPlace` that tells apart the rows at the very value of the place. */
export const behindTie = (order: Order, slice: From): SQL | undefined => {
  if (!slice.from) return undefined;
  const { column, id } = order;
  const { place } = slice.from;
  const at = valueAt(order, place);
  return isDescending(order, slice) ? or(lt(column, at), lt(id, place.id)) : or(gt(column, at), gt(id, place.id));
};

/**
 * The condition that puts a walk behind its place. Written as a bound and a tie, not as a row value or an `or` of two
 * ranges: so both engines seek in the index (6 ms became 0.04 ms at a million rows).
 */
export const behindPlace = (order: Order, slice: From): SQL | undefined => {
  if (!slice.from) return undefined;
  const at = valueAt(order, slice.from.place);
  const bound = isDescending(order, slice) ? lte(order.column, at) : gte(order.column, at);
  return and(bound, behindTie(order, slice));
};

/** A part of an order: behind one place, and no further than another, which is within it. */
export type Part = { from: Slice['from']; to?: Place | undefined };

/** The part of `upToPlace` that tells apart the rows at the very value of the place. */
export const upToTie = (order: Order, part: Part): SQL | undefined => {
  if (!part.to) return undefined;
  const { column, id } = order;
  const at = valueAt(order, part.to);
  return isDescending(order, part) ? or(gt(column, at), gte(id, part.to.id)) : or(lt(column, at), lte(id, part.to.id));
};

/** The condition that ends a part. */
export const upToPlace = (order: Order, part: Part): SQL | undefined => {
  if (!part.to) return undefined;
  const at = valueAt(order, part.to);
  return and(isDescending(order, part) ? gte(order.column, at) : lte(order.column, at), upToTie(order, part));
};

/** The sorting of a slice: a walk backwards goes the other way round. */
export const sorting = (order: Order, slice: Slice): [SQL, SQL] => {
  const way = isDescending(order, slice) ? desc : asc;
  return [way(order.column), way(order.id)];
};
