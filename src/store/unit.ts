/** Units of work, as far as the engines run them alike: one after the other, and what each touches is told when it is kept. */
import { setImmediate as pause } from 'node:timers/promises';
import type { Group } from '../core/groups.ts';
import type { Store } from './store.ts';

export type Unit = {
  store: Store;
  /** What was touched since it was asked last. */
  takeTouched(): ReadonlySet<Group>;
};

/**
 * Lets others have the event loop in the midst of a unit that does much: the embedded engine works in this thread. It is the
 * one thing beside its own queries that a unit awaits. That does no harm, for it ends by itself at the next turn of the
 * loop, and units run one after the other: who writes waits for this one as before, and who reads does so by another
 * connection, which sees nothing of it until it is kept.
 */
export const breathe = (): Promise<void> => pause();

/** The store of the units that run, one after the other, on one connection. */
export const createUnit = (parts: Pick<Store, 'db' | 'tables' | 'searches' | 'mergesUnions' | 'failureOf'>): Unit => {
  let touched = new Set<Group>();
  const store: Store = {
    ...parts,
    memory: null,
    transaction: (work) => work(store),
    snapshot: (work) => work(store),
    touch: (groups) => {
      for (const group of groups) touched.add(group);
    },
    onTouched: () => () => {},
    noticeOthers: () => undefined,
    joinSiblings: () => {},
    checkWritable: async () => {},
    close: async () => {},
  };
  return {
    store,
    takeTouched: () => {
      const taken = touched;
      touched = new Set();
      return taken;
    },
  };
};

/** Lets units run one after the other. */
export const createTurns = () => {
  let last: Promise<unknown> = Promise.resolve();
  return {
    take<T>(run: () => Promise<T>): Promise<T> {
      const result = last.then(run);
      // Queries may settle as microtasks: without a pause between units a queue of writers would hold up the event loop.
      last = result.catch(() => {}).then(() => pause());
      return result;
    },
    /** Resolves when those are over that wait by now. */
    whenOver: () => last,
  };
};
