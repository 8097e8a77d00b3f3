/** Forgets deliveries once they were kept long enough. */
import { type Repeating, repeatFromNow } from '../../core/repeating.ts';
import type { Parts } from '../../store/store.ts';
import { deleteDeliveries, listEndedBy } from './outbox-queries.ts';

const DAY = 86_400_000;
const EVERY = 3_600_000;
/** How many one transaction deletes, so that writers come in between. */
const AT_ONCE = 200;

/** Deletes deliveries that ended so many days ago, the oldest first. `isStopped` is asked between two transactions. */
export const forgetDeliveries = async (
  { store, clock }: Parts,
  days: number,
  isStopped = () => false,
): Promise<void> => {
  const lastKept = () => new Date(clock().getTime() - days * DAY);
  while (!isStopped() && (await listEndedBy(store, lastKept(), 1)).length > 0) {
    await store.transaction(async (tx) => deleteDeliveries(tx, await listEndedBy(tx, lastKept(), AT_ONCE)));
  }
};

/** Forgets deliveries now and every hour, until `stop`. */
export const startForgettingDeliveries = (parts: Parts, days: number, onError: (error: unknown) => void): Repeating =>
  repeatFromNow((isStopped) => forgetDeliveries(parts, days, isStopped), EVERY, onError);
