/** Which migrations a store has had, read without changing it. */
import { readFileSync } from 'node:fs';
import type { StoreAddress } from './address.ts';
import { orUnusable } from './open.ts';

/** `from`: the newest it has had, null where it is empty; `to`: the newest there is; `missing`: those in between, in order. */
export type Migrations = { from: string | null; to: string; missing: string[] };

type Journal = { entries: { tag: string; when: number }[] };

/** Reads where a store stands. Throws `StoreUnusable` where it cannot be reached. */
export const readMigrations = async (address: StoreAddress): Promise<Migrations> => {
  const file = new URL(`../../migrations/${address.engine}/meta/_journal.json`, import.meta.url);
  const { entries } = JSON.parse(readFileSync(file, 'utf8')) as Journal;
  const had = new Set(await orUnusable(() => listMoments(address)));
  const nameOf = (entry: Journal['entries'][number] | undefined) => entry?.tag ?? null;
  return {
    from: nameOf(entries.findLast(({ when }) => had.has(when))),
    to: nameOf(entries.at(-1)) as string, // there is one at least
    missing: entries.filter(({ when }) => !had.has(when)).map(({ tag }) => tag),
  };
};

/** When each migration that a store has had was made, in milliseconds since 1970. */
const listMoments = async (address: StoreAddress): Promise<number[]> =>
  address.engine === 'sqlite'
    ? (await import('./sqlite-ours.ts')).listMigrated(address.file)
    : (await import('./postgres-migrations.ts')).listMigrated(address.url);
