/** A copy of a database's store, for work of which nothing may be kept: tables that one connection alone sees, and that end with it. */
import { closing, createPostgresStore } from './postgres.ts';
import { connect, NO_LIMITS, type Pool } from './postgres-connection.ts';
import { migratePostgres } from './postgres-migrations.ts';
import type { Store } from './store.ts';

const TABLES = `
  select relname as name, (select attname from pg_attribute where attrelid = pg_class.oid and attidentity <> '') as serial
  from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace`;

/** Copies every table as it is at one moment. The connection finds the copies before the tables of the same names. */
const copyTables = async (connection: Pool): Promise<void> => {
  await connection.query('begin isolation level repeatable read');
  const { rows } = await connection.query<{ name: string; serial: string | null }>(TABLES);
  for (const { name, serial } of rows) {
    await connection.query(`create temporary table "${name}" (like public."${name}" including all)`);
    await connection.query(`insert into pg_temp."${name}" overriding system value select * from public."${name}"`);
    if (serial === null) continue;
    const last = `(select max("${serial}") from pg_temp."${name}")`;
    const sequence = `pg_get_serial_sequence('pg_temp."${name}"', '${serial}')`;
    await connection.query(`select setval(${sequence}, coalesce(${last}, 0) + 1, false)`);
  }
  await connection.query('commit');
};

/** Opens a copy of the store in a database; one that holds none yet gets an empty one. It is gone when it is closed. */
export const openPostgresCopy = async (url: string): Promise<Store> => {
  await migratePostgres(url, { leaveOlder: true });
  // The copies live as long as the connection; one in its place would find none, and must not find the tables themselves.
  const pool = connect(url, 1, { ...NO_LIMITS, search_path: 'pg_temp' }, 0);
  const open = async () => {
    await copyTables(pool);
    return createPostgresStore({ readers: pool, writers: pool });
  };
  return closing(open(), () => pool.end());
};
