/** What webhooks are sent, as an admin sees it: listed, tested, sent once more, gone with their webhook. */
import { type Test, test } from 'tap';
import { listDeliveries } from '../../src/features/webhooks/queries.ts';
import { START, startGalley } from '../support/app.ts';
import { watchStatements } from '../support/database.ts';
import { insertRows } from '../support/rows.ts';

const HOUR = 3_600_000;
const at = (hours: number) => new Date(Date.parse(START) + hours * HOUR);

/** A Galley with two webhooks, and deliveries of the first one written as those who deliver write them. */
const startOffice = async (t: Test) => {
  const galley = await startGalley(t);
  const { ask, keys, store } = galley;
  const key = keys.admin;
  const make = async () => {
    const body = { url: 'https://hooks.harbour.example/', events: ['*'] };
    return (await ask('POST', '/v1/webhooks', { key, body })).body.id as number;
  };
  const [webhookId, otherId] = [await make(), await make()];
  type Row = typeof store.tables.deliveries.$inferInsert;
  const rowOf = (n: number, more: Partial<Row> = {}): Row => ({
    ...{ webhookId, eventId: n, messageId: `msg_${n}`, type: 'tag.created', tries: 1, attempts: [] },
    ...{ status: 'delivered', createdAt: at(0), endedAt: at(1), dueAt: null },
    body: JSON.stringify({ type: 'tag.created', timestamp: START, data: { cursor: `${n}.abc` } }),
    ...more,
  });
  return {
    ...galley,
    ...{ webhookId, otherId, rowOf },
    insert: (rows: Row[]) => store.transaction((tx) => insertRows(tx, tx.tables.deliveries, rows)),
    list: (query = '', id = webhookId) => ask('GET', `/v1/webhooks/${id}/deliveries${query}`, { key }),
    read: (id: number) => ask('GET', `/v1/webhooks/deliveries/${id}`, { key }),
    probe: (id = webhookId, headers = {}) => ask('POST', `/v1/webhooks/${id}/test`, { key, headers }),
    replay: (id: number, headers = {}) => ask('POST', `/v1/webhooks/deliveries/${id}/replay`, { key, headers }),
    rows: async () => store.db.select().from(store.tables.deliveries).orderBy(store.tables.deliveries.id),
  };
};
const idsOf = ({ body }: { body: { data: { id: number }[] } }) => body.data.map(({ id }) => id);

test('a test is a message like any other, due at once, also while the webhook is off', async (t) => {
  const { ask, keys, webhookId, probe, read, list, rows, clock } = await startOffice(t);
  clock.advance(HOUR);
  const now = clock.now.toISOString();
  const sent = await probe();
  const { id, messageId } = sent.body;
  const shown = {
    ...{ id, webhookId, messageId, type: 'webhook.test', cursor: null, status: 'pending', tries: 0, attempts: [] },
    ...{ nextAttemptAt: now, createdAt: now, endedAt: null },
  };
  t.equal(sent.status, 202);
  t.same(sent.body, shown);
  t.match(messageId, /^msg_[0-9a-f]{32}$/);
  t.same((await read(id)).body, shown);
  t.same((await list()).body.data, [shown]);
  const [row] = await rows();
  t.match(row, { eventId: null, lease: null, dueAt: clock.now });
  t.same(JSON.parse(row?.body ?? ''), { type: 'webhook.test', timestamp: now, data: { webhookId } });
  t.not((await probe()).body.messageId, messageId, 'each is a message of its own');
  await ask('PATCH', `/v1/webhooks/${webhookId}`, { key: keys.admin, body: { active: false } });
  t.match(await probe(), { status: 202, body: { status: 'pending', nextAttemptAt: now } });
});

test('deliveries are listed newest first, by status too, without what was sent', async (t) => {
  const { insert, rowOf, list, read, otherId, webhookId } = await startOffice(t);
  const attempt = { at: at(1).toISOString(), status: 503, fault: null, durationMs: 12 };
  const cut = { ...attempt, status: null, fault: 'timeout', durationMs: 15_000 };
  await insert([
    rowOf(1),
    rowOf(2, { status: 'pending', dueAt: at(2), endedAt: null, attempts: [attempt], lease: 'mine' }),
    rowOf(3, { webhookId: otherId }),
    rowOf(4, { status: 'failed', tries: 10, attempts: [attempt, cut] }),
    rowOf(5),
    rowOf(6, { status: 'pending', tries: 0, dueAt: at(1), endedAt: null }),
  ]);
  const whole = await list();
  t.same(idsOf(whole), [6, 5, 4, 2, 1]);
  t.same(whole.body.data[3], {
    ...{ id: 2, webhookId, messageId: 'msg_2', type: 'tag.created', cursor: '2.abc', status: 'pending', tries: 1 },
    ...{ attempts: [attempt], nextAttemptAt: at(2).toISOString(), createdAt: START, endedAt: null },
  });
  t.match((await read(4)).body, { attempts: [attempt, cut], nextAttemptAt: null, endedAt: at(1).toISOString() });
  t.notOk(/timestamp|"body"|lease/.test(whole.text));
  t.same(idsOf(await list('', otherId)), [3]);
  for (const [status, ids] of [
    ['pending', [6, 2]],
    ['delivered', [5, 1]],
    ['failed', [4]],
  ] as const) {
    const found = await list(`?status=${status}&count=exact`);
    t.same(idsOf(found), ids, status);
    t.equal(found.body.pagination.total, ids.length);
  }
  const first = await list('?limit=2');
  const second = await list(`?limit=2&cursor=${first.body.pagination.next}`);
  t.same([...idsOf(first), ...idsOf(second)], [6, 5, 4, 2]);
  t.same(idsOf(await list(`?limit=2&cursor=${second.body.pagination.previous}`)), [6, 5]);
  t.same(idsOf(await list('?limit=2&page=3')), [1]);
  t.match(await list('?status=lost'), { status: 400, body: { errors: [{ name: 'status', code: 'not-allowed' }] } });
  t.equal((await list(`?limit=2&status=failed&cursor=${first.body.pagination.next}`)).body.code, 'invalid-cursor');
});

