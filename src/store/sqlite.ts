/** The embedded engine: SQLite by better-sqlite3, and all that only it needs. */
import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { migrate } from 'drizzle-orm/better-sqlite3/migrator';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import { sqliteColumns } from './columns.ts';
import { faultOf } from './faults.ts';
import { searchRunner, sqliteSearches } from './sqlite-search.ts';
import { listTouchedAfter, writeTouch } from './sqlite-touches.ts';
import { type Db, type Failure, type Store, unusable } from './store.ts';
import { defineTables } from './tables.ts';
import { createTelling } from './touches.ts';
import { createTurns, createUnit } from './unit.ts';

const MIGRATIONS = fileURLToPath(new URL('../../migrations/sqlite', import.meta.url));
/** Where Drizzle keeps which migrations have run, by the moment each was made. */
const MIGRATED = '__drizzle_migrations';
/** How long a unit waits for another process's write lock, in milliseconds. */
const PATIENCE = 5000;

const codeOf = (error: unknown): string => faultOf(error).code ?? '';
const isBusy = (error: unknown) => codeOf(error).startsWith('SQLITE_BUSY');

/** How many statements a connection keeps compiled. Hot ones are a few dozen; lists of values make many shapes. */
const KEPT_STATEMENTS = 500;

/** Keeps what a connection compiled, the longest unused let go first: compiling costs more than most statements run. */
const keepStatements = (connection: Database.Database): Database.Database => {
  const kept = new Map<string, Database.Statement>();
  const compile = connection.prepare.bind(connection);
  const prepare = (source: string): Database.Statement => {
    const statement = kept.get(source) ?? compile(source);
    kept.delete(source);
    kept.set(source, statement);
    if (kept.size > KEPT_STATEMENTS) kept.delete(kept.keys().next().value as string);
    return statement;
  };
  return Object.assign(connection, { prepare });
};

/** Opens a connection. WAL and FULL at every open: an existing WAL file opens with NORMAL, and a power cut then loses what was acknowledged. */
const connect = (file: string, options: Database.Options = {}): Database.Database => {
  const connection = new Database(file, options);
  connection.pragma('journal_mode = WAL');
  connection.pragma('synchronous = FULL');
  connection.pragma('foreign_keys = ON');
  return connection;
};

/** When each migration that the store in a file has had was made, in milliseconds since 1970; a file that is not there is not made. */
export const listMigrated = async (file: string): Promise<number[]> => {
  if (!existsSync(file)) return [];
  const connection = new Database(file, { timeout: PATIENCE, fileMustExist: true });
  try {
    const isThere = connection.prepare('select 1 from sqlite_master where name = ?').get(MIGRATED) !== undefined;
    return isThere ? (connection.prepare(`select created_at from ${MIGRATED}`).pluck().all() as number[]) : [];
  } finally {
    connection.close();
  }
};

/** Throws unless the file is new, or a store of this or an older Galley: to write to any other would harm it. */
const checkOurs = (file: string): void => {
  const connection = new Database(file, { timeout: PATIENCE });
  const list = (statement: string) => connection.prepare(statement).pluck().all();
  const tables = list("select name from sqlite_master where type = 'table' and name not like 'sqlite_%'");
  const applied = tables.includes(MIGRATED) ? list(`select created_at from ${MIGRATED} order by created_at`) : [];
  connection.close();
  if (applied.length === 0 && tables.every((table) => table === MIGRATED)) return;
  const known = readMigrationFiles({ migrationsFolder: MIGRATIONS }).map(({ folderMillis }) => folderMillis);
  if (applied[0] !== known[0]) throw unusable('STORE_FOREIGN', 'it is the database of another program');
  if (applied.some((moment) => !known.includes(moment as number))) {
    throw unusable('STORE_NEWER', 'it was last used by a newer Galley');
  }
};

/**
 * Brings the file to the newest migration. Foreign keys are off meanwhile, or a migration that rebuilds a table would
 * cascade into its children; they are checked as a whole afterwards.
 */
