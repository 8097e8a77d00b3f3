import { existsSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Test, test } from 'tap';
import { databaseIn, engine } from '../support/database.ts';
import { readKey, startProcess, temporaryDirectory } from '../support/process.ts';

/** A Galley with its address, and its key as headers of a JSON request. */
const start = async (t: Test) => {
  const directory = temporaryDirectory(t);
  const process = await startProcess(t, directory);
  const address = await process.ready;
  const headers = { authorization: `Bearer ${readKey(directory)}`, 'content-type': 'application/json' };
  return { directory, process, address, headers };
};

/** Opens a connection, says something and leaves it at that. */
const sayAndWait = (t: Test, address: string, words: string) =>
  new Promise<Socket>((resolve) => {
    const socket = connect(Number(new URL(address).port), '127.0.0.1', () => resolve(socket));
    socket.on('error', () => {}); // being cut off is what is to come
    socket.write(words);
    t.teardown(() => socket.destroy());
  });

const keptAlive = (t: Test, address: string) =>
  new Promise<void>((resolve, reject) => {
    const agent = new Agent({ keepAlive: true });
    t.teardown(() => agent.destroy());
    request(`${address}/health/live`, { agent }, (answer) => answer.resume().on('end', resolve))
      .on('error', reject)
      .end();
  });

test('SIGTERM lets a render that runs be answered, cuts off who dawdles, closes the store and exits 0 within ten seconds', async (t) => {
  const { directory, process, address, headers } = await start(t);
  await keptAlive(t, address);
  await sayAndWait(t, address, '');
  await sayAndWait(t, address, 'GET /v1/articles HTTP/1.1\r\nHost:');
  const { authorization } = headers;
  const head = `Host: a\r\nAuthorization: ${authorization}\r\nContent-Type: application/json\r\nContent-Length: 1000`;
  await sayAndWait(t, address, `POST /v1/articles HTTP/1.1\r\n${head}\r\n\r\n{"title":`);
  const body = JSON.stringify({ title: 'Long', body: `|a|b|\n|-|-|\n${'|x|y|\n'.repeat(80_000)}` });
  const rendering = fetch(`${address}/v1/articles`, { method: 'POST', headers, body });
  await sleep(300);

  const stopped = process.stop();
  await sleep(200);
  process.child.kill('SIGTERM');
  process.child.kill('SIGINT');
  await t.rejects(fetch(`${address}/health/live`), 'nobody new is let in');
  const answer = await rendering;
  t.ok([201, 422].includes(answer.status), `the render was answered with ${answer.status}`);
  const { code, signal, milliseconds } = await stopped;
  t.strictSame({ code, signal }, { code: 0, signal: null });
  t.ok(milliseconds < 10_000, `it took ${Math.round(milliseconds)} ms`);
  t.match(process.out(), /"msg":"stopped"/);
  t.equal(process.out().match(/"msg":"stopping"/g)?.length, 1, 'once, though it was asked three times');
  t.equal(process.err(), '');
  t.notOk(existsSync(join(directory, 'data/galley.db-wal')), 'the store was closed');
});

test('it is not ready while the store cannot be written to, yet alive and readable, and ready again after', async (t) => {
  const { directory, process, address, headers } = await start(t);
  const letWrite = await engine.holdWrites(await databaseIn(t, directory));
  const asked = fetch(`${address}/health/ready`);
  for (const path of ['/health/live', '/v1/articles']) t.equal((await fetch(address + path)).status, 200, path);
  const refused = await asked;
  t.equal(refused.status, 503);
  t.equal(refused.headers.get('content-type'), 'application/problem+json');
  t.equal(refused.headers.get('retry-after'), '5');
  t.match(await refused.json(), { code: 'unavailable', detail: 'The database cannot be written to' });
  await letWrite();
  const ready = await fetch(`${address}/health/ready`);
  t.strictSame([ready.status, await ready.json()], [200, { status: 'ok' }]);

  const body = JSON.stringify({ title: 'Under way' });
  const posted = fetch(`${address}/v1/articles`, { method: 'POST', headers, body });
  await sleep(100);
  const stopped = process.stop();
  t.equal((await posted).status, 201, 'what is under way is answered');
  const { code, milliseconds } = await stopped;
  t.equal(code, 0);
  t.ok(milliseconds < 5800, `clients that keep their connection do not hold it up: ${Math.round(milliseconds)} ms`);
});
