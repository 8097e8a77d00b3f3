/** Looks at a SQLite store by one read transaction. */
import { existsSync } from 'node:fs';
import Database from 'better-sqlite3';
import type { Inspection, WordCheck } from './inspecting.ts';
import type { Corpus } from './search.ts';
import { storeOn } from './sqlite.ts';
import { listFaults } from './sqlite-copying.ts';
import { heldBy } from './sqlite-ours.ts';
import { columnsOf, WORDS } from './sqlite-search.ts';
import { unusable } from './store.ts';
import { breathe } from './unit.ts';

const PATIENCE = 5000;
const COLUMNS = ['title', 'heading', 'words'] as const;
/** A word as the tokenizer of the tables takes it. */
const WORD = /[A-Za-z0-9\u0080-\u{10ffff}]+/gu;

/** Two sums of what hashes the words of one and their places: in whatever order they come, the same words give the same. */
type Sums = { one: number; other: number };

const hashOf = (seed: number, column: number, place: number, word: string): number => {
  let hash = Math.imul(seed ^ Math.imul(column + 1, 0x9e3779b1) ^ Math.imul(place + 1, 0x85ebca6b), 0x01000193);
  for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ word.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (hash ^ (hash >>> 13)) >>> 0;
};

const add = (sums: Sums, column: number, place: number, word: string): void => {
  sums.one = (sums.one + hashOf(0x811c9dc5, column, place, word)) >>> 0;
  sums.other = (sums.other + hashOf(0x2545f491, column, place, word)) >>> 0;
};

const sumsOf = (columns: readonly string[]): Sums => {
  const sums = { one: 0, other: 0 };
  for (const [column, text] of columns.entries())
    for (const [place, word] of (text.match(WORD) ?? []).entries()) add(sums, column, place, word);
  return sums;
};

/** How many words are looked at before others have the event loop. */
const AT_ONCE = 50_000;

/** The index can be asked where each word stands, and not which words one has: so all of it is walked once. */
const checkWords = (connection: Database.Database, corpus: Corpus): WordCheck => {
  const table = WORDS[corpus];
  const expected = new Map<number, Sums | null>();
  const readSums = async (): Promise<Map<number, Sums>> => {
    const list = connection.prepare<[], number>(`select rowid from ${table}`).pluck();
    const found = new Map(list.all().map((id) => [id, { one: 0, other: 0 }]));
    connection.exec(
      `create virtual table if not exists temp.${table}_places using fts5vocab(main, ${table}, instance)`,
    );
    const walk = connection.prepare<[], [number, (typeof COLUMNS)[number], number, string]>(
      `select doc, col, offset, term from temp.${table}_places`,
    );
    let n = 0;
    for (const [id, column, place, word] of walk.raw().iterate()) {
      const sums = found.get(id);
      if (sums) add(sums, COLUMNS.indexOf(column), place, word);
      if (++n % AT_ONCE === 0) await breathe();
    }
    return found;
  };
  return {
    expect: async (entries) => {
      for (const [id, fields] of entries) expected.set(id, fields && sumsOf(columnsOf(fields)));
    },
    finish: async () => {
      const found = await readSums();
      const isOther = (id: number, sums: Sums) => {
        const there = found.get(id);
        return there !== undefined && (there.one !== sums.one || there.other !== sums.other);
      };
      const wanted = [...expected].filter((entry): entry is [number, Sums] => entry[1] !== null);
      return {
        lacking: wanted.flatMap(([id]) => (found.has(id) ? [] : [id])),
        other: wanted.flatMap(([id, sums]) => (isOther(id, sums) ? [id] : [])),
        needless: [...found.keys()].filter((id) => !expected.has(id)),
      };
    },
  };
};

/** Opens the store in a file to look at it. */
export const inspectSqlite = (file: string): Inspection => {
  if (!existsSync(file)) throw unusable('STORE_MISSING', `there is no store at ${file}`);
  const connection = new Database(file, { readonly: true, fileMustExist: true, timeout: PATIENCE });
  try {
    connection.exec('BEGIN');
    const held = heldBy(connection);
    if (held === 'nothing') throw unusable('STORE_MISSING', `there is no store in ${file}`);
    if (held === 'older') throw unusable('STORE_OLDER', 'it was last used by an older Galley: start this one once');
  } catch (error) {
    connection.close();
    throw error;
  }
  return {
    store: storeOn(connection, file),
    listFaults: async () => listFaults(connection),
    checkWords: (corpus) => checkWords(connection, corpus),
    close: async () => {
      connection.close();
    },
  };
};
