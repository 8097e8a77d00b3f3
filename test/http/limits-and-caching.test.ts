import { test } from 'tap';
import { cutToMoment } from '../../src/http/caching.ts';
import { startGalley } from '../support/app.ts';

const HOUR = 3_600_000;
const guest = { authorName: 'Grace', authorEmail: 'grace@mail.example', body: 'Hello' };

test('a limit is counted for each key, told on what is keyed or written, and ends in 429', async (t) => {
  const { ask, keys } = await startGalley(t, { settings: { RATE_LIMIT_READ: '3/hour', RATE_LIMIT_WRITE: '3/hour' } });
  const remaining = async (key: string, method = 'GET', url = '/v1/site') => {
    const { status, headers } = await ask(method, url, { key });
    return [status, headers['ratelimit-policy'], headers.ratelimit];
  };
  const told = (name: string, left: number) => new RegExp(`^"${name}";r=${left};t=(3600|3[0-5]\\d\\d)$`);
  for (const left of [2, 1, 0]) t.match(await remaining(keys.viewer), [200, '"read";q=3;w=3600', told('read', left)]);
  t.match(await remaining(keys.editor), [200, '"read";q=3;w=3600', told('read', 2)], 'another key has its own');
  t.match(await remaining(keys.viewer, 'HEAD'), [429, '"read";q=3;w=3600', told('read', 0)], 'HEAD counts as a read');
  t.match(
    await remaining(keys.viewer, 'DELETE', '/v1/tags/1'),
    [403, '"write";q=3;w=3600', told('write', 2)],
    'writes are counted apart, refused ones too',
  );
  const refused = await ask('GET', '/v1/site', { key: keys.viewer });
  t.match(refused, { status: 429, body: { code: 'rate-limited', status: 429 } });
  t.match(Number(refused.headers['retry-after']), Number(/t=(\d+)$/.exec(String(refused.headers.ratelimit))?.[1]));
  t.equal(refused.headers['cache-control'], 'no-store');
});

test('the anonymous are counted by their address, and cacheable answers tell nothing of it', async (t) => {
  const { ask, app } = await startGalley(t, { settings: { RATE_LIMIT_READ: '2/hour' } });
  for (const status of [200, 200, 429]) {
    const { headers, ...answer } = await ask('GET', '/v1/articles');
    t.equal(answer.status, status);
    t.equal(headers.ratelimit !== undefined, status === 429, `${status}: told or not`);
  }
  const elsewhere = await app.inject({ url: '/v1/articles', remoteAddress: '192.0.2.7' });
  t.equal(elsewhere.statusCode, 200, 'another address has its own');
  const claimed = await app.inject({ url: '/v1/articles', headers: { 'x-forwarded-for': '192.0.2.9' } });
  t.equal(claimed.statusCode, 429, 'an address that is only claimed counts for nothing');
});

test('behind a trusted proxy the address is that of the client', async (t) => {
  const { app } = await startGalley(t, { settings: { RATE_LIMIT_READ: '1/hour', TRUST_PROXY: '127.0.0.1' } });
  const from = async (address: string) =>
    (await app.inject({ url: '/v1/articles', headers: { 'x-forwarded-for': address } })).statusCode;
  t.same([await from('192.0.2.1'), await from('192.0.2.2'), await from('192.0.2.1')], [200, 200, 429]);
  t.equal(await from('::ffff:192.0.2.2'), 429, 'IPv4 in the form of IPv6 is the same address');
  const own = ['2001:db8:0:1::1', '2001:db8:0:1:ffff::', '2001:0db8::1:0:0:0:2', '2001:db8:0:2::1', '::1'];
  const statuses = [];
  for (const address of own) statuses.push(await from(address));
  t.same(statuses, [200, 429, 429, 200, 200], 'one subscriber has a /64');
  const none = [
    'unknown',
    '',
    '1.2.3',
    '192.0.2.300',
    '192.0.2.7:80',
    '[2001:db8::7]',
    '"192.0.2.8"',
    'x'.repeat(9000),
  ];
  const counted = [];
  for (const address of none) counted.push(await from(address));
  t.same(counted, [200, ...none.slice(1).map(() => 429)], 'what is no address is the proxy’s own');
  t.equal(await from('192.0.2.50, 192.0.2.1'), 429, 'what the client wrote before its address counts for nothing');
  t.equal(await from('192.0.2.51, 127.0.0.1'), 200, 'the last that is no proxy is the client');
});

test('what is forwarded is believed of those alone whom TRUST_PROXY names', async (t) => {
  const FORGED = ['192.0.2.1', '127.0.0.1', '10.0.0.1, 192.0.2.2', '::1'];
  for (const trusted of ['', 'false', '10.0.0.0/8', '192.0.2.9,fd00::/8']) {
    const { app } = await startGalley(t, { settings: { RATE_LIMIT_READ: '1/hour', TRUST_PROXY: trusted } });
    const statuses = [];
    for (const address of FORGED)
      for (const name of ['x-forwarded-for', 'x-real-ip', 'forwarded', 'true-client-ip', 'cf-connecting-ip'])
        statuses.push((await app.inject({ url: '/v1/articles', headers: { [name]: address } })).statusCode);
    t.same(
      statuses,
      [200, ...statuses.slice(1).map(() => 429)],
      `TRUST_PROXY=${trusted}: one address, whatever it says`,
    );
  }
});

