import { setTimeout as sleep } from 'node:timers/promises';
import { eq } from 'drizzle-orm';
import { type Test, test } from 'tap';
import type { Group } from '../../src/core/groups.ts';
import type { PurgeTarget } from '../../src/core/purge-targets.ts';
import { startPurging } from '../../src/features/purges/purging.ts';
import { AGAIN_AFTER, createTeller, LEASE } from '../../src/features/purges/telling.ts';
import { createSender } from '../../src/outgoing/sender.ts';

import type { Store } from '../../src/store/store.ts';
import { START } from '../support/app.ts';
import { newDatabase, openTestStore, watchStatements } from '../support/database.ts';
import { startCache } from '../support/purged-cache.ts';

const SECOND = 1000;
const EVERYTHING = 'everything';

const commit = (store: Store, ...groups: Group[]) => store.transaction(async (tx) => tx.touch(groups));

/** A cache, a store, a clock that stands still, and processes that tell the one of the other. */
const setUp = async (t: Test) => {
  const receiver = await startCache(t);
  const sender = createSender({ allowPrivate: true });
  t.teardown(() => sender.close());
  const address = await newDatabase(t);
  const store = await openTestStore(t, address);
  const target: PurgeTarget = { preset: 'varnish-xkey', url: receiver.url, token: null };
  const clock = { now: new Date(START) };
  const advance = (milliseconds: number) => {
    clock.now = new Date(clock.now.getTime() + milliseconds);
  };
  const units = { count: 0 };
  const counted: Store = {
    ...store,
    transaction: (work) => {
      units.count += 1;
      return store.transaction(work);
    },
  };
  const process = (at: Store = counted) => createTeller({ store: at, clock: () => clock.now, sender }, target);
  /** What the cache was told since this was asked last. */
  const told = () =>
    receiver
      .take()
      .map(({ headers }) => (headers['xkey-purge-all'] === '1' ? EVERYTHING : String(headers['xkey-purge'])));
  const row = async () => (await store.db.select().from(store.tables.purgeTargets))[0];
  const newest = async () => (await store.db.select().from(store.tables.touches)).at(-1)?.id ?? 0;
  return { receiver, address, store, sender, target, advance, units, process, told, row, newest };
};

/** The same, with a cache of which it is known by now what it holds. */
const setUpKnown = async (t: Test) => {
  const all = await setUp(t);
  const known = all.process();
  await known.look();
  all.advance(AGAIN_AFTER);
  await known.look();
  all.told();
  return all;
};

test('a cache that is seen for the first time is purged as a whole, twice', async (t) => {
  const { store, process, told, advance, row, newest, target } = await setUp(t);
  await commit(store, 'articles');
  const one = process();
  await one.look();
  t.strictSame(told(), [EVERYTHING]);
  t.match(await row(), { name: `varnish-xkey+${target.url}`, touchId: -1, lease: String });
  await one.look();
  t.strictSame(told(), [], 'once now');
  advance(AGAIN_AFTER);
  await one.look();
  t.strictSame(told(), [EVERYTHING]);
  t.match(await row(), { touchId: await newest(), lease: null, leasedUntil: null });
});

test('what a commit touched is told at once and again seconds later, and nothing is written while nothing happens', async (t) => {
  const { store, process, told, advance, row, newest, units } = await setUpKnown(t);
  const one = process();
  await commit(store, 'articles', 'article-7', 'schedule');
  const before = (await row())?.touchId;
  await one.look();
  t.strictSame(told(), ['articles article-7']);
  advance(AGAIN_AFTER - 1);
  await commit(store, 'tags');
  await one.look();
  t.strictSame(told(), ['tags'], 'what came since');
  t.equal((await row())?.touchId, before, 'not settled before it was told again');
  advance(1);
  await one.look();
  t.strictSame(told(), ['articles article-7']);
  t.equal((await row())?.touchId, (await newest()) - 1, 'what is still to be told again is not settled with it');
  advance(AGAIN_AFTER);
  await one.look();
  t.strictSame(told(), ['tags']);
  t.match(await row(), { touchId: await newest(), lease: null });
  units.count = 0;
  for (let n = 0; n < 5; n++) {
    advance(AGAIN_AFTER);
    await one.look();
  }
  t.strictSame([told(), units.count], [[], 0]);
});

