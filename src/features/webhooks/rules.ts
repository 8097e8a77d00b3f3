/** What may be with webhooks: their secrets, where they may lead, and what a change makes of them. */
import { randomBytes, randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { bodyFault, refuseAll } from '../../core/errors.ts';
import type { WebhookRow } from './queries.ts';

/** Judges whether Galley may ask an address; what it says stands behind the name of the field. */
export type JudgeAsking = (url: URL) => { code: string; detail: string }[];

/** For how long the secret before signs too, in milliseconds: time to tell the receiver of the new one. */
const SIGNS_ON_FOR = 86_400_000;

/** A new secret as Standard Webhooks has them: `whsec_` and the base64 of 256 random bits. */
export const newSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`;

/** The id of a new message, by which its receiver knows it again. */
export const newMessageId = (): string => `msg_${randomUUID().replaceAll('-', '')}`;

/** Throws 400 unless a webhook may lead to an address. The schema has seen to it that it is http or https, without a password. */
export const checkUrl = (url: string, judgeAsking: JudgeAsking): void => {
  const faults = judgeAsking(new URL(url));
  // It is never sent, so whoever writes one expects something else.
  if (url.includes('#')) faults.push({ code: 'not-allowed', detail: 'must not have a fragment' });
  if (faults.length === 0) return;
  throw refuseAll(
    'invalid-request',
    faults.map(({ code, detail }) => bodyFault('/url', code, `url ${detail}`)),
  );
};

/** What is sent and can be changed of a webhook. */
export type WebhookInput = Pick<WebhookRow, 'url' | 'description' | 'events' | 'active'>;

/** Whether a change makes a webhook another. */
export const changes = (webhook: WebhookRow, change: Partial<WebhookInput>): boolean =>
  !isDeepStrictEqual({ ...webhook, ...change }, webhook);

/** Whether a change has a webhook hear of something else than it hears of now. */
export const hearsOtherwise = ({ active, events }: WebhookRow, change: Partial<WebhookInput>): boolean =>
  active && (change.active === false || (change.events !== undefined && !isDeepStrictEqual(change.events, events)));

/** Whether a change switches a webhook on. */
export const switchesOn = ({ active }: WebhookRow, change: Partial<WebhookInput>): boolean =>
  !active && change.active === true;

/** The secrets of a webhook once it has a new one: the last signs on for a day, and the one before it no more. */
export const rotated = ({ secret }: WebhookRow, now: Date) => ({
  secret: newSecret(),
  previousSecret: secret,
  previousSecretUntil: new Date(now.getTime() + SIGNS_ON_FOR),
});

/** Until when the secret before signs too; null where none does at `now`. */
export const signsOnUntil = ({ previousSecretUntil }: WebhookRow, now: Date): Date | null =>
  previousSecretUntil !== null && previousSecretUntil > now ? previousSecretUntil : null;
