/** How Galley remembers, whatever the engine: one shape, inside and outside a transaction. */
import type { BaseSQLiteDatabase } from 'drizzle-orm/sqlite-core';
import type { Tables } from './tables.ts';

/** Drizzle's builders, in the part both dialects share. Await them; never `.get()`, `.all()` or `.run()`. */
export type Db = BaseSQLiteDatabase<'async', unknown, Record<string, never>>;

/** What a write broke: a unique index or a reference, with the table and its columns in the order of the index. */
export type Violation = { kind: 'unique' | 'reference'; table: string; columns: string[] };

export type Store = {
  readonly db: Db;
  readonly tables: Tables;
  /**
   * Runs `work` as one unit: all of it is kept, or none. Units on SQLite take turns; `work` awaits its own queries
   * and nothing else. Inside a transaction it joins the one that runs.
   */
  transaction<T>(work: (tx: Store) => Promise<T>): Promise<T>;
  /** Tells which constraint an error of the driver is about; undefined: it is another error. */
  violation(error: unknown): Violation | undefined;
  /** Resolves when the store can be written to; rejects with the engine's error. Stores nothing. */
  checkWritable(): Promise<void>;
  close(): Promise<void>;
};

/** What every action is handed: where Galley remembers, and what time it is. */
export type Parts = { readonly store: Store; readonly clock: () => Date };
