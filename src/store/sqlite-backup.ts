/** A backup of a SQLite file, made while others write to it. */
import { randomBytes } from 'node:crypto';
import { existsSync, lstatSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Backup, BackupOptions } from './backup.ts';
import { faultOf } from './faults.ts';
import { placeNew, placeOver } from './placing.ts';
import { copySqlite, discard, SIDE_FILES } from './sqlite-copying.ts';
import { unusable } from './store.ts';

/** A name beside a file for what is to become it: nothing that ends so is a backup. */
export const partOf = (file: string): string => `${file}.${randomBytes(4).toString('hex')}.part`;

/** Where a path leads, once links in it are followed; itself, where there is nothing yet. */
const placeOf = (path: string): string =>
  existsSync(path) ? realpathSync(path) : join(realpathSync(dirname(path)), basename(path));

/** Throws where a backup must not be written to a place. */
const checkTarget = (file: string, target: string, force: boolean): void => {
  const directory = dirname(target);
  if (!existsSync(directory)) throw unusable('ENOENT', `there is no directory ${directory}`);
  const taken = ['', ...SIDE_FILES].map((end) => placeOf(file) + end);
  if (taken.includes(placeOf(target))) throw unusable('EEXIST', `${target} is the store itself`);
  const there = lstatSync(target, { throwIfNoEntry: false });
  if (!there) return;
  if (!force) throw unusable('EEXIST', `${target} is there already; --force replaces it`);
  if (!there.isFile()) throw unusable('EEXIST', `${target} is no file`);
  const open = SIDE_FILES.map((end) => target + end).find(existsSync);
  if (open) throw unusable('EEXIST', `${target} is in use: ${open} stands beside it`);
};

/**
 * Backs a store up into a file: what is there under its name is whole at any time. Throws as `copySqlite` does, and where
 * the place is taken.
 */
export const backUpSqlite = async (
  file: string,
  target: string,
  { force = false, ...options }: BackupOptions = {},
): Promise<Backup> => {
  if (!existsSync(file)) throw unusable('STORE_MISSING', `there is no store at ${file}`);
  checkTarget(file, target, force);
  const part = partOf(target);
  const startedAt = new Date();
  const copied = await copySqlite(file, part, options).catch((error: unknown) => {
    const { code = '' } = faultOf(error);
    if (code !== 'SQLITE_FULL' && code !== 'ENOSPC') throw error;
    throw unusable(code, `there is no room for the backup in ${dirname(target)}`);
  });
  try {
    if (force) placeOver(part, target);
    else placeNew(part, target);
  } finally {
    discard(part);
  }
  return { file: target, startedAt, endedAt: new Date(), ...copied };
};
