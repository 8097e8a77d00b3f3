/** Opens a store, whatever its engine; only the driver of that one is loaded. */
import type { StoreAddress } from './address.ts';
import { type Fault, faultOf } from './faults.ts';
import { isLost } from './postgres-errors.ts';
import type { Store } from './store.ts';

/** A store that cannot be opened, and why, in words for the operator. */
export class StoreUnusable extends Error {}

/** What says in its code why a store fails: SQLite, PostgreSQL, the file system, the network, Galley itself. */
const TELLING = /^(?:SQLITE_.*|STORE_.*|E[A-Z]+|[0-9A-Z]{5})$/;

/** The fault behind an error, where it tells the operator all there is to tell; undefined: it is a fault of ours. */
export const storeFault = (error: unknown): Fault | undefined => {
  const fault = faultOf(error);
  return TELLING.test(fault.code ?? '') || isLost(fault) ? fault : undefined;
};

/** Does something with a store that may be unusable. Throws `StoreUnusable` where it is. */
export const orUnusable = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    const fault = storeFault(error);
    if (!fault) throw error;
    throw new StoreUnusable(fault.message || fault.code, { cause: error });
  }
};

const opening = (open: () => Promise<Store>): Promise<Store> =>
  orUnusable(async () => {
    const store = await open();
    try {
      await store.checkWritable();
      return store;
    } catch (error) {
      await store.close();
      throw error;
    }
  });

/** Opens a store, made and migrated where needed. Throws `StoreUnusable` where it cannot be used. */
export const openStore = (address: StoreAddress): Promise<Store> =>
  opening(async () => {
    if (address.engine === 'sqlite') return (await import('./sqlite.ts')).openSqlite(address.file);
    return (await import('./postgres.ts')).openPostgres(address.url);
  });

/**
 * Opens a copy of a store as it is now, while others go on writing, for work of which nothing may be kept: it is gone
 * when it is closed. Throws `StoreUnusable`.
 */
export const openCopy = (address: StoreAddress): Promise<Store> =>
  opening(async () => {
    if (address.engine === 'sqlite') return (await import('./sqlite-copy.ts')).openSqliteCopy(address.file);
    return (await import('./postgres-copy.ts')).openPostgresCopy(address.url);
  });
