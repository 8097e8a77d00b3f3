/** Full text, whatever the engine: the words of articles and of comments, and which of them have some of them. */
import type { SQL } from 'drizzle-orm';
import type { SearchQuery } from '../core/search-query.ts';
import type { Slice, Sliced } from '../core/slice.ts';
import type { Order } from './keyset.ts';

/** What is searched; each has its words in a table of its own, laid out alike, by the ids of the table that is named here. */
export type Corpus = 'articles' | 'comments';

/** What is searched of one of them, each as `searchedText` makes it; the title of a comment is who says it. */
export type SearchedFields = { title: string; subtitle: string; names: string; text: string };

/** Stands between the fields where they are searched as one, so that no phrase reaches from one into the next: a character of private use, which no searched text holds. */
export const BREAK = '\ue002';

/** Fields as one text. */
export const joined = (texts: string[]): string => texts.filter((text) => text !== '').join(` ${BREAK} `);

/**
 * Which of those that have the words are wanted, and how they are sorted. `ids`: only these are looked at.
 * `isRanked`: before the order counts where the words stand, all of them in the title, then all in title, subtitle and
 * names, then anywhere.
 */
export type Wanted = {
  ids: readonly number[] | null;
  where: SQL | undefined;
  order: Order;
  isRanked: boolean;
  slice: Slice;
};

/** One that matches; `value` is what it is sorted by, moments in milliseconds. */
export type Hit = { id: number; value: string | number };

/** Of those that match and are wanted, so many of the newest (by their ids) are sorted and counted. */
export const MOST_HITS = 10_000;

/** To find them, so many of the newest that have the words are looked at. */
export const MOST_LOOKED_AT = 200_000;

export type Search = {
  /** Writes what is searched of one, over what stood there. */
  write(id: number, fields: SearchedFields): Promise<void>;
  /** Forgets one; that it is not there is no fault. */
  remove(id: number): Promise<void>;
  /** Those of some ids of which nothing was written. */
  listLacking(ids: readonly number[]): Promise<number[]>;
  /**
   * A slice of those that match and are wanted. Never holds up the process. Throws the refusal `unavailable`
   * where it takes too long.
   */
  find(query: SearchQuery, wanted: Wanted): Promise<Sliced<Hit>>;
};

export type Searches = { readonly [Of in Corpus]: Search };

/** The searches of a store, each made by its engine. */
export const searchesBy = (make: (corpus: Corpus) => Search): Searches => ({
  articles: make('articles'),
  comments: make('comments'),
});
