/** Webhooks and what happens, written by hand, and one that delivers, at a clock that is moved. */
import { randomBytes } from 'node:crypto';
import type { Test } from 'tap';
import type { EventType } from '../../src/core/events.ts';
import { createDeliverer } from '../../src/features/webhooks/delivering.ts';
import type { WebhookRow } from '../../src/features/webhooks/queries.ts';
import type { GivenUp } from '../../src/features/webhooks/settling.ts';
import { createSender, type Sender } from '../../src/outgoing/sender.ts';
import { BY_ITSELF, recordEvents } from '../../src/store/events.ts';
import type { Store } from '../../src/store/store.ts';
import { openTestStore } from './database.ts';

export const newSecret = (): string => `whsec_${randomBytes(24).toString('base64')}`;

/** Writes a webhook that hears of all that happens from now on; returns its id. */
export const addWebhook = (store: Store, url: string, row: Partial<WebhookRow> = {}): Promise<number> =>
  store.transaction(async ({ db, tables: { webhooks, events } }) => {
    const seenEventId = await db.$count(events);
    const now = new Date();
    const made = { url, events: ['*' as const], active: true, secret: newSecret(), createdAt: now, updatedAt: now };
    const [written] = await db
      .insert(webhooks)
      .values({ ...made, seenEventId, ...row })
      .returning();
    return (written as WebhookRow).id;
  });

/** Lets things happen, in one unit. */
export const happen = (store: Store, types: EventType[], at = new Date()): Promise<void> =>
  store.transaction((tx) =>
    recordEvents(
      tx,
      BY_ITSELF,
      types.map((type, i) => ({ type, at, entityId: i + 1, version: 1, slug: `thing-${i + 1}`, live: true })),
    ),
  );

export const listDeliveries = ({ db, tables: { deliveries } }: Store) =>
  db.select().from(deliveries).orderBy(deliveries.id);

/** A store, a clock that begins now and is moved by hand, and deliverers. */
export const startDeliveries = async (t: Test, given?: Store) => {
  const store = given ?? (await openTestStore(t));
  const clock = {
    now: new Date(),
    advance(milliseconds: number) {
      this.now = new Date(this.now.getTime() + milliseconds);
    },
  };
  const parts = { store, clock: () => clock.now };
  const givenUp: GivenUp[] = [];
  const sender = createSender({ allowPrivate: true });
  t.teardown(() => sender.close());
  const newDeliverer = (by: Sender = sender) => {
    const deliverer = createDeliverer(parts, by, {
      onError: (error) => t.fail('Galley itself failed', { error }),
      onGivenUp: (one) => givenUp.push(one),
    });
    return {
      ...deliverer,
      /** Delivers what is due, and waits until it is settled. */
      deliver: async () => {
        await deliverer.work();
        await deliverer.whenIdle();
      },
    };
  };
  return { store, clock, parts, givenUp, newDeliverer, ...newDeliverer() };
};
