/** Puts what happened into the outbox: a delivery for each webhook that wants to hear of it, exactly once. */
import type { EventType } from '../../core/events.ts';
import type { Wanted } from '../../store/delivery-tables.ts';
import type { Store } from '../../store/store.ts';
import { type EventRow, listEventsAfter } from '../changes/queries.ts';
import { changeOf } from '../changes/rules.ts';
import { insertDeliveries, listBehind, moveSeen } from './outbox-queries.ts';
import type { NewDelivery } from './queries.ts';
import { newMessageId } from './rules.ts';

/** How many webhooks, events, and both together one unit settles at most, so that writers come in between. */
const MOST_WEBHOOKS = 50;
const MOST_EVENTS = 500;
const MOST_DELIVERIES = 1000;

const wants = (events: readonly Wanted[], type: string): boolean =>
  events.some((wanted) => wanted === '*' || wanted === type);

/** What is sent of an event, to all the same. */
const bodyOf = (event: EventRow): string => {
  const data = changeOf(event);
  return JSON.stringify({ type: data.type, timestamp: data.at, data });
};

const deliveryOf = (webhookId: number, event: EventRow, body: string, now: Date): NewDelivery => ({
  webhookId,
  eventId: event.id,
  messageId: newMessageId(),
  type: event.type as EventType,
  body,
  status: 'pending',
  tries: 0,
  attempts: [],
  dueAt: now,
  createdAt: now,
});

/**
 * Puts some of what happened into the outbox, within a unit; returns whether there may be more. Before a webhook is switched off or
 * wants to hear of something else, this gives it what it wanted so far.
 */
export const fillOutbox = async (tx: Store, now: Date): Promise<boolean> => {
  const behind = await listBehind(tx, MOST_WEBHOOKS);
  const [furthest] = behind;
  if (!furthest) return false;
  const limit = Math.min(MOST_EVENTS, Math.floor(MOST_DELIVERIES / behind.length));
  const events = await listEventsAfter(tx, furthest.seenEventId, limit);
  const rows = events.flatMap((event) => {
    const body = bodyOf(event);
    return behind
      .filter(({ seenEventId, events: wanted }) => seenEventId < event.id && wants(wanted, event.type))
      .map(({ id }) => deliveryOf(id, event, body, now));
  });
  await insertDeliveries(tx, rows);
  const last = events.at(-1);
  const ids = behind.map(({ id }) => id);
  if (last) await moveSeen(tx, ids, last.id);
  return true;
};

/** Whether something happened that is not in the outbox yet. */
export const isBehind = async (store: Store): Promise<boolean> => (await listBehind(store, 1)).length > 0;
