/** What passes through the doors of webhooks. */
import { Type } from 'typebox';
import { EVENT_TYPES } from '../../core/events.ts';
import { answer, door, IfNoneMatch, LIST_ETAG, linkOf, locationOf, noContent, patch } from '../../http/door.ts';
import { listOf, pageQuery } from '../../http/pagination.ts';
import { ById, closed, component, Id, Moment, nullable, oneOf, Text, Url } from '../../http/schema.ts';

const fields = {
  url: Url({
    description:
      'Where it is sent to: https, to a public host, without a password and a fragment. With the setting ' +
      'WEBHOOK_ALLOW_PRIVATE also http and private addresses',
  }),
  description: nullable(Text(500, { description: 'What it is for' })),
  events: Type.Array(oneOf([...EVENT_TYPES, '*']), {
    ...{ minItems: 1, maxItems: 30, uniqueItems: true },
    description: 'What it hears of: types of events, or `*` for all, those of later releases too',
  }),
  active: Type.Boolean({
    description:
      'Whether it hears of what happens. Switched off, nothing new is queued for it; what waits is kept, and sent once ' +
      'it is on again. Switched on, it hears of what happens from then on',
  }),
};

const example = {
  url: 'https://hooks.harbour.example/galley',
  description: 'Builds the site anew',
  events: ['article.published' as const, 'article.unpublished' as const],
  active: true,
};
const answered = {
  id: Id(),
  ...fields,
  disabledReason: nullable(
    oneOf(['gone'], {
      description: 'Why Galley itself switched it off: `gone`, its receiver answered 410. Null once it is on again',
    }),
  ),
  previousSecretUntil: nullable(
    Moment({ description: 'Until when the secret before the last rotation signs too; null when it does no more' }),
  ),
  createdAt: Moment(),
  updatedAt: Moment({ description: 'When it was last changed, also by Galley itself' }),
};
const answeredExample = {
  ...{ id: 2, ...example, disabledReason: null, previousSecretUntil: null },
  ...{ createdAt: '2026-11-22T07:00:00.000Z', updatedAt: '2026-11-22T07:00:00.000Z' },
};

const Webhook = component(
  'Webhook',
  Type.Object(answered, { description: 'A webhook, without its secret', examples: [answeredExample] }),
);
const WebhookWithSecret = component(
  'WebhookWithSecret',
  Type.Object(
    {
      ...answered,
      secret: nullable(
        Type.String({
          description: 'What it is signed with: shown this once, and null where the request is repeated',
        }),
      ),
    },
    {
      description: 'A webhook with its new secret',
      examples: [{ ...answeredExample, secret: 'whsec_q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=' }],
    },
  ),
);
const WebhookList = listOf('WebhookList', Webhook, 'Webhooks by id');

const { url, description, events, active } = fields;
const readOnly = {
  'x-read-only': ['id', 'disabledReason', 'previousSecretUntil', 'createdAt', 'updatedAt', 'secret'],
};
const NewWebhook = component(
  'NewWebhook',
  closed(
    { url, events, description: Type.Optional(description), active: Type.Optional(active) },
    {
      ...readOnly,
      description: 'A webhook to be made, active unless said',
      examples: [{ url: example.url, events: example.events }],
    },
  ),
);
const WebhookPatch = component(
  'WebhookPatch',
  Type.Partial(closed(fields), {
    ...readOnly,
    additionalProperties: false,
    description: 'A merge patch of a webhook',
    examples: [{ active: false }],
  }),
);

const shared = { tag: 'Webhooks', access: 'manage webhooks' } as const;

export const listWebhooksDoor = door({
  ...shared,
  operationId: 'listWebhooks',
  summary: 'List webhooks',
  description: 'Those that are switched off too, the oldest first; secrets are never shown again.',
  querystring: closed(pageQuery),
  headers: IfNoneMatch,
  refusals: ['invalid-cursor'],
  answers: { 200: answer('Webhooks', WebhookList, { ...LIST_ETAG, ...linkOf('/v1/webhooks') }) },
});

export const createWebhookDoor = door({
  ...shared,
  operationId: 'createWebhook',
  summary: 'Make a webhook; its secret is shown this once',
  description:
    'It hears of what happens from now on: a POST for each event it wants, signed by the rules of Standard Webhooks ' +
    'with the secret that is answered here. No order is promised. What is no 2xx within 15 seconds is tried again, up to ten ' +
    'times over some three days; a 410 switches the webhook off.',
  body: NewWebhook,
  answers: { 201: answer('The new webhook', WebhookWithSecret, locationOf('/v1/webhooks/2')) },
});

export const readWebhookDoor = door({
  ...shared,
  operationId: 'readWebhook',
  summary: 'Read one webhook',
  description: 'Its secret is never shown again; who has lost it makes a new one.',
  params: ById,
  headers: IfNoneMatch,
  answers: { 200: answer('The webhook', Webhook, LIST_ETAG) },
});

export const editWebhookDoor = door({
  ...shared,
  operationId: 'editWebhook',
  summary: 'Change a webhook, switch it off or on',
  description:
    'A merge patch. Switched off, nothing new is queued for it; what waits is kept, and sent once it is on again. ' +
    'Switched on, it hears of what happens from then on, and not of what happened meanwhile.',
  params: ById,
  body: patch(WebhookPatch),
  answers: { 200: answer('The webhook', Webhook) },
});

export const deleteWebhookDoor = door({
  ...shared,
  operationId: 'deleteWebhook',
  summary: 'Delete a webhook with all its deliveries',
  description: 'What waits is not sent any more; what is under way at this moment may still arrive.',
  params: ById,
  answers: { 204: noContent('It is gone') },
});

export const rotateWebhookSecretDoor = door({
  ...shared,
  operationId: 'rotateWebhookSecret',
  summary: 'Give a webhook a new secret, shown this once',
  description:
    'For 24 hours the last secret signs too, beside the new one, so that a receiver can change over at any moment ' +
    'meanwhile. Rotated again within that time, the oldest of the three signs no more.',
  params: ById,
  writes: true,
  answers: { 200: answer('The webhook with its new secret', WebhookWithSecret) },
});
