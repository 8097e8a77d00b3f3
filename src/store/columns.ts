/** The vocabulary of the tables, once per dialect. The rest of the project sees only `Columns`. */
import * as p from 'drizzle-orm/pg-core';
import * as s from 'drizzle-orm/sqlite-core';

export const sqliteColumns = {
  table: s.sqliteTable,
  index: s.index,
  uniqueIndex: s.uniqueIndex,
  primaryKey: s.primaryKey,
  /** An id given by the database and never used again. */
  serial: (name: string) => s.integer(name).primaryKey({ autoIncrement: true }),
  text: (name: string) => s.text(name),
  integer: (name: string) => s.integer(name),
  /** An integer beyond 32 bits, such as the bytes of a file. */
  size: (name: string) => s.integer(name),
  boolean: (name: string) => s.integer(name, { mode: 'boolean' }),
  /** A moment in UTC, to the millisecond. */
  moment: (name: string) => s.integer(name, { mode: 'timestamp_ms' }),
  json: <T>(name: string) => s.text(name, { mode: 'json' }).$type<T>(),
  bytes: (name: string) => s.blob(name, { mode: 'buffer' }),
};

/** What `defineTables` writes the tables with, whatever the engine. */
export type Columns = typeof sqliteColumns;

/** Text that sorts by its bytes, as SQLite's does, whatever locale the cluster was made with. */
const bytewiseText = p.customType<{ data: string }>({ dataType: () => 'text collate "C"' });

const bytea = p.customType<{ data: Buffer; driverData: Buffer }>({ dataType: () => 'bytea' });

/** The year before the first is 0 in ISO 8601, and `0001 … BC` to the server; with an offset it can be asked for. */
const YEAR_ZERO = /^0000/;

/** The server tells moments in UTC, as `2026-11-22 07:00:00.123+00`. */
const timestamp = p.customType<{ data: Date; driverData: string }>({
  dataType: () => 'timestamp (3) with time zone',
  toDriver: (moment) => {
    const text = moment.toISOString();
    return YEAR_ZERO.test(text) ? `${text.replace(YEAR_ZERO, '0001')} BC` : text;
  },
  fromDriver: (text) => {
    const [date = '', time = '', era] = text.split(' ');
    return new Date(`${era === 'BC' ? `0000${date.slice(4)}` : date}T${time.slice(0, -3)}Z`);
  },
});

const pgColumns = {
  table: p.pgTable,
  index: p.index,
  uniqueIndex: p.uniqueIndex,
  primaryKey: p.primaryKey,
  serial: (name: string) => p.integer(name).generatedByDefaultAsIdentity().primaryKey(),
  text: (name: string) => bytewiseText(name),
  integer: (name: string) => p.integer(name),
  size: (name: string) => p.bigint(name, { mode: 'number' }),
  boolean: (name: string) => p.boolean(name),
  moment: (name: string) => timestamp(name),
  json: <T>(name: string) => p.json(name).$type<T>(),
  bytes: (name: string) => bytea(name),
};

/** Drizzle's dialects share the builder API but not its types; this cast is where they meet, and `agree` is its licence. */
export const postgresColumns = pgColumns as unknown as Columns;

type Data<F> = F extends (name: string) => { _: { data: infer D } } ? D : never;
type Cell = 'serial' | 'text' | 'integer' | 'size' | 'boolean' | 'moment' | 'bytes';
type OfSqlite = { [C in Cell]: Data<(typeof sqliteColumns)[C]> };
type OfPostgres = { [C in Cell]: Data<(typeof pgColumns)[C]> };
/** Compiles only while both dialects hand the same TypeScript values to the rest of the project. */
export const agree: OfPostgres extends OfSqlite ? (OfSqlite extends OfPostgres ? true : never) : never = true;
