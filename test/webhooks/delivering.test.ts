import { setTimeout as sleep } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';
import { test } from 'tap';
import { startDelivering } from '../../src/features/webhooks/delivering.ts';
import { allot, DELAYS, nextTryAt } from '../../src/features/webhooks/retry-rules.ts';
import { createSender, type Outgoing, type Sender } from '../../src/outgoing/sender.ts';
import { databaseIn, openTestStore } from '../support/database.ts';
import { startProcess, temporaryDirectory } from '../support/process.ts';
import { type Received, startReceiver } from '../support/receiver.ts';
import { addWebhook, happen, listDeliveries, newSecret, startDeliveries } from '../support/webhooks.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const PROMISED = [5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR];

const headersOf = ({ headers }: Received) => headers as Record<string, string>;
const idOf = (received: Received) => headersOf(received)['webhook-id'] as string;

test('the times of tries are those of the standard, and a little chance comes on top', (t) => {
  t.same(DELAYS, PROMISED);
  const now = new Date();
  const after = (tries: number, chance: number) => Number(nextTryAt(tries, now, chance)) - now.getTime();
  for (const [i, delay] of PROMISED.entries()) {
    t.equal(after(i + 1, 0), delay);
    t.equal(after(i + 1, 1), Math.round(delay * 1.1));
  }
  t.equal(nextTryAt(10, now, 0), null);
  t.equal(nextTryAt(11, now, 0), null, 'a process that died in the last try has begun one more');
  t.end();
});

test('who is tried next: all in turn, none by more than its part, and each by one before all', (t) => {
  const of = (wanting: number[], underWay: [number, number][] = []) => [...allot(wanting, new Map(underWay))];
  t.same(of([]), []);
  t.same(of([1]), [[1, 4]]);
  t.same(of([1], [[1, 3]]), [[1, 1]]);
  t.same(of([1], [[1, 4]]), []);
  t.same(of([1, 2], [[2, 4]]), [[1, 4]]);
  const many = Array.from({ length: 10 }, (_, i) => i + 1);
  t.same(of(many), [...many.map((id) => [id, id <= 6 ? 2 : 1])], '16 in all');
  const slow = many.map((id): [number, number] => [id + 100, 4]);
  t.same(of([1, 101, 2], slow), [
    [1, 1],
    [2, 1],
  ]);
  const verySlow = Array.from({ length: 64 }, (_, i): [number, number] => [i + 100, 1]);
  t.same(of([1], verySlow), [], '64 at most');
  t.end();
});

test('a receiver that fails three times, then answers, has it on the fourth try, at the times promised', async (t) => {
  const { store, clock, deliver, givenUp } = await startDeliveries(t);
  const { url, received } = await startReceiver(t, (answer, _, count) =>
    answer.writeHead([500, 302, 404][count - 1] ?? 200, { location: '/elsewhere' }).end('no'),
  );
  const secret = newSecret();
  await addWebhook(store, `${url}?token=x`, { secret });
  await happen(store, ['article.published']);
  const began = clock.now;
  await deliver();
  for (const [i, delay] of [5 * SECOND, 5 * MINUTE, 30 * MINUTE].entries()) {
    t.equal(received.length, i + 1);
    const [row] = await listDeliveries(store);
    t.match(row, { status: 'pending', tries: i + 1, lease: null, endedAt: null });
    const wait = Number(row?.dueAt) - clock.now.getTime();
    t.ok(wait >= delay && wait <= delay * 1.1, `${wait} ms`);
    clock.advance(wait - 1);
    await deliver();
    t.equal(received.length, i + 1, 'not before');
    clock.advance(1);
    await deliver();
  }
  t.equal(received.length, 4);
  const [row] = await listDeliveries(store);
  t.match(row, { status: 'delivered', tries: 4, dueAt: null, lease: null, endedAt: clock.now });
  const kept = [500, 302, 404, 200].map((status) => ({ status, fault: null, durationMs: Number }));
  t.match(row?.attempts, kept);
  t.equal(row?.attempts[0]?.at, began.toISOString());
  t.equal(row?.attempts[3]?.at, clock.now.toISOString());
  t.same([...new Set(received.map(idOf))], [row?.messageId], 'the same id');
  t.same([...new Set(received.map(({ body }) => body))], [row?.body], 'and the same bytes');
  for (const one of received) {
    t.match(one, { method: 'POST', path: '/hook?token=x' });
    t.match(headersOf(one), { 'content-type': 'application/json', 'user-agent': 'Galley' });
    const at = new Date(Number(headersOf(one)['webhook-timestamp']) * 1000);
    const signature = new Webhook(secret).sign(idOf(one), at, one.body);
    t.equal(headersOf(one)['webhook-signature'], signature, 'signed anew');
  }
  clock.advance(100 * HOUR);
  await deliver();
  t.equal(received.length, 4, 'and never again');
  t.same(givenUp, []);
});

