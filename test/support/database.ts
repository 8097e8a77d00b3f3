/**
 * The engine that a run of the tests is about, hidden: SQLite, or PostgreSQL in `npm run test:postgres`, which says by
 * `TEMPLATE` where its server is. What is about one engine alone stands in test/store, in a file that is named for it.
 */
import { join } from 'node:path';
import type { Test } from 'tap';
import type { StoreAddress } from '../../src/store/address.ts';
import { openStore } from '../../src/store/open.ts';
import type { Store } from '../../src/store/store.ts';
import type { Connection, Engine, Made, Plan, Planner, Ran } from './engines/engine.ts';
import { TEMPLATE } from './template.ts';

const template = process.env[TEMPLATE];
export const engine: Engine =
  template === undefined
    ? (await import('./engines/sqlite.ts')).sqlite
    : (await import('./engines/postgres.ts')).postgres(template);

/** A database of its own for a test, gone after it; `empty` where a process is to find nothing in it. */
export const newDatabase = async (t: Test, kind: 'migrated' | 'empty' = 'migrated'): Promise<StoreAddress> => {
  const { address, drop } = await engine.make(kind);
  t.teardown(drop);
  return address;
};

const inDirectories = new Map<string, Promise<Made>>();

/** The database of the processes that run in a directory, the same for all of them; empty at first, and gone after the test. */
export const databaseIn = async (t: Test, directory: string, name = 'galley'): Promise<StoreAddress> => {
  const path = join(directory, `data/${name}.db`);
  let made = inDirectories.get(path);
  if (!made) {
    made = engine.make('empty', path);
    inDirectories.set(path, made);
    t.teardown((await made).drop);
  }
  return (await made).address;
};

/** An address as a process is told it. */
export const urlOf = (address: StoreAddress): string =>
  address.engine === 'sqlite' ? `file:${address.file}` : address.url;

/** Opens a store until the test ends: in a database of its own, or in one that others have open too. */
export const openTestStore = async (t: Test, address?: StoreAddress): Promise<Store> => {
  const store = await openStore(address ?? (await newDatabase(t)));
  t.teardown(() => store.close());
  return store;
};

/** A connection beside those of a store, as another process has one; closed with the test. */
export const connectBeside = async (t: Test, address: StoreAddress): Promise<Connection> => {
  const connection = await engine.connect(address);
  t.teardown(() => connection.close());
  return connection;
};

/** Watches every query that hands back rows, on any connection of this process, until the test ends. */
export const watchStatements = (t: Test, address: StoreAddress) => {
  const ran: Ran[] = [];
  let interruption: { left: number; work: () => Promise<unknown> } | undefined;
  const end = engine.watch((statement) => {
    ran.push(statement);
    if (!interruption || interruption.left-- > 0) return undefined;
    const { work } = interruption;
    interruption = undefined;
    return work().then(() => undefined);
  });
  t.teardown(end);
  let planner: Promise<Planner> | undefined;
  t.teardown(async () => (await planner)?.close());
  return {
    /** Does a piece of work, and tells what it ran, in order. */
    async during<T>(work: () => Promise<T>): Promise<{ answer: T; ran: Ran[] }> {
      ran.length = 0;
      const answer = await work();
      return { answer, ran: [...ran] };
    },
    /** Does something right after so many more statements; returns whether it came to that yet, and gives it up. */
    interrupt(after: number, work: () => Promise<unknown>): () => boolean {
      const mine = { left: after, work };
      interruption = mine;
      return () => {
        const isDone = interruption !== mine;
        interruption = undefined;
        return isDone;
      };
    },
    /** How statements that ran are run: all their steps. It counts on the rows that there are at its first use. */
    async planOf(statements: readonly Ran[]): Promise<Plan> {
      planner ??= engine.planner(address);
      const { planOf } = await planner;
      const plans: Plan[] = [];
      for (const statement of statements) plans.push(await planOf(statement));
      return {
        steps: plans.flatMap(({ steps }) => steps),
        seeks: plans.flatMap(({ seeks }) => seeks),
        dear: plans.flatMap(({ dear }) => dear),
        isCovered: plans.every(({ isCovered }) => isCovered),
      };
    },
  };
};
