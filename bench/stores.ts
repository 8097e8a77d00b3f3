/** The stores of a run, whatever the engine. */
import type { StoreAddress } from '../src/store/address.ts';

export const ENGINES = ['sqlite', 'postgres'] as const satisfies StoreAddress['engine'][];
export type EngineName = (typeof ENGINES)[number];

/** Told of each article stored. */
export type OnProgress = (stored: number) => void;

export type Stores = {
  engine: EngineName;
  /** What figures belong to: versions, and what is durable. */
  facts: Record<string, string>;
  /**
   * The store of so many articles; made where it is not there. One with a name is left behind, to be used again; throws
   * where something else has the name.
   */
  open(articles: number, name: string | undefined, onProgress: OnProgress): Promise<StoreAddress>;
  /** A copy of a store that nobody has open; undefined where there is no room for it. */
  copy(address: StoreAddress): Promise<StoreAddress | undefined>;
  /** Keeps a server of theirs on a core, where cores are kept apart; tells on which and why, nothing where there is none. */
  keepApart(): string;
  /** Microseconds of processor time that their server has taken so far: 0 where there is none, NaN where it cannot be told. */
  cpu(): number;
  /** Removes what is not to be used again. */
  end(): Promise<void>;
};

/** An address as a process is told it. */
export const urlOf = (address: StoreAddress): string =>
  address.engine === 'sqlite' ? `file:${address.file}` : address.url;

/** The stores of an engine: in a folder, or on the server of `database`. */
export const openStores = async (engine: EngineName, folder: string, database: string | undefined): Promise<Stores> => {
  if (engine === 'sqlite') return (await import('./sqlite-stores.ts')).sqliteStores(folder);
  return (await import('./postgres-stores.ts')).postgresStores(folder, database);
};
