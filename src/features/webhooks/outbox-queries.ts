/** How deliveries are written, taken and settled. */
import { and, asc, count, desc, eq, exists, inArray, isNull, lt, lte, or, sql } from 'drizzle-orm';
import { prepared } from '../../store/prepared.ts';
import type { Store } from '../../store/store.ts';
import type { DeliveryRow, NewDelivery, WebhookRow } from './queries.ts';
import type { Settlement } from './retry-rules.ts';

/** How many rows a statement writes: more have more values than an engine binds. */
const ROWS_AT_ONCE = 100;

/** A webhook for which it is not settled yet whether it is told of the last events. */
export type Behind = Pick<WebhookRow, 'id' | 'events' | 'seenEventId'>;

const behind = prepared(({ db, tables: { webhooks, events } }) => {
  const { id, active, seenEventId } = webhooks;
  const last = db.select({ id: events.id }).from(events).orderBy(desc(events.id)).limit(1);
  return db
    .select({ id, events: webhooks.events, seenEventId })
    .from(webhooks)
    .where(and(eq(active, true), lt(seenEventId, last)))
    .orderBy(asc(seenEventId), asc(id))
    .limit(sql.placeholder('limit'));
});

/** The webhooks that are behind what happened, the furthest behind first. */
export const listBehind = (store: Store, limit: number): Promise<Behind[]> => behind(store, { limit });

/** Notes up to which event it is settled what these webhooks are told. */
export const moveSeen = async (
  { db, tables: { webhooks } }: Store,
  ids: readonly number[],
  seenEventId: number,
): Promise<void> => {
  await db
    .update(webhooks)
    .set({ seenEventId })
    .where(and(inArray(webhooks.id, [...ids]), lt(webhooks.seenEventId, seenEventId)));
};

/** Writes what is to be delivered; what stands there already is left as it is. */
export const insertDeliveries = async (
  { db, tables: { deliveries } }: Store,
  rows: readonly NewDelivery[],
): Promise<void> => {
  for (let i = 0; i < rows.length; i += ROWS_AT_ONCE)
    await db
      .insert(deliveries)
      .values(rows.slice(i, i + ROWS_AT_ONCE))
      .onConflictDoNothing();
};

const wanting = prepared(({ db, tables: { webhooks, deliveries } }) => {
  const now = sql.param(sql.placeholder('now'), deliveries.dueAt);
  const { webhookId, eventId, dueAt } = deliveries;
  const someDue = (ofKind?: ReturnType<typeof isNull>) =>
    exists(
      db
        .select({ one: sql`1` })
        .from(deliveries)
        .where(and(eq(webhookId, webhooks.id), ofKind, lte(dueAt, now))),
    );
  return db
    .select({ id: webhooks.id, active: webhooks.active })
    .from(webhooks)
    .where(or(and(eq(webhooks.active, true), someDue()), someDue(isNull(eventId))))
    .orderBy(asc(webhooks.id));
});

/** The webhooks to which something is to be sent by now. One that is switched off is sent tests alone: the rest waits. */
export const listWanting = (store: Store, now: Date): Promise<Pick<WebhookRow, 'id' | 'active'>[]> =>
  wanting(store, { now });

/** What of a webhook and a delivery is sent and signed. */
export type Signed = Pick<WebhookRow, 'secret' | 'previousSecret' | 'previousSecretUntil'> &
  Pick<DeliveryRow, 'messageId' | 'body'>;

/** A delivery that is left to this process. */
export type Taken = Signed & Pick<WebhookRow, 'url'> & Pick<DeliveryRow, 'id' | 'webhookId'> & { lease: string };

/** The ids of what is to be sent to a webhook by now, the longest due first. */
const listDue = async (
  { db, tables: { deliveries } }: Store,
  { id, active }: Pick<WebhookRow, 'id' | 'active'>,
  now: Date,
  limit: number,
): Promise<number[]> => {
  const { webhookId, eventId, dueAt } = deliveries;
  const rows = await db
    .select({ id: deliveries.id })
    .from(deliveries)
    .where(and(eq(webhookId, id), active ? undefined : isNull(eventId), lte(dueAt, now)))
    .orderBy(asc(dueAt), asc(deliveries.id))
    .limit(limit);
  return rows.map((row) => row.id);
};

