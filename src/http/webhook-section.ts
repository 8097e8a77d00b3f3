/** The section of webhooks in the document: what Galley itself asks of a receiver, one request a type of event. */
import { EVENTS } from '../core/events.ts';

const header = (name: string, description: string, schema: object, example: string) => ({
  ...{ name, in: 'header', required: true, description },
  schema: { type: 'string', ...schema, examples: [example] },
});

/** The headers of Standard Webhooks. */
const HEADERS = [
  header(
    'webhook-id',
    'What this is known by: the same with every try, so that what was received twice is known',
    { maxLength: 64 },
    'msg_2KWPBgLlAfxdpx2AI54pPJ85f4W',
  ),
  header(
    'webhook-timestamp',
    'When this try was made, in seconds since 1970: refuse what is older than some minutes',
    { pattern: '^[0-9]+$', maxLength: 16 },
    '1795330800',
  ),
  header(
    'webhook-signature',
    'The signature of id, timestamp and body, `v1,…`; two of them, parted by a space, while a secret is exchanged for another',
    { maxLength: 256 },
    'v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=',
  ),
];

const ANSWERS = {
  '2XX': { description: 'Received: it is not sent again' },
  '410': { description: 'Not wanted any more: Galley switches the webhook off' },
  default: { description: 'Anything else, a redirect too, is a failure: it is tried again' },
};

const request = (operationId: string, summary: string, component: string) => ({
  post: {
    ...{ operationId, summary, tags: ['Changes'] },
    security: [],
    parameters: HEADERS,
    requestBody: {
      required: true,
      content: { 'application/json': { schema: { $ref: `#/components/schemas/${component}` } } },
    },
    responses: ANSWERS,
  },
});

/** `article.marked-spam` becomes `onArticleMarkedSpam`. */
const operationOf = (type: string): string =>
  `on${type.replaceAll(/(?:^|[.-])(.)/g, (_, letter: string) => letter.toUpperCase())}`;

export const WEBHOOKS = Object.fromEntries([
  ...Object.entries(EVENTS).map(([type, summary]) => [type, request(operationOf(type), summary, 'WebhookMessage')]),
  ['webhook.test', request('onWebhookTest', 'Somebody tries the webhook', 'WebhookTest')],
]);
