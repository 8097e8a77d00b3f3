/** Thins out the record of what happened, once it was kept long enough. */
import { type Repeating, repeatFromNow } from '../../core/repeating.ts';
import type { Parts } from '../../store/store.ts';
import { findLastToPrune, pruneUpTo } from './pruning-queries.ts';

const DAY = 86_400_000;
const EVERY = 3_600_000;
/** How many events one transaction deletes: writers come in between. */
const AT_ONCE = 200;

/**
 * Deletes the events that were kept for so many days, the oldest first, but for those that others live on. `isStopped` is
 * asked between two transactions.
 */
export const pruneEvents = async ({ store, clock }: Parts, days: number, isStopped = () => false): Promise<void> => {
  const lastKept = () => new Date(clock().getTime() - days * DAY);
  while (!isStopped() && (await findLastToPrune(store, lastKept(), 1)) !== undefined) {
    await store.transaction(async (tx) => {
      const last = await findLastToPrune(tx, lastKept(), AT_ONCE);
      if (last !== undefined) await pruneUpTo(tx, last);
    });
  }
};

/** Thins out the record now and every hour, until `stop`. */
export const startPruning = (parts: Parts, days: number, onError: (error: unknown) => void): Repeating =>
  repeatFromNow((isStopped) => pruneEvents(parts, days, isStopped), EVERY, onError);