test('guests have a limit of their own for comments; keys do not', async (t) => {
  const { ask, keys, authorId } = await startGalley(t, { settings: { RATE_LIMIT_COMMENT: '2/hour' } });
  const article = { title: 'One', body: 'b', authorIds: [authorId], status: 'published' };
  const { id } = (await ask('POST', '/v1/articles', { key: keys.editor, body: article })).body;
  const post = (n: number, key?: string) =>
    ask('POST', `/v1/articles/${id}/comments`, { key: key ?? null, body: { ...guest, body: `Hello ${n}` } });
  const first = await post(1);
  t.match(first.headers, { 'ratelimit-policy': '"comment";q=2;w=3600', ratelimit: /^"comment";r=1;t=/ });
  t.equal((await post(2)).status, 201);
  t.match(await post(3), { status: 429, body: { code: 'rate-limited' } });
  t.equal((await post(4, keys.author)).status, 201, 'staff are not counted with guests');
  t.equal((await ask('GET', '/v1/articles')).status, 200, 'readers neither');
});

test('without limits nothing is counted and nothing is told', async (t) => {
  const { ask, keys } = await startGalley(t);
  for (const url of ['/v1/site', '/v1/articles', '/v1/me']) {
    const { headers } = await ask('GET', url, { key: keys.editor });
    t.equal(headers.ratelimit, undefined);
    t.equal(headers['ratelimit-policy'], undefined);
  }
});

test('a preflight and an unknown path cost nothing', async (t) => {
  const { ask } = await startGalley(t, { settings: { RATE_LIMIT_READ: '1/hour', RATE_LIMIT_WRITE: '1/hour' } });
  for (let i = 0; i < 3; i++) {
    t.equal((await ask('OPTIONS', '/v1/site', { headers: { 'access-control-request-method': 'GET' } })).status, 204);
    t.equal((await ask('GET', '/nothing')).status, 404);
  }
  t.equal((await ask('GET', '/v1/site')).status, 200);
});

test('who may keep an answer', async (t) => {
  const { ask, keys, authorId } = await startGalley(t, {
    settings: { CACHE_CONTROL: 'public, max-age=5, s-maxage=90' },
  });
  const article = { title: 'One', body: 'b', authorIds: [authorId], status: 'published' };
  const made = await ask('POST', '/v1/articles', { key: keys.editor, body: article });
  const url = `/v1/articles/${made.body.id}`;
  const open = 'public, max-age=5, s-maxage=90';
  const etag = String((await ask('GET', url)).headers.etag);
  const held = { 'if-none-match': etag };
  t.equal(made.headers['cache-control'], 'no-store', 'a write');
  for (const [method, path, asked, status, expected] of [
    ['GET', '/v1/articles', {}, 200, open],
    ['HEAD', '/v1/articles', {}, 200, open],
    ['GET', url, {}, 200, open],
    ['GET', url, { headers: held }, 304, open],
    ['GET', url, { headers: { ...held, 'cache-control': 'no-cache' } }, 304, open],
    ['GET', url, { key: keys.viewer }, 200, 'private, no-cache'],
    ['GET', '/v1/me', { key: keys.viewer }, 200, 'private, no-cache'],
    ['GET', '/v1/articles/999', {}, 404, 'no-store'],
    ['GET', '/nothing', {}, 404, 'no-store'],
    ['GET', url, { key: 'glk_wrong' }, 401, 'no-store'],
    ['GET', '/health/live', {}, 200, 'no-store'],
    ['GET', '/health/ready', {}, 200, 'no-store'],
    ['PATCH', url, { key: keys.editor, body: { title: 'Two' } }, 200, 'no-store'],
    ['DELETE', url, { key: keys.editor }, 204, 'no-store'],
    ['GET', url, {}, 410, 'no-store'],
  ] as const) {
    const answer = await ask(method, path, asked);
    t.equal(answer.status, status, `${method} ${path}`);
    t.equal(answer.headers['cache-control'], expected, `${method} ${path} → ${status}`);
    t.equal(answer.headers.vary, 'Authorization, Accept-Encoding');
  }
});

test('nothing is kept past the next moment that could change it', async (t) => {
  const { ask, keys, authorId, clock } = await startGalley(t, {
    settings: { CACHE_CONTROL: 'public, max-age=30, s-maxage=600' },
  });
  const at = (ms: number) => new Date(clock.now.getTime() + ms).toISOString();
  const kept = async (url = '/v1/articles') => (await ask('GET', url)).headers['cache-control'];
  t.equal(await kept(), 'public, max-age=30, s-maxage=600', 'nothing to come');
  const article = { title: 'One', body: 'b', authorIds: [authorId], status: 'scheduled', publishedAt: at(HOUR) };
  await ask('POST', '/v1/articles', { key: keys.editor, body: { ...article, unpublishAt: at(HOUR + 90_500) } });
  t.equal(await kept(), 'public, max-age=30, s-maxage=600', 'an hour away');
  clock.advance(HOUR - 100_000);
  t.equal(await kept(), 'public, max-age=30, s-maxage=100', 'goes live in 100 seconds');
  t.equal(await kept('/v1/authors'), 'public, max-age=30, s-maxage=100', 'what else it changes');
  clock.advance(99_500);
  t.equal(await kept(), 'public, max-age=0, s-maxage=0', 'in half a second');
  clock.advance(500);
  t.equal(await kept(), 'public, max-age=0, s-maxage=0', 'live, while counts may trail it');
  clock.advance(2000);
  t.equal(await kept(), 'public, max-age=30, s-maxage=88', 'until its end');
  clock.advance(88_500);
  t.equal(await kept(), 'public, max-age=0, s-maxage=0', 'ended, while counts may trail it');
  clock.advance(2000);
  t.equal(await kept(), 'public, max-age=30, s-maxage=600', 'ended');
  t.equal(
    cutToMoment('private, s-maxage=60, stale-while-revalidate=9', 7),
    'private, s-maxage=7, stale-while-revalidate=9',
  );
});
