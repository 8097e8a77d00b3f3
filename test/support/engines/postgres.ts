/** PostgreSQL, as the tests see it: each test has a database of its own, a copy of one that the run has made. */
import { randomUUID } from 'node:crypto';
import { drizzle } from 'drizzle-orm/postgres-js';
import connect, { type Sql } from 'postgres';
import type { StoreAddress } from '../../../src/store/address.ts';
import type { Engine, Plan, Ran } from './engine.ts';
import { type Explained, planFrom } from './postgres-plan.ts';

/** The same server, another of its databases. */
export const withDatabase = (url: string, database: string): string => {
  const other = new URL(url);
  other.pathname = `/${database}`;
  return other.href;
};

const urlOf = (address: StoreAddress): string => {
  if (address.engine !== 'postgres') throw new Error('This is no PostgreSQL database');
  return address.url;
};

/** A client of one connection, which sends and takes values as the store does. */
export const clientOf = (url: string): Sql => {
  const client = connect(url, { max: 1, onnotice: () => {} });
  drizzle({ client }); // it sets how the client encodes moments and JSON
  return client;
};

const numbered = (statement: string): string => {
  let last = 0;
  return statement.replaceAll('?', () => `$${++last}`);
};

/** What the driver's queries are, whoever sends them; this one is never sent. */
type Query = { executed: boolean; strings: string[]; args: unknown[]; resolve(rows: unknown): void };
const idle = connect({ max: 1 });
const queries = Object.getPrototypeOf(idle.unsafe('select 1')) as { handle(this: Query): Promise<void> };
const HANDS_BACK_ROWS = /^[\s(]*(?:select|with)\b|\breturning\b/i;
/** What a store asks now and then to notice others; SQLite has no rows for that. */
const IS_LOOKING = /^select [^;]* from "touches"/;

/**
 * What the planner is kept from, one set after the other: among few rows it reads all of them, whatever the indexes. The
 * least dear of its plans tells what the indexes allow.
 */
const KEPT_FROM = [
  [],
  ['seqscan'],
  ['seqscan', 'sort'],
  ['seqscan', 'indexscan'],
  ['seqscan', 'sort', 'bitmapscan', 'hashjoin', 'mergejoin', 'hashagg'],
];

/** How dear a plan is, beside others of the same statement: a table read through is the worst, then all of an index. */
const costOf = ({ dear }: Plan): number =>
  dear.reduce((sum, step) => sum + (/^scan \w+$/.test(step) ? 4 : step.startsWith('scan ') ? 3 : 2), 0);

/** The engine of a server, whose every database for a test is a copy of the one that `template` leads to. */
export const postgres = (template: string): Engine => ({
  make: async (kind) => {
    const source = new URL(template).pathname.slice(1);
    const name = `${source}_${randomUUID().replaceAll('-', '')}`;
    const server = clientOf(withDatabase(template, 'postgres'));
    await server.unsafe(`create database ${name} template ${kind === 'migrated' ? source : 'template0'}`);
    return {
      address: { engine: 'postgres', url: withDatabase(template, name) },
      drop: async () => {
        await server.unsafe(`drop database ${name} with (force)`);
        await server.end();
      },
    };
  },
  connect: async (address) => {
    const client = clientOf(urlOf(address));
    return {
      run: async (statement, ...values) => [...(await client.unsafe(numbered(statement), values as never[]))],
      close: () => client.end({ timeout: 5 }),
    };
  },
  contentsOf: async (address) => {
    const client = clientOf(urlOf(address));
    const tables = await client.unsafe("select tablename from pg_tables where schemaname = 'public' order by 1");
    const rows = [];
    for (const { tablename } of tables)
      rows.push(...(await client.unsafe(`select t::text as row from ${tablename} t`)));
    await client.end();
    return Buffer.from(rows.map(({ row }) => row).join('\n'));
  },
  holdWrites: async (address) => {
    const client = clientOf(urlOf(address));
    await client.unsafe('begin');
    await client.unsafe('lock table site, articles in exclusive mode');
    return async () => {
      await client.unsafe('rollback');
      await client.end();
    };
  },
  watch: (onRan) => {
    const { handle } = queries;
    queries.handle = function () {
      const ran: Ran = { source: this.strings[0] ?? '', values: this.args };
      if (!this.executed && HANDS_BACK_ROWS.test(ran.source) && !IS_LOOKING.test(ran.source)) {
        const resolve = this.resolve;
        this.resolve = (rows) => void Promise.resolve(onRan(ran)).then(() => resolve(rows));
      }
      return handle.call(this);
    };
    return () => {
      queries.handle = handle;
    };
  },
  planner: async (address) => {
    const client = clientOf(urlOf(address));
    await client.unsafe('vacuum analyze');
    const explain = async ({ source, values }: Ran, ways: string[]): Promise<Plan> => {
      await client.unsafe(['reset all', ...ways.map((way) => `set enable_${way} = off`)].join('; '));
      const [row] = await client.unsafe<Explained[]>(`explain (format json) ${source}`, values as never[]);
      if (!row) throw new Error('PostgreSQL explains nothing');
      return planFrom(row['QUERY PLAN'][0].Plan);
    };
    return {
      planOf: async (ran) => {
        const plans: Plan[] = [];
        for (const ways of KEPT_FROM) plans.push(await explain(ran, ways));
        const best = plans.reduce((one, other) => (costOf(other) < costOf(one) ? other : one));
        return { ...best, isCovered: plans.some(({ isCovered }) => isCovered) };
      },
      close: () => client.end({ timeout: 5 }),
    };
  },
});
