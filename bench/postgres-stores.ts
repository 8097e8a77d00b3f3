/** Stores in databases, of a server that is named, or of one that is started for the run and thrown away. */
import { statfsSync } from 'node:fs';
import postgres from 'postgres';
import type { StoreAddress } from '../src/store/address.ts';
import { startServer } from '../test/support/postgres-server.ts';
import { fillStore, labelOf } from './data.ts';
import { versionOf } from './machine.ts';
import { cpuOfFamily, keepFamilyThere } from './process.ts';
import type { Stores } from './stores.ts';

/** What is acknowledged is on the disk; all else is as the server is made. */
const DURABLE = ['fsync', 'synchronous_commit', 'full_page_writes'];

const withDatabase = (url: string, database: string): string => {
  const other = new URL(url);
  other.pathname = `/${database}`;
  return other.href;
};

const nameIn = (address: StoreAddress): string => {
  if (address.engine !== 'postgres') throw new Error('This is no database');
  return new URL(address.url).pathname.slice(1);
};

/** Settings that figures depend on, as the server has them. */
const factsOf = async (sql: postgres.Sql): Promise<Record<string, string>> => {
  const show = async (name: string) => String((await sql.unsafe(`show ${name}`))[0]?.[name]);
  const [version = ''] = (await show('server_version')).split(' ');
  const told: string[] = [];
  for (const name of [...DURABLE, 'shared_buffers']) told.push(`${name} ${await show(name)}`);
  return { postgresql: `${version}, ${told.join(', ')}`, postgres: versionOf('postgres') };
};

/** The stores of a server: that of `database`, whose user may create databases, or one with its data in `folder`. */
export const postgresStores = async (folder: string, database: string | undefined): Promise<Stores> => {
  const own =
    database === undefined ? await startServer({ folder, settings: DURABLE.map((name) => `${name}=on`) }) : undefined;
  const url = database ?? (own?.url as string);
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  const made: string[] = [];
  const addressOf = (name: string): StoreAddress => ({ engine: 'postgres', url: withDatabase(url, name) });
  const create = async (name: string, template: string): Promise<StoreAddress> => {
    await sql`create database ${sql(name)} template ${sql(template)}`;
    return addressOf(name);
  };
  const drop = (name: string) => sql`drop database if exists ${sql(name)} with (force)`;
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
      const inside = postgres(withDatabase(url, name), { max: 1 });
      await inside`vacuum analyze`;
      await inside.end();
      await sql.unsafe(`comment on database "${name}" is '${labelOf(articles)}'`);
      return address;
    } catch (error) {
      await drop(name);
      throw error;
    }
  };

  const end = async () => {
    for (const name of made) await drop(name);
    await sql.end();
    await own?.stop();
  };
  try {
    return {
      engine: 'postgres',
      facts: await factsOf(sql),
      open: async (articles, name, onProgress) => {
        if (name === undefined) return make(passing(`${articles}_${made.length}`), articles, onProgress);
        if (own) throw new Error('A store is used again only on a server that stays: name it by --database');
        const [found] = await sql`
          select shobj_description(oid, 'pg_database') as label from pg_database where datname = ${name}`;
        if (!found) return make(name, articles, onProgress);
        if (found.label === labelOf(articles)) return addressOf(name);
        throw new Error(`${name} is no store of ${articles} articles made by this benchmark; name another, or drop it`);
      },
      copy: async (address) => {
        const name = nameIn(address);
        if (own) {
          const [{ size }] = await sql<[{ size: string }]>`select pg_database_size(${name}) as size`;
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
