/** Stores as they are at one moment, for whoever looks whether all of one is sound: nothing is written. */
import type { StoreAddress } from './address.ts';
import type { Corpus, SearchedFields } from './search.ts';
import type { Store } from './store.ts';

/** What of a corpus is not as it must be, by ids: without words, with other words, and with words though it has none. */
export type WordFaults = { lacking: number[]; other: number[]; needless: number[] };

/** Compares the words that stand in full text with those that must stand there. */
export type WordCheck = {
  /** Says what must stand there of some; null: whatever stands there is right. */
  expect(entries: ReadonlyMap<number, SearchedFields | null>): Promise<void>;
  /** What is wrong, once all was said. */
  finish(): Promise<WordFaults>;
};

export type Inspection = {
  /** The store at the moment of the inspection. */
  store: Store;
  /** What the engine itself finds wrong, a line each: in its structure, in its indexes, references that lead nowhere. */
  listFaults(): Promise<string[]>;
  checkWords(corpus: Corpus): WordCheck;
  close(): Promise<void>;
};

/** Opens a store to look at it while others serve it. Throws where there is none, or one that this Galley does not know. */
export const openInspection = async (address: StoreAddress): Promise<Inspection> => {
  if (address.engine === 'sqlite') return (await import('./sqlite-inspecting.ts')).inspectSqlite(address.file);
  return (await import('./postgres-inspecting.ts')).inspectPostgres(address.url);
};
