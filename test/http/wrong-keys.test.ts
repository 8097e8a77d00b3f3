/** Wrong keys are limited by their address, and nobody else there is hurt by it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'tap';
import { START, startGalley } from '../support/app.ts';
import { newDatabase, watchStatements } from '../support/database.ts';

const LIMITS = { RATE_LIMIT_READ: '2/hour', RATE_LIMIT_WRITE: '2/hour', RATE_LIMIT_WRONG_KEYS: '3/hour' };
const tomorrow = new Date(Date.parse(START) + 86_400_000).toISOString();
const guess = (n: number) => `glk_${String(n).padStart(32, 'x')}`;

test('wrong keys have a limit of their own: 401 up to it, then 429, at every door', async (t) => {
  const { ask, keys } = await startGalley(t, { settings: LIMITS });
  const doors = [
    ['GET', '/v1/me'],
    ['POST', '/v1/articles'],
    ['GET', '/v1/articles'],
    ['DELETE', '/v1/tags/7'],
    ['POST', '/v1/articles/7/comments'],
    ['GET', '/v1/keys?x=1'],
  ] as const;
  for (const [at, [method, url]] of doors.entries()) {
    const { status, body, headers } = await ask(method, url, { key: guess(at) });
    t.equal(status, at < 3 ? 401 : 429, `${method} ${url}`);
    t.match(body, { code: at < 3 ? 'unauthenticated' : 'rate-limited' });
    t.equal(headers['ratelimit-policy'], '"wrong-key";q=3;w=3600');
    t.match(headers.ratelimit, new RegExp(`^"wrong-key";r=${Math.max(0, 2 - at)};t=`));
    t.equal(headers['retry-after'] !== undefined, at >= 3);
    t.equal(headers['cache-control'], 'no-store');
    t.notMatch(JSON.stringify([body, headers]), /glk_/, 'no key is told back');
  }
  for (const status of [200, 200, 429])
    t.equal((await ask('GET', '/v1/site')).status, status, 'readers at the address have all of their own');
  for (const status of [401, 401, 429]) t.equal((await ask('POST', '/v1/articles')).status, status, 'and writers');
  t.equal((await ask('GET', '/v1/me', { key: keys.viewer })).status, 200, 'and so have valid keys');
});

test('past the limit a valid key is served as ever, also one that was never used there', async (t) => {
  const { ask, app, keys, makeKey, clock, store } = await startGalley(t, {
    settings: { RATE_LIMIT_WRONG_KEYS: '3/hour' },
  });
  const status = async (key: string) => (await ask('GET', '/v1/me', { key })).status;
  const make = async (body: object) => (await ask('POST', '/v1/keys', { key: keys.admin, body })).body;
  const expiring = await make({ name: 'E', role: 'viewer', expiresAt: tomorrow });
  const revoked = await make({ name: 'R', role: 'viewer' });
  await ask('DELETE', `/v1/keys/${revoked.id}`, { key: keys.admin });
  t.same(
    [await status(revoked.secret), await status('glk_short'), await status('two words')],
    [401, 401, 401],
    'all kinds count',
  );
  for (let n = 0; n < 20; n++) t.equal(await status(guess(n)), 429);
  for (const key of Object.values(keys)) t.equal(await status(key), 200, 'a valid key');
  t.equal(await status(expiring.secret), 200, 'one that expires tomorrow');
  t.equal(await status(revoked.secret), 429, 'a revoked one is a wrong one');

  const young = await makeKey('viewer');
  await sleep(1100); // for so long what was read of keys is believed
  t.equal(await status(young), 200, 'one that was made meanwhile');
  const { keyId } = (await ask('GET', '/v1/me', { key: young })).body;
  await ask('DELETE', `/v1/keys/${keyId}`, { key: keys.admin });
  t.equal(await status(young), 429, 'and revoked: from the next request on');
  clock.advance(86_400_000);
  t.equal(await status(expiring.secret), 429, 'expired');

  const elsewhere = (remoteAddress: string, key: string) =>
    app.inject({ url: '/v1/me', remoteAddress, headers: { authorization: `Bearer ${key}` } });
  t.equal((await elsewhere('192.0.2.7', guess(1))).statusCode, 401, 'another address has its own');
  for (const status of [401, 401, 401, 429]) {
    const address = `2001:db8:0:1::${status === 429 ? 'ffff' : '1'}`;
    t.equal((await elsewhere(address, guess(1))).statusCode, status, 'one subscriber has a /64');
  }
  t.ok((await store.db.select().from(store.tables.keys)).every(({ hash }) => /^[0-9a-f]{64}$/.test(hash)));
});

test('a flood of wrong keys costs the store one question a second, not one each', async (t) => {
  const address = await newDatabase(t);
  const { ask } = await startGalley(t, { address, settings: { RATE_LIMIT_WRONG_KEYS: '3/hour' } });
  const { during } = watchStatements(t, address);
  const flood = async (from: number, to: number, key = guess) => {
    const { ran } = await during(async () => {
      for (let n = from; n < to; n++) await ask('GET', '/v1/me', { key: key(n) });
    });
    return ran.length;
  };
  t.equal(await flood(0, 3), 3, 'up to the limit each is looked for');
  const since = performance.now();
  const asked = await flood(3, 300);
  const seconds = (performance.now() - since) / 1000;
  t.ok(asked <= Math.ceil(seconds) + 1, `297 keys in ${seconds.toFixed(1)} s: ${asked} questions`);
  t.equal(await flood(0, 20, (n) => `glk_${'!'.repeat(n)}`), 0, 'what cannot be a key is never looked for');
});

test('without a limit wrong keys are 401, however many', async (t) => {
  const { ask } = await startGalley(t);
  for (let n = 0; n < 70; n++) {
    const { status, headers } = await ask('GET', '/v1/me', { key: guess(n) });
    t.match([status, headers['ratelimit-policy']], [401, undefined]);
  }
});
