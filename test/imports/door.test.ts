import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Test, test } from 'tap';
import { importNext } from '../../src/features/imports/queue.ts';
import { createRenderer } from '../../src/rendering/renderer.ts';
import { type Options, startGalley } from '../support/app.ts';
import { dial, listen } from '../support/sockets.ts';

const NDJSON = { 'content-type': 'application/x-ndjson' };
const RECORDS = '/v1/imports?format=records';

const article = (n: number, fields: object = {}) => ({
  ...{ kind: 'article', source: `blog:${n}`, title: `記事 ${n}`, slug: `article-${n}` },
  ...{ publishedAt: '2025-04-01T07:00:00Z', authors: ['grace-hopper'], body: 'The *first* boats.', ...fields },
});
const linesOf = (records: readonly unknown[]) => records.map((record) => `${JSON.stringify(record)}\n`).join('');
const many = (n: number, from = 0) => linesOf(Array.from({ length: n }, (_, i) => article(from + i)));

/** A Galley with what imports beside it, a step at a time. */
const start = async (t: Test, options: Options = {}) => {
  const galley = await startGalley(t, options);
  const { ask, keys, store, clock, importDirectory } = galley;
  const faults: unknown[] = [];
  const parts = {
    ...{ store, clock: () => clock.now, directory: importDirectory },
    openRenderer: () => createRenderer({ threads: 1, embedHosts: [], timeLimit: 30_000 }),
  };
  const next = (others: Partial<typeof parts> = {}, signal = new AbortController().signal) =>
    importNext({ ...parts, ...others }, signal, (error) => void faults.push(error));
  const send = (body: string | Buffer, url = RECORDS) => ask('POST', url, { key: keys.admin, body, headers: NDJSON });
  const read = async (id: number) => (await ask('GET', `/v1/imports/${id}`, { key: keys.admin })).body;
  const files = () => (existsSync(importDirectory) ? readdirSync(importDirectory) : []);
  const titles = async () => {
    const { articles } = store.tables;
    return (await store.db.select().from(articles).orderBy(articles.id)).map(({ title }) => title);
  };
  return { ...galley, parts, next, send, read, files, titles, faults };
};

test('a file is taken, imported beside all else, told of, and gone', async (t) => {
  const { ask, keys, store, importDirectory, next, send, read, files } = await start(t);
  const file = linesOf([article(1), article(2, { slug: 'article-1' }), article(3, { title: 5 })]);
  const { status, headers, body } = await send(file, `${RECORDS}&name=blog.ndjson&defaultAuthor=grace&pages=true`);
  t.match([status, headers.location], [202, '/v1/imports/1']);
  t.match(body, { id: 1, status: 'queued', format: 'records', name: 'blog.ndjson', defaultAuthor: 'grace' });
  t.match(body, { pages: true, bytes: Buffer.byteLength(file), counts: { read: 0 }, problems: [], startedAt: null });
  const [home = ''] = files();
  const path = join(importDirectory, home, 'blog.ndjson');
  t.same([statSync(path).mode & 0o777, statSync(dirname(path)).mode & 0o777], [0o600, 0o700], 'for its owner alone');

  t.equal(await next(), true);
  const done = await read(1);
  t.match(done, { status: 'done', fault: null, problemCount: 3, finishedAt: String, keyId: Number });
  t.match(done.counts, { read: 3, created: 2, skipped: 1, article: { read: 3 }, made: { authors: 1 } });
  t.match(done.problems, [
    { line: 1, record: 'blog:1', outcome: 'altered', code: 'author-made' },
    { line: 2, code: 'slug-taken', reason: /imported as article-1-2$/ },
    { line: 3, outcome: 'skipped', field: '/title' },
  ]);
  t.same(files(), [], 'the file is gone');
  t.equal(await next(), false, 'and nothing is left to do');

  await send(file);
  await next();
  t.match((await read(2)).counts, { read: 3, created: 0, unchanged: 2, skipped: 1 }, 'sent again it changes nothing');
  const list = await ask('GET', '/v1/imports?count=exact', { key: keys.admin });
  t.match(list.body, {
    data: [
      { id: 2, problemCount: 1 },
      { id: 1, problemCount: 3 },
    ],
    pagination: { total: 2 },
  });
  t.notOk('problems' in list.body.data[0]);
  const { events } = store.tables;
  t.equal(await store.db.$count(events), 6, 'the events are those of what it brought');
});

