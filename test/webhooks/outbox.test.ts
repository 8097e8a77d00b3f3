import { sql } from 'drizzle-orm';
import { test } from 'tap';
import { EVENT_TYPES } from '../../src/core/events.ts';
import { forgetDeliveries } from '../../src/features/webhooks/delivery-retention.ts';
import { fillOutbox } from '../../src/features/webhooks/outbox.ts';
import type { Store } from '../../src/store/store.ts';
import { newDatabase, openTestStore, watchStatements } from '../support/database.ts';
import { insertRows } from '../support/rows.ts';
import { addWebhook, happen, listDeliveries, startDeliveries } from '../support/webhooks.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const fillSome = (store: Store) => store.transaction((tx) => fillOutbox(tx, new Date()));
const fillAll = async (store: Store) => {
  while (await fillSome(store));
};

test('each webhook is told of what it wants, once, from when it is there on, and never of content', async (t) => {
  const store = await openTestStore(t);
  const fill = () => fillAll(store);
  await addWebhook(store, 'https://a.example/', { events: ['*'] });
  await happen(store, ['article.created']);
  const all = 1;
  const some = await addWebhook(store, 'https://b.example/', { events: ['article.published', 'tag.merged'] });
  const off = await addWebhook(store, 'https://c.example/', { active: false });
  await happen(store, ['article.published', 'comment.created', 'tag.merged'], new Date('2026-11-22T07:00:00.000Z'));
  for (let i = 0; i < 2; i++) {
    await Promise.all([fill(), fill()]);
    const rows = await listDeliveries(store);
    const told = (id: number) => rows.filter(({ webhookId }) => webhookId === id).map(({ type }) => type);
    t.same(told(all), ['article.created', 'article.published', 'comment.created', 'tag.merged']);
    t.same(told(some), ['article.published', 'tag.merged']);
    t.same(told(off), []);
    t.equal(rows.length, 6);
    t.equal(new Set(rows.map(({ messageId }) => messageId)).size, 6, 'each message has an id of its own');
    for (const row of rows)
      t.match(row, { status: 'pending', tries: 0, attempts: [], lease: null, messageId: /^msg_[0-9a-f]{32}$/ });
    const published = rows.filter(({ type }) => type === 'article.published');
    t.equal(published[0]?.body, published[1]?.body);
    t.match(JSON.parse(published[0]?.body ?? ''), {
      type: 'article.published',
      timestamp: '2026-11-22T07:00:00.000Z',
      data: { type: 'article.published', kind: 'article', id: 1, version: 1, slug: 'thing-1', live: true },
    });
    t.same(Object.keys(JSON.parse(published[0]?.body ?? '')), ['type', 'timestamp', 'data']);
  }
});

test('many events for many webhooks are told in small units, and those behind no other', async (t) => {
  const store = await openTestStore(t);
  for (let i = 0; i < 60; i++) await addWebhook(store, `https://a.example/${i}`, { events: ['author.created'] });
  const types = Array.from({ length: 20 }, () => EVENT_TYPES).flat();
  await happen(store, types);
  const late = await addWebhook(store, 'https://b.example/');
  await happen(store, ['author.created']);
  let units = 0;
  for (; (await fillSome(store)) && units < 1000; units++);
  t.ok(units > 20 && units < 1000, `${units} units`);
  const rows = await listDeliveries(store);
  t.equal(rows.length, 60 * 21 + 1);
  t.equal(rows.filter(({ webhookId }) => webhookId === late).length, 1);
  const { webhooks } = store.tables;
  const seen = await store.db.selectDistinct({ seen: webhooks.seenEventId }).from(webhooks);
  t.same(seen, [{ seen: types.length + 1 }]);
});

