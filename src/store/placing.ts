/** How a finished file comes to its place, so that a power cut leaves the one before or the new one, whole. */
import { closeSync, existsSync, fsyncSync, linkSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';

/** Waits until what was written to a file, or to a directory, is on the disk. */
export const flush = (path: string): void => {
  const open = openSync(path, 'r');
  try {
    fsyncSync(open);
  } finally {
    closeSync(open);
  }
};

/** What a file system says that has no links. */
const NO_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'];
const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? '';

/** Gives a file a second name, which must be free (`EEXIST`); false where the file system has no links. */
export const linkNew = (from: string, to: string): boolean => {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (NO_LINKS.includes(codeOf(error))) return false;
    throw error;
  }
};

/** Moves a file, on the disk already, to a place that must be free (`EEXIST`), and waits until that is kept. */
export const placeNew = (from: string, to: string): void => {
  if (linkNew(from, to)) rmSync(from);
  else if (existsSync(to)) throw Object.assign(new Error(`${to} is there already`), { code: 'EEXIST' });
  else renameSync(from, to);
  flush(dirname(to));
};

/** Moves a file, on the disk already, over what stands there, and waits until that is kept. */
export const placeOver = (from: string, to: string): void => {
  renameSync(from, to);
  flush(dirname(to));
};
