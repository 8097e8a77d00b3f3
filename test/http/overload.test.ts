import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'tap';
import { watchTurns } from '../../src/http/loop-turns.ts';
import { LIMITS } from '../../src/http/overload.ts';
import { createMetrics } from '../../src/metrics/metrics.ts';
import { startGalley } from '../support/app.ts';
import { overTheWire } from '../support/wire.ts';

const problem = (bytes: Buffer) => JSON.parse(bytes.toString());

test('who comes late in a turn of the loop is too late once all turns of a second were long', async (t) => {
  let now = 0;
  const turns = watchTurns(() => now);
  /** A turn in which somebody asks at its beginning and after some milliseconds. */
  const turn = async (length: number, between = 30) => {
    const answers = [turns.isTooLate()];
    for (let n = 0; n < between; n++) turns.isTooLate();
    now += length;
    answers.push(turns.isTooLate());
    await new Promise(setImmediate);
    return answers;
  };
  for (let n = 0; n < 5; n++) t.same(await turn(199), [false, false]);
  for (let n = 0; n < 3; n++) t.same(await turn(300), [false, false], 'not yet');
  t.same(await turn(2000), [false, true], 'long by itself, after long ones');
  t.same(await turn(201), [false, true]);
  t.same(await turn(20), [false, false]);
  t.same(await turn(5000), [false, false], 'however long one of them is');
  t.same(await turn(300), [false, true]);
  t.same(await turn(20), [false, false]);
  t.same(await turn(400, 5), [false, false], 'a few never are');
  t.same(await turn(10), [false, false], 'who is there first never is');
  t.same(await turn(300), [false, false], 'a short one has ended it');
  for (let n = 0; n < 3; n++) {
    now += 60_000;
    t.same(
      await turn(1500),
      [false, false],
      'so has a pause: what comes now and then is a burst, however long it takes',
    );
  }
  t.same(await turn(300), [false, true], 'and not what comes right after it');
});

test('while the store is held, writes that are too many are refused, reads and hits are answered, and all goes on by itself', async (t) => {
  const metrics = createMetrics();
  const limits = { ...LIMITS, write: 5 };
  const { app, store, keys, authorId } = await startGalley(t, { parts: { metrics, limits } });
  const wire = await overTheWire(t, app);
  const key = { authorization: `Bearer ${keys.admin}` };
  const write = () => wire(`/v1/authors/${authorId + 1000}`, key, 'DELETE');
  t.equal((await wire('/v1/site')).status, 200);
  let letGo = () => {};
  const held = store.transaction(
    () =>
      new Promise<void>((resolve) => {
        letGo = resolve;
      }),
  );
  const waiting = Array.from({ length: 5 }, write);
  while (store.turns.waiting < 5) await sleep(5);
  const more = await Promise.all([write(), write(), wire('/v1/comments/erase', key, 'POST')]);
  for (const { status, headers, bytes } of more) {
    t.equal(status, 503);
    t.match(headers['retry-after'], /^[123]$/);
    t.equal(headers['cache-control'], 'no-store');
    t.equal(headers['access-control-allow-origin'], '*');
    t.not(headers.connection, 'close');
    t.match(problem(bytes), { code: 'unavailable', requestId: headers['x-request-id'] });
  }
  t.equal(problem(more[2]?.bytes as Buffer).instance, '/v1/comments/erase');
  for (const path of ['/v1/site', '/v1/articles', '/health/live', '/metrics'])
    t.equal((await wire(path)).status, 200, path);
  t.match((await wire('/metrics')).bytes.toString(), /^galley_http_requests_working\{kind="write"\} 5$/m);
  letGo();
  await held;
  for (const { status } of await Promise.all(waiting))
    if (status !== 404) t.equal(status, 404, 'what was taken is answered');
  t.equal((await write()).status, 404);
  const text = (await wire('/metrics')).bytes.toString();
  t.match(text, /^galley_http_requests_refused_total\{reason="write"\} 3$/m);
  t.match(text, /^galley_http_requests_working\{kind="write"\} 0$/m);
  t.match(text, /^galley_http_body_bytes 0$/m);
});

test('a long body finds no room where too much of bodies is in memory; a short one does', async (t) => {
  const limits = { ...LIMITS, bodyBytes: 200_000 };
  const { ask, store, keys } = await startGalley(t, { parts: { limits } });
  let letGo = () => {};
  const held = store.transaction(
    () =>
      new Promise<void>((resolve) => {
        letGo = resolve;
      }),
  );
  const ids = Array.from({ length: 100 }, (_, n) => n + 1000);
  const moderate = (spaces: number) =>
    ask('POST', '/v1/comments/moderate', {
      key: keys.admin,
      body: JSON.stringify({ ids, status: 'spam' }).replace('{', `{${' '.repeat(spaces)}`),
      headers: { 'content-type': 'application/json' },
    });
  const waiting = [moderate(150_000), moderate(150_000)];
  while (store.turns.waiting < 2) await sleep(5);
  const refused = await moderate(150_000);
  t.match(refused, { status: 503, body: { code: 'unavailable' } });
  t.match(refused.headers['retry-after'], /^[123]$/);
  waiting.push(moderate(10));
  while (store.turns.waiting < 3) await sleep(5);
  letGo();
  await held;
  for (const { status } of await Promise.all(waiting)) t.equal(status, 422, 'what found room is judged');
  t.equal((await moderate(150_000)).status, 422);
});
