/** Webhooks and deliveries as they are answered. */
import { formatMoment } from '../../core/moment.ts';
import type { DeliveryRow, WebhookRow } from './queries.ts';
import { signsOnUntil } from './rules.ts';

/** A webhook without its secrets. */
export const answerWebhook = (webhook: WebhookRow, now: Date) => {
  const { id, url, description, events, active, disabledReason, createdAt, updatedAt } = webhook;
  return {
    ...{ id, url, description, events, active, disabledReason },
    previousSecretUntil: formatMoment(signsOnUntil(webhook, now)),
    createdAt: formatMoment(createdAt),
    updatedAt: formatMoment(updatedAt),
  };
};

/** The cursor of the change that a message tells of; null where it tells of none. */
const cursorIn = (body: string): string | null =>
  (JSON.parse(body) as { data: { cursor?: string } }).data.cursor ?? null; // as Galley wrote it

/** A delivery without what is sent, and without what was answered. */
export const answerDelivery = (delivery: DeliveryRow) => {
  const { id, webhookId, messageId, type, body, status, tries, attempts, dueAt, createdAt, endedAt } = delivery;
  return {
    ...{ id, webhookId, messageId, type, cursor: cursorIn(body), status, tries, attempts },
    nextAttemptAt: formatMoment(status === 'pending' ? dueAt : null),
    createdAt: formatMoment(createdAt),
    endedAt: formatMoment(endedAt),
  };
};
