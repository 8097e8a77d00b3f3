/** The engine for those who outgrow one machine: PostgreSQL by node-postgres. */
import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { inTime } from '../core/in-time.ts';
import { postgresColumns } from './columns.ts';
import { type Client, connect, NO_LIMITS, type Pool, preparing } from './postgres-connection.ts';
import { failureOf } from './postgres-errors.ts';
import { migratePostgres } from './postgres-migrations.ts';
import { postgresSearches, postgresSearchRunner, type Run } from './postgres-search.ts';
import { readAtOneMoment } from './postgres-snapshot.ts';
import { openTouchReader } from './postgres-touches.ts';
import { createUnits } from './postgres-units.ts';
import type { Db, Store } from './store.ts';
import { defineTables } from './tables.ts';
import { createTelling, NO_ANSWER } from './touches.ts';
import { createUnit } from './unit.ts';

/** How long it may take to find out whether the store can be written to, in milliseconds. */
const WRITABLE_WITHIN = 8_000;
/** How many connections the reads have; units of work, which take turns, share one. */
const READERS = 10;

// Both dialects' builders are awaited alike, and of a client Drizzle uses no more than this.
const asDb = (client: Client): Db => drizzle({ client: client as never }) as unknown as Db;

/** The connections of a store: of `writers` there is one; `find` runs searches beside them; `open` makes another for a snapshot. */
type Pools = { readers: Pool; writers: Pool; find?: Run; open?: () => Pool };

/** The store of a database that is migrated; closing it waits for its units, and leaves the pools open. */
export const createPostgresStore = async ({ readers, writers, find, open }: Pools): Promise<Store> => {
  const tables = defineTables(postgresColumns);
  const same = { tables, mergesUnions: false, failureOf };
  const runOn =
    (client: Client): Run =>
    async (text, values) =>
      (await client.query({ text }, values)).rows;
  const unitOn = (client: Client) => {
    const own = preparing(client);
    const run = runOn(own); // by the unit's own connection: what it wrote is found
    return createUnit({ ...same, db: asDb(own), searches: postgresSearches({ run, find: run, tables }) });
  };
  const units = createUnits(writers, unitOn);
  const reader = preparing(readers);
  const { memory, tell, joinSiblings, tellSiblings, onTouched, noticeOthers } = createTelling(() => touches.look());
  let checking: Promise<void> | undefined;
  const writeToSite = async ({ db }: Store) => {
    await db.update(tables.site).set({ id: sql`${tables.site.id}` });
  };

  const store: Store = {
    ...same,
    db: asDb(reader),
    memory,
    searches: postgresSearches({ run: runOn(reader), find: find ?? runOn(reader), tables }),
    transaction: async (work) => {
      const { value, touched, touch } = await units.run(work);
      if (touch !== undefined) touches.skip(touch);
      tell(touched);
      await tellSiblings(touched);
      return value;
    },
    // A copy lives on one connection, which nobody else writes by.
    snapshot: (work) =>
      open
        ? readAtOneMoment(open(), (client) => work(unitOn(client).store))
        : units.run(work).then(({ value }) => value),
    touch: () => {
      throw new Error('What a change touches is said inside its transaction');
    },
    onTouched,
    noticeOthers,
    joinSiblings,
    checkWritable: () => {
      checking ??= inTime(store.transaction(writeToSite), WRITABLE_WITHIN, NO_ANSWER).finally(() => {
        checking = undefined;
      });
      return checking;
    },
    close: () => units.whenOver().then(() => undefined),
  };
  const touches = await openTouchReader(store);
  return store;
};

/** A store that also disconnects when it is closed, or cannot be opened. */
export const closing = async (opening: Promise<Store>, disconnect: () => Promise<unknown>): Promise<Store> => {
  try {
    const store = await opening;
    const close = async () => {
      await store.close();
      await disconnect();
    };
    return { ...store, close };
  } catch (error) {
    await disconnect();
    throw error;
  }
};

/** Opens the store in a database, made and migrated where needed. */
export const openPostgres = async (url: string): Promise<Store> => {
  await migratePostgres(url);
  const [readers, writers] = [connect(url, READERS), connect(url, 1)];
  const searches = postgresSearchRunner(url);
  const disconnect = () => Promise.all([writers.end(), readers.end(), searches.close()]);
  const open = () => connect(url, 1, NO_LIMITS);
  return closing(createPostgresStore({ readers, writers, find: searches.run, open }), disconnect);
};
