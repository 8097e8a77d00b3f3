import { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { DrizzleQueryError } from 'drizzle-orm';
import { pino } from 'pino';
import { test } from 'tap';
import { startGalley } from '../support/app.ts';
import { dial, listen } from '../support/sockets.ts';

const TIMEOUTS = { requestTimeout: 400, connectionTimeout: 5000, keepAliveTimeout: 400 };

const POST = 'POST /v1/articles/1/comments HTTP/1.1\r\nHost: galley\r\nContent-Type: application/json\r\n';

test('a client that sends too slowly is cut, whatever it is slow with', async (t) => {
  const port = await listen(await startGalley(t, { parts: { timeouts: TIMEOUTS } }));
  for (const [what, pieces] of [
    ['the first line', ['G', 'E', 'T', ' ', '/', 'v', '1', '/', 's']],
    ['headers', ['GET /v1/site HTTP/1.1\r\n', ...Array(9).fill('X-A: b\r\n')]],
    ['a body', [`${POST}Content-Length: 1000\r\n\r\n`, ...Array(9).fill('{')]],
    ['a body in chunks', [`${POST}Transfer-Encoding: chunked\r\n\r\n`, ...Array(9).fill('1\r\n{\r\n')]],
  ] as const) {
    const { socket, ended } = dial(t, port);
    const drip = (async () => {
      for (const piece of pieces) {
        if (socket.writable) socket.write(piece);
        await sleep(100);
      }
    })();
    const { ms, text } = await ended;
    t.ok(ms > 300 && ms < 2500, `${what}: cut after ${Math.round(ms)} ms`);
    t.match(text, /^HTTP\/1\.1 408 Request Timeout\r\nContent-Type: application\/problem\+json\r\n/, what);
    t.match(JSON.parse(text.split('\r\n\r\n')[1] ?? ''), { status: 408, code: 'request-timeout' }, what);
    await drip;
  }
});

test('a connection is kept between requests, and ended when none comes', async (t) => {
  const port = await listen(await startGalley(t, { parts: { timeouts: TIMEOUTS } }));
  const { socket, ended, heard } = dial(t, port);
  const get = 'GET /health/live HTTP/1.1\r\nHost: galley\r\n\r\n';
  socket.write(get);
  await sleep(100);
  socket.write(get);
  await sleep(100);
  t.equal(heard().match(/HTTP\/1\.1 200 OK/g)?.length, 2, 'two answers on one connection');
  const { ms } = await ended;
  t.ok(ms > 400 && ms < 3500, `ended after ${Math.round(ms)} ms`);
});

test('what is no request gets a problem and its connection ends', async (t) => {
  const port = await listen(await startGalley(t));
  for (const [what, sent, status, code] of [
    ['no HTTP', 'HELLO\r\n\r\n', 400, 'invalid-request'],
    ['headers of 20 KB', `GET / HTTP/1.1\r\nHost: x\r\nX-A: ${'a'.repeat(20_000)}\r\n\r\n`, 431, 'headers-too-large'],
    ['two lengths', `${POST}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}`, 400, 'invalid-request'],
    [
      'a length and chunks',
      `${POST}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      400,
      'invalid-request',
    ],
  ] as const) {
    const { socket, ended } = dial(t, port);
    socket.write(sent);
    const { text } = await ended;
    const [head, body] = text.split('\r\n\r\n') as [string, string];
    t.match(head, new RegExp(`^HTTP/1\\.1 ${status} `), what);
    t.match(head, /\r\nCache-Control: no-store\r\n/, what);
    const problem = JSON.parse(body);
    t.match(problem, { type: `/problems/${code}`, status, code, instance: '' }, what);
    t.match(head, `X-Request-Id: ${problem.requestId}`, what);
  }
});

/** A logger whose lines can be read. */
const readableLog = () => {
  const lines: string[] = [];
  const stream = new Writable({
    write(bytes, _encoding, done) {
      lines.push(...String(bytes).trimEnd().split('\n'));
      done();
    },
  });
  return { lines, logger: pino({ level: 'trace' }, stream) };
};

test('a client that leaves is no error of ours', async (t) => {
  const { lines, logger } = readableLog();
  const port = await listen(await startGalley(t, { parts: { logger } }));
  const { socket } = dial(t, port);
  socket.write(`${POST}Content-Length: 1000\r\n\r\n{`);
  await sleep(100);
  socket.destroy();
  await sleep(200);
  const levels = lines.map((line) => JSON.parse(line).level);
  t.ok(
    levels.every((level) => level <= 30),
    lines.join('\n'),
  );
});

test('the log has a line for each request, and never what was sent', async (t) => {
  const { lines, logger } = readableLog();
  const galley = await startGalley(t, { parts: { logger } });
  const { ask, app, keys, authorId } = galley;
  const article = { title: 'One', body: 'b', authorIds: [authorId], status: 'published' };
  const { id } = (await ask('POST', '/v1/articles', { key: keys.editor, body: article })).body;
  lines.length = 0;
  const secret = (name: string) => `s3cret-${name}`;
  await ask('POST', `/v1/articles/${id}/comments`, {
    body: { authorName: secret('name'), authorEmail: 'grace@s3cret.example', body: secret('body') },
    headers: { 'x-request-id': 'request-1' },
  });
  await ask('GET', `/v1/articles?tag=${secret('query')}&limit=1`, { headers: { 'x-request-id': 'request-2' } });
  await ask('GET', '/v1/me', { key: `glk_${secret('key')}`, headers: { 'x-request-id': 'request-3' } });
  await ask('GET', '/v1/me', { key: keys.editor, headers: { cookie: secret('cookie'), 'x-request-id': 'request-4' } });
  await ask('POST', '/v1/articles', { key: keys.editor, body: { title: { a: secret('bad') } } });
  await ask('GET', `/nothing?${secret('lost')}`);
  await app.inject({ url: `/v1/articles/%ff?${secret('broken')}` });
  t.equal(lines.length, 7, 'one line a request');
  const read = lines.map((line) => JSON.parse(line));
  t.match(read[0], { level: 30, requestId: 'request-1', method: 'POST', status: 201, keyId: null });
  t.match(read[1], { requestId: 'request-2', path: '/v1/articles', route: '/v1/articles', status: 200 });
  t.match(read[2], { requestId: 'request-3', status: 401, keyId: null });
  t.match(read[3], { requestId: 'request-4', status: 200, keyId: Number });
  t.match(read[6], { status: 400, route: null });
  for (const line of read) t.ok(line.ms >= 0);

  // The error of a failed query quotes every value of its statement, in its message and its stack.
  const cause = new Error('attempt to write a readonly database');
  const errors: Record<string, Error> = {
    'request-8': new DrizzleQueryError('update "comments" set "body" = ?', [secret('params')], cause),
    'request-9': new TypeError(`not for ${keys.admin} nor glc_s3cret of grace@s3cret.example`),
  };
  const renderBody = async (body: string) => Promise.reject(errors[body]);
  const rest = { renderComment: renderBody, readSearched: renderBody, readSnippet: renderBody };
  const renderer = { renderBody, ...rest, waiting: 0, close: async () => {} };
  const broken = await startGalley(t, { parts: { logger, renderer } });
  for (const [id, expected] of [
    ['request-8', { query: 'update "comments" set "body" = ?', cause: { message: /readonly/ }, stack: /^ {4}at / }],
    ['request-9', { type: 'TypeError', message: 'not for … nor … of …', stack: /^ {4}at / }],
  ] as const) {
    const body = { title: secret('title'), body: id };
    const failed = await broken.ask('POST', '/v1/articles', {
      key: broken.keys.editor,
      body,
      headers: { 'x-request-id': id },
    });
    t.match(failed, { status: 500, body: { code: 'internal', requestId: id } });
    t.notMatch(failed.text, /readonly|update|TypeError|at /, 'the answer tells nothing of the inside');
    const line = lines.map((text) => JSON.parse(text)).find(({ level, requestId }) => level === 50 && requestId === id);
    t.match(line?.err, expected, 'yet the log tells what failed');
  }

  const all = lines.join('\n');
  t.notMatch(all, /s3cret/, 'no value that was sent');
  for (const key of [...Object.values(keys), ...Object.values(broken.keys)]) t.notOk(all.includes(key), 'no key');
});

test('who sends too much reads why it was refused, and may go on', async (t) => {
  const galley = await startGalley(t);
  const port = await listen(galley);
  const headers = { authorization: `Bearer ${galley.keys.admin}`, 'content-type': 'application/json' };
  for (const length of [4 * 1024 ** 2 + 1, 20 * 1024 ** 2])
    for (let n = 0; n < 5; n++) {
      const body = Buffer.alloc(length, ' ');
      const answer = await fetch(`http://127.0.0.1:${port}/v1/articles`, { method: 'POST', headers, body });
      t.match([answer.status, await answer.json()], [413, { code: 'payload-too-large' }], `${length} bytes`);
      const wrong = { ...headers, authorization: 'Bearer glk_wrong' };
      const refused = await fetch(`http://127.0.0.1:${port}/v1/articles`, { method: 'POST', headers: wrong, body });
      t.match(
        [refused.status, await refused.json()],
        [401, { code: 'unauthenticated' }],
        `${length} bytes, a wrong key`,
      );
    }
});
