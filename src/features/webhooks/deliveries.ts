/** What can be done with what webhooks are sent: read, tested, sent once more. */
import { refuse } from '../../core/errors.ts';
import { formatMoment } from '../../core/moment.ts';
import type { Slice, Sliced } from '../../core/slice.ts';
import type { DeliveryStatus } from '../../store/delivery-tables.ts';
import type { Origin } from '../../store/events.ts';
import { keepOutcome } from '../../store/outcomes.ts';
import type { Parts, Store } from '../../store/store.ts';
import { readWebhook } from './actions.ts';
import { type DeliveryRow, findDelivery, insertDelivery, listDeliveries, updateDelivery } from './queries.ts';
import { newMessageId } from './rules.ts';

/** Reads one delivery; `not-found` also for one whose webhook is gone. */
export const readDelivery = async (store: Store, id: number): Promise<DeliveryRow> => {
  const delivery = await findDelivery(store, id);
  if (!delivery) throw refuse('not-found', `There is no delivery ${id}`);
  return delivery;
};

/** The deliveries of a webhook, the newest first; `not-found` where there is none. */
export const listDeliveriesOf = async (
  store: Store,
  webhookId: number,
  status: DeliveryStatus | undefined,
  slice: Slice,
): Promise<Sliced<DeliveryRow>> => {
  await readWebhook(store, webhookId);
  return listDeliveries(store, webhookId, status, slice);
};

/** Has a webhook sent a message that tells of nothing, whether it is switched on or not. */
export const testWebhook = ({ store, clock }: Parts, origin: Origin, webhookId: number): Promise<DeliveryRow> =>
  store.transaction(async (tx) => {
    const now = clock();
    await readWebhook(tx, webhookId);
    const type = 'webhook.test';
    const delivery = await insertDelivery(tx, {
      ...{ webhookId, eventId: null, messageId: newMessageId(), type, status: 'pending', tries: 0, attempts: [] },
      ...{ body: JSON.stringify({ type, timestamp: formatMoment(now), data: { webhookId } }) },
      ...{ dueAt: now, createdAt: now },
    });
    await keepOutcome(tx, origin, { kind: 'delivery', id: delivery.id }, now);
    return delivery;
  });

/**
 * Sends a delivery once more, with all its tries: the same message, so that a receiver who has it knows. One that is
 * to be tried anyway is left as it is.
 */
export const replayDelivery = ({ store, clock }: Parts, origin: Origin, id: number): Promise<DeliveryRow> =>
  store.transaction(async (tx) => {
    const now = clock();
    const delivery = await readDelivery(tx, id);
    await keepOutcome(tx, origin, { kind: 'delivery', id }, now);
    if (delivery.status === 'pending') return delivery;
    return updateDelivery(tx, id, { status: 'pending', tries: 0, dueAt: now, lease: null, endedAt: null });
  });
