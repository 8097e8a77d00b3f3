/** A copy of a database's store, for work of which nothing may be kept: tables that one connection alone sees, and that end with it. */
import { closing, createPostgresStore } from './postgres.ts';
import { connect, NO_LIMITS, type Pool } from './postgres-connection.ts';
import { migratePostgres } from './postgres-migrations.ts';
import type { Store } from './store.ts';

/** Copies every table as it is at one moment. The connection finds the copies before the tables of the same names. */
const copyTables = async (connection: Pool): Promise<void> => {
  await connection.begin('isolation level repeatable read', async (sql) => {
    const tables = await sql<{ name: string; serial: string | null }[]>`
      select relname as name, (select attname from pg_attribute where attrelid = pg_class.oid and attidentity <> '') as serial
      from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace`;
    for (const { name, serial } of tables) {
      const [table, copy] = [sql(`public.${name}`), sql(`pg_temp.${name}`)];
      await sql`create temporary table ${sql(name)} (like ${table} including all)`;
      await sql`insert into ${copy} overriding system value select * from ${table}`;
      if (serial) {
        const sequence = sql`pg_get_serial_sequence(${`pg_temp.${name}`}, ${serial})`;
        await sql`select setval(${sequence}, coalesce(max(${sql(serial)}), 0) + 1, false) from ${copy}`;
      }
    }
  });
};

/** Opens a copy of the store in a database; one that holds none yet gets an empty one. It is gone when it is closed. */
export const openPostgresCopy = async (url: string): Promise<Store> => {
  await migratePostgres(url, { leaveOlder: true });
  // The copies live as long as the connection.
  const pool = connect(url, 1, NO_LIMITS, { max_lifetime: null, idle_timeout: 0 });
  const open = async () => {
    await copyTables(pool);
    return createPostgresStore({ readers: pool, writers: pool });
  };
  return closing(open(), () => pool.end());
};
