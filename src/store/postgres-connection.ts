/** Connections to PostgreSQL, and which of their statements are kept prepared. */
import pg from 'pg';

/** A query as the driver takes it, and of its answer what is used. */
type Query = pg.QueryConfig & { rowMode?: 'array' };
type Answer = { rows: pg.QueryResultRow[] };

/** A pool of connections, or what stands for one: all that queries need of it. */
export type Client = { query(query: Query | string, values?: unknown[]): Promise<Answer> };
export type Pool = pg.Pool;
export type Connection = pg.PoolClient;

/** How long a connection may take to be had, and how long one is kept that nobody needs, in milliseconds. */
const CONNECT_WITHIN = 5_000;
const KEPT_IDLE = 60_000;
/** How long an answer is waited for, in ms: past what the server itself allows, it is silent, as where its host is gone. */
const ANSWERED_WITHIN = 25_000;

/** What the server ends by itself, in ms: a statement that runs or waits too long, and a unit that does nothing: its node hangs. */
const LIMITS = { statement_timeout: 20_000, lock_timeout: 5_000, idle_in_transaction_session_timeout: 10_000 };
/** None of them: for what has to take its time. */
export const NO_LIMITS = { statement_timeout: 0, lock_timeout: 0, idle_in_transaction_session_timeout: 0 };

type ServerSettings = Record<string, string | number>;

const SETTINGS: ServerSettings = {
  ...{ TimeZone: 'UTC', DateStyle: 'ISO', search_path: 'public' },
  jit: 'off', // compiling a statement takes longer than any of ours runs
  ...LIMITS,
};

const asOptions = (settings: ServerSettings): string =>
  Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value}`)
    .join(' ');

/** An address without the settings of the server that stand in it, and those: the driver would take them instead of ours. */
const withoutOptions = (url: string): { connectionString: string; given: string } => {
  const address = new URL(url);
  const given = address.searchParams.get('options') ?? '';
  address.searchParams.delete('options');
  return { connectionString: address.href, given };
};

/** Opens a pool of at most `max` connections, each made when it is first needed; `settings` are those of the server. */
export const connect = (url: string, max: number, settings: ServerSettings = {}, keptIdle = KEPT_IDLE): Pool => {
  const { connectionString, given } = withoutOptions(url);
  const pool = new pg.Pool({
    connectionString,
    max,
    connectionTimeoutMillis: CONNECT_WITHIN,
    idleTimeoutMillis: keptIdle,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    ...(settings.statement_timeout !== 0 && { query_timeout: ANSWERED_WITHIN }),
    application_name: 'galley',
    options: `${given} ${asOptions({ ...SETTINGS, ...settings })}`.trim(),
  });
  // A lost connection fails the queries that use it, and the pool forgets it: nobody else has to hear of it.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
};

/** How many texts of statements are watched for coming again, and how many that did are kept prepared. */
const MOST_WATCHED = 1000;
const MOST_PREPARED = 500;

/** Tells apart what several clients prepare on one connection. */
let clients = 0;

/**
 * A client that prepares every statement whose text comes again: the server parses it once a connection then. Each
 * connection keeps what it has prepared until it ends, so that their number has a bound.
 */
export const preparing = (client: Client): Client => {
  const prefix = `galley_${clients++}_`;
  const watched = new Set<string>();
  const prepared = new Map<string, string>();
  const nameOf = (text: string, isToBePrepared: boolean): string | undefined => {
    const known = prepared.get(text);
    if (known !== undefined) return known;
    if (prepared.size < MOST_PREPARED && (watched.delete(text) || isToBePrepared)) {
      const name = prefix + prepared.size;
      prepared.set(text, name);
      return name;
    }
    watched.add(text);
    if (watched.size > MOST_WATCHED) watched.delete(watched.values().next().value as string);
    return undefined;
  };
  return {
    query: (query, values) =>
      asOurs(
        typeof query === 'string'
          ? client.query(query, values)
          : client.query({ ...query, name: nameOf(query.text, query.name !== undefined) }, values),
      ),
  };
};

/** Wraps the errors of the driver: those of its sockets have the codes that a caller's own have, who has gone. */
export const asOurs = <T>(work: Promise<T>): Promise<T> =>
  work.catch((error: unknown) => {
    throw new Error('The database failed', { cause: error });
  });
