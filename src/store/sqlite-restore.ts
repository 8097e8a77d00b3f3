/** How a backup takes the place of a SQLite file. Killed at any moment, it leaves the store before or the new one, whole. */
import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readSync,
  realpathSync,
  renameSync,
  statSync,
} from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { stampOf } from '../core/stamp.ts';
import type { Restored } from './backup.ts';
import { faultOf } from './faults.ts';
import { flush, linkNew, placeNew, placeOver } from './placing.ts';
import { partOf } from './sqlite-backup.ts';
import { copySqlite, discard, SIDE_FILES } from './sqlite-copying.ts';
import { type CopyOptions, unusable } from './store.ts';

/** What a file says that is no sound database. */
const DAMAGED = ['SQLITE_NOTADB', 'SQLITE_CORRUPT', 'SQLITE_IOERR_SHORT_READ'];

/** Whether a file begins as all databases do. */
const beginsAsDatabase = (file: string): boolean => {
  const [open, head] = [openSync(file, 'r'), Buffer.alloc(16)];
  try {
    readSync(open, head, 0, head.length, 0);
    return head.toString('latin1') === 'SQLite format 3\0';
  } finally {
    closeSync(open);
  }
};

/**
 * Takes a store for itself, until it is closed: all of it stands in its one file then. Throws `STORE_IN_USE` where another
 * process has it open. Undefined where the file is damaged so that SQLite cannot tell.
 */
const takeStore = (file: string): Database.Database | undefined => {
  if (!beginsAsDatabase(file)) return undefined; // SQLite would take it for empty, and delete what stands beside it
  const connection = new Database(file, { fileMustExist: true, timeout: 0 });
  try {
    connection.pragma('journal_mode = DELETE'); // which SQLite does only where nobody else has it open
    connection.exec('BEGIN EXCLUSIVE');
    return connection;
  } catch (error) {
    connection.close();
    const { code = '' } = faultOf(error);
    if (code.startsWith('SQLITE_BUSY'))
      throw unusable('STORE_IN_USE', `the store ${file} is in use: stop Galley, and all else that has it open, first`);
    if (DAMAGED.some((each) => code.startsWith(each))) return undefined;
    throw error;
  }
};

/** A name beside a store that is free, also with the ends of what stands beside it. */
const freeName = (file: string): string => {
  const name = `${file}.before-restore-${stampOf(new Date())}`;
  for (let n = 1; ; n++) {
    const free = n === 1 ? name : `${name}-${n}`;
    if (!['', ...SIDE_FILES].some((end) => existsSync(free + end))) return free;
  }
};

/**
 * Keeps what stands at the place of a store under another name, and what stands beside it: in a store that was taken there
 * is nothing; beside a damaged one, or where there is none, it may be all that is left.
 */
const keepOld = (file: string): string | null => {
  const there = ['', ...SIDE_FILES].filter((end) => existsSync(file + end));
  if (there.length === 0) return null;
  const kept = freeName(file);
  for (const end of there) {
    if (end !== '') renameSync(file + end, kept + end);
    else if (!linkNew(file, kept)) {
      copyFileSync(file, kept, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
      flush(kept);
    }
  }
  flush(dirname(file));
  return kept;
};

/** What the caches outside hold is of another time: the next start purges all of it. */
const forgetCaches = (copy: Database.Database): void => {
  const has = copy.prepare("select 1 from sqlite_master where name = 'purge_targets'").get();
  if (has) copy.exec('update purge_targets set touch_id = -1, lease = null, leased_until = null');
};

/** Gives the new file the rights of the one before: who restores may be another user than the one who serves. */
const sameRights = (file: string, part: string): void => {
  const { mode, uid, gid } = statSync(file);
  chmodSync(part, mode & 0o777);
  if (process.getuid?.() === 0) chownSync(part, uid, gid);
};

/** Puts a backup, once it is checked, in the place of a store that no process has open; see `restore`. */
export const restoreSqlite = async (file: string, from: string, options: CopyOptions): Promise<Restored> => {
  if (!existsSync(from)) throw unusable('ENOENT', `there is no file ${from}`);
  mkdirSync(dirname(file), { recursive: true });
  const isThere = existsSync(file);
  if (isThere && realpathSync(file) === realpathSync(from)) throw unusable('EEXIST', `${from} is the store itself`);
  const taken = isThere ? takeStore(file) : undefined; // from here on no process can open it
  const part = partOf(file);
  try {
    const copied = await copySqlite(from, part, options, forgetCaches).catch((error: unknown) => {
      if (options.signal?.aborted) throw error;
      const { code = '', message } = faultOf(error);
      const why = code === 'SQLITE_NOTADB' ? 'it is no backup of Galley' : message;
      throw unusable(code, `${from} cannot be restored: ${why}`);
    });
    if (isThere) sameRights(file, part);
    const kept = keepOld(file);
    if (isThere) placeOver(part, file);
    else placeNew(part, file); // a Galley that made a new store meanwhile keeps it
    return { file, kept, ...copied };
  } finally {
    discard(part);
    taken?.close();
  }
};
