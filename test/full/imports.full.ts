/** Imports by the API in real processes that are killed while they do them, and beside editors who write. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'tap';
import { databaseIn, openTestStore } from '../support/database.ts';
import { readKey, startProcess, temporaryDirectory } from '../support/process.ts';

const ARTICLES = 6000;
const body = 'The *first* boats are in, and [more](https://harbour.example/) will come.\n\n'.repeat(20);
const FILE = Array.from({ length: ARTICLES }, (_, n) =>
  JSON.stringify({
    ...{ kind: 'article', source: `blog:${n}`, title: `記事 ${n}`, slug: `article-${n}`, body },
    ...{ publishedAt: '2025-04-01T07:00:00Z', authors: ['ada-lovelace'] },
  }),
).join('\n');

test('an import is killed five times, and ends with nothing lost and nothing twice', async (t) => {
  const directory = temporaryDirectory(t);
  let galley = await startProcess(t, directory);
  let address = await galley.ready;
  const headers = { authorization: `Bearer ${readKey(directory)}`, 'content-type': 'application/x-ndjson' };
  const sent = await fetch(`${address}/v1/imports?format=records`, { method: 'POST', headers, body: FILE });
  t.equal(sent.status, 202);
  const store = await openTestStore(t, await databaseIn(t, directory));
  const { articles, imports } = store.tables;
  type Told = { status: string; counts: { created: number; unchanged: number; read: number }; problemCount: number };
  const read = async () => (await (await fetch(`${address}/v1/imports/1`, { headers })).json()) as Told;

  for (let n = 1; n <= 5; n++) {
    while ((await read()).counts.read < n * 700) await sleep(20);
    await galley.stop(n % 2 === 0 ? 'SIGTERM' : 'SIGKILL');
    const [row] = await store.db.select().from(imports);
    const created = Number(row?.counts?.created);
    t.equal(await store.db.$count(articles), created, `kill ${n}: what is counted is what is stored`);
    // Whoever was killed is believed to live for some seconds; the time is not what this is about.
    await store.transaction(async (tx) => {
      await tx.db.update(imports).set({ heldUntil: new Date(0) });
    });
    galley = await startProcess(t, directory);
    address = await galley.ready;
  }
  while (['queued', 'running'].includes((await read()).status)) await sleep(50);
  t.match(await read(), {
    status: 'done',
    problemCount: 1,
    counts: { read: ARTICLES, created: ARTICLES, unchanged: 0 },
  });
  const stored = await store.db.select({ source: articles.sourceId }).from(articles).orderBy(articles.id);
  t.same(
    stored.map(({ source }) => source),
    Array.from({ length: ARTICLES }, (_, n) => String(n)),
  );
  t.same(readdirSync(join(directory, 'data/imports')), [], 'the file is gone');
});

test('editors write beside an import', async (t) => {
  const directory = temporaryDirectory(t);
  const galley = await startProcess(t, directory, { environment: { RATE_LIMIT_WRITE: 'off', RATE_LIMIT_READ: 'off' } });
  const address = await galley.ready;
  const key = { authorization: `Bearer ${readKey(directory)}` };
  const json = { ...key, 'content-type': 'application/json' };
  await fetch(`${address}/v1/articles`, { method: 'POST', headers: json, body: JSON.stringify({ title: 'Desk' }) });
  const headers = { ...key, 'content-type': 'application/x-ndjson' };
  await fetch(`${address}/v1/imports?format=records`, { method: 'POST', headers, body: FILE });
  const took: number[] = [];
  const since = performance.now();
  for (let n = 0; ; n++) {
    const { status } = (await (await fetch(`${address}/v1/imports/1`, { headers: key })).json()) as { status: string };
    if (status === 'done') break;
    const begun = performance.now();
    const edit = { method: 'PATCH', headers: json, body: JSON.stringify({ body: `*Words* ${n}` }) };
    t.equal((await fetch(`${address}/v1/articles/1`, edit)).status, 200);
    took.push(performance.now() - begun);
  }
  took.sort((a, b) => a - b);
  const at = (share: number) => Math.round(took[Math.floor(took.length * share)] ?? Number.NaN);
  const rate = Math.round((ARTICLES / (performance.now() - since)) * 1000);
  t.comment(`${took.length} edits: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms; ${rate} articles a second meanwhile`);
  t.ok(at(0.99) <= 500, 'and wait little');
});
