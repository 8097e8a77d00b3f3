/** Brings a database to the newest migration; nodes that start together take turns. */
import { fileURLToPath } from 'node:url';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import { type Client, connect, NO_LIMITS, type Pool } from './postgres-connection.ts';
import { unusable } from './store.ts';

const MIGRATIONS = fileURLToPath(new URL('../../migrations/postgres', import.meta.url));
/** The key of the advisory lock under which Galley migrates. */
const LOCK = 7_200_101;
/** The oldest server that has all that is asked of it: version 14. */
const OLDEST_SERVER = 140_000;

/**
 * Throws unless the server can hold a store, and the database is empty or a store of this or an older Galley; returns
 * whether it is of an older one.
 */
const checkOurs = async (client: Client): Promise<boolean> => {
  const list = async (statement: string) => (await client.query(statement)).rows;
  const [server] = await list(`
    select current_setting('server_version_num')::integer as version, current_setting('server_encoding') as encoding,
      to_regclass('drizzle.__drizzle_migrations') is not null as migrated`);
  if (server?.version < OLDEST_SERVER) throw unusable('STORE_SERVER', 'it is on a server older than PostgreSQL 14');
  if (server?.encoding !== 'UTF8') throw unusable('STORE_SERVER', `its encoding is ${server?.encoding}, not UTF8`);
  const applied = server?.migrated
    ? await list('select created_at::float8 as moment from drizzle.__drizzle_migrations order by created_at')
    : [];
  if (applied.length === 0) {
    const tables = await list(`
      select relname from pg_class where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace
      and not exists (select from pg_depend where classid = 'pg_class'::regclass and objid = pg_class.oid and deptype = 'e')`);
    if (tables.length > 0) throw unusable('STORE_FOREIGN', 'it is the database of another program');
    return false;
  }
  const known = readMigrationFiles({ migrationsFolder: MIGRATIONS }).map(({ folderMillis }) => folderMillis);
  if (applied[0]?.moment !== known[0]) throw unusable('STORE_FOREIGN', 'it is the database of another program');
  if (applied.some(({ moment }) => !known.includes(moment))) {
    throw unusable('STORE_NEWER', 'it was last used by a newer Galley');
  }
  return applied.length < known.length;
};

/** Throws unless a database holds a store of this Galley, and not of an older one. */
export const checkCurrent = async (client: Client): Promise<void> => {
  if (await checkOurs(client))
    throw unusable('STORE_OLDER', 'it was last used by an older Galley: start this one once');
  const { rows } = await client.query("select to_regclass('public.articles') is not null as there");
  if (!rows[0]?.there) throw unusable('STORE_MISSING', 'there is no store in it');
};

const reaching = (pool: Pool) =>
  pool.connect().catch((error: Error & { code?: string }) => {
    // Not all that keeps a connection from being made has a code: a password that is missing, TLS that is not spoken.
    throw unusable('STORE_UNREACHABLE', error.message || `it cannot be reached: ${error.code}`);
  });

/** When each migration that a database has had was made, in milliseconds since 1970. */
export const listMigrated = async (url: string): Promise<number[]> => {
  const pool = connect(url, 1, NO_LIMITS);
  try {
    const client = await reaching(pool);
    try {
      const list = async (statement: string) => (await client.query(statement)).rows;
      const [found] = await list("select to_regclass('drizzle.__drizzle_migrations') is not null as migrated");
      if (!found?.migrated) return [];
      const rows = await list('select created_at::float8 as moment from drizzle.__drizzle_migrations');
      return rows.map(({ moment }) => moment);
    } finally {
      client.release();
    }
  } finally {
    await pool.end();
  }
};

/** Migrates a database under a lock that all nodes share; `leaveOlder` throws where it is a store of an older Galley. */
export const migratePostgres = async (url: string, { leaveOlder = false } = {}): Promise<void> => {
  const pool = connect(url, 1, NO_LIMITS);
  try {
    const client = await reaching(pool);
    try {
      await client.query('select pg_advisory_lock($1)', [LOCK]);
      const isOlder = await checkOurs(client);
      if (isOlder && leaveOlder)
        throw unusable('STORE_OLDER', 'it was last used by an older Galley: start this one once');
      await migrate(drizzle({ client }), { migrationsFolder: MIGRATIONS });
    } finally {
      client.release(true); // the lock ends with its connection
    }
  } finally {
    await pool.end();
  }
};