test('what cannot be taken is refused, and leaves neither a file nor an import', async (t) => {
  const galley = await start(t, { settings: { IMPORT_MAX_BYTES: '1000' } });
  const { ask, keys, files, send } = galley;
  const post = (url: string, body: string, headers: Record<string, string> = NDJSON) =>
    ask('POST', url, { key: keys.admin, body, headers });
  const large = 'x'.repeat(1001);
  const refusals: [what: string, answer: ReturnType<typeof post>, status: number, told: object][] = [
    ['no format', post('/v1/imports', '{}'), 400, { errors: [{ name: 'format', code: 'required' }] }],
    ['a format nobody knows', post('/v1/imports?format=csv', '{}'), 400, { errors: [{ name: 'format' }] }],
    ['a way out', post(`${RECORDS}&name=..%2Fx`, '{}'), 400, { errors: [{ name: 'name', code: 'wrong-pattern' }] }],
    ['a hidden file', post(`${RECORDS}&name=.x`, '{}'), 400, { errors: [{ name: 'name', code: 'wrong-pattern' }] }],
    ['nothing', post(RECORDS, ''), 400, { errors: [{ in: 'body', code: 'required' }] }],
    ['a form', post(RECORDS, '{}', { 'content-type': 'multipart/form-data; boundary=x' }), 415, { detail: /x-ndjson/ }],
    ['no type', post(RECORDS, '{}', {}), 415, {}],
    ['another coding', post(RECORDS, '{}', { ...NDJSON, 'content-encoding': 'br' }), 415, {}],
    ['too much', post(RECORDS, large), 413, { detail: 'A file may have 1000 bytes at most' }],
  ];
  for (const [what, answer, status, told] of refusals)
    t.match(await answer, { status, body: { status, ...told } }, what);

  const port = await listen(galley);
  const endless = new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(100)) });
  const headers = { ...NDJSON, authorization: `Bearer ${keys.admin}` };
  const sent = await fetch(`http://127.0.0.1:${port}${RECORDS}`, {
    ...{ method: 'POST', headers, body: endless },
    ...({ duplex: 'half' } as object),
  });
  t.match(
    [sent.status, ((await sent.json()) as { code: string }).code],
    [413, 'payload-too-large'],
    'while it streams, of whatever length',
  );

  const { socket, ended } = dial(t, port);
  const head = `POST ${RECORDS} HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-ndjson\r\nAuthorization: Bearer ${keys.admin}`;
  socket.write(`${head}\r\nContent-Length: 900\r\n\r\n{"kind"`);
  for (let n = 0; files().length === 0 && n < 200; n++) await sleep(10);
  t.equal(files().length, 1, 'it was being written');
  socket.destroy();
  await ended;
  for (let n = 0; files().length > 0 && n < 200; n++) await sleep(10);
  t.same(files(), [], 'no file is left');
  t.same((await ask('GET', '/v1/imports', { key: keys.admin })).body.data, [], 'and no import');
  t.equal((await send('{}')).status, 202);
});

test('who sends a file slowly is waited for as long as something comes, and cut off otherwise', async (t) => {
  const timeouts = { requestTimeout: 400, connectionTimeout: 5000, keepAliveTimeout: 5000 };
  const galley = await start(t, { parts: { timeouts } });
  const port = await listen(galley);
  const head = `POST ${RECORDS} HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-ndjson\r\nAuthorization: Bearer ${galley.keys.admin}`;
  const begin = (length: number) => {
    const connection = dial(t, port);
    connection.socket.write(`${head}\r\nContent-Length: ${length}\r\n\r\n`);
    return connection;
  };
  const dripping = begin(1_000_000);
  const drip = setInterval(() => dripping.socket.write('x'), 20);
  t.teardown(() => clearInterval(drip));
  const [live, pieces] = [begin(20 * 1000), 20];
  for (let n = 0; n < pieces; n++) {
    live.socket.write('x'.repeat(1000));
    await sleep(100);
  }
  for (let n = 0; !live.heard().includes('\r\n\r\n') && n < 100; n++) await sleep(20);
  t.match(live.heard(), /^HTTP\/1\.1 202 /, 'five times as long as a request may take');
  const { text } = await dripping.ended;
  t.match(text, /^HTTP\/1\.1 408 [\s\S]*request-timeout/);
  for (let n = 0; galley.files().length > 1 && n < 100; n++) await sleep(20);
  t.equal(galley.files().length, 1, 'only that of the other is kept');
});

