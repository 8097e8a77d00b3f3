/** Forgets where comments came from once that was kept long enough. */
import { type Repeating, repeatFromNow } from '../../core/repeating.ts';
import type { Parts } from '../../store/store.ts';
import { eraseMarks, listWithAddress } from './retention-queries.ts';

const DAY = 86_400_000;
const EVERY = 300_000;
/** How many comments one transaction writes: writers come in between. */
const AT_ONCE = 200;

/**
 * Erases the hashes of addresses that were kept for so many days, the oldest first; 0 days: all of them. `isStopped` is
 * asked between two transactions.
 */
export const forgetAddresses = async (
  { store, clock }: Parts,
  days: number,
  isStopped = () => false,
): Promise<void> => {
  const lastKept = () => new Date(clock().getTime() - days * DAY);
  while (!isStopped() && (await listWithAddress(store, lastKept(), 1)).length > 0) {
    await store.transaction(async (tx) => eraseMarks(tx, await listWithAddress(tx, lastKept(), AT_ONCE)));
  }
};

/** Forgets addresses now and every few minutes, until `stop`. */
export const startForgetting = (parts: Parts, days: number, onError: (error: unknown) => void): Repeating =>
  repeatFromNow((isStopped) => forgetAddresses(parts, days, isStopped), EVERY, onError);
