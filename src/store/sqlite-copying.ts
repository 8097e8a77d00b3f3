/** Copies of a SQLite file that is in use: whole, of one moment, checked, and on the disk. */
import { closeSync, openSync, rmSync, statSync } from 'node:fs';
import Database from 'better-sqlite3';
import { flush } from './placing.ts';
import { heldBy } from './sqlite-ours.ts';
import { type CopyOptions, unusable } from './store.ts';

/** How many pages are copied before others have the event loop; how much is written before it is waited for, in bytes. */
const PAGES_AT_ONCE = 100;
const FLUSH_EVERY = 8 * 1024 ** 2;
/** How long a lock is waited for, in milliseconds. */
const PATIENCE = 5000;

/** What stands beside a SQLite file while it is open, and after its process was killed. */
export const SIDE_FILES = ['-journal', '-wal', '-shm'];

/** Deletes a file of ours that is of no use, and all beside it. */
export const discard = (file: string): void => {
  for (const end of ['', ...SIDE_FILES]) rmSync(file + end, { force: true });
};

/** What is wrong with a file, a line each: its structure, its indexes and full text, and references that lead nowhere. */
export const listFaults = (connection: Database.Database): string[] => {
  const integrity = connection.pragma('integrity_check') as { integrity_check: string }[];
  const dangling = connection.pragma('foreign_key_check') as { table: string; rowid: number | null; parent: string }[];
  return [
    ...integrity.map((row) => row.integrity_check).filter((text) => text !== 'ok'),
    ...dangling.map(({ table, rowid, parent }) => `row ${rowid} of ${table} refers to no row of ${parent}`),
  ];
};

/** Copies what one read transaction sees: others write on meanwhile, and the copy never begins anew for it. */
const transfer = async (from: string, to: string, { signal, onProgress }: CopyOptions): Promise<void> => {
  const source = new Database(from, { readonly: true, fileMustExist: true, timeout: PATIENCE });
  try {
    source.exec('BEGIN');
    if (heldBy(source) === 'nothing') throw unusable('STORE_MISSING', 'it holds nothing');
    const pageSize = source.pragma('page_size', { simple: true }) as number;
    let flushed = 0;
    await source.backup(to, {
      progress: ({ totalPages, remainingPages }) => {
        signal?.throwIfAborted();
        const [copied, total] = [(totalPages - remainingPages) * pageSize, totalPages * pageSize];
        onProgress?.({ copied, total });
        if (copied - flushed >= FLUSH_EVERY) {
          flush(to); // all at the end, it would hold up every commit of those who write meanwhile
          flushed = copied;
        }
        return PAGES_AT_ONCE;
      },
    });
  } finally {
    source.close();
  }
};

export type Copied = { bytes: number; articles: number };

/**
 * Copies the store in a file, as it is at one moment after the call, to a new file, which needs no other beside it. `finish`
 * changes the copy before it is checked. Throws, and leaves nothing, where the source is no store of Galley, where the copy
 * is not sound (`STORE_DAMAGED`), where there is no room, and where `signal` ends it: then its reason.
 */
export const copySqlite = async (
  from: string,
  to: string,
  options: CopyOptions,
  finish = (_copy: Database.Database): void => {},
): Promise<Copied> => {
  const { mode } = statSync(from);
  closeSync(openSync(to, 'wx', mode & 0o777)); // whoever may read the store may read its copy, and nobody else
  try {
    await transfer(from, to, options);
    options.signal?.throwIfAborted();
    const copy = new Database(to, { fileMustExist: true });
    try {
      copy.pragma('journal_mode = DELETE');
      finish(copy);
      const [fault, ...others] = listFaults(copy);
      const more = others.length > 0 ? ` (and ${others.length} more)` : '';
      if (fault) throw unusable('STORE_DAMAGED', `it is damaged: ${fault}${more}`);
      const articles = copy.prepare('select count(*) from articles').pluck().get() as number;
      options.signal?.throwIfAborted();
      return { articles, bytes: statSync(to).size };
    } finally {
      copy.close();
      flush(to);
    }
  } catch (error) {
    discard(to);
    throw error;
  }
};
