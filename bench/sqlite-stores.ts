/** Stores in files. */
import {
  constants,
  copyFileSync,
  existsSync,
  readFileSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import Database from 'better-sqlite3';
import { fillStore, labelOf } from './data.ts';
import { versionOf } from './machine.ts';
import type { Stores } from './stores.ts';

const sqliteVersion = (): string => {
  const connection = new Database(':memory:');
  const version = connection.prepare('select sqlite_version()').pluck().get();
  connection.close();
  return String(version);
};

const labelFile = (file: string) => `${file}.json`;

/** Those that are not to be used again are in a folder that is gone after the run. */
export const sqliteStores = (folder: string): Stores => ({
  engine: 'sqlite',
  facts: { sqlite: sqliteVersion(), 'better-sqlite3': versionOf('better-sqlite3') },
  open: async (articles, name, onProgress) => {
    const file = resolve(name ?? join(folder, `${articles}.db`));
    const address = { engine: 'sqlite', file } as const;
    if (existsSync(file)) {
      if (existsSync(labelFile(file)) && readFileSync(labelFile(file), 'utf8') === labelOf(articles)) return address;
      throw new Error(`${file} is no store of ${articles} articles made by this benchmark; name another, or remove it`);
    }
    try {
      await fillStore(address, articles, onProgress);
    } catch (error) {
      for (const part of ['', '-wal', '-shm']) rmSync(`${file}${part}`, { force: true });
      throw error;
    }
    writeFileSync(labelFile(file), labelOf(articles));
    return address;
  },
  copy: async (address) => {
    if (address.engine !== 'sqlite') throw new Error('This is no file');
    const { bavail, bsize } = statfsSync(folder);
    if (statSync(address.file).size * 1.5 > bavail * bsize) return undefined;
    const file = join(folder, 'written.db');
    copyFileSync(address.file, file, constants.COPYFILE_FICLONE);
    return { engine: 'sqlite', file };
  },
  keepApart: () => '',
  cpu: () => 0,
  end: async () => {},
});
