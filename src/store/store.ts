/** How Galley remembers, whatever the engine: one shape, inside and outside a transaction. */
import type { BaseSQLiteDatabase } from 'drizzle-orm/sqlite-core';
import type { Group } from '../core/groups.ts';
import type { Memory } from './memory.ts';
import type { Searches } from './search.ts';
import type { Tables } from './tables.ts';
import type { Siblings, TouchListener } from './touches.ts';

/** Drizzle's builders, in the part both dialects share. Await them; never `.get()`, `.all()` or `.run()`. */
export type Db = BaseSQLiteDatabase<'async', unknown, Record<string, never>>;

/** Why a store cannot do its work now: others write too long, there is no room left, or its server is away. */
export type Failure = 'busy' | 'full' | 'unreachable';

/** The error of what cannot be opened as a store: `code` begins with `STORE_`, `message` says why in words for the operator. */
export const unusable = (code: string, message: string): Error => Object.assign(new Error(message), { code });

export type Store = {
  readonly db: Db;
  readonly tables: Tables;
  readonly searches: Searches;
  /** Whether a union of walks that are sorted alike is read a row at a time, as far as is wanted; else each to its end. */
  readonly mergesUnions: boolean;
  /**
   * Runs `work` as one unit: all of it is kept, or none, as if units ran one after the other. `work` awaits its own
   * queries and nothing else (but `breathe`, where it does much), and may be run again where others were in its way: it changes nothing beside the store.
   * Inside a transaction it joins the one that runs.
   */
  transaction<T>(work: (tx: Store) => Promise<T>): Promise<T>;
  /**
   * Runs `work` with the store as it is at one moment, however long that takes and whatever others write meanwhile; it
   * only reads, and may wait for other things than its queries. Inside a transaction it sees what that sees.
   */
  snapshot<T>(work: (at: Store) => Promise<T>): Promise<T>;
  /** What is kept of this store between queries; null inside a transaction, which sees what is not true yet. */
  readonly memory: Memory | null;
  /** Says, inside a transaction, which cache groups it touches: told to all who listen the moment it is kept. */
  touch(groups: Iterable<Group>): void;
  /** Hears what each commit touches before whoever asked for it is answered; returns what ends that. */
  onTouched(listener: TouchListener): () => void;
  /**
   * Hears of what other processes have committed to the same store, at most every quarter of a second; undefined
   * where there is nothing to wait for.
   */
  noticeOthers(): Promise<void> | undefined;
  /** From now on whoever asks for a change is answered once these have heard of it too. */
  joinSiblings(siblings: Siblings): void;
  /** What an error of the driver says of the store; undefined: it is another error. */
  failureOf(error: unknown): Failure | undefined;
  /** Resolves when the store can be written to; rejects with the engine's error. Writes a row as it was. */
  checkWritable(): Promise<void>;
  close(): Promise<void>;
};

/** Of a long copy: what ends it, and who hears how far it is, in bytes. */
export type CopyOptions = {
  signal?: AbortSignal;
  onProgress?: (progress: { copied: number; total: number }) => void;
};

/** What every action is handed: where Galley remembers, and what time it is. */
export type Parts = { readonly store: Store; readonly clock: () => Date };
