/** Webhooks as an admin has them: made and shown with their secret once, changed, switched off and on, rotated, deleted. */

import { Webhook } from 'standardwebhooks';
import { type Test, test } from 'tap';
import { EVENT_TYPES } from '../../src/core/events.ts';
import { createDeliverer } from '../../src/features/webhooks/delivering.ts';
import { createSender } from '../../src/outgoing/sender.ts';
import { type Options, START, startGalley } from '../support/app.ts';
import { startReceiver } from '../support/receiver.ts';
import { countRows } from '../support/rows.ts';

const HOUR = 3_600_000;
const URL_ = 'https://hooks.harbour.example/galley';
const SECRET = /^whsec_[A-Za-z0-9+/]{43}=$/;

/** A Galley with verbs for an admin. */
const startOffice = async (t: Test, options?: Options) => {
  const galley = await startGalley(t, options);
  const { ask, keys, store } = galley;
  const key = keys.admin;
  return {
    ...galley,
    make: (body: object, headers = {}) => ask('POST', '/v1/webhooks', { key, body, headers }),
    edit: (id: number, body: unknown) => ask('PATCH', `/v1/webhooks/${id}`, { key, body }),
    read: (id: number) => ask('GET', `/v1/webhooks/${id}`, { key }),
    rotate: (id: number, headers = {}) => ask('POST', `/v1/webhooks/${id}/rotate-secret`, { key, headers }),
    row: async (id: number) => (await store.db.select().from(store.tables.webhooks)).find((row) => row.id === id),
    lastEvent: async () => Math.max(0, ...(await store.db.select().from(store.tables.events)).map(({ id }) => id)),
    /** Something happens. */
    happen: () => ask('POST', '/v1/tags', { key, body: { name: `Tag ${Math.random()}` } }),
  };
};

test('a webhook tells its secret once, and hears of what happens from then on', async (t) => {
  const { ask, keys, make, read, row, lastEvent, happen } = await startOffice(t);
  await happen();
  const body = { url: URL_, events: ['article.published', 'article.unpublished'] };
  const made = await make(body);
  const { id, secret } = made.body;
  t.equal(made.status, 201);
  t.equal(made.headers.location, `/v1/webhooks/${id}`);
  t.equal(made.headers['cache-control'], 'no-store');
  t.match(secret, SECRET, '256 random bits, as Standard Webhooks writes them');
  const shown = {
    ...{ id, ...body, description: null, active: true, disabledReason: null, previousSecretUntil: null },
    ...{ createdAt: START, updatedAt: START },
  };
  t.same(made.body, { ...shown, secret });
  t.same((await read(id)).body, shown);
  t.ok((await lastEvent()) > 0);
  t.match(await row(id), { seenEventId: await lastEvent(), secret, previousSecret: null });

  const whole = { url: `${URL_}?site=1`, events: ['*'], description: 'All', active: false };
  const second = await make(whole);
  t.match(second.body, { ...whole, id: id + 1 });
  t.not(second.body.secret, secret);
  const walked: number[] = [];
  let cursor = '';
  do {
    const page = await ask('GET', `/v1/webhooks?limit=1&count=exact${cursor}`, { key: keys.admin });
    t.notOk(page.text.includes('whsec_') || page.text.includes('"secret"'));
    t.equal(page.body.pagination.total, 2);
    walked.push(...page.body.data.map((webhook: { id: number }) => webhook.id));
    cursor = page.body.pagination.next ? `&cursor=${page.body.pagination.next}` : '';
  } while (cursor);
  t.same(walked, [id, id + 1]);
  const { headers } = await read(id);
  const again = await ask('GET', `/v1/webhooks/${id}`, {
    key: keys.admin,
    headers: { 'if-none-match': String(headers.etag) },
  });
  t.equal(again.status, 304);
});