test('what a webhook wanted so far is given to it before it is switched off', async (t) => {
  const store = await openTestStore(t);
  await addWebhook(store, 'https://a.example/');
  await happen(store, ['tag.created']);
  await store.transaction(async (tx) => {
    await fillOutbox(tx, new Date());
    await tx.db.update(tx.tables.webhooks).set({ active: false });
  });
  t.match(await listDeliveries(store), [{ type: 'tag.created', status: 'pending' }]);
});

test('a look for what is to be done seeks by indexes, however much was delivered or waits', async (t) => {
  const address = await newDatabase(t);
  const store = await openTestStore(t, address);
  const { clock, parts, work, whenIdle } = await startDeliveries(t, store);
  const { deliveries } = store.tables;
  const [quick, off] = [await addWebhook(store, 'http://127.0.0.1:1/'), await addWebhook(store, 'http://127.0.0.1:2/')];
  await store.transaction((tx) => tx.db.update(tx.tables.webhooks).set({ active: sql`id <> ${off}` }));
  const now = clock.now;
  const row = { type: 'tag.created' as const, body: '{}', tries: 1, attempts: [], createdAt: now };
  const rows = Array.from({ length: 3000 }, (_, i) => ({
    ...{ ...row, webhookId: i % 3 === 0 ? off : quick, eventId: i % 10 === 0 ? null : i + 10, messageId: `msg_${i}` },
    ...(i % 3 === 0
      ? { status: 'pending' as const, dueAt: i % 10 === 0 ? new Date(Number(now) + HOUR) : now }
      : { status: 'delivered' as const, endedAt: now }),
  }));
  await store.transaction((tx) => insertRows(tx, deliveries, rows));
  await happen(store, ['tag.created']);
  await fillAll(store);
  clock.now = new Date();
  const { during, planOf } = watchStatements(t, address);
  /** What a look does that costs more than what it finds. Webhooks are few, and of events by their ids the last alone is read. */
  const CHEAP = /^(?:scan webhooks.*|scan events(?: by events_pkey)?)$/;
  const dearOf = async (ran: Parameters<typeof planOf>[0]) => {
    const dear: string[] = [];
    for (const one of ran) {
      const sortsWebhooks = one.source.includes('order by "webhooks"."seen_event_id"');
      const steps = (await planOf([one])).dear.filter((step) => !CHEAP.test(step));
      dear.push(...steps.filter((step) => !(sortsWebhooks && step === 'sort')));
    }
    return dear;
  };
  const looks: [what: string, work: () => Promise<unknown>, queries: number][] = [
    ['what is taken', () => work().then(whenIdle), 7],
    ['nothing', work, 2],
    ['what is forgotten', () => forgetDeliveries(parts, 90), 1],
  ];
  for (const [what, look, queries] of looks) {
    const { ran } = await during(look);
    t.ok(ran.length >= queries && ran.length < queries + 5, `${what}: ${ran.length} queries`);
    t.same(await dearOf(ran), [], what);
  }
});

test('deliveries are forgotten so many days after their end, and not before', async (t) => {
  const store = await openTestStore(t);
  const webhookId = await addWebhook(store, 'https://a.example/');
  const now = new Date();
  const ago = (days: number) => new Date(now.getTime() - days * DAY);
  const row = { webhookId, type: 'webhook.test' as const, body: '{}', tries: 1, attempts: [], createdAt: ago(400) };
  const ended = (messageId: string, days: number) => ({
    ...{ ...row, messageId, endedAt: ago(days), dueAt: null },
    status: 'delivered' as const,
  });
  await store.transaction((tx) =>
    insertRows(tx, tx.tables.deliveries, [
      ...Array.from({ length: 450 }, (_, i) => ended(`old-${i}`, 91)),
      { ...ended('failed', 90), status: 'failed' },
      ended('kept', 89.9),
      { ...row, messageId: 'pending', status: 'pending', dueAt: ago(100) },
    ]),
  );
  await forgetDeliveries({ store, clock: () => now }, 90);
  t.same(
    (await listDeliveries(store)).map(({ messageId }) => messageId),
    ['kept', 'pending'],
  );
});
