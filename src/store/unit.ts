/** Units of work, as far as the engines run them alike: one after the other, and what each touches is told when it is kept. */
import { setImmediate as pause } from 'node:timers/promises';
import type { Group } from '../core/groups.ts';
import { Timings } from '../core/timings.ts';
import { faultOf } from './faults.ts';
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
export const createUnit = (
  parts: Pick<Store, 'db' | 'tables' | 'searches' | 'mergesUnions' | 'failureOf' | 'turns'>,
): Unit => {
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

/** How units fare: how many wait for their turn, how long they waited for it, and how long each took from then on. */
export type TurnTimes = { readonly waiting: number; readonly waited: Timings; readonly ran: Timings };

/** How long a unit waits for those before it, in milliseconds: then its client is told that the store is busy. */
const LONGEST_QUEUE = 15_000;
const QUEUED_TOO_LONG = 'STORE_QUEUED';

/** Whether a unit was given up since those before it took too long. */
export const isQueuedTooLong = (error: unknown): boolean => faultOf(error).code === QUEUED_TOO_LONG;

/** Lets units run one after the other. */
export const createTurns = () => {
  let last: Promise<unknown> = Promise.resolve();
  const times = { waiting: 0, waited: new Timings(), ran: new Timings() };
  const runNow = async <T>(asked: number, run: () => Promise<T>): Promise<T> => {
    const began = performance.now();
    times.waiting--;
    times.waited.note((began - asked) / 1000);
    if (began - asked > LONGEST_QUEUE)
      throw Object.assign(new Error('The unit waited too long for those before it'), { code: QUEUED_TOO_LONG });
    try {
      return await run();
    } finally {
      times.ran.note((performance.now() - began) / 1000);
    }
  };
  return {
    times: times as TurnTimes,
    take<T>(run: () => Promise<T>): Promise<T> {
      times.waiting++;
      const asked = performance.now();
      const result = last.then(() => runNow(asked, run));
      // Queries may settle as microtasks: without a pause between units a queue of writers would hold up the event loop.
      last = result.catch(() => {}).then(() => pause());
      return result;
    },
    /** Resolves when those are over that wait by now. */
    whenOver: () => last,
  };
};
