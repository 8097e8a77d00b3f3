/** A copy of a store's file, for work of which nothing may be kept. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { openSqlite } from './sqlite.ts';
import type { Store } from './store.ts';

/** Copies the store in `file` to `copy`, as it is at one moment. Where there is no store yet there is nothing to copy. */
const copy = (file: string, to: string): void => {
  if (!existsSync(file)) return;
  const connection = new Database(file, { fileMustExist: true });
  try {
    connection.prepare('VACUUM INTO ?').run(to);
  } finally {
    connection.close();
  }
};

/** Opens a copy of the store in a file; a closed one leaves nothing behind. */
export const openSqliteCopy = (file: string): Store => {
  const directory = mkdtempSync(join(tmpdir(), 'galley-copy-'));
  const discard = () => rmSync(directory, { recursive: true });
  try {
    const copied = join(directory, 'galley.db');
    copy(file, copied);
    const store = openSqlite(copied);
    return {
      ...store,
      close: async () => {
        await store.close();
        discard();
      },
    };
  } catch (error) {
    discard();
    throw error;
  }
};