test('after ten tries, of about three days, it is given up', async (t) => {
  const { store, clock, deliver, givenUp } = await startDeliveries(t);
  const { url, received } = await startReceiver(t, (answer) => answer.writeHead(503).end());
  const webhookId = await addWebhook(store, url);
  await happen(store, ['article.published']);
  const began = clock.now.getTime();
  for (let i = 0; i < 20; i++) {
    await deliver();
    const [row] = await listDeliveries(store);
    if (row?.dueAt) clock.now = row.dueAt;
  }
  t.equal(received.length, 10);
  const [row] = await listDeliveries(store);
  t.match(row, { status: 'failed', tries: 10, dueAt: null, lease: null, endedAt: clock.now });
  t.equal(row?.attempts.length, 10);
  const days = (clock.now.getTime() - began) / 24 / HOUR;
  t.ok(days > 3.1 && days < 3.5, `${days} days`);
  const { id: deliveryId } = row as { id: number };
  t.same(givenUp, [{ deliveryId, webhookId, event: 'article.published', tries: 10, status: 503, fault: null }]);
  t.match(await store.db.select().from(store.tables.webhooks), [{ active: true }], 'the webhook itself is not');
});

test('a delivery remembers its last twenty tries', async (t) => {
  const { store, deliver } = await startDeliveries(t);
  const { url } = await startReceiver(t);
  await addWebhook(store, url);
  await happen(store, ['tag.created']);
  await deliver();
  const attempts = Array.from({ length: 20 }, (_, i) => ({ at: `${i}`, status: 500, fault: null, durationMs: 1 }));
  const again = { status: 'pending' as const, tries: 0, attempts, dueAt: new Date(0), endedAt: null };
  await store.transaction((tx) => tx.db.update(tx.tables.deliveries).set(again));
  await deliver();
  const [row] = await listDeliveries(store);
  t.match(row, { status: 'delivered', tries: 1 });
  t.same([row?.attempts.length, row?.attempts[0]?.at, row?.attempts[19]?.status], [20, '1', 204]);
});