test('a list of deliveries costs what it shows, whatever their status', async (t) => {
  const { insert, rowOf, store, address, webhookId, otherId } = await startOffice(t);
  await insert(Array.from({ length: 2000 }, (_, n) => rowOf(n, n % 2 ? { webhookId: otherId } : {})));
  await insert([rowOf(9000, { status: 'failed' })]);
  const { during, planOf } = watchStatements(t, address);
  const slice = { limit: 20, from: null, offset: 0, counted: false };
  for (const status of [undefined, 'pending', 'delivered', 'failed'] as const) {
    for (const from of [null, { place: { value: 2000, id: 2000 }, before: false }]) {
      const { ran, answer } = await during(() => listDeliveries(store, webhookId, status, { ...slice, from }));
      const { seeks, dear, steps } = await planOf(ran);
      const label = `${status} ${JSON.stringify(from)}`;
      t.notOk(dear.includes('scan deliveries'), label, { steps });
      if (status === 'failed' && !from) t.equal(answer.rows.length, 1);
      if (address.engine === 'postgres') continue; // which, among few rows, sorts or takes the ids of all
      const index = status === undefined ? 'deliveries_of_webhook' : 'deliveries_by_status';
      t.same(dear, [], label);
      t.match(seeks.join(), new RegExp(`^${index} \\(webhook_id=\\?${status ? ' AND status=\\?' : ''}`), label);
    }
  }
});

test('what is over is sent once more, as the same message; what waits is left as it is', async (t) => {
  const { insert, rowOf, replay, read, rows, clock } = await startOffice(t);
  const attempt = { at: START, status: 500, fault: null, durationMs: 3 };
  await insert([
    rowOf(1, { status: 'failed', tries: 10, attempts: [attempt] }),
    rowOf(2),
    rowOf(3, { status: 'pending', tries: 4, dueAt: at(9), endedAt: null, lease: 'mine' }),
  ]);
  const [, , waiting] = await rows();
  clock.advance(2 * HOUR);
  for (const id of [1, 2]) {
    const was = (await read(id)).body;
    const answer = await replay(id, { 'idempotency-key': `replay-${id}` });
    const now = clock.now.toISOString();
    t.equal(answer.status, 202);
    t.same(answer.body, { ...was, status: 'pending', tries: 0, nextAttemptAt: now, endedAt: null });
    t.same((await read(id)).body, answer.body);
  }
  t.match((await rows())[0], { messageId: 'msg_1', attempts: [attempt], lease: null, dueAt: clock.now });
  const left = await replay(3);
  t.match(left, { status: 202, body: { id: 3, tries: 4, nextAttemptAt: at(9).toISOString() } });
  t.same((await rows())[2], waiting);
  clock.advance(HOUR);
  const again = await replay(1, { 'idempotency-key': 'replay-1' });
  t.match(again, { status: 202, body: { nextAttemptAt: at(2).toISOString() } });
  t.equal(again.headers['idempotent-replayed'], 'true');
});

test('a webhook goes with its deliveries, and they alone', async (t) => {
  const { ask, keys, insert, rowOf, webhookId, otherId, list, read, replay, rows } = await startOffice(t);
  await insert([rowOf(1), rowOf(2, { webhookId: otherId }), rowOf(3, { status: 'pending', dueAt: at(0), lease: 'x' })]);
  await insert(Array.from({ length: 1000 }, (_, n) => rowOf(10 + n))); // more than are deleted at once
  const url = `/v1/webhooks/${webhookId}`;
  t.equal((await ask('DELETE', url, { key: keys.admin })).status, 204);
  t.same(
    (await rows()).map(({ id }) => id),
    [2],
  );
  for (const answer of [
    ...[await ask('GET', url, { key: keys.admin }), await ask('DELETE', url, { key: keys.admin })],
    ...[await list(), await read(1), await replay(3), await ask('POST', `${url}/test`, { key: keys.admin })],
  ])
    t.match(answer, { status: 404, body: { code: 'not-found' } });
  t.same(idsOf(await list('', otherId)), [2]);
});
