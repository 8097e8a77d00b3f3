/** What the tests need of an engine, beside the store itself: databases, raw rows, and how statements are run. */
import type { StoreAddress } from '../../../src/store/address.ts';

/** A database of its own for a test. */
export type Made = { address: StoreAddress; drop(): Promise<void> };

/** A connection beside those of the store, as another process has one. */
export type Connection = {
  /** Runs a statement; each `?` stands for a value. Where the engine is embedded it has run before the promise comes back. */
  run(statement: string, ...values: unknown[]): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
};

/** A statement as it ran: its text and the values bound to it. */
export type Ran = { source: string; values: unknown[] };

/** How an engine runs a statement: in its own words, and told alike by all. */
export type Plan = {
  /** Each step in the words of the engine. */
  steps: string[];
  /** The indexes it seeks in, each with what it seeks by: `articles_by_moment (shelf=? AND sort_at<?)`. */
  seeks: string[];
  /**
   * What costs more than the rows that are found: `scan articles`, `scan comments by comments_by_creation` (all of an
   * index), `sort`, and whatever else it does but seek and combine, in the words of the engine.
   */
  dear: string[];
  /** Whether all that is read stands in indexes. */
  isCovered: boolean;
};

export type Planner = { planOf(ran: Ran): Promise<Plan>; close(): Promise<void> };

export type Engine = {
  /** Makes a database, migrated where it is to hold a store at once; a file stands where `path` says, if it does. */
  make(kind: 'migrated' | 'empty', path?: string): Promise<Made>;
  connect(address: StoreAddress): Promise<Connection>;
  /** All that the engine keeps of a store, as it is kept. */
  contentsOf(address: StoreAddress): Promise<Buffer>;
  /** Keeps everyone else from writing to a store, though not from reading it; returns what ends that. */
  holdWrites(address: StoreAddress): Promise<() => Promise<void>>;
  /** Hears of every query that hands back rows, on any connection of this process, once it ran; returns what ends that. */
  watch(onRan: (ran: Ran) => void | Promise<void>): () => void;
  /** Makes ready to tell plans of statements that ran on a store. */
  planner(address: StoreAddress): Promise<Planner>;
};
