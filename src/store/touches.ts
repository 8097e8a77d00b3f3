/** What commits touched: told within this process at each commit, to other processes by a table that each engine reads its own way. */
import type { Group } from '../core/groups.ts';
import { inTime } from '../core/in-time.ts';
import type { Origin } from './events.ts';
import { Memory } from './memory.ts';
import type { Store } from './store.ts';

/** Touched groups; `'all'`: nobody knows any more what was touched. */
export type Touched = ReadonlySet<Group> | 'all';
export type TouchListener = (touched: Touched) => void;

/** The other processes that serve together with this one, by a way that is faster than to look. */
export type Siblings = {
  /** Resolves once all have heard what a unit of this process touched, or as long has passed as they may go without a look. */
  tell(touched: ReadonlySet<Group>): Promise<void>;
  /** Hears what units of theirs have touched. */
  onTold(listener: (touched: ReadonlySet<Group>) => void): void;
};

/** Says which cache groups a transaction touches, to the store and to whoever asked for the change. */
export const touch = (tx: Store, { touched }: Origin, groups: readonly Group[]): void => {
  tx.touch(groups);
  for (const group of groups) touched?.add(group);
};

/** How often it is looked whether other processes have written, and how long that may take, in milliseconds. */
export const LOOK_EVERY = 250;
const LOOK_WITHIN = 2000;
/** What is said of a store that is silent. */
export const NO_ANSWER = 'The store did not answer in time';

/** The parts of a store by which a commit is told, whatever the engine; `look` finds what other processes have committed. */
export const createTelling = (look: () => Promise<Touched> | undefined) => {
  const memory = new Memory();
  const listeners = new Set<TouchListener>();
  const tell = (touched: Touched): void => {
    if (touched !== 'all' && touched.size === 0) return;
    memory.forget(touched);
    for (const listener of listeners) listener(touched);
  };
  let siblings: Siblings | undefined;
  let lookedAt = performance.now();
  let noticing: Promise<void> | undefined;
  return {
    memory,
    tell,
    joinSiblings: (others: Siblings): void => {
      siblings = others;
      others.onTold(tell);
    },
    /** Has siblings hear what a unit touched, after this process has: not within its turn, as others wait for that. */
    tellSiblings: async (touched: ReadonlySet<Group>): Promise<void> => {
      if (touched.size > 0) await siblings?.tell(touched);
    },
    onTouched: (listener: TouchListener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    noticeOthers: (): Promise<void> | undefined => {
      const now = performance.now();
      if (noticing || now - lookedAt < LOOK_EVERY) return noticing;
      const looking = look();
      lookedAt = now;
      if (!looking) return undefined;
      // What is found too late is told all the same: the next look begins behind it.
      noticing = inTime(looking.then(tell), LOOK_WITHIN, NO_ANSWER)
        .catch((error: unknown) => {
          lookedAt = Number.NEGATIVE_INFINITY; // nobody is told anything until it is known again what is true
          throw error;
        })
        .finally(() => {
          noticing = undefined;
        });
      return noticing;
    },
  };
};
