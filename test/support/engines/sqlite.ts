/** SQLite, as the tests see it: a file in a temporary directory. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { StoreAddress } from '../../../src/store/address.ts';
import { openSqlite } from '../../../src/store/sqlite.ts';
import type { Engine } from './engine.ts';

type Step = { detail: string };

const SEEK = /^SEARCH (\w+) (?:EXISTS )?USING (?:(INTEGER PRIMARY KEY)|(?:COVERING )?INDEX (\w+)) \((.*)\)/;
const WORDS = /^SCAN (\w+) VIRTUAL TABLE INDEX/;
const SCAN = /^SCAN (\w+)(?: (?:EXISTS )?USING (?:COVERING )?INDEX (\w+))?$/;
const COMBINES =
  /^(?:MERGE \(UNION(?: ALL)?\)|LIST SUBQUERY \d+|LEFT|RIGHT|(?:CORRELATED )?(?:SCALAR )?SUBQUERY \d+|CORRELATED SCALAR SUBQUERY \d+)$/;

/** A step as all engines tell it. */
const asPlan = (step: string): { seek?: string; dear?: string } => {
  const [, table, isById, index, by] = SEEK.exec(step) ?? [];
  if (table !== undefined) {
    if (isById) return { seek: `${table} (id=?)` };
    return { seek: `${index?.replace(/^sqlite_autoindex_(\w+)_1$/, '$1')} (${by})` }; // that of a primary key of several
  }
  const words = WORDS.exec(step);
  if (words) return { seek: `${words[1]} (words)` };
  const scan = SCAN.exec(step);
  if (scan) return { dear: `scan ${scan[1]}${scan[2] ? ` by ${scan[2]}` : ''}` };
  if (COMBINES.test(step)) return {};
  return { dear: step === 'USE TEMP B-TREE FOR ORDER BY' ? 'sort' : step };
};

const fileOf = (address: StoreAddress): string => {
  if (address.engine !== 'sqlite') throw new Error('This is no SQLite file');
  return address.file;
};

const statements = Object.getPrototypeOf(new Database(':memory:').prepare('select 1')) as Database.Statement;

/** The file of a store that holds nothing yet, which every test gets a copy of: to migrate takes longer. */
let template: Promise<Buffer> | undefined;
const readTemplate = async (file: string): Promise<Buffer> => {
  await openSqlite(file).close();
  return readFileSync(file);
};

export const sqlite: Engine = {
  make: async (kind, path) => {
    if (path !== undefined) return { address: { engine: 'sqlite', file: path }, drop: async () => {} };
    const directory = mkdtempSync(join(tmpdir(), 'galley-'));
    const file = join(directory, 'galley.db');
    if (kind === 'migrated') {
      template ??= readTemplate(join(directory, 'template.db'));
      writeFileSync(file, await template);
    }
    return {
      address: { engine: 'sqlite', file },
      drop: async () => rmSync(directory, { recursive: true }),
    };
  },
  connect: async (address) => {
    const connection = new Database(fileOf(address));
    return {
      run: (text, ...values) => {
        const statement = connection.prepare(text);
        if (statement.reader) return Promise.resolve(statement.all(...values) as Record<string, unknown>[]);
        statement.run(...values);
        return Promise.resolve([]);
      },
      close: async () => void connection.close(),
    };
  },
  contentsOf: async (address) => {
    const file = fileOf(address);
    return Buffer.concat([file, `${file}-wal`].filter(existsSync).map((each) => readFileSync(each)));
  },
  holdWrites: async (address) => {
    const connection = new Database(fileOf(address));
    connection.exec('begin immediate');
    return async () => {
      connection.close();
    };
  },
  watch: (onRan) => {
    const { all } = statements;
    statements.all = function (this: Database.Statement, ...values: unknown[]) {
      const rows = all.apply(this, values);
      void onRan({ source: this.source, values });
      return rows;
    };
    return () => {
      statements.all = all;
    };
  },
  planner: async (address) => {
    const connection = new Database(fileOf(address), { readonly: true });
    return {
      planOf: async ({ source, values }) => {
        const explained = connection.prepare(`explain query plan ${source}`).all(...values) as Step[];
        const steps = explained.map(({ detail }) => detail);
        const told = steps.map(asPlan);
        return {
          steps,
          seeks: told.flatMap(({ seek }) => seek ?? []),
          dear: told.flatMap(({ dear }) => dear ?? []),
          isCovered: steps.every((step) => !/^(?:SEARCH|SCAN) /.test(step) || step.includes('COVERING')),
        };
      },
      close: async () => void connection.close(),
    };
  },
};
