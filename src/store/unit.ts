/** A store as a unit of work sees it, whatever the engine: what it touches is collected, to be told when it is kept. */
import type { Group } from '../core/groups.ts';
import type { Store } from './store.ts';

export type Unit = {
  store: Store;
  /** What was touched since it was asked last. */
  takeTouched(): ReadonlySet<Group>;
};

/** The store of the units that run, one after the other, on one connection. */
export const createUnit = (parts: Pick<Store, 'db' | 'tables' | 'search' | 'failureOf'>): Unit => {
  let touched = new Set<Group>();
  const store: Store = {
    ...parts,
    memory: null,
    transaction: (work) => work(store),
    touch: (groups) => {
      for (const group of groups) touched.add(group);
    },
    onTouched: () => () => {},
    noticeOthers: () => undefined,
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