test('an import that ends in the middle goes on where it was, and its counts are those of one run', async (t) => {
  const { next, send, read, titles, store, files, faults, clock } = await start(t);
  const file = `${many(250)}nonsense\n${many(250, 250)}`;
  await send(file);
  const ending = new AbortController();
  const stopping = {
    ...store,
    transaction: (async (work) => {
      if ((await titles()).length > 0) ending.abort();
      return store.transaction(work);
    }) as typeof store.transaction,
  };
  await next({ store: stopping }, ending.signal);
  const left = await read(1);
  t.equal(left.status, 'running', 'SIGTERM ends it between two transactions');
  t.ok(left.counts.created > 0 && left.counts.created < 500, `${left.counts.created} were created`);

  // As a kill does: what was being written is undone, and nobody says any more that it is being done.
  const dying = {
    ...store,
    transaction: (async (work) => {
      if ((await titles()).length > left.counts.created) throw new Error('killed');
      return store.transaction(work);
    }) as typeof store.transaction,
  };
  await t.rejects(next({ store: dying }), { message: 'killed' });
  t.equal(await next(), false, 'it may live still');
  clock.advance(16_000);
  const killed = await read(1);
  t.ok(killed.counts.read > left.counts.read, 'it had gone on');
  t.equal((await titles()).length, killed.counts.created, 'what is counted is what is stored');

  t.equal(await next(), true);
  const done = await read(1);
  t.match(done, { status: 'done', problemCount: 2, counts: { read: 501, created: 500, unchanged: 0, skipped: 1 } });
  t.match(done.problems, [{ code: 'author-made' }, { line: 251, code: 'malformed-json' }], 'those from before too');
  t.same(
    await titles(),
    Array.from({ length: 500 }, (_, n) => `記事 ${n}`),
    'in order, nothing lost, nothing twice',
  );
  t.same(files(), []);
  t.equal(faults.length, 1, 'what killed it was told');
});

test('an import ends where it is deleted, and where nobody has its file', async (t) => {
  const { ask, keys, parts, next, send, read, titles, files, store, clock } = await start(t);
  await send(many(400));
  const deleted: number[] = [];
  const deleting = {
    ...store,
    transaction: (async (work) => {
      if (deleted.length === 0 && (await titles()).length > 0)
        deleted.push((await ask('DELETE', '/v1/imports/1', { key: keys.admin })).status);
      return store.transaction(work);
    }) as typeof store.transaction,
  };
  t.equal(await next({ store: deleting }), true);
  t.same(deleted, [204]);
  const { length } = await titles();
  t.ok(length > 0 && length < 400, `${length} were stored before, and stay`);
  t.same(files(), [], 'its file is gone');
  t.equal((await ask('GET', '/v1/imports/1', { key: keys.admin })).status, 404);

  const { id } = (await send(many(1))).body;
  await store.transaction(async ({ db, tables: { imports } }) => {
    await db.update(imports).set({ path: '/nowhere/a/b' });
  });
  t.equal(await next(), false);
  clock.advance(60_000);
  await next();
  t.equal((await read(id)).status, 'queued', 'whoever has it may come back');
  clock.advance(600_000);
  await next();
  t.match(await read(id), { status: 'failed', fault: /Send it again/ });

  const broken = await send(Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3]), `${RECORDS}&name=blog.gz`);
  await next();
  const { fault, status } = await read(broken.body.id);
  t.equal(status, 'failed');
  t.match(fault, /^cannot read blog\.gz: /, 'and not where it stood');
  t.notMatch(fault, parts.directory);
});
