import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'tap';
import { createSender } from '../../src/outgoing/sender.ts';
import { databaseIn, openTestStore } from '../support/database.ts';
import { readKey, startProcess, temporaryDirectory } from '../support/process.ts';
import { startReceiver } from '../support/receiver.ts';
import { addWebhook, listDeliveries } from '../support/webhooks.ts';

const PROCESSES = 3;
const WEBHOOKS = 6;
const EVENTS = 100;
const ALL = WEBHOOKS * EVENTS;
/** How many one process has under way. */
const IN_HAND = 16;

test('three processes deliver 600 messages though one is killed with leases in hand: none is lost, and what comes twice has the same id', {
  timeout: 300_000,
}, async (t) => {
  const directory = temporaryDirectory(t);
  const environment = { WEBHOOK_ALLOW_PRIVATE: 'true', RATE_LIMIT_WRITE: 'off', LOG_LEVEL: 'info' };
  const processes = await Promise.all(
    Array.from({ length: PROCESSES }, () => startProcess(t, directory, { environment })),
  );
  const addresses = await Promise.all(processes.map(({ ready }) => ready));
  const headers = { authorization: `Bearer ${readKey(directory)}`, 'content-type': 'application/json' };

  const held: ServerResponse[] = [];
  let isHolding = true;
  const { url, received } = await startReceiver(t, (answer) => {
    if (isHolding) held.push(answer);
    else setTimeout(() => answer.writeHead(204).end(), Math.random() * 50);
  });
  const store = await openTestStore(t, await databaseIn(t, directory));
  for (let i = 0; i < WEBHOOKS; i++) await addWebhook(store, `${url}/${i}`, { events: ['tag.created'] });

  const since = performance.now();
  const write = async (n: number) => {
    const body = JSON.stringify({ name: `Tag ${n}` });
    const answer = await fetch(`${addresses[n % PROCESSES]}/v1/tags`, { method: 'POST', headers, body });
    if (answer.status !== 201) t.fail(`${answer.status}`);
  };
  await Promise.all(Array.from({ length: EVENTS }, (_, n) => write(n)));
  while (held.length < PROCESSES * IN_HAND && performance.now() - since < 14_000) await sleep(5);
  t.equal(held.length, PROCESSES * IN_HAND, 'each process has its hands full');
  const [doomed, ...others] = processes as [(typeof processes)[0], ...typeof processes];
  doomed.child.kill('SIGKILL');
  await once(doomed.child, 'close');
  const killedAt = performance.now();
  await sleep(100); // the connections of the dead are known to be closed
  const lost = held.filter(({ destroyed }) => destroyed).length;
  t.equal(lost, IN_HAND);
  isHolding = false;
  for (const answer of held) if (!answer.destroyed) answer.writeHead(204).end();

  const countDelivered = async () =>
    (await listDeliveries(store)).filter(({ status }) => status === 'delivered').length;
  let restAfter: number | undefined;
  let delivered = 0;
  while (delivered < ALL && performance.now() - killedAt < 120_000) {
    await sleep(100);
    delivered = await countDelivered();
    if (delivered === ALL - lost) restAfter ??= performance.now() - killedAt;
  }
  const allAfter = performance.now() - killedAt;

  const rows = await listDeliveries(store);
  t.equal(delivered, ALL);
  t.equal(rows.length, ALL, 'each event is delivered once to each webhook');
  const ids = new Map<string, number>();
  for (const one of received) {
    const id = String(one.headers['webhook-id']);
    ids.set(id, (ids.get(id) ?? 0) + 1);
  }
  t.same(new Set(ids.keys()), new Set(rows.map(({ messageId }) => messageId)));
  t.equal(new Set(rows.map(({ webhookId, eventId }) => `${webhookId} ${eventId}`)).size, ALL);
  const twice = [...ids.values()].filter((count) => count === 2).length;
  t.equal(twice, lost, 'what the dead had sent comes again');
  t.equal(Math.max(...ids.values()), 2);
  t.equal(rows.filter(({ tries }) => tries === 2).length, lost);
  t.ok(allAfter < 75_000, 'a minute after it was taken');
  for (const { stop } of others) t.equal((await stop()).code, 0);
  const [rest, all] = [restAfter ?? Number.NaN, allAfter].map((ms) => (ms / 1000).toFixed(1));
  t.comment(
    `${delivered} of ${ALL} delivered; ${twice} came twice, by the same id; the other ${ALL - lost} within ${rest} s, all within ${all} s of the kill`,
  );
});

test('a receiver has all of its time, also where it is the connection that takes long', {
  timeout: 60_000,
}, async (t) => {
  const sender = createSender({
    allowPrivate: false,
    find: (_hostname, _options, tell) => setTimeout(() => tell(null, [{ address: '127.0.0.1', family: 4 }]), 12_000),
  });
  t.teardown(() => sender.close());
  const url = new URL('https://slow.example/');
  const sent = await sender.send({ method: 'POST', url, headers: {}, timeout: 15_000 });
  t.match(sent, { fault: 'address-refused' }, 'it was looked at, after twelve seconds');
  t.ok(sent.durationMs > 11_900, `${sent.durationMs} ms`);
});
