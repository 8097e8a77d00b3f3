/** Which part of an ordered list is wanted, and where a row stands in it. */

/** The place of a row in its order: the value it is sorted by, and its id. Moments are milliseconds since 1970. */
export type Place = { value: string | number; id: number };

/** What a list can be sorted by; it tells how a place is written down and read back. */
export type SortKind = 'moment' | 'text' | 'integer';

/**
 * The rows that are wanted. `from`: those behind a place, or, with `before`, those that precede it, nearest first.
 * One row more than `limit` is fetched, to know whether there are more.
 */
export type Slice = {
  limit: number;
  from: { place: Place; before: boolean } | null;
  offset: number;
  counted: boolean;
  /** The most rows that can be reached by number, where it is less than that of every list. */
  reach?: number;
};

/** What a query hands back for a slice. */
export type Sliced<T> = {
  rows: T[];
  total: number | undefined;
  /** How many of the rows one page has room for, where that is fewer than were asked for. */
  fits?: number | undefined;
};
