/**
 * Delivers what is in the outbox. Each process takes deliveries by a lease, sends them outside any unit and writes what came of it; what it
 * had taken when it died comes due by itself. So a receiver may get a message twice, by the same id, and never not at all.
 */
import { randomUUID } from 'node:crypto';
import { inTime } from '../../core/in-time.ts';
import { onceMore, type Repeating, repeat } from '../../core/repeating.ts';
import type { Sender } from '../../outgoing/sender.ts';
import type { Parts, Store } from '../../store/store.ts';
import { fillSome } from './outbox.ts';
import { giveBack, listWanting, type Taken, takeDue } from './outbox-queries.ts';
import { allot, LEASE, TIME_LIMIT } from './retry-rules.ts';
import { type Ended, type GivenUp, settleAll } from './settling.ts';
import { signedHeaders } from './signing.ts';

/** How often it is looked whether something is due; and how long after a commit, so that many are looked at together. In milliseconds. */
const EVERY = 1000;
const SOON = 50;
/** How many tries one unit settles at most. */
const SETTLED_AT_ONCE = 50;
/** How long a stop waits for what is under way, in milliseconds. */
const PATIENCE = 3000;

/** What is told of deliveries: what failed within Galley, and which are not tried again. */
export type Telling = { onError: (error: unknown) => void; onGivenUp: (givenUp: GivenUp) => void };

/** A try under way; `over` resolves once it is settled and others have begun in its place. */
type UnderWay = { taken: Taken; over: Promise<void> };

/** Delivers, whenever it is asked to `work`, what is due by then. */
export const createDeliverer = (parts: Parts, sender: Sender, { onError, onGivenUp }: Telling) => {
  const { store, clock } = parts;
  const underWay = new Set<UnderWay>();
  const ended: Ended[] = [];
  let isStopped = false;

  const countUnderWay = (): Map<number, number> => {
    const counts = new Map<number, number>();
    for (const { taken } of underWay) counts.set(taken.webhookId, (counts.get(taken.webhookId) ?? 0) + 1);
    return counts;
  };

  /** The webhooks that something is due to and there is room for, each with how much. */
  const listNext = async (at: Store, now: Date) => {
    const wanting = await listWanting(at, now);
    const rooms = allot(
      wanting.map(({ id }) => id),
      countUnderWay(),
    );
    return wanting.flatMap((webhook) => {
      const limit = rooms.get(webhook.id);
      return limit === undefined ? [] : [{ webhook, limit }];
    });
  };

  const take = async (): Promise<Taken[]> => {
    if ((await listNext(store, clock())).length === 0) return [];
    return store.transaction(async (tx) => {
      const now = clock();
      const until = new Date(now.getTime() + LEASE);
      const lease = randomUUID();
      const taken: Taken[] = [];
      for (const { webhook, limit } of await listNext(tx, now))
        taken.push(...(await takeDue(tx, webhook, { lease, now, until, limit })));
      return taken;
    });
  };

  const settleEnded = onceMore(async () => {
    const batch = ended.splice(0, SETTLED_AT_ONCE);
    try {
      const givenUp = await store.transaction((tx) => settleAll(tx, batch, clock()));
      for (const one of givenUp) onGivenUp(one);
    } catch (error) {
      onError(error); // they come due again with the end of their leases
    }
    if (ended.length > 0) void settleEnded();
  });

  const send = async (taken: Taken): Promise<Ended> => {
    const at = clock();
    const { url, body } = taken;
    const headers = signedHeaders(taken, at);
    const sent = await sender.send({ method: 'POST', url: new URL(url), headers, body, timeout: TIME_LIMIT });
    return { taken, tried: { at, ...sent } };
  };

  const begin = (taken: Taken): void => {
    const deliver = async (): Promise<void> => {
      try {
        const over = await send(taken);
        if (!underWay.has(one)) return; // it was given back meanwhile
        ended.push(over);
        await settleEnded();
      } catch (error) {
        onError(error);
      } finally {
        underWay.delete(one);
      }
      await work();
    };
    const one: UnderWay = { taken, over: Promise.resolve() };
    underWay.add(one);
    one.over = deliver();
  };

  const work = onceMore(async () => {
    if (isStopped) return;
    try {
      const mayBeMore = await fillSome(parts);
      for (const taken of await take()) begin(taken);
      if (mayBeMore) void work();
    } catch (error) {
      onError(error);
    }
  });

  /** Resolves when nothing is under way any more. */
  const whenIdle = async (): Promise<void> => {
    while (underWay.size > 0) await Promise.all([...underWay].map(({ over }) => over));
  };

  const stop = async (): Promise<void> => {
    isStopped = true;
    await work(); // one that runs may still begin what it has taken
    await inTime(whenIdle(), PATIENCE, 'Receivers did not answer in time').catch(() => {});
    const left = [...underWay].map(({ taken }) => taken);
    underWay.clear();
    if (left.length === 0) return;
    await store.transaction((tx) => giveBack(tx, left, clock())).catch(onError);
  };

  return { work, whenIdle, stop };
};

/** Delivers every second, soon after each commit, and as soon as there is room, until `stop`, which gives back what is still under way. */
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
