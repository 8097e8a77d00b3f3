/** Rows written by hand, where the doors would take minutes. */
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { Store } from '../../src/store/store.ts';

/** How many rows a statement writes: more have more values than an engine binds. */
const AT_ONCE = 500;

/** Writes rows into a table, within a unit. */
export const insertRows = async <T extends SQLiteTable>(
  { db }: Store,
  table: T,
  rows: readonly T['$inferInsert'][],
): Promise<void> => {
  for (let i = 0; i < rows.length; i += AT_ONCE) await db.insert(table).values(rows.slice(i, i + AT_ONCE));
};

/** How many rows each table has; what was touched is a matter of each engine, and cleaned now and then. */
export const countRows = async ({ db, tables }: Store): Promise<Record<string, number>> => {
  const counts: Record<string, number> = {};
  for (const [name, table] of Object.entries(tables)) if (name !== 'touches') counts[name] = await db.$count(table);
  return counts;
};
