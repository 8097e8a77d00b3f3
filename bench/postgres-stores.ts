/** Stores in databases, of a server that is named, or of one that is started for the run and thrown away. */
import { statfsSync } from 'node:fs';
import type { StoreAddress } from '../src/store/address.ts';
import { connect, NO_LIMITS, type Pool } from '../src/store/postgres-connection.ts';
import { startServer, withDatabase } from '../test/support/postgres-server.ts';
import { fillStore, labelOf } from './data.ts';
import { versionOf } from './machine.ts';
import { cpuOfFamily, keepFamilyThere } from './process.ts';
import type { Stores } from './stores.ts';

/** What is acknowledged is on the disk; all else is as the server is made. */
const DURABLE = ['fsync', 'synchronous_commit', 'full_page_writes'];

const nameIn = (address: StoreAddress): string => {
  if (address.engine !== 'postgres') throw new Error('This is no database');
  return new URL(address.url).pathname.slice(1);
};

/** Settings that figures depend on, as the server has them. */
const factsOf = async (client: Pool): Promise<Record<string, string>> => {
  const show = async (name: string) => String((await client.query(`show ${name}`)).rows[0]?.[name]);
  const [version = ''] = (await show('server_version')).split(' ');
  const told: string[] = [];
  for (const name of [...DURABLE, 'shared_buffers']) told.push(`${name} ${await show(name)}`);
  return { postgresql: `${version}, ${told.join(', ')}`, pg: versionOf('pg') };
};

/** The stores of a server: that of `database`, whose user may create databases, or one with its data in `folder`. */
export const postgresStores = async (folder: string, database: string | undefined): Promise<Stores> => {
  const own =
    database === undefined ? await startServer({ folder, settings: DURABLE.map((name) => `${name}=on`) }) : undefined;
  const url = database ?? (own?.url as string);
  const client = connect(url, 1, NO_LIMITS);
  const made: string[] = [];
  const addressOf = (name: string): StoreAddress => ({ engine: 'postgres', url: withDatabase(url, name) });
  const create = async (name: string, template: string): Promise<StoreAddress> => {
    await client.query(`create database "${name}" template "${template}"`);
    return addressOf(name);
  };
  const drop = (name: string) => client.query(`drop database if exists "${name}" with (force)`);
  const passing = (what: string): string => {
    const name = `galley_bench_${process.pid}_${what}`;
    made.push(name);
    return name;
  };

  const make = async (name: string, articles: number, onProgress: (stored: number) => void): Promise<StoreAddress> => {
    const address = await create(name, 'template0');
    try {
      await fillStore(address, articles, onProgress);
      // What the server does by itself within minutes, and plans depend on.
      const inside = connect(withDatabase(url, name), 1, NO_LIMITS);
      await inside.query('vacuum analyze');
      await inside.end();
      await client.query(`comment on database "${name}" is '${labelOf(articles)}'`);
      return address;
    } catch (error) {
      await drop(name);
      throw error;
    }
  };

  const end = async () => {
    for (const name of made) await drop(name);
    await client.end();
    await own?.stop();
  };
  try {
    return {
      engine: 'postgres',
      facts: await factsOf(client),
      open: async (articles, name, onProgress) => {
        if (name === undefined) return make(passing(`${articles}_${made.length}`), articles, onProgress);
        if (own) throw new Error('A store is used again only on a server that stays: name it by --database');
        const label = "select shobj_description(oid, 'pg_database') as label from pg_database where datname = $1";
        const [found] = (await client.query(label, [name])).rows;
        if (!found) return make(name, articles, onProgress);
        if (found.label === labelOf(articles)) return addressOf(name);
        throw new Error(`${name} is no store of ${articles} articles made by this benchmark; name another, or drop it`);
      },
      copy: async (address) => {
        const name = nameIn(address);
        if (own) {
          const [{ size }] = (await client.query('select pg_database_size($1) as size', [name])).rows;
          const { bavail, bsize } = statfsSync(folder);
          if (Number(size) * 2 > bavail * bsize) return undefined; // the copy goes through the log
        }
        return create(passing('written'), name);
      },
      keepApart: () => {
        if (!own) return 'PostgreSQL where it was started';
        keepFamilyThere(own.pid);
        return 'PostgreSQL on that of the server, as SQLite is: both engines have the same machine';
      },
      cpu: () => (own ? cpuOfFamily(own.pid) : Number.NaN),
      end,
    };
  } catch (error) {
    await end();
    throw error;
  }
};