test('what is told within a second is told again together', async (t) => {
  const { store, process, told, advance, units } = await setUpKnown(t);
  const one = process();
  for (const group of ['article-1', 'article-2', 'article-3'] as const) {
    await commit(store, group);
    await one.look();
    advance(SECOND / 4);
  }
  t.strictSame(told(), ['article-1', 'article-2', 'article-3']);
  units.count = 0;
  advance(AGAIN_AFTER);
  await one.look();
  t.strictSame([told(), units.count], [['article-1 article-2 article-3'], 1]);
});

test('a cache that fails is told later, with growing pauses, all that came meanwhile; no token is shown', async (t) => {
  const { store, process, told, advance, receiver, row } = await setUpKnown(t);
  const one = process();
  const fails = () =>
    t.rejects(one.look(), { message: `varnish-xkey+${receiver.url} answered 503; it is tried again` });
  receiver.answering.status = 503;
  await commit(store, 'article-1');
  await fails();
  t.strictSame(told(), ['article-1']);
  await commit(store, 'article-2');
  for (const pause of [1, 2, 4, 8, 16, 32, 60, 60]) {
    advance(pause * SECOND - 1);
    await one.look();
    t.strictSame(told(), [], `not within ${pause} s`);
    advance(1);
    await fails();
    t.strictSame(told(), ['article-1 article-2']);
  }
  const { touchId } = (await row()) ?? {};
  receiver.answering.status = 204;
  advance(60 * SECOND);
  await one.look();
  t.strictSame(told(), ['article-1 article-2']);
  t.equal((await row())?.touchId, touchId);
  receiver.answering.status = 503;
  advance(AGAIN_AFTER);
  await fails();
  advance(SECOND);
  receiver.answering.status = 200;
  told();
  await one.look();
  t.strictSame(told(), ['article-1 article-2'], 'the second time too');
  t.match(await row(), { lease: null });
  const { sender } = await setUp(t);
  const fastly: PurgeTarget = { preset: 'fastly', url: 'http://127.0.0.1:1/service/S1', token: 'hidden' };
  await t.rejects(createTeller({ store, clock: () => new Date(START), sender }, fastly).look(), {
    message: 'fastly+http://127.0.0.1:1/service/S1 answered nothing (unreachable); it is tried again',
  });
});

test('what a killed process had not told, or not told again, is told by the next', async (t) => {
  const { store, process, told, advance, address } = await setUpKnown(t);
  await commit(store, 'article-1');
  await process().look();
  t.strictSame(told(), ['article-1']);
  await commit(store, 'article-2');
  // Killed: neither was the first told again, nor the second told.
  const next = process(await openTestStore(t, address));
  await next.look();
  t.strictSame(told(), [], 'not while it may live still');
  advance(LEASE);
  await next.look();
  t.strictSame(told(), ['article-1 article-2']);
  advance(AGAIN_AFTER);
  await next.look();
  t.strictSame(told(), ['article-1 article-2']);
});

test('of two processes one tells, and what it leaves the other tells at once', async (t) => {
  const { store, process, told, advance, address, row, newest } = await setUpKnown(t);
  const [one, other] = [process(), process(await openTestStore(t, address))];
  for (let n = 1; n <= 20; n++) {
    await commit(store, `article-${n}`);
    await Promise.all([one.look(), other.look()]);
    advance(SECOND);
  }
  const all = told();
  for (let n = 1; n <= 20; n++)
    t.ok(all.filter((line) => line.split(' ').includes(`article-${n}`)).length <= 2, `article-${n}: by one`);
  advance(AGAIN_AFTER);
  await Promise.all([one.look(), other.look()]);
  t.match(await row(), { touchId: await newest(), lease: null });
  told();
  await commit(store, 'tags');
  await one.look();
  await one.letGo();
  await other.look();
  t.strictSame(told(), ['tags', 'tags']);
});

test('one that was taken for dead, and is not, settles nothing of the other’s', async (t) => {
  const { store, process, told, advance, address, row } = await setUpKnown(t);
  const [one, other] = [process(), process(await openTestStore(t, address))];
  await commit(store, 'article-1');
  await one.look();
  advance(LEASE);
  await other.look();
  const { lease, touchId } = (await row()) ?? {};
  await one.look();
  t.match(await row(), { lease, touchId });
  t.strictSame(told(), ['article-1', 'article-1', 'article-1']);
  await one.look();
  t.strictSame(told(), [], 'it has left it to the other');
});

