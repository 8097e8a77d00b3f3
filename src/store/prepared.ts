/**
 * Queries whose text never changes, built and prepared once for each connection and then only run: Drizzle builds a
 * query anew at every call, and that costs several times what SQLite needs to run it.
 */
import { type Column, getTableColumns, type Placeholder, sql } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { Db, Store } from './store.ts';
import type { Tables } from './tables.ts';

type Values = Record<string, unknown>;
/** A query of Drizzle's builders, as far as it can be prepared. PostgreSQL wants a name for it. */
export type Preparable<T> = { prepare(name: string): { execute(values?: Values): Promise<T> } };

let preparedSoFar = 0;

/** A query with `sql.placeholder`s, prepared at its first use; run it with the store at hand and their values. */
export const prepared = <T>(
  build: (store: Store) => Preparable<T>,
): ((store: Store, values?: Values) => Promise<T>) => {
  const made = new WeakMap<Db, { execute(values?: Values): Promise<T> }>();
  const name = `galley_${++preparedSoFar}`;
  return (store, values) => {
    let query = made.get(store.db);
    if (!query) {
      query = build(store).prepare(name);
      made.set(store.db, query);
    }
    return query.execute(values);
  };
};

/** How many shapes of one query are kept prepared; the longest unused goes first. */
const KEPT_SHAPES = 300;

/**
 * Queries of many shapes, such as one with a list of so many values, each prepared at its first use. `shape` tells the
 * shapes apart; `build` makes the query of one, with `sql.placeholder`s.
 */
export const preparedByShape = <S, T>(
  shapeOf: (asked: S) => string | number,
  build: (store: Store, asked: S) => Preparable<T>,
): ((store: Store, asked: S, values?: Values) => Promise<T>) => {
  const shapes = new Map<string | number, ReturnType<typeof prepared<T>>>();
  return (store, asked, values) => {
    const shape = shapeOf(asked);
    const query = shapes.get(shape) ?? prepared((at: Store) => build(at, asked));
    shapes.delete(shape);
    shapes.set(shape, query);
    if (shapes.size > KEPT_SHAPES) shapes.delete(shapes.keys().next().value as string | number);
    return query(store, values);
  };
};

/** A query about some ids or names, prepared for each number of them: `places` stand for them. Ask it of one at least. */
export const preparedForSome = <T, V extends number | string = number>(
  build: (store: Store, places: Placeholder[]) => Preparable<T>,
): ((store: Store, asked: readonly V[], values?: Values) => Promise<T>) => {
  const query = preparedByShape(
    (asked: readonly V[]) => asked.length,
    (store, asked) =>
      build(
        store,
        asked.map((_, i) => sql.placeholder(String(i))),
      ),
  );
  return (store, asked, values) => query(store, asked, { ...values, ...asked });
};

/** The columns of a table that are written, all but ids that the database gives; looked up once for each engine. */
const writtenColumns = <T extends SQLiteTable>(choose: (tables: Tables) => T) => {
  const known = new WeakMap<Tables, [string, Column][]>();
  return ({ tables }: Store): [string, Column][] => {
    let columns = known.get(tables);
    if (!columns) {
      columns = Object.entries<Column>(getTableColumns(choose(tables))).filter(([, column]) => !isGiven(column));
      known.set(tables, columns);
    }
    return columns;
  };
};

/** What the driver takes for a value; absent ones are null. Encoded here, since a placeholder's own encoder knows no null. */
const encoded = (column: Column, value: unknown): unknown => (value == null ? null : column.mapToDriverValue(value));

/** An INSERT of one whole row, prepared. Absent fields are null. Returns what `returning` asks for, as an array. */
export const insertion = <T extends SQLiteTable, R = unknown>(
  choose: (tables: Tables) => T,
  returning?: (query: ReturnType<ReturnType<Db['insert']>['values']>, table: T) => Preparable<R>,
): ((tx: Store, row: T['$inferInsert']) => Promise<R>) => {
  const columnsOf = writtenColumns(choose);
  const run = prepared<R>((store) => {
    const table: SQLiteTable = choose(store.tables);
    const placeholders = columnsOf(store).map(([name]) => [name, sql`${sql.placeholder(name)}`]);
    const query = store.db.insert(table).values(Object.fromEntries(placeholders));
    return (returning ? returning(query, choose(store.tables)) : query) as Preparable<R>;
  });
  return (tx, row) => {
    const values: Values = {};
    for (const [name, column] of columnsOf(tx)) values[name] = encoded(column, (row as Values)[name]);
    return run(tx, values);
  };
};

/** The same for some rows at once, in their order, which costs less than one after the other. */
export const insertionOfSome = <T extends SQLiteTable>(
  choose: (tables: Tables) => T,
): ((tx: Store, rows: readonly T['$inferInsert'][]) => Promise<unknown>) => {
  const columnsOf = writtenColumns(choose);
  const run = preparedByShape(
    (count: number) => count,
    (store, count) => {
      const table: SQLiteTable = choose(store.tables);
      const rowAt = (n: number) =>
        Object.fromEntries(columnsOf(store).map(([name]) => [name, sql`${sql.placeholder(`${name}${n}`)}`]));
      return store.db.insert(table).values(Array.from({ length: count }, (_, n) => rowAt(n))) as Preparable<unknown>;
    },
  );
  return async (tx, rows) => {
    if (rows.length === 0) return;
    const values: Values = {};
    for (const [n, row] of rows.entries())
      for (const [name, column] of columnsOf(tx)) values[`${name}${n}`] = encoded(column, (row as Values)[name]);
    await run(tx, rows.length, values);
  };
};

/** Whether the database gives the value: the ids. */
const isGiven = (column: Column) => column.primary && column.name === 'id';
