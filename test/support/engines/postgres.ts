/** PostgreSQL, as the tests see it: each test has a database of its own, a copy of one that the run has made. */
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import type { StoreAddress } from '../../../src/store/address.ts';
import { connect, NO_LIMITS, type Pool } from '../../../src/store/postgres-connection.ts';
import { withDatabase } from '../postgres-server.ts';
import type { Engine, Plan, Ran } from './engine.ts';
import { type Explained, planFrom } from './postgres-plan.ts';

const urlOf = (address: StoreAddress): string => {
  if (address.engine !== 'postgres') throw new Error('This is no PostgreSQL database');
  return address.url;
};

/** A pool of one connection, whose statements may take their time. */
export const clientOf = (url: string): Pool => connect(url, 1, NO_LIMITS);

const numbered = (statement: string): string => {
  let last = 0;
  return statement.replaceAll('?', () => `$${++last}`);
};

/** The way all queries of the driver go, those of a pool with a callback. */
type Ask = (
  this: pg.Client,
  query: pg.QueryConfig | string,
  values?: unknown,
  done?: Done,
) => Promise<Rows> | undefined;
type Rows = { rows: unknown[] };
type Done = (error: Error | undefined, answer?: Rows) => void;
const queries = pg.Client.prototype as unknown as { query: Ask }; // its types have an overload for each form
const HANDS_BACK_ROWS = /^[\s(]*(?:select|with)\b|\breturning\b/i;
/** What a store asks now and then to notice others; SQLite has no rows for that. */
const IS_LOOKING = /^select [^;]* join "touches"/;

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
    await server.query(`create database ${name} template ${kind === 'migrated' ? source : 'template0'}`);
    return {
      address: { engine: 'postgres', url: withDatabase(template, name) },
      drop: async () => {
        await server.query(`drop database ${name} with (force)`);
        await server.end();
      },
    };
  },
  connect: async (address) => {
    const client = clientOf(urlOf(address));
    return {
      run: async (statement, ...values) => (await client.query(numbered(statement), values)).rows,
      close: () => client.end(),
    };
  },
  contentsOf: async (address) => {
    const client = clientOf(urlOf(address));
    const list = async (statement: string) => (await client.query(statement)).rows;
    const tables = await list("select tablename from pg_tables where schemaname = 'public' order by 1");
    const rows = [];
    for (const { tablename } of tables) rows.push(...(await list(`select t::text as row from ${tablename} t`)));
    await client.end();
    return Buffer.from(rows.map(({ row }) => row).join('\n'));
  },
  holdWrites: async (address) => {
    const client = clientOf(urlOf(address));
    await client.query('begin');
    await client.query('lock table site, articles in exclusive mode');
    return async () => {
      await client.query('rollback');
      await client.end();
    };
  },
  watch: (onRan) => {
    const { query: ask } = queries;
    queries.query = function (query, values, done) {
      const isPool = typeof done === 'function';
      const text = typeof query === 'string' ? query : query.text;
      if (!HANDS_BACK_ROWS.test(text) || IS_LOOKING.test(text)) return ask.call(this, query, values, done);
      const ran: Ran = { source: text, values: Array.isArray(values) ? values : [] };
      const heard = async (answer: Rows): Promise<Rows> => {
        await onRan(ran);
        return answer;
      };
      if (!isPool) return ask.call(this, query, values)?.then(heard);
      return ask.call(this, query, values, (error, answer) => {
        if (error || !answer) done(error, answer);
        else heard(answer).then((told) => done(undefined, told), done);
      });
    };
    return () => {
      queries.query = ask;
    };
  },
  planner: async (address) => {
    const client = clientOf(urlOf(address));
    await client.query('vacuum analyze');
    const explain = async ({ source, values }: Ran, ways: string[]): Promise<Plan> => {
      await client.query(['reset all', ...ways.map((way) => `set enable_${way} = off`)].join('; '));
      const { rows } = await client.query<Explained>(`explain (format json) ${source}`, values);
      const [row] = rows;
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
      close: () => client.end(),
    };
  },
});
