/**
 * Delivers what is in the outbox. Each process takes deliveries by a lease, sends them outside any unit and writes what came of it; what it
 * had taken when it died comes due by itself. So a receiver may get a message twice, by the same id, and never not at all.
 */
import { randomUUID } from 'node:crypto';
import { inTime } from '../../core/in-time.ts';
import { onceMore, type Repeating, repeat } from '../../core/repeating.ts';
import type { Sender } from '../../outgoing/sender.ts';
import type { Parts, Store } from '../../store/store.ts';
import { fillOutbox, isBehind } from './outbox.ts';
import { giveBack, listWanting, type Taken, takeDue } from './outbox-queries.ts';
import { allot, inTurn, LEASE, TIME_LIMIT } from './retry-rules.ts';
import { type Ended, type GivenUp, settleAll } from './settling.ts';
import { signedHeaders } from './signing.ts';

/** How often it is looked whether something is due; and how long after a commit, so that many are looked at together. In milliseconds. */
const EVERY = 1000;
const SOON = 50;
/** How many tries one unit settles at most; the others wait for the next. */
const SETTLED_AT_ONCE = 50;
/** How long a stop waits for what is under way, in milliseconds. */
const PATIENCE = 3000;

/** What is told of deliveries: what failed within Galley, and which are not tried again. */
export type Telling = { onError: (error: unknown) => void; onGivenUp: (givenUp: GivenUp) => void };

/** A try under way: whether its receiver has answered; and `over`, which resolves once it is settled and others have begun in its place. */
type UnderWay = { taken: Taken; isAnswered: boolean; over: Promise<void> };

/** Delivers, whenever it is asked to `work`, what is due by then. */
export const createDeliverer = (parts: Parts, sender: Sender, { onError, onGivenUp }: Telling) => {
  const { store, clock } = parts;
  const underWay = new Set<UnderWay>();
  const ended: Ended[] = [];
  let isStopped = false;
  /** The webhook that was the last to have its turn: where there are too many, the next is another's. */
  let lastAsked = 0;

  const listUnanswered = (): Taken[] => [...underWay].filter(({ isAnswered }) => !isAnswered).map(({ taken }) => taken);

  /** The webhooks that something is due to and there is room for, each with how much. */
  const listNext = async (at: Store, now: Date) => {
    const wanting = inTurn(await listWanting(at, now), lastAsked);
    const counts = new Map<number, number>();
    for (const { webhookId } of listUnanswered()) counts.set(webhookId, (counts.get(webhookId) ?? 0) + 1);
    const rooms = allot(
      wanting.map(({ id }) => id),
      counts,
    );
    return wanting.flatMap((webhook) => {
      const limit = rooms.get(webhook.id);
      return limit === undefined ? [] : [{ webhook, limit }];
    });
  };

  const take = async (tx: Store, now: Date): Promise<Taken[]> => {
    const until = new Date(now.getTime() + LEASE);
    const lease = randomUUID();
    const taken: Taken[] = [];
    for (const { webhook, limit } of await listNext(tx, now)) {
      taken.push(...(await takeDue(tx, webhook, { lease, now, until, limit })));
      lastAsked = webhook.id;
    }
    return taken;
  };

  /** Settles, fills and takes in one unit: where others write much, each unit waits long for its turn. */
  const workOnce = async (batch: Ended[]): Promise<void> => {
    const isWanted =
      batch.length > 0 || (!isStopped && ((await isBehind(store)) || (await listNext(store, clock())).length > 0));
    if (!isWanted) return;
    const { givenUp, mayBeMore, taken } = await store.transaction(async (tx) => {
      const now = clock();
      const givenUp = await settleAll(tx, batch, now);
      if (isStopped) return { givenUp, mayBeMore: false, taken: [] };
      return { givenUp, mayBeMore: await fillOutbox(tx, now), taken: await take(tx, now) };
    });
    for (const one of givenUp) onGivenUp(one);
    for (const one of taken) begin(one);
    if (mayBeMore || ended.length > 0) void work();
  };

  const work = onceMore(async () => {
    try {
      await workOnce(ended.splice(0, SETTLED_AT_ONCE));
    } catch (error) {
      onError(error); // what is not settled comes due again with the end of its lease
    }
  });

  const send = async (taken: Taken): Promise<Ended> => {
    const at = clock();
    const { url, body } = taken;
    const headers = signedHeaders(taken, at);
    const sent = await sender.send({ method: 'POST', url: new URL(url), headers, body, timeout: TIME_LIMIT });
    return { taken, tried: { at, ...sent } };
  };

  const begin = (taken: Taken): void => {
    const one: UnderWay = { taken, isAnswered: false, over: Promise.resolve() };
    const deliver = async (): Promise<void> => {
      try {
        const over = await send(taken);
        if (!underWay.has(one)) return; // it was given back meanwhile
        ended.push(over);
      } catch (error) {
        onError(error);
      }
      one.isAnswered = true;
      await work();
      underWay.delete(one);
    };
    underWay.add(one);
    one.over = deliver();
  };

  /** Resolves when nothing is under way any more. */
  const whenIdle = async (): Promise<void> => {
    while (underWay.size > 0) await Promise.all([...underWay].map(({ over }) => over));
  };

  const stop = async (): Promise<void> => {
    isStopped = true;
    await work(); // one that runs may still begin what it has taken
    await inTime(whenIdle(), PATIENCE, 'Receivers did not answer in time').catch(() => {});
    const left = listUnanswered();
    underWay.clear();
    if (left.length > 0) await store.transaction((tx) => giveBack(tx, left, clock())).catch(onError);
    await work();
  };

  return { work, whenIdle, stop };
};

/**
 * Delivers every second, soon after a commit that makes answers untrue, and as soon as there is room, until `stop`, which gives back
 * what is still under way.
 */
export const startDelivering = (parts: Parts, sender: Sender, telling: Telling): Repeating => {
  const deliverer = createDeliverer(parts, sender, telling);
  let soon: NodeJS.Timeout | undefined;
  const forget = parts.store.onTouched(() => {
    soon ??= setTimeout(() => {
      soon = undefined;
      void deliverer.work();
    }, SOON).unref();
  });
  const repeating = repeat(deliverer.work, EVERY, telling.onError);
  return {
    stop: async () => {
      forget();
      clearTimeout(soon);
      const stopped = deliverer.stop();
      await repeating.stop();
      await stopped;
    },
  };
};
