/** What can be done with webhooks. */
import { refuse } from '../../core/errors.ts';
import type { Origin } from '../../store/events.ts';
import { keepOutcome } from '../../store/outcomes.ts';
import type { Parts, Store } from '../../store/store.ts';
import { breathe } from '../../store/unit.ts';
import { findLastEvent } from '../changes/queries.ts';
import { fillOutbox } from './outbox.ts';
import {
  deleteDeliveriesOf,
  deleteWebhookRow,
  findWebhook,
  insertWebhook,
  updateWebhook,
  type WebhookRow,
} from './queries.ts';
import {
  changes,
  checkUrl,
  hearsOtherwise,
  type JudgeAsking,
  newSecret,
  rotated,
  switchesOn,
  type WebhookInput,
} from './rules.ts';

export type WebhookParts = Parts & { judgeAsking: JudgeAsking };

const noWebhook = (id: number) => refuse('not-found', `There is no webhook ${id}`);

/** Reads one webhook; `not-found`. */
export const readWebhook = async (store: Store, id: number): Promise<WebhookRow> => {
  const webhook = await findWebhook(store, id);
  if (!webhook) throw noWebhook(id);
  return webhook;
};

/** From where on a webhook hears that is switched on now: what happened before is settled. */
const fromNowOn = async (tx: Store) => ({ seenEventId: (await findLastEvent(tx))?.id ?? 0 });

/** Makes a webhook, which hears of what happens from now on. Its secret is to be told, once. */
export const createWebhook = (
  { store, clock, judgeAsking }: WebhookParts,
  origin: Origin,
  input: Pick<WebhookInput, 'url' | 'events'> & Partial<WebhookInput>,
): Promise<WebhookRow> =>
  store.transaction(async (tx) => {
    const now = clock();
    checkUrl(input.url, judgeAsking);
    const webhook = await insertWebhook(tx, {
      ...{ active: true, ...input, secret: newSecret() },
      ...{ ...(await fromNowOn(tx)), createdAt: now, updatedAt: now },
    });
    await keepOutcome(tx, origin, { kind: 'webhook', id: webhook.id }, now);
    return webhook;
  });

/** Queues for a webhook what it wanted so far, before it wants something else. */
const settle = async (tx: Store, id: number, now: Date): Promise<void> => {
  const { seenEventId: last } = await fromNowOn(tx);
  while ((await readWebhook(tx, id)).seenEventId < last) {
    await fillOutbox(tx, now);
    await breathe();
  }
};

/**
 * Changes a webhook. One that is switched on hears of what happens from now on, and forgets why it was switched off.
 * Its address is judged where it changes or is to be used again, so that any webhook can be switched off.
 */
export const editWebhook = (
  { store, clock, judgeAsking }: WebhookParts,
  id: number,
  change: Partial<WebhookInput>,
): Promise<WebhookRow> =>
  store.transaction(async (tx) => {
    const webhook = await readWebhook(tx, id);
    if (!changes(webhook, change)) return webhook;
    const isOn = switchesOn(webhook, change);
    const { url } = { ...webhook, ...change };
    if (isOn || url !== webhook.url) checkUrl(url, judgeAsking);
    if (hearsOtherwise(webhook, change)) await settle(tx, id, clock());
    const anew = isOn && { ...(await fromNowOn(tx)), disabledReason: null };
    return updateWebhook(tx, id, { ...change, ...anew, updatedAt: clock() });
  });

/** How many deliveries are deleted before others get their turn to be answered. */
const AT_ONCE = 500;

/** Deletes a webhook with all its deliveries; what is under way to its receiver may still arrive. */
export const deleteWebhook = ({ store }: Parts, id: number): Promise<void> =>
  store.transaction(async (tx) => {
    while ((await deleteDeliveriesOf(tx, id, AT_ONCE)) === AT_ONCE) await breathe();
    if (!(await deleteWebhookRow(tx, id))) throw noWebhook(id);
  });

/** Gives a webhook a new secret, to be told once. The last one signs too for a day, and the one before it no more. */
export const rotateSecret = ({ store, clock }: Parts, origin: Origin, id: number): Promise<WebhookRow> =>
  store.transaction(async (tx) => {
    const now = clock();
    const webhook = await readWebhook(tx, id);
    await keepOutcome(tx, origin, { kind: 'webhook', id }, now);
    return updateWebhook(tx, id, { ...rotated(webhook, now), updatedAt: now });
  });