/** Leaves what is due of a webhook to the holder of a lease, until a moment, and counts the try that it begins. */
export const takeDue = async (
  store: Store,
  webhook: Pick<WebhookRow, 'id' | 'active'>,
  { lease, now, until, limit }: { lease: string; now: Date; until: Date; limit: number },
): Promise<Taken[]> => {
  const { webhooks, deliveries } = store.tables;
  const ids = await listDue(store, webhook, now, limit);
  if (ids.length === 0) return [];
  await store.db
    .update(deliveries)
    .set({ lease, dueAt: until, tries: sql`${deliveries.tries} + 1` })
    .where(inArray(deliveries.id, ids));
  const { id, webhookId, messageId, body } = deliveries;
  const { url, secret, previousSecret, previousSecretUntil } = webhooks;
  const rows = await store.db
    .select({ id, webhookId, messageId, body, url, secret, previousSecret, previousSecretUntil })
    .from(deliveries)
    .innerJoin(webhooks, eq(webhooks.id, webhookId))
    .where(inArray(id, ids))
    .orderBy(asc(id));
  return rows.map((row) => ({ ...row, lease }));
};

/** Whether a delivery is still left to who took it. */
const isHeld = ({ tables: { deliveries } }: Store, { id, lease }: Pick<Taken, 'id' | 'lease'>) =>
  and(eq(deliveries.id, id), eq(deliveries.lease, lease));

/** A delivery as far as it is settled by its tries; undefined where it is left to others since, or was deleted. */
export const findHeld = async (
  store: Store,
  taken: Pick<Taken, 'id' | 'lease'>,
): Promise<Pick<DeliveryRow, 'tries' | 'attempts' | 'type'> | undefined> => {
  const { deliveries } = store.tables;
  const { tries, attempts, type } = deliveries;
  return (await store.db.select({ tries, attempts, type }).from(deliveries).where(isHeld(store, taken)))[0];
};

/** Writes what came of a try. */
export const settleDelivery = async (
  store: Store,
  taken: Pick<Taken, 'id' | 'lease'>,
  settlement: Settlement,
): Promise<void> => {
  await store.db.update(store.tables.deliveries).set(settlement).where(isHeld(store, taken));
};

/** Switches a webhook off whose receiver says that it is gone; not where it leads elsewhere since. */
export const switchOffGone = async (
  { db, tables: { webhooks } }: Store,
  { webhookId, url }: Pick<Taken, 'webhookId' | 'url'>,
  now: Date,
): Promise<void> => {
  await db
    .update(webhooks)
    .set({ active: false, disabledReason: 'gone', updatedAt: now })
    .where(and(eq(webhooks.id, webhookId), eq(webhooks.url, url), eq(webhooks.active, true)));
};

/** Gives back what was taken, as if its try had not begun. */
export const giveBack = async (store: Store, taken: readonly Taken[], now: Date): Promise<void> => {
  const { deliveries } = store.tables;
  for (const one of taken)
    await store.db
      .update(deliveries)
      .set({ lease: null, dueAt: now, tries: sql`${deliveries.tries} - 1` })
      .where(isHeld(store, one));
};

/** The ids of deliveries that ended by a moment, the oldest first. */
export const listEndedBy = async (
  { db, tables: { deliveries } }: Store,
  moment: Date,
  limit: number,
): Promise<number[]> => {
  const { id, endedAt } = deliveries;
  const ended = lte(endedAt, moment);
  const rows = await db.select({ id }).from(deliveries).where(ended).orderBy(asc(endedAt), asc(id)).limit(limit);
  return rows.map((row) => row.id);
};

export const deleteDeliveries = async ({ db, tables: { deliveries } }: Store, ids: number[]): Promise<void> => {
  await db.delete(deliveries).where(inArray(deliveries.id, ids));
};

const pending = prepared(({ db, tables: { webhooks, deliveries } }) =>
  db
    .select({ n: count() })
    .from(webhooks)
    .innerJoin(deliveries, and(eq(deliveries.webhookId, webhooks.id), eq(deliveries.status, 'pending'))),
);

/** How many deliveries are to be tried, now or later, those of webhooks that are switched off among them. */
export const countPending = async (store: Store): Promise<number> => (await pending(store))[0]?.n ?? 0;