test('what a webhook cannot be is refused, and nothing is stored', async (t) => {
  const { ask, keys, make, edit, read, store } = await startOffice(t);
  const { body: target } = await make({ url: URL_, events: ['*'] });
  const webhook = { url: URL_, events: ['article.created'] };
  const cases: [body: object, pointer: string, code: string, patch?: false][] = [
    [{ events: ['*'] }, '/url', 'required', false],
    [{ url: URL_ }, '/events', 'required', false],
    [{ ...webhook, url: 'hooks.harbour.example' }, '/url', 'wrong-format'],
    [{ ...webhook, url: 'ftp://hooks.harbour.example' }, '/url', 'wrong-format'],
    [{ ...webhook, url: 'https://me:secret@hooks.harbour.example/' }, '/url', 'wrong-format'],
    [{ ...webhook, url: 'https://me@hooks.harbour.example/' }, '/url', 'wrong-format'],
    [{ ...webhook, url: `https://hooks.harbour.example/${'x'.repeat(2048)}` }, '/url', 'too-long'],
    [{ ...webhook, url: 'http://hooks.harbour.example/' }, '/url', 'not-https'],
    [{ ...webhook, url: `${URL_}#part` }, '/url', 'not-allowed'],
    [{ ...webhook, url: `${URL_}#` }, '/url', 'not-allowed'],
    [{ ...webhook, url: 'https://127.0.0.1:8080/' }, '/url', 'private-address'],
    [{ ...webhook, url: 'https://0x7f000001/' }, '/url', 'private-address'],
    [{ ...webhook, url: 'https://[::ffff:192.168.0.1]/' }, '/url', 'private-address'],
    [{ ...webhook, url: 'https://localhost/' }, '/url', 'private-address'],
    [{ ...webhook, url: null }, '/url', 'wrong-type'],
    [{ ...webhook, events: [] }, '/events', 'too-few'],
    [{ ...webhook, events: ['*', '*'] }, '/events', 'not-unique'],
    [{ ...webhook, events: '*' }, '/events', 'wrong-type'],
    [{ ...webhook, events: null }, '/events', 'wrong-type'],
    [{ ...webhook, events: Array(31).fill('*') }, '/events', 'too-many'],
    [{ ...webhook, events: ['webhook.test'] }, '/events/0', 'not-allowed'],
    [{ ...webhook, active: 'yes' }, '/active', 'wrong-type'],
    [{ ...webhook, active: null }, '/active', 'wrong-type'],
    [{ ...webhook, description: 'x'.repeat(501) }, '/description', 'too-long'],
    [{ ...webhook, secret: 'whsec_mine' }, '/secret', 'read-only'],
    [{ ...webhook, disabledReason: null }, '/disabledReason', 'read-only'],
    [{ ...webhook, seenEventId: 0 }, '/seenEventId', 'unknown-field'],
  ];
  const before = await countRows(store);
  for (const [body, pointer, code, patch] of cases) {
    const label = `${pointer} ${code} ${JSON.stringify(body).slice(0, 80)}`;
    const refused = { status: 400, body: { code: 'invalid-request', errors: [{ in: 'body', pointer, code }] } };
    t.match(await make(body), refused, label);
    if (patch !== false) t.match(await edit(target.id, body), refused, `${label}, in a patch`);
  }
  const named = await make({ url: 'http://localhost/#x', events: ['article.created', 'article.born', 'tag.lost'] });
  t.same(
    named.body.errors.map(({ pointer }: { pointer: string }) => pointer),
    ['/events/1', '/events/2'],
    'each type that there is not',
  );
  const thrice = await make({ url: 'http://localhost/#x', events: [...EVENT_TYPES] });
  t.same(
    thrice.body.errors.map(({ code }: { code: string }) => code),
    ['not-https', 'private-address', 'not-allowed'],
  );
  t.equal(
    thrice.body.detail,
    'url must begin with https:; url must lead to a public address; url must not have a fragment',
  );
  t.same(await countRows(store), before);
  t.match((await read(target.id)).body, { url: URL_, events: ['*'], active: true, updatedAt: START });
  for (const [method, path, status, body] of [
    ['GET', '/999', 404],
    ['PATCH', '/999', 404, {}],
    ['PATCH', '/999', 404, { url: 'https://localhost/' }],
    ['DELETE', '/999', 404],
    ['POST', '/999/rotate-secret', 404],
    ['POST', '/999/test', 404],
    ['GET', '/999/deliveries', 404],
    ['GET', '/deliveries/999', 404],
    ['POST', '/deliveries/999/replay', 404],
    ['GET', '/deliveries', 400],
    ['GET', '/0', 400],
    ['GET', '?active=true', 400],
    ['PUT', '/1', 405],
    ['POST', '/1/rotate-secret', 400, { secret: 'mine' }],
    ['POST', '/1/test', 400, { type: 'article.created' }],
  ] as const) {
    t.equal((await ask(method, `/v1/webhooks${path}`, { key: keys.admin, body })).status, status, `${method} ${path}`);
  }
  t.same(await countRows(store), before);
});

