/** Backups and the way back, as far as Galley makes them itself: those of a server are its own tools' work. */
import type { StoreAddress } from './address.ts';
import { type CopyOptions, unusable } from './store.ts';

/** `force`: a file that is there is replaced. */
export type BackupOptions = CopyOptions & { force?: boolean };

/** A backup that was made: of one moment between its start and its end. */
export type Backup = { file: string; startedAt: Date; endedAt: Date; bytes: number; articles: number };

/** A store that was brought back, and where that stands which was there before; null: nothing was. */
export type Restored = { file: string; kept: string | null; bytes: number; articles: number };

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** The address of a database as its tools take it, without what is secret: they ask for it. */
const serverOf = (url: string): string => {
  const address = new URL(url);
  address.password = '';
  for (const name of [...address.searchParams.keys()]) if (/pass/i.test(name)) address.searchParams.delete(name);
  return quoted(address.href);
};

/** Backs a store up into a file, while others write to it. On PostgreSQL it throws, and says what to run instead. */
export const backUp = async (address: StoreAddress, target: string, options: BackupOptions = {}): Promise<Backup> => {
  if (address.engine === 'sqlite')
    return (await import('./sqlite-backup.ts')).backUpSqlite(address.file, target, options);
  const command = `pg_dump --format=custom --file=${quoted(target)} ${serverOf(address.url)}`;
  throw unusable('STORE_OF_SERVER', `the store is on PostgreSQL; back it up with: ${command}`);
};

/**
 * Puts a backup in the place of a store that no process has open; what was there stays beside it. On PostgreSQL it throws,
 * and says what to run instead.
 */
export const restore = async (address: StoreAddress, from: string, options: CopyOptions = {}): Promise<Restored> => {
  if (address.engine === 'sqlite')
    return (await import('./sqlite-restore.ts')).restoreSqlite(address.file, from, options);
  const command = `pg_restore --no-owner --dbname=${serverOf(address.url)} ${quoted(from)}`;
  throw unusable('STORE_OF_SERVER', `the store is on PostgreSQL; into an empty database, restore with: ${command}`);
};

/** Does a piece of work that one process or thread at a time may do, by a file that says so; undefined where another does it. */
export const holdAlone = async <T>(file: string, work: () => Promise<T>): Promise<T | undefined> =>
  (await import('./sqlite-lock.ts')).holdLock(file, work);
