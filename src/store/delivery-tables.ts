/** The tables of what is told to others: webhooks and their deliveries, and the caches outside that are purged. */
import type { EventType } from '../core/events.ts';
import type { Columns } from './columns.ts';

/** What a webhook wants to hear of: types of events, or `*` for all, those of later releases too. */
export type Wanted = EventType | '*';

/** One try to deliver: `status` is the receiver's, null where there was no answer, and `fault` then says why. */
export type Attempt = { at: string; status: number | null; fault: string | null; durationMs: number };

/** `pending`: to be tried, now or later; `failed`: given up after the last try. */
export type DeliveryStatus = 'pending' | 'delivered' | 'failed';

/** Why Galley itself switched a webhook off: its receiver said that it is gone (410). */
export type DisabledReason = 'gone';

export const defineDeliveryTables = (c: Columns) => {
  const { table, index, uniqueIndex, serial, text, integer, boolean, moment, json } = c;

  const webhooks = table('webhooks', {
    id: serial('id'),
    url: text('url').notNull(),
    description: text('description'),
    events: json<Wanted[]>('events').notNull(),
    active: boolean('active').notNull(),
    disabledReason: text('disabled_reason').$type<DisabledReason>(),
    /** `whsec_…`: what is sent is signed with it. */
    secret: text('secret').notNull(),
    /** The secret before, with which is signed as well until a moment. */
    previousSecret: text('previous_secret'),
    previousSecretUntil: moment('previous_secret_until'),
    /** The last event of which it is settled whether it is to be delivered. */
    seenEventId: integer('seen_event_id').notNull(),
    createdAt: moment('created_at').notNull(),
    updatedAt: moment('updated_at').notNull(),
  });

  /** What is to be delivered, and what came of it: an outbox and its log. */
  const deliveries = table(
    'deliveries',
    {
      id: serial('id'),
      webhookId: integer('webhook_id')
        .notNull()
        .references(() => webhooks.id, { onDelete: 'cascade' }),
      /** Null: a test. */
      eventId: integer('event_id'),
      /** The header `webhook-id`: the same with every try, so that a receiver knows what it has. */
      messageId: text('message_id').notNull(),
      type: text('type').$type<EventType | 'webhook.test'>().notNull(),
      /** What is sent, byte for byte the same with every try. */
      body: text('body').notNull(),
      status: text('status').$type<DeliveryStatus>().notNull(),
      /** How often it was tried since it was made or asked for again. */
      tries: integer('tries').notNull(),
      /** The last tries, oldest first. */
      attempts: json<Attempt[]>('attempts').notNull(),
      /** When it is to be tried next, or may be by others should the process that tries it end; null: never. */
      dueAt: moment('due_at'),
      /** Who tries it now; null: nobody. */
      lease: text('lease'),
      createdAt: moment('created_at').notNull(),
      endedAt: moment('ended_at'),
    },
    (t) => [
      index('deliveries_of_webhook').on(t.webhookId, t.id),
      index('deliveries_by_status').on(t.webhookId, t.status, t.id),
      index('deliveries_due').on(t.webhookId, t.dueAt),
      index('deliveries_ended').on(t.endedAt),
      uniqueIndex('deliveries_once').on(t.webhookId, t.eventId),
    ],
  );

  /** The caches outside that are purged, and how far each has been told what commits touched. */
  const purgeTargets = table('purge_targets', {
    /** Its setting without the token: with another one it is the same cache. */
    name: text('name').primaryKey(),
    /** All touches up to this one have been told, and told again; -1: nobody knows what the cache holds. */
    touchId: integer('touch_id').notNull(),
    /** Which process tells it now, and until when that is left to it. */
    lease: text('lease'),
    leasedUntil: moment('leased_until'),
  });

  return { webhooks, deliveries, purgeTargets };
};
