/** Signs what is sent, as Standard Webhooks says: https://www.standardwebhooks.com */
import { Webhook } from 'standardwebhooks';
import type { Signed } from './outbox-queries.ts';

/** The headers of a message sent at a moment; while a secret is being replaced, it is signed with both. */
export const signedHeaders = (
  { messageId, body, secret, previousSecret, previousSecretUntil }: Signed,
  at: Date,
): Record<string, string> => {
  const isReplaced = previousSecret !== null && previousSecretUntil !== null && previousSecretUntil > at;
  const secrets = isReplaced ? [secret, previousSecret] : [secret];
  return {
    'content-type': 'application/json',
    'user-agent': 'Galley',
    'webhook-id': messageId,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': secrets.map((one) => new Webhook(one).sign(messageId, at, body)).join(' '),
  };
};
