/** Far more than the service can take, of uncached reads and writes, and what becomes of it when that ends. */
import { setTimeout as sleep } from 'node:timers/promises';
import autocannon from 'autocannon';
import { test } from 'tap';
import { readKey, startProcess, temporaryDirectory } from '../support/process.ts';

const SECONDS = 8;

test('what gets in is answered quickly, the most is done still, and all is well when it ends', {
  timeout: 180_000,
}, async (t) => {
  const directory = temporaryDirectory(t);
  const off = { RATE_LIMIT_READ: 'off', RATE_LIMIT_WRITE: 'off' };
  const served = await startProcess(t, directory, { environment: off });
  const url = await served.ready;
  served.child.stdout?.removeAllListeners('data').resume();
  const headers = { authorization: `Bearer ${readKey(directory)}`, 'content-type': 'application/json' };
  const post = (path: string, body: object) =>
    fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) });
  await post('/v1/authors', { name: 'Ada Lovelace' });
  for (let n = 0; n < 100; n++)
    await post('/v1/articles', {
      title: `Boats ${n}`,
      body: 'The *first* boats. '.repeat(100),
      authorIds: [1],
      status: 'published',
    });

  /** Reads with a key, which are never cached, and one write among twenty. */
  const load = async (connections: number, seconds: number) => {
    const times: number[] = [];
    const counts: Record<number, number> = {};
    const reads = Array.from({ length: 19 }, (_, n) => ({ path: `/v1/articles?limit=${30 + n}`, headers }));
    const write = { method: 'PATCH' as const, path: '/v1/site', headers, body: JSON.stringify({ title: 'Site' }) };
    const { errors } = await new Promise<autocannon.Result>((resolve, reject) => {
      const options = { url, connections, duration: seconds, timeout: 30, requests: [...reads, write] };
      const loading = autocannon(options, (error, result) => (error ? reject(error) : resolve(result)));
      loading.on('response', (_client, status, _bytes, milliseconds) => {
        counts[status] = (counts[status] ?? 0) + 1;
        if (status === 200) times.push(milliseconds);
      });
    });
    times.sort((a, b) => a - b);
    const p99 = Math.round(times[Math.floor(times.length * 0.99)] ?? Number.POSITIVE_INFINITY);
    return { good: Math.round((counts[200] ?? 0) / seconds), p99, counts, errors };
  };

  await load(20, 2);
  const best = await load(20, SECONDS);
  let cached = 0;
  const others = (async () => {
    for (const until = performance.now() + SECONDS * 1000; performance.now() < until; await sleep(250))
      for (const path of ['/v1/site', '/health/live']) {
        const { status } = await fetch(url + path);
        if (path === '/v1/site' ? [200, 503].includes(status) : status === 200) cached++;
        else t.fail(`${path}: ${status}`);
      }
  })();
  const [most] = await Promise.all([load(1500, SECONDS), others]);
  await sleep(1500);
  const after = await load(20, 3);
  for (const [name, { good, p99, counts, errors }] of Object.entries({ best, most, after }))
    t.comment(`${name}: ${good} good answers a second, p99 ${p99} ms, ${JSON.stringify(counts)}, ${errors} errors`);
  t.ok(cached > 10, `${cached} others were answered meanwhile`);
  t.ok(most.good >= 0.7 * best.good, `${most.good} of ${best.good} a second`);
  t.ok((most.counts[503] ?? 0) > 0, 'the rest is refused');
  t.equal(Object.keys(most.counts).sort().join(), '200,503');
  t.ok(after.good >= 0.8 * best.good && after.counts[503] === undefined, 'it has recovered');
  t.equal((await served.stop()).code, 0);
});
