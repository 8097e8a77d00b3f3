/** What passes through the doors of deliveries. */
import { Type } from 'typebox';
import { MOST_ATTEMPTS } from '../../core/deliveries.ts';
import { EVENT_TYPES } from '../../core/events.ts';
import { answer, door, IfNoneMatch, LIST_ETAG, linkOf } from '../../http/door.ts';
import { listOf, pageQuery } from '../../http/pagination.ts';
import { ById, closed, component, Id, Moment, nullable, oneOf } from '../../http/schema.ts';

const STATUSES = ['pending', 'delivered', 'failed'] as const;

const attemptExample = { at: '2026-11-22T07:00:01.000Z', status: 503, fault: null, durationMs: 84 };
const DeliveryAttempt = component(
  'DeliveryAttempt',
  Type.Object(
    {
      at: Moment({ description: 'When it began' }),
      status: nullable(Type.Integer({ description: 'What the receiver answered; null where it did not' })),
      fault: nullable(
        Type.String({
          description:
            'Why there was no answer: `timeout`; `unreachable`, also by a certificate that nobody vouches for; or `address-refused`, where it ' +
            'led to a private address, or over http while that is not allowed',
        }),
      ),
      durationMs: Type.Integer({ description: 'How long it took, in milliseconds' }),
    },
    { description: 'One try to deliver', examples: [attemptExample] },
  ),
);

const example = {
  ...{ id: 31, webhookId: 2, messageId: 'msg_2f6d1c0b9a874e5f8b3c7d6e5f4a3b2c' },
  ...{ type: 'article.published' as const, cursor: '108.mwrhlr40', status: 'pending' as const, tries: 1 },
  attempts: [attemptExample],
  ...{ nextAttemptAt: '2026-11-22T07:00:06.120Z', createdAt: '2026-11-22T07:00:00.000Z', endedAt: null },
};
const Delivery = component(
  'Delivery',
  Type.Object(
    {
      id: Id(),
      webhookId: Id({ description: 'The webhook it is for' }),
      messageId: Type.String({
        description: 'The header `webhook-id`: the same with every try, so that a receiver knows what it has',
      }),
      type: oneOf([...EVENT_TYPES, 'webhook.test'], { description: 'The type of the event, or `webhook.test`' }),
      cursor: nullable(
        Type.String({ description: 'The change it tells of, as `/v1/changes` names it; null where it is a test' }),
      ),
      status: oneOf(STATUSES, { description: '`pending`: to be tried, now or later; `failed`: given up' }),
      tries: Type.Integer({ description: 'How often it was tried since it was made, or last replayed' }),
      attempts: Type.Array(DeliveryAttempt, {
        description: `The last ${MOST_ATTEMPTS} tries, oldest first, those before a replay too`,
      }),
      nextAttemptAt: nullable(Moment({ description: 'When it is tried next; null when it is over' })),
      createdAt: Moment(),
      endedAt: nullable(Moment({ description: 'When it was delivered or given up' })),
    },
    {
      description: 'What a webhook is sent, and what came of it: neither the message nor what was answered to it',
      examples: [example],
    },
  ),
);
const DeliveryList = listOf('DeliveryList', Delivery, 'Deliveries, the newest first');

const shared = { tag: 'Webhooks', access: 'manage webhooks' } as const;

export const testWebhookDoor = door({
  ...shared,
  operationId: 'testWebhook',
  summary: 'Send a webhook a test',
  description:
    'A message of type `webhook.test`, signed and tried like any other, whatever the webhook hears of. It is sent also ' +
    'while the webhook is switched off, so that a receiver can be tried before it is switched on. What came of it is told by ' +
    'the delivery.',
  params: ById,
  writes: true,
  answers: { 202: answer('The delivery, which is sent at once', Delivery) },
});

export const listDeliveriesDoor = door({
  ...shared,
  operationId: 'listDeliveries',
  summary: 'List the deliveries of a webhook, the newest first',
  description: 'Those that ended are kept for the days of the setting EVENT_DAYS.',
  params: ById,
  querystring: closed({ ...pageQuery, status: Type.Optional(oneOf(STATUSES, { description: 'Those alone' })) }),
  headers: IfNoneMatch,
  refusals: ['invalid-cursor'],
  answers: {
    200: answer('Deliveries', DeliveryList, { ...LIST_ETAG, ...linkOf('/v1/webhooks/7/deliveries') }),
  },
});

export const readDeliveryDoor = door({
  ...shared,
  operationId: 'readDelivery',
  summary: 'Read one delivery',
  description: 'What came of it so far; it goes with its webhook.',
  params: ById,
  headers: IfNoneMatch,
  answers: { 200: answer('The delivery', Delivery, LIST_ETAG) },
});

export const replayDeliveryDoor = door({
  ...shared,
  operationId: 'replayDelivery',
  summary: 'Send a delivery once more',
  description:
    'The same message under the same `webhook-id`, now, and with all its tries; while the webhook is switched off it waits. ' +
    'One that is pending is left as it is.',
  params: ById,
  writes: true,
  answers: { 202: answer('The delivery, pending', Delivery) },
});
