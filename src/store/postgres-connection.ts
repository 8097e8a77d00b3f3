/** Connections to PostgreSQL, and which of their statements are kept prepared. */
import postgres from 'postgres';

/** A pool of connections, or what stands for one: all that queries need of it. */
export type Client = Pick<postgres.Sql, 'options' | 'unsafe'>;
export type Pool = postgres.Sql;

/** How long a connection may take to be made, in seconds. */
const CONNECT_WITHIN = 5;
/** What the server ends by itself, in ms: a statement that runs or waits too long, and a unit that does nothing. */
const LIMITS = { statement_timeout: 30_000, lock_timeout: 5_000, idle_in_transaction_session_timeout: 30_000 };
/** None of them: for what has to take its time. */
export const NO_LIMITS = { statement_timeout: 0, lock_timeout: 0, idle_in_transaction_session_timeout: 0 };

/** Settings as the server reads them: the driver would leave out those that are false or zero. */
const asTexts = (settings: Record<string, string | number | boolean>): Record<string, string> =>
  Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, String(value)]));

/** The type of moments, by the number that the server gives it. */
const TIMESTAMPTZ = 1184;

/** Opens a pool of at most `max` connections, each made when it is first needed. `parameters` are settings of the server, `options` those of postgres.js. */
export const connect = (
  url: string,
  max: number,
  parameters: Record<string, number | boolean> = {},
  options: postgres.Options<Record<string, never>> = {},
): Pool => {
  const pool = postgres(url, {
    ...options,
    max,
    connect_timeout: CONNECT_WITHIN,
    fetch_types: false,
    onnotice: () => {},
    connection: asTexts({
      ...{ application_name: 'galley', TimeZone: 'UTC', DateStyle: 'ISO' },
      jit: false, // compiling a statement takes longer than any of ours runs
      ...LIMITS,
      ...parameters,
    }),
  });
  pool.options.serializers[TIMESTAMPTZ] = (text) => text; // written by the columns; the driver's own reads no year before 1
  return pool;
};

/** How many texts of statements are watched for coming again, and how many that did are kept prepared. */
const MOST_WATCHED = 1000;
const MOST_PREPARED = 500;

/**
 * A client that prepares every statement whose text comes again: the server parses it once a connection then, and one
 * round trip is saved. Each connection keeps what it has prepared until it ends, so that their number has a bound.
 */
export const preparing = ({ options, unsafe }: Client): Client => {
  const watched = new Set<string>();
  const prepared = new Set<string>();
  const comesAgain = (text: string): boolean => {
    if (prepared.has(text)) return true;
    if (prepared.size < MOST_PREPARED && watched.delete(text)) {
      prepared.add(text);
      return true;
    }
    watched.add(text);
    if (watched.size > MOST_WATCHED) watched.delete(watched.values().next().value as string);
    return false;
  };
  return {
    options,
    unsafe: (text, values, asked) => unsafe(text, values, { ...asked, prepare: asked?.prepare || comesAgain(text) }),
  };
};