test('a private address and plain http are for those who allow them', async (t) => {
  const { make, edit } = await startOffice(t, { settings: { WEBHOOK_ALLOW_PRIVATE: 'true' } });
  const made = await make({ url: 'http://127.0.0.1:8080/hook', events: ['*'] });
  t.match(made, { status: 201, body: { url: 'http://127.0.0.1:8080/hook' } });
  t.equal((await edit(made.body.id, { url: 'http://localhost/' })).status, 200);
  t.match((await edit(made.body.id, { url: 'http://localhost/#x' })).body.errors, [{ code: 'not-allowed' }]);
});

test('a change is a merge patch; one that changes nothing leaves the time', async (t) => {
  const { make, edit, read, clock, row } = await startOffice(t);
  const { id, secret } = (await make({ url: URL_, events: ['*'], description: 'One' })).body;
  clock.advance(HOUR);
  for (const body of [{}, { url: URL_ }, { events: ['*'], active: true, description: 'One' }])
    t.match(await edit(id, body), { status: 200, body: { updatedAt: START } });
  const changed = await edit(id, { description: null, events: ['tag.created', 'site.updated'] });
  const after = { url: URL_, description: null, events: ['tag.created', 'site.updated'], active: true };
  t.match(changed, { status: 200, body: { ...after, createdAt: START, updatedAt: clock.now.toISOString() } });
  t.same((await read(id)).body, changed.body);
  t.notOk('secret' in changed.body);
  t.equal((await row(id))?.secret, secret);
});

test('switched off, what happens is not for it; switched on, it hears from then on', async (t) => {
  const { make, edit, row, lastEvent, happen, store } = await startOffice(t);
  const { id } = (await make({ url: URL_, events: ['*'] })).body;
  const begun = (await row(id))?.seenEventId;
  await happen();
  t.match((await edit(id, { active: false })).body, { active: false, disabledReason: null });
  const queued = () => store.db.$count(store.tables.deliveries);
  t.equal(await queued(), 1, 'what happened before is for it');
  await happen();
  await edit(id, { description: 'Still off' });
  t.equal((await row(id))?.seenEventId, (begun ?? 0) + 1);
  t.match((await edit(id, { active: true })).body, { active: true });
  t.equal((await row(id))?.seenEventId, await lastEvent());
  t.equal(await queued(), 1, 'what happened meanwhile is not');
  await happen();
  await edit(id, { active: true, description: 'On' });
  t.equal((await row(id))?.seenEventId, (await lastEvent()) - 1, 'one that was on goes on where it is');
  await edit(id, { events: ['article.created'] });
  t.equal(await queued(), 2, 'what it wanted so far is for it');
  await happen();
  await edit(id, { events: ['*'] });
  t.equal(await queued(), 2, 'and no more than that');

  const { webhooks } = store.tables;
  await store.transaction(async (tx) => {
    await tx.db.update(webhooks).set({ active: false, disabledReason: 'gone' });
  });
  t.match(
    (await edit(id, { url: `${URL_}/2` })).body,
    { active: false, disabledReason: 'gone' },
    'told while it is off',
  );
  t.match((await edit(id, { active: true })).body, { active: true, disabledReason: null });
});

