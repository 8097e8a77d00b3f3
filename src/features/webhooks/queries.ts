/** How webhooks and their deliveries are found and kept. */
import { and, asc, count, eq, inArray, type SQL } from 'drizzle-orm';
import type { Slice, Sliced } from '../../core/slice.ts';
import type { DeliveryStatus } from '../../store/delivery-tables.ts';
import { behindPlace, type Order, sorting } from '../../store/keyset.ts';
import type { Store } from '../../store/store.ts';

type Tables = Store['tables'];
export type WebhookRow = Tables['webhooks']['$inferSelect'];
type NewWebhook = Omit<Tables['webhooks']['$inferInsert'], 'id'>;
export type DeliveryRow = Tables['deliveries']['$inferSelect'];
export type NewDelivery = Omit<Tables['deliveries']['$inferInsert'], 'id'>;

export const findWebhook = async ({ db, tables: { webhooks } }: Store, id: number): Promise<WebhookRow | undefined> =>
  (await db.select().from(webhooks).where(eq(webhooks.id, id)))[0];

/** Webhooks by id, those that are switched off too. */
export const listWebhooks = async ({ db, tables: { webhooks } }: Store, slice: Slice): Promise<Sliced<WebhookRow>> => {
  const order: Order = { column: webhooks.id, id: webhooks.id, kind: 'integer', descending: false };
  const rows = await db
    .select()
    .from(webhooks)
    .where(behindPlace(order, slice))
    .orderBy(sorting(order, slice)[0])
    .limit(slice.limit + 1)
    .offset(slice.offset);
  return { rows, total: slice.counted ? await db.$count(webhooks) : undefined };
};

export const insertWebhook = async ({ db, tables: { webhooks } }: Store, webhook: NewWebhook): Promise<WebhookRow> => {
  const [row] = await db.insert(webhooks).values(webhook).returning();
  return row as WebhookRow;
};

export const updateWebhook = async (
  { db, tables: { webhooks } }: Store,
  id: number,
  change: Partial<NewWebhook>,
): Promise<WebhookRow> => {
  const [row] = await db.update(webhooks).set(change).where(eq(webhooks.id, id)).returning();
  return row as WebhookRow;
};

/** Deletes a webhook, and with it what deliveries it has; false where there is none. */
export const deleteWebhookRow = async ({ db, tables: { webhooks } }: Store, id: number): Promise<boolean> =>
  (await db.delete(webhooks).where(eq(webhooks.id, id)).returning({ id: webhooks.id })).length > 0;

/** Deletes the oldest deliveries of a webhook, at most `limit`; returns how many. */
export const deleteDeliveriesOf = async (
  { db, tables: { deliveries } }: Store,
  webhookId: number,
  limit: number,
): Promise<number> => {
  const { id } = deliveries;
  const oldest = db
    .select({ id })
    .from(deliveries)
    .where(eq(deliveries.webhookId, webhookId))
    .orderBy(asc(id))
    .limit(limit);
  return (await db.delete(deliveries).where(inArray(id, oldest)).returning({ id })).length;
};

export const findDelivery = async (
  { db, tables: { deliveries } }: Store,
  id: number,
): Promise<DeliveryRow | undefined> => (await db.select().from(deliveries).where(eq(deliveries.id, id)))[0];

/** The deliveries of a webhook, the newest first; `status`: those alone. */
export const listDeliveries = async (
  { db, tables: { deliveries } }: Store,
  webhookId: number,
  status: DeliveryStatus | undefined,
  slice: Slice,
): Promise<Sliced<DeliveryRow>> => {
  const order: Order = { column: deliveries.id, id: deliveries.id, kind: 'integer', descending: true };
  const wanted: SQL | undefined = and(
    eq(deliveries.webhookId, webhookId),
    status === undefined ? undefined : eq(deliveries.status, status),
  );
  const rows = await db
    .select()
    .from(deliveries)
    .where(and(wanted, behindPlace(order, slice)))
    .orderBy(sorting(order, slice)[0])
    .limit(slice.limit + 1)
    .offset(slice.offset);
  const total = slice.counted ? (await db.select({ n: count() }).from(deliveries).where(wanted))[0]?.n : undefined;
  return { rows, total };
};

export const insertDelivery = async (
  { db, tables: { deliveries } }: Store,
  delivery: NewDelivery,
): Promise<DeliveryRow> => {
  const [row] = await db.insert(deliveries).values(delivery).returning();
  return row as DeliveryRow;
};

export const updateDelivery = async (
  { db, tables: { deliveries } }: Store,
  id: number,
  change: Partial<NewDelivery>,
): Promise<DeliveryRow> => {
  const [row] = await db.update(deliveries).set(change).where(eq(deliveries.id, id)).returning();
  return row as DeliveryRow;
};
