/** Writes what came of tries, those that ended together in one unit. */
import type { Store } from '../../store/store.ts';
import { findHeld, settleDelivery, switchOffGone, type Taken } from './outbox-queries.ts';
import { saysGone, settledBy, type Tried } from './retry-rules.ts';

/** A try that is over. */
export type Ended = { taken: Taken; tried: Tried };

/** A delivery that is not tried again, as the log tells it: no address, which may hold a secret. */
export type GivenUp = Pick<Tried, 'status' | 'fault'> & {
  deliveryId: number;
  webhookId: number;
  event: string;
  tries: number;
};

const settle = async (tx: Store, { taken, tried }: Ended, now: Date): Promise<GivenUp | undefined> => {
  const held = await findHeld(tx, taken);
  if (!held) return undefined;
  const settlement = settledBy(held, tried, now, Math.random());
  await settleDelivery(tx, taken, settlement);
  if (saysGone(tried)) await switchOffGone(tx, taken, now);
  if (settlement.status !== 'failed') return undefined;
  const { status, fault } = tried;
  return { deliveryId: taken.id, webhookId: taken.webhookId, event: held.type, tries: held.tries, status, fault };
};

/** Settles tries within a unit; returns what is given up. What is left to others since is theirs to settle. */
export const settleAll = async (tx: Store, ended: readonly Ended[], now: Date): Promise<GivenUp[]> => {
  const givenUp: GivenUp[] = [];
  for (const one of ended) {
    const lost = await settle(tx, one, now);
    if (lost) givenUp.push(lost);
  }
  return givenUp;
};