test('where it is not known any more what was touched, or it was too much, everything is purged', async (t) => {
  const { store, process, told, advance, row, newest } = await setUpKnown(t);
  const { touches } = store.tables;
  for (const group of ['article-1', 'article-2', 'article-3'] as const) await commit(store, group);
  const { touchId = 0 } = (await row()) ?? {};
  await store.transaction(async (tx) => {
    for (const { id } of await tx.db.select({ id: touches.id }).from(touches).orderBy(touches.id))
      if (id < (await newest())) await tx.db.delete(touches).where(eq(touches.id, id));
  });
  t.ok((await newest()) > touchId + 1);
  const one = process();
  await one.look();
  advance(AGAIN_AFTER);
  await one.look();
  t.strictSame(told(), [EVERYTHING, EVERYTHING]);
  await commit(store, ...Array.from({ length: 600 }, (_, n): Group => `article-${n + 1}`));
  await one.look();
  advance(AGAIN_AFTER);
  await one.look();
  t.strictSame(told(), [EVERYTHING, EVERYTHING]);
});

test('a clock that is put back holds nothing up', async (t) => {
  const { store, process, told, advance, receiver, address } = await setUpKnown(t);
  const one = process();
  await commit(store, 'article-1');
  await one.look();
  advance(-3600 * SECOND);
  await one.look();
  t.strictSame(told(), ['article-1', 'article-1'], 'what is due again');
  await commit(store, 'article-2');
  receiver.answering.status = 500;
  await t.rejects(one.look());
  receiver.answering.status = 200;
  advance(-3600 * SECOND);
  await one.look();
  t.strictSame(told(), ['article-2', 'article-2'], 'a pause');
  advance(-3600 * SECOND);
  await process(await openTestStore(t, address)).look();
  t.strictSame(told(), ['article-2'], 'the lease of one that was killed');
});

test('all of it is found by keys', async (t) => {
  const { store, process, address, advance } = await setUpKnown(t);
  const { during, planOf } = watchStatements(t, address);
  for (let n = 1; n <= 50; n++) await commit(store, `article-${n}`);
  const one = process();
  const { ran } = await during(async () => {
    await one.look();
    advance(AGAIN_AFTER);
    await one.look();
    await one.look();
  });
  const asked = ran.filter(({ source }) => /^(?:select|update).*(?:touches|purge_targets)/s.test(source));
  t.ok(asked.length >= 5, `${asked.length} statements`);
  const { dear } = await planOf(asked);
  t.strictSame(
    dear.filter((step) => step !== 'ModifyTable'), // that it writes at all
    [],
  );
});

const until = async (isSo: () => boolean, patience: number) => {
  for (const since = performance.now(); !isSo() && performance.now() - since < patience; ) await sleep(5);
};

/** Purges as a process does, by the machine's clock, with what was seen first told already. */
const startPurgingNow = async (t: Test) => {
  const all = await setUpKnown(t);
  const { store, target } = all;
  const sender = createSender({ allowPrivate: true });
  const errors: unknown[] = [];
  const purging = startPurging({ store, clock: () => new Date(), sender }, [target], () => (error) => {
    errors.push(error);
  });
  let stopping: Promise<void> | undefined;
  const stop = () => {
    stopping ??= purging.stop();
    return stopping;
  };
  t.teardown(stop);
  return { ...all, errors, stop };
};

test('a commit is told before long, one of another process too', async (t) => {
  const { store, receiver, told, address, errors } = await startPurgingNow(t);
  await sleep(100);
  for (const [group, at, within] of [
    ['article-1', store, 200],
    ['article-2', await openTestStore(t, address), SECOND],
  ] as const) {
    const since = performance.now();
    await commit(at, group);
    await until(() => receiver.count() > 0, 5 * SECOND);
    const took = performance.now() - since;
    t.strictSame(told(), [group]);
    t.ok(took < within, `${group}: after ${took} ms`);
  }
  // Each begins when the one before was told: who only looks now and then would need a whole pause for each.
  const since = performance.now();
  for (let n = 3; n < 11; n++) {
    await commit(store, `article-${n}`);
    await until(() => told().includes(`article-${n}`), 5 * SECOND);
  }
  const took = performance.now() - since;
  t.ok(took < 1500, `eight in a row in ${Math.round(took)} ms`);
  t.strictSame(errors, []);
});

test('a stop waits for no cache, and what is left is told at the next start at once', async (t) => {
  const { store, receiver, told, process, stop, errors } = await startPurgingNow(t);
  receiver.answering.status = null;
  await commit(store, 'article-1');
  await until(() => receiver.count() > 0, 5 * SECOND);
  const since = performance.now();
  await stop();
  t.ok(performance.now() - since < SECOND);
  t.strictSame([told(), errors], [['article-1'], []]);
  receiver.answering.status = 200;
  await process().look();
  t.strictSame(told(), ['article-1']);
});
