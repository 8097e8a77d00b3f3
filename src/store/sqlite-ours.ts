/** Whose a SQLite file is. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import { unusable } from './store.ts';

const MIGRATIONS = fileURLToPath(new URL('../../migrations/sqlite', import.meta.url));
/** Where Drizzle keeps which migrations have run, by the moment each was made. */
const MIGRATED = '__drizzle_migrations';

export { MIGRATIONS };

/** What a file holds: nothing yet, the store of an older Galley, or one of this. */
export type Held = 'nothing' | 'older' | 'current';

/** Tells what a file holds. Throws where it is the database of another program, or was last used by a newer Galley. */
export const heldBy = (connection: Database.Database): Held => {
  const list = (statement: string) => connection.prepare(statement).pluck().all();
  const tables = list("select name from sqlite_master where type = 'table' and name not like 'sqlite_%'");
  const applied = tables.includes(MIGRATED) ? list(`select created_at from ${MIGRATED} order by created_at`) : [];
  if (applied.length === 0 && tables.every((table) => table === MIGRATED)) return 'nothing';
  const known = readMigrationFiles({ migrationsFolder: MIGRATIONS }).map(({ folderMillis }) => folderMillis);
  if (applied[0] !== known[0]) throw unusable('STORE_FOREIGN', 'it is the database of another program');
  if (applied.some((moment) => !known.includes(moment as number))) {
    throw unusable('STORE_NEWER', 'it was last used by a newer Galley');
  }
  return applied.length < known.length ? 'older' : 'current';
};

/** When each migration that the store in a file has had was made, in milliseconds since 1970; a file that is not there is not made. */
export const listMigrated = async (file: string): Promise<number[]> => {
  if (!existsSync(file)) return [];
  const connection = new Database(file, { timeout: 5000, fileMustExist: true });
  try {
    const isThere = connection.prepare('select 1 from sqlite_master where name = ?').get(MIGRATED) !== undefined;
    return isThere ? (connection.prepare(`select created_at from ${MIGRATED}`).pluck().all() as number[]) : [];
  } finally {
    connection.close();
  }
};