test('what the doors ask for is delivered: a test, what happens, and the same once more', async (t) => {
  const galley = await startOffice(t, { settings: { WEBHOOK_ALLOW_PRIVATE: 'true' } });
  const { ask, keys, make, rotate, happen, store, clock } = galley;
  const { url, received } = await startReceiver(t);
  const { body: webhook } = await make({ url, events: ['tag.created'] });
  const { body: rotated } = await rotate(webhook.id);
  const sender = createSender({ allowPrivate: true });
  t.teardown(() => sender.close());
  const onError = (error: unknown) => t.fail('Galley itself failed', { error });
  const deliverer = createDeliverer({ store, clock: () => clock.now }, sender, { onError, onGivenUp: () => {} });
  const deliver = async () => {
    await deliverer.work();
    await deliverer.whenIdle();
  };
  const post = (path: string) => ask('POST', `/v1/webhooks/${path}`, { key: keys.admin });
  await post(`${webhook.id}/test`);
  await happen();
  await deliver();
  const { body: list } = await ask('GET', `/v1/webhooks/${webhook.id}/deliveries`, { key: keys.admin });
  t.match(list.data, [
    { type: 'tag.created', cursor: /^\d+\.[0-9a-z]+$/, status: 'delivered', tries: 1, attempts: [{ status: 204 }] },
    { type: 'webhook.test', cursor: null, status: 'delivered', nextAttemptAt: null },
  ]);
  t.match((await post(`deliveries/${list.data[0].id}/replay`)).body, {
    status: 'pending',
    attempts: [{ status: 204 }],
  });
  await deliver();
  const again = await ask('GET', `/v1/webhooks/deliveries/${list.data[0].id}`, { key: keys.admin });
  t.match(again.body, { status: 'delivered', tries: 1, attempts: [{ status: 204 }, { status: 204 }] });
  const told = received.filter(({ body }) => body.includes('tag.created'));
  t.equal(told.length, 2);
  t.equal(told[0]?.body, told[1]?.body);
  for (const { headers, body } of received) {
    t.ok(list.data.some(({ messageId }: { messageId: string }) => messageId === headers['webhook-id']));
    const at = new Date(Number(headers['webhook-timestamp']) * 1000);
    const signatures = [rotated.secret, webhook.secret].map((secret) =>
      new Webhook(secret).sign(String(headers['webhook-id']), at, body),
    );
    t.equal(headers['webhook-signature'], signatures.join(' '), 'both secrets sign');
  }
});

test('one that leads where it may no more can be switched off, and on only elsewhere', async (t) => {
  const { make, edit, store } = await startOffice(t);
  const { id } = (await make({ url: URL_, events: ['*'] })).body;
  await store.transaction(async (tx) => {
    await tx.db.update(tx.tables.webhooks).set({ url: 'http://10.0.0.1/' }); // while that was allowed
  });
  t.equal((await edit(id, { description: 'Old' })).status, 200);
  t.equal((await edit(id, { active: false })).status, 200);
  t.match(await edit(id, { active: true }), {
    status: 400,
    body: { errors: [{ pointer: '/url' }, { pointer: '/url' }] },
  });
  t.equal((await edit(id, { active: true, url: URL_ })).status, 200);
});

test('a new secret is shown once; the last signs too for a day, and never more than one', async (t) => {
  const { make, read, rotate, row, clock } = await startOffice(t);
  const made = (await make({ url: URL_, events: ['*'] }, { 'idempotency-key': 'make' })).body;
  const { id } = made;
  clock.advance(HOUR);
  const first = await rotate(id, { 'idempotency-key': 'first' });
  const until = new Date(clock.now.getTime() + 24 * HOUR).toISOString();
  t.match(first, { status: 200, body: { id, secret: SECRET, previousSecretUntil: until } });
  t.equal(first.headers['cache-control'], 'no-store');
  t.equal(first.body.updatedAt, clock.now.toISOString());
  t.not(first.body.secret, made.secret);
  t.match(await row(id), { secret: first.body.secret, previousSecret: made.secret });
  const { secret: _, ...shown } = first.body;
  t.same((await read(id)).body, shown);

  const again = await rotate(id, { 'idempotency-key': 'first' });
  t.match(again, { status: 200, body: { id, secret: null, previousSecretUntil: until } });
  t.equal(again.headers['idempotent-replayed'], 'true');
  t.match(await row(id), { secret: first.body.secret }, 'not rotated again');
  const remade = await make({ url: URL_, events: ['*'] }, { 'idempotency-key': 'make' });
  t.match(remade, { status: 201, body: { id, secret: null } });

  clock.advance(24 * HOUR - 1);
  t.equal((await read(id)).body.previousSecretUntil, until, 'to the last millisecond');
  clock.advance(1);
  t.equal((await read(id)).body.previousSecretUntil, null);
  const second = await rotate(id);
  clock.advance(HOUR);
  const third = await rotate(id);
  t.match(await row(id), { secret: third.body.secret, previousSecret: second.body.secret });
});