const migrateFile = (file: string): void => {
  checkOurs(file);
  const connection = connect(file, { timeout: PATIENCE });
  try {
    connection.pragma('foreign_keys = OFF');
    const run = () => migrate(drizzle({ client: connection }), { migrationsFolder: MIGRATIONS });
    try {
      run();
    } catch {
      run(); // a process that starts beside this one may have been first; a real fault throws again
    }
    const dangling = connection.pragma('foreign_key_check') as unknown[];
    if (dangling.length > 0) throw new Error(`A migration left ${dangling.length} dangling references in ${file}`);
  } finally {
    connection.close();
  }
};

/** Takes the write lock without holding up the event loop, as SQLite's own wait would. */
const begin = async (writer: Database.Database): Promise<void> => {
  const since = performance.now();
  for (let wait = 1; ; wait = Math.min(2 * wait, 20)) {
    try {
      writer.exec('BEGIN IMMEDIATE');
      return;
    } catch (error) {
      if (!isBusy(error) || performance.now() - since > PATIENCE) throw error;
      await sleep(Math.random() * wait);
    }
  }
};

const failureOf = (error: unknown): Failure | undefined => {
  if (isBusy(error)) return 'busy';
  return codeOf(error) === 'SQLITE_FULL' ? 'full' : undefined;
};

/** Opens the store in a file, made and migrated where needed. */
export const openSqlite = (file: string): Store => {
  mkdirSync(dirname(file), { recursive: true });
  migrateFile(file);
  const writer = connect(file, { timeout: PATIENCE });
  writer.pragma('busy_timeout = 0'); // from here on `begin` waits, without holding up the event loop
  const reader = connect(file, { timeout: PATIENCE });
  reader.pragma('query_only = ON');
  const tables = defineTables(sqliteColumns);
  const asDb = (client: Database.Database) => drizzle({ client: keepStatements(client) }) as unknown as Db; // typed as sync; awaited alike

  // better-sqlite3's own transaction() takes no promises. Units take turns on the one writer; reads have a
  // connection of their own and never see half a unit.
  const turns = createTurns();
  let lastTouch = writer.prepare('select coalesce(max(id), 0) from touches').pluck().get() as number;
  // It moves when another connection than this one commits, and the reader never does: so, when another process does.
  const dataVersion = writer.prepare('PRAGMA data_version').pluck();
  let seenVersion = dataVersion.get();
  const listTouched = async (version: unknown) => {
    const { last, touched } = await listTouchedAfter(store, lastTouch);
    lastTouch = Math.max(last, lastTouch);
    seenVersion = version;
    return touched;
  };
  const { memory, tell, onTouched, noticeOthers } = createTelling(() => {
    const version = dataVersion.get();
    return version === seenVersion ? undefined : listTouched(version);
  });
  const runner = searchRunner(reader, file);
  const same = { tables, mergesUnions: true, failureOf };
  const unit = createUnit({ ...same, db: asDb(writer), searches: sqliteSearches(writer, tables, runner) });
  const inTurn = <T>(work: (tx: Store) => Promise<T>): Promise<T> =>
    turns.take(async () => {
      await begin(writer);
      try {
        const value = await work(unit.store);
        const touched = unit.takeTouched();
        const touch = touched.size > 0 ? await writeTouch(unit.store, touched) : undefined;
        writer.exec('COMMIT');
        if (touch !== undefined) {
          if (touch === lastTouch + 1) lastTouch = touch; // else others wrote in between, which is still to be noticed
          tell(touched);
        }
        return value;
      } finally {
        unit.takeTouched();
        if (writer.inTransaction) writer.exec('ROLLBACK');
      }
    });

  // An empty transaction commits on a full disk too; and however many ask at once, one write answers them.
  const touch = async ({ db }: Store) => {
    await db.update(tables.site).set({ id: sql`${tables.site.id}` });
  };
  let checking: Promise<void> | undefined;

  const store: Store = {
    ...same,
    db: asDb(reader),
    memory,
    searches: sqliteSearches(reader, tables, runner),
    transaction: inTurn,
    touch: () => {
      throw new Error('What a change touches is said inside its transaction');
    },
    onTouched,
    noticeOthers,
    checkWritable: () => {
      checking ??= inTurn(touch).finally(() => {
        checking = undefined;
      });
      return checking;
    },
    close: async () => {
      await turns.whenOver();
      await runner.close();
      reader.close();
      writer.close();
    },
  };
  return store;
};