test('a signature holds by the standard’s own library; a changed byte and an old moment do not', async (t) => {
  const { store, clock, deliver } = await startDeliveries(t);
  const { url, received } = await startReceiver(t);
  const [secret, before] = [newSecret(), newSecret()];
  const until = new Date(clock.now.getTime() + HOUR);
  const id = await addWebhook(store, url, { secret });
  await happen(store, ['article.published']);
  await deliver();
  await store.transaction((tx) =>
    tx.db.update(tx.tables.webhooks).set({ previousSecret: before, previousSecretUntil: until }),
  );
  await happen(store, ['article.updated']);
  await deliver();
  const verify = (one: Received | undefined, by: string, { headers = {}, body = one?.body } = {}) =>
    new Webhook(by).verify(body ?? '', { ...headersOf(one as Received), ...headers });
  const [first, second] = received;
  t.match(verify(first, secret), { type: 'article.published', data: { kind: 'article', id: 1 } });
  t.throws(() => verify(first, before), 'by no other secret');
  t.throws(() => verify(first, secret, { body: first?.body.replace('1', '2') ?? '' }));
  t.throws(() => verify(first, secret, { headers: { 'webhook-id': 'msg_1' } }));
  const earlier = String(Number(headersOf(first as Received)['webhook-timestamp']) - 1);
  t.throws(() => verify(first, secret, { headers: { 'webhook-timestamp': earlier } }));
  t.match(verify(second, secret), { type: 'article.updated' }, 'while a secret is replaced, both hold');
  t.match(verify(second, before), { type: 'article.updated' });
  clock.now = new Date(Date.now() - 6 * MINUTE);
  await addWebhook(store, url, { secret, seenEventId: 1 });
  await deliver();
  t.equal(received.length, 3);
  t.throws(() => verify(received[2], secret), /too old/);
  clock.now = until;
  await happen(store, ['article.trashed']);
  await deliver();
  const last = received.find(({ body }) => body.includes('article.trashed')) as Received;
  t.equal(headersOf(last)['webhook-signature']?.split(' ').length, 1, 'after that, one is enough');
  t.ok(id > 0);
});

test('a receiver that is gone is asked no more, unless the webhook leads elsewhere by then', async (t) => {
  const { store, clock, deliver, givenUp } = await startDeliveries(t);
  const { webhooks } = store.tables;
  const { url, received } = await startReceiver(t, (answer, _, count) =>
    answer.writeHead(count === 1 ? 410 : 500).end(),
  );
  await addWebhook(store, url);
  await happen(store, ['tag.created']);
  await deliver();
  t.match(await listDeliveries(store), [{ status: 'failed', tries: 1, dueAt: null, attempts: [{ status: 410 }] }]);
  t.match(await store.db.select().from(webhooks), [{ active: false, disabledReason: 'gone', updatedAt: clock.now }]);
  t.match(givenUp, [{ status: 410, tries: 1 }]);
  await happen(store, ['tag.updated']);
  clock.advance(100 * HOUR);
  await deliver();
  t.equal(received.length, 1);

  const moved = await startReceiver(t, async (answer) => {
    await store.transaction((tx) => tx.db.update(webhooks).set({ url }));
    answer.writeHead(410).end();
  });
  const row = { url: moved.url, active: true, disabledReason: null };
  await store.transaction((tx) => tx.db.update(webhooks).set(row));
  await deliver();
  t.equal(moved.received.length, 1);
  t.match(await store.db.select().from(webhooks), [{ active: true, disabledReason: null }]);
});

/** A sender that answers when it is told to. */
const heldSender = () => {
  const held: { outgoing: Outgoing; answer: (status: number) => void }[] = [];
  const sender: Sender = {
    send: (outgoing) =>
      new Promise((resolve) => {
        held.push({ outgoing, answer: (status) => resolve({ status, fault: null, durationMs: 1 }) });
      }),
    close: async () => {},
  };
  return { held, sender };
};

test('what is switched off, waits; a test is sent all the same; what is deleted, is sent no more', async (t) => {
  const { store, clock, deliver, newDeliverer } = await startDeliveries(t);
  const { webhooks, deliveries } = store.tables;
  const { url, received } = await startReceiver(t);
  const switchTo = (active: boolean) => store.transaction((tx) => tx.db.update(webhooks).set({ active }));
  const webhookId = await addWebhook(store, url);
  await happen(store, ['tag.created', 'tag.updated']);
  const { held, sender } = heldSender();
  const other = newDeliverer(sender);
  await other.work();
  t.equal(held.length, 2);
  await switchTo(false);
  held[0]?.answer(200);
  held[1]?.answer(500);
  await other.whenIdle();
  t.match(await listDeliveries(store), [{ status: 'delivered' }, { status: 'pending', tries: 1 }]);
  const test = { webhookId, messageId: 'msg_test', type: 'webhook.test' as const, body: '{}', attempts: [], tries: 0 };
  const due = { status: 'pending' as const, dueAt: clock.now, createdAt: clock.now };
  await store.transaction((tx) => tx.db.insert(deliveries).values({ ...test, ...due }));
  clock.advance(HOUR);
  await deliver();
  t.same(received.map(idOf), ['msg_test']);
  await switchTo(true);
  await deliver();
  t.equal(received.length, 2);

  await happen(store, ['tag.merged', 'tag.deleted']);
  await other.work();
  t.equal(held.length, 4);
  await happen(store, ['tag.created']);
  await store.transaction((tx) => tx.db.delete(webhooks));
  for (const { answer } of held) answer(500);
  await other.deliver();
  clock.advance(100 * HOUR);
  await deliver();
  t.same([held.length, received.length, await listDeliveries(store)], [4, 2, []]);
});

