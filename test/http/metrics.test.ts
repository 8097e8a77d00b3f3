import { test } from 'tap';
import { measure } from '../../src/measuring.ts';
import { createMetrics } from '../../src/metrics/metrics.ts';
import { readSettings } from '../../src/settings.ts';
import { startGalley } from '../support/app.ts';
import { overTheWire } from '../support/wire.ts';

const TOKEN = 't'.repeat(32);
const LOCAL = { host: '127.0.0.1:3000' };

/** The value of a line, such as `galley_store_units_waiting`. */
const told = (text: string, line: string): number | undefined => {
  const found = text.split('\n').find((each) => each.startsWith(`${line} `));
  return found === undefined ? undefined : Number(found.slice(line.length + 1));
};

test('requests, hits, units and queues are counted', async (t) => {
  const metrics = createMetrics();
  const galley = await startGalley(t, { parts: { metrics } });
  const { app, ask, keys, store, authorId } = galley;
  const body = { title: 'Boats', body: 'Boats.', authorIds: [authorId], status: 'published' };
  await ask('POST', '/v1/articles', { key: keys.admin, body });
  const renderer = { waiting: 3 } as Parameters<typeof measure>[1]['renderer'];
  measure(metrics, { version: '1.2.3', store, renderer, settings: readSettings({}) });
  await ask('POST', '/v1/webhooks', {
    key: keys.admin,
    body: { url: 'https://hooks.harbour.example/', events: ['*'] },
  });
  await ask('POST', '/v1/webhooks/1/test', { key: keys.admin });
  const wire = await overTheWire(t, app);
  for (const _ of [1, 2, 3]) await wire('/v1/authors/1');
  const tag = (await wire('/v1/authors/1')).headers.etag as string;
  await wire('/v1/authors/1', { 'if-none-match': tag });
  for (const path of ['/v1/authors/999', '/v1/nothing/here', '/%ff']) await wire(path);
  await wire('/v1/authors', {}, 'BREW').catch(() => {}); // no method of HTTP: the parser itself refuses it

  const { status, headers, bytes } = await wire('/metrics');
  const text = bytes.toString();
  t.equal(status, 200);
  t.equal(headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8');
  t.equal(headers['cache-control'], 'no-store');
  t.equal(headers['cross-origin-resource-policy'], 'same-origin');
  for (const name of ['access-control-allow-origin', 'ratelimit']) t.notOk(name in headers, name);
  const requests = (method: string, route: string, answer: number) =>
    told(text, `galley_http_requests_total{method="${method}",route="${route}",status="${answer}"}`);
  t.equal(requests('GET', '/v1/authors/:id', 200), 4);
  t.equal(requests('GET', '/v1/authors/:id', 304), 1);
  t.equal(requests('GET', '/v1/authors/:id', 404), 1);
  t.equal(requests('GET', '', 404), 1);
  t.equal(requests('GET', '', 400), 1, 'a path that is no UTF-8');
  t.equal(requests('POST', '/v1/authors', 201), 1);
  t.equal(told(text, 'galley_http_request_duration_seconds_count{route="/v1/authors/:id"}'), 6);
  t.equal(told(text, 'galley_http_request_duration_seconds_bucket{route="/v1/authors/:id",le="+Inf"}'), 6);
  t.ok((told(text, 'galley_http_request_duration_seconds_sum{route="/v1/authors/:id"}') as number) > 0);
  t.equal(told(text, 'galley_response_cache_hits_total'), 4);
  t.equal(told(text, 'galley_response_cache_misses_total'), 1);
  t.equal(told(text, 'galley_response_cache_answers'), 1);
  t.ok((told(text, 'galley_response_cache_bytes') as number) > 1000);
  t.ok((told(text, 'galley_store_unit_seconds_count') as number) > 5);
  t.equal(told(text, 'galley_store_unit_wait_seconds_count'), told(text, 'galley_store_unit_seconds_count'));
  t.equal(told(text, 'galley_store_units_waiting'), 0);
  t.equal(told(text, 'galley_renderings_waiting'), 3);
  t.equal(told(text, 'galley_webhook_deliveries_pending'), 1);
  t.match(text, /^galley_build_info\{version="1\.2\.3",node="[0-9.]+"\} 1$/m);
  t.notMatch(text, /nothing\/here|%ff|authors\/1/, 'never a path as it was asked for');
});

test('units that wait are told while they do', async (t) => {
  const metrics = createMetrics();
  const { store } = await startGalley(t, { parts: { metrics } });
  measure(metrics, { version: '1.2.3', store, renderer: { waiting: 0 } as never, settings: readSettings({}) });
  let letGo = () => {};
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const units = [store.transaction(() => held), ...[1, 2].map(() => store.transaction(async () => {}))];
  await new Promise(setImmediate);
  t.equal(store.turns.waiting, 2);
  letGo();
  await Promise.all(units);
  t.equal(store.turns.waiting, 0);
});

test('metrics of several processes become one, and what cannot be read is left out', async (t) => {
  const errors: unknown[] = [];
  const [one, other] = [1, 2].map((n) => {
    const metrics = createMetrics({ ofProcess: n === 1, onError: (error) => errors.push(error) });
    metrics.requests.note('GET', '/v1/site', 200, n);
    metrics.gauge('backup_last_success_timestamp_seconds', 'When', () => n * 1000, 'max');
    metrics.gauge('never_yet', 'Nothing', () => undefined);
    metrics.gauge('broken', 'Nothing', () => Promise.reject(new Error('no store')));
    return metrics;
  });
  const gatherMetrics = async () => JSON.parse(JSON.stringify([await one?.collect(), await other?.collect()]));
  const { ask } = await startGalley(t, { parts: { gatherMetrics } });
  const { text } = await ask('GET', '/metrics', { headers: LOCAL });
  t.equal(told(text, 'galley_http_requests_total{method="GET",route="/v1/site",status="200"}'), 2);
  t.equal(told(text, 'galley_http_request_duration_seconds_sum{route="/v1/site"}'), 3);
  t.equal(told(text, 'galley_backup_last_success_timestamp_seconds'), 2000);
  t.match(text, /^# TYPE galley_never_yet gauge$/m);
  t.notMatch(text, /^galley_(?:never_yet|broken)/m);
  t.equal(errors.length, 2);
  for (const name of [
    'process_start_time_seconds',
    'process_resident_memory_bytes',
    'nodejs_eventloop_lag_p99_seconds',
  ])
    t.ok(Number.isFinite(told(text, name)), name);
});

test('without a token this machine alone is answered', async (t) => {
  const { app, ask, keys } = await startGalley(t, { settings: { TRUST_PROXY: 'true', RATE_LIMIT_READ: '1/hour' } });
  const of = async (headers: Record<string, string>, remoteAddress = '127.0.0.1') =>
    (await app.inject({ url: '/metrics', headers: { ...LOCAL, ...headers }, remoteAddress })).statusCode;
  for (const address of ['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1'])
    t.equal(await of({}, address), 200, address);
  for (const host of ['localhost:3000', '[::1]:3000', '127.0.0.1', 'LocalHost']) t.equal(await of({ host }), 200, host);
  for (const address of ['10.0.0.7', '::ffff:10.0.0.7', '2001:db8::1', '1127.0.0.1'])
    t.equal(await of({}, address), 404, address);
  for (const host of ['cms.example.org', 'localhost.example.org', '127.0.0.1.example.org'])
    t.equal(await of({ host }), 404, host);
  const forwarded = ['x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip', 'forwarded', 'via'];
  for (const name of forwarded) t.equal(await of({ [name]: '127.0.0.1' }), 404, name);
  const refused = await ask('GET', '/metrics', { headers: { ...LOCAL, via: '1.1 varnish' } });
  t.match(refused, { status: 404, body: { code: 'not-found', detail: 'There is nothing at /metrics' } });
  t.notOk('access-control-allow-origin' in refused.headers);
  t.equal(await of({ authorization: `Bearer ${keys.viewer}` }, '10.0.0.7'), 404, 'a key opens nothing here');
  t.equal(await of({ authorization: 'Bearer wrong' }), 200, 'nor does it close');
  t.equal((await ask('HEAD', '/metrics', { headers: LOCAL })).status, 200);
});

test('with a token only that opens, from everywhere', async (t) => {
  const { app, ask, keys } = await startGalley(t, {
    settings: { METRICS_TOKEN: TOKEN, RATE_LIMIT_WRONG_KEYS: '1/hour' },
  });
  const of = async (authorization?: string) =>
    (await ask('GET', '/metrics', { headers: { ...LOCAL, ...(authorization !== undefined && { authorization }) } }))
      .status;
  t.equal(await of(`Bearer ${TOKEN}`), 200);
  t.equal(await of(`bearer  ${TOKEN}`), 200);
  const wrong = [
    undefined,
    '',
    'Bearer',
    'Bearer ',
    TOKEN,
    `Basic ${TOKEN}`,
    `Bearer ${TOKEN}x`,
    `Bearer ${TOKEN.slice(1)}`,
    `Bearer ${keys.admin}`,
  ];
  for (const authorization of wrong) t.equal(await of(authorization), 401, authorization ?? 'nothing');
  const headers = { authorization: `Bearer ${TOKEN}`, 'x-forwarded-for': '8.8.8.8', host: 'cms.example.org' };
  t.equal((await app.inject({ url: '/metrics', headers, remoteAddress: '10.0.0.7' })).statusCode, 200);
  t.match(await ask('GET', '/metrics'), { status: 401, headers: { 'www-authenticate': 'Bearer' } });
  t.equal((await ask('GET', '/metrics?x=1', { headers })).status, 400);
  t.equal((await ask('POST', '/metrics', { headers })).status, 405);
});
