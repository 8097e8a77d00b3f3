/** A copy of a store's file, for work of which nothing may be kept. */
import { existsSync } from 'node:fs';
import Database from 'better-sqlite3';

/**
 * Copies the store in `file` to `copy`, as it is at one moment, while others go on writing. Where there is no store yet
 * there is nothing to copy: what opens `copy` makes an empty one.
 */
export const copySqlite = (file: string, copy: string): void => {
  if (!existsSync(file)) return;
  const connection = new Database(file, { fileMustExist: true });
  try {
    connection.prepare('VACUUM INTO ?').run(copy);
  } finally {
    connection.close();
  }
};