test('slow receivers hold up no other', async (t) => {
  const { store, newDeliverer } = await startDeliveries(t);
  const { held, sender } = heldSender();
  const { work, whenIdle } = newDeliverer({
    ...sender,
    send: (outgoing) =>
      outgoing.url.hostname.startsWith('slow')
        ? sender.send(outgoing)
        : Promise.resolve({ status: 200, fault: null, durationMs: 1 }),
  });
  for (let i = 0; i < 20; i++) await addWebhook(store, `https://slow-${i}.example/`);
  const quick = await addWebhook(store, 'https://quick.example/');
  await happen(
    store,
    Array.from({ length: 10 }, () => 'article.updated' as const),
  );
  const delivered = async () => (await listDeliveries(store)).filter(({ status }) => status === 'delivered');
  await work();
  for (let i = 0; i < 400 && (await delivered()).length < 10; i++) await sleep(5);
  t.same(
    (await delivered()).map(({ webhookId }) => webhookId),
    Array.from({ length: 10 }, () => quick),
  );
  t.equal(held.length, 20, 'and each of them has its try');
  for (let i = 0; i < 200; i++) {
    for (let waited = 0; held.length <= i && waited < 400; waited++) await sleep(5);
    held[i]?.answer(200);
  }
  await whenIdle();
  t.equal((await delivered()).length, 210);
  t.equal(new Set(held.map(({ outgoing }) => outgoing.headers['webhook-id'])).size, 200, 'each once');
});

test('where there are more slow receivers than tries at once, each has its turn before any has its second', async (t) => {
  const { store, newDeliverer } = await startDeliveries(t);
  const { held, sender } = heldSender();
  const { work, whenIdle } = newDeliverer(sender);
  const [WEBHOOKS, EACH] = [70, 3];
  for (let i = 0; i < WEBHOOKS; i++) await addWebhook(store, `https://slow-${i}.example/`);
  await happen(
    store,
    Array.from({ length: EACH }, () => 'article.updated' as const),
  );
  await work();
  for (let i = 0; i < WEBHOOKS * EACH; i++) {
    for (let waited = 0; held.length <= i && waited < 400; waited++) await sleep(5);
    held[i]?.answer(200);
  }
  await whenIdle();
  const hosts = held.map(({ outgoing }) => outgoing.url.hostname);
  t.equal(hosts.length, WEBHOOKS * EACH);
  t.equal(new Set(hosts.slice(0, WEBHOOKS)).size, WEBHOOKS);
});

test('two that deliver from one store share the work, each message by one of them', async (t) => {
  const { store, deliver, newDeliverer } = await startDeliveries(t);
  const { url, received } = await startReceiver(t);
  for (let i = 0; i < 5; i++) await addWebhook(store, `${url}/${i}`);
  await happen(
    store,
    Array.from({ length: 12 }, () => 'article.updated' as const),
  );
  await Promise.all([deliver(), newDeliverer().deliver()]);
  t.equal(received.length, 60);
  t.equal(new Set(received.map(idOf)).size, 60);
  for (const row of await listDeliveries(store)) t.match(row, { status: 'delivered', tries: 1 });
});

test('what a process had taken when it died comes due to others after a minute; what it then says counts no more', async (t) => {
  const { store, clock, newDeliverer, deliver } = await startDeliveries(t);
  const { url, received } = await startReceiver(t);
  await addWebhook(store, url);
  await happen(store, ['tag.created']);
  const { held, sender } = heldSender();
  const dead = newDeliverer(sender);
  await dead.work();
  t.equal(held.length, 1);
  clock.advance(MINUTE - 1);
  await deliver();
  t.equal(received.length, 0);
  clock.advance(1);
  await deliver();
  t.equal(received.length, 1);
  t.equal(idOf(received[0] as Received), held[0]?.outgoing.headers['webhook-id'], 'by the same id');
  held[0]?.answer(410);
  await dead.whenIdle();
  t.match(await listDeliveries(store), [{ status: 'delivered', tries: 2, attempts: [{ status: 204 }] }]);
  t.match(await store.db.select().from(store.tables.webhooks), [{ active: true }]);
});

test('it is told soon after a commit, and what is under way when it stops is given back', async (t) => {
  const store = await openTestStore(t);
  let mayAnswer = true;
  const { url, received } = await startReceiver(t, (answer) => mayAnswer && answer.writeHead(200).end());
  await addWebhook(store, url);
  const sender = createSender({ allowPrivate: true });
  t.teardown(() => sender.close());
  const telling = { onError: (error: unknown) => t.fail('Galley itself failed', { error }), onGivenUp: () => {} };
  const delivering = startDelivering({ store, clock: () => new Date() }, sender, telling);
  const isReceived = async (count: number) => {
    const since = performance.now();
    while (received.length < count && performance.now() - since < 8000) await sleep(5);
    return performance.now() - since;
  };
  const waits: number[] = [];
  // A busy machine may be late once or twice; who looks every second alone is never so soon.
  while (waits.length < 5 && !waits.some((wait) => wait < 300)) {
    await store.transaction(async (tx) => {
      await happen(tx, ['tag.created']);
      tx.touch(['tags']);
    });
    waits.push(await isReceived(waits.length + 1));
    await sleep(50);
  }
  t.ok(Math.min(...waits) < 300, `after ${waits.map(Math.round).join(', ')} ms`);
  mayAnswer = false;
  const before = received.length;
  await happen(store, ['tag.updated']);
  await isReceived(before + 1);
  t.equal(received.length, before + 1, 'and within a second where nothing was touched');
  const stopping = performance.now();
  await delivering.stop();
  const took = performance.now() - stopping;
  t.ok(took > 2900 && took < 5000, `it waited for ${Math.round(took)} ms`);
  const row = (await listDeliveries(store)).at(-1);
  t.match(row, { status: 'pending', tries: 0, lease: null, attempts: [] });
  t.ok(Number(row?.dueAt) <= Date.now(), 'others may take it at once');
});

test('a process delivers what happens, and what happened before its start', async (t) => {
  const directory = temporaryDirectory(t);
  const { url, received } = await startReceiver(t);
  const store = await openTestStore(t, await databaseIn(t, directory));
  await addWebhook(store, url);
  await addWebhook(store, url.replace('127.0.0.1', 'localhost'), { events: ['tag.created'] });
  await happen(store, ['article.created', 'tag.created']);
  const environment = { WEBHOOK_ALLOW_PRIVATE: 'true', LOG_LEVEL: 'warn' };
  const started = await startProcess(t, directory, { environment });
  const since = performance.now();
  while (received.length < 3 && performance.now() - since < 20_000) await sleep(10);
  t.equal(received.length, 3);
  const { code, milliseconds } = await started.stop();
  t.equal(code, 0);
  t.comment(
    `delivered after ${Math.round(performance.now() - since - milliseconds)} ms, stopped in ${Math.round(milliseconds)} ms`,
  );
  t.equal(started.out().includes('"level":50'), false, started.out());
});
