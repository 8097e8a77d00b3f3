/** Requests as bytes, over real connections: what two readers could take for two things is taken by nobody. */
import { test } from 'tap';
import { SAFETY } from '../../src/http/headers.ts';
import { startGalley } from '../support/app.ts';
import { converse, listen } from '../support/sockets.ts';

const HOST = 'Host: galley\r\n';
const LAST = 'Connection: close\r\n';
const JSON_BODY = 'Content-Type: application/json\r\n';
const BODY = '{"name":"Smuggled"}';
const CHUNKED = `13\r\n${BODY}\r\n0\r\n\r\n`;
const ANOTHER = `DELETE /v1/tags/1 HTTP/1.1\r\n${HOST}`;

test('a request that two readers could take for two things is refused, ends its connection and does nothing', async (t) => {
  const galley = await startGalley(t);
  const { ask, keys, store } = galley;
  const port = await listen(galley);
  const key = `Authorization: Bearer ${keys.admin}\r\n`;
  await ask('POST', '/v1/tags', { key: keys.admin, body: { name: 'Harbour' } });
  const post = (fields: string, body: string) =>
    `POST /v1/tags HTTP/1.1\r\n${HOST}${key}${JSON_BODY}${fields}\r\n${body}`;
  const get = (fields: string, version = '1.1') => `GET /v1/site HTTP/${version}\r\n${fields}${LAST}\r\n`;
  const another = `${ANOTHER}${key}\r\n`;
  const rows: [what: string, bytes: string, status: number][] = [
    [
      'a length and chunks',
      post(`Content-Length: ${BODY.length}\r\nTransfer-Encoding: chunked\r\n`, `0\r\n\r\n${another}`),
      400,
    ],
    ['chunks and a length', post('Transfer-Encoding: chunked\r\nContent-Length: 4\r\n', CHUNKED + another), 400],
    ['two lengths', post('Content-Length: 0\r\nContent-Length: 19\r\n', BODY + another), 400],
    ['lengths in one', post('Content-Length: 19, 19\r\n', BODY), 400],
    ['a length with a sign', post('Content-Length: +19\r\n', BODY), 400],
    ['a length below nothing', post('Content-Length: -1\r\n', BODY), 400],
    ['a length in hex', post('Content-Length: 0x13\r\n', BODY), 400],
    ['chunks twice', post('Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n', CHUNKED + another), 400],
    ['chunks, then something', post('Transfer-Encoding: chunked, identity\r\n', CHUNKED + another), 400],
    ['something like chunks', post('Transfer-Encoding: xchunked\r\n', CHUNKED + another), 400],
    ['a space before the colon', post('Transfer-Encoding : chunked\r\n', CHUNKED + another), 400],
    ['a folded line', post('Transfer-Encoding:\r\n chunked\r\n', CHUNKED + another), 400],
    ['another folded line', get(`${HOST}X-A: a\r\n b\r\n`), 400],
    ['a chunk that is longer', post('Transfer-Encoding: chunked\r\n', `12\r\n${BODY}\r\n0\r\n\r\n${another}`), 400],
    ['a chunk of no length', post('Transfer-Encoding: chunked\r\n', `0x13\r\n${BODY}\r\n0\r\n\r\n`), 400],
    [
      'chunks with long words',
      post('Transfer-Encoding: chunked\r\n', `13;${'a'.repeat(20_000)}\r\n${BODY}\r\n0\r\n\r\n`),
      400,
    ],
    ['chunks in HTTP/1.0', `${post('Transfer-Encoding: chunked\r\n', CHUNKED).replace('/1.1', '/1.0')}`, 400],
    ['line feeds alone', 'GET /v1/site HTTP/1.1\nHost: galley\n\n', 400],
    ['a bare carriage return', get(`${HOST}X-A: a\rX-B: b\r\n`), 400],
    ['NUL', get(`${HOST}X-A: a\0b\r\n`), 400],
    ['no host', get(''), 400],
    ['two hosts', get(`${HOST}Host: other\r\n`), 400],
    ['two keys', get(`${HOST}Authorization: Basic x\r\nauthorization: Bearer ${keys.admin}\r\n`), 400],
    ['a fragment', `GET /v1/site#x HTTP/1.1\r\n${HOST}${LAST}\r\n`, 400],
    ['backslashes', `GET \\v1\\site HTTP/1.1\r\n${HOST}${LAST}\r\n`, 400],
    ['HTTP/2 in words', get(HOST, '2.0'), 400],
    ['HTTP/0.9', get(HOST, '0.9'), 400],
    ['a method of no kind', `STEAL /v1/site HTTP/1.1\r\n${HOST}${LAST}\r\n`, 400],
    ['a space in the target', `GET /v1/si te HTTP/1.1\r\n${HOST}${LAST}\r\n`, 400],
    ['101 fields', get(HOST + 'X-A: a\r\n'.repeat(99)), 431],
    ['4,000 fields, and then a key', get(`${HOST}${'a:\r\n'.repeat(3800)}${key}`), 431],
    ['20 KB of fields', get(`${HOST}X-A: ${'a'.repeat(20_000)}\r\n`), 431],
    ['a target of 20 KB', `GET /v1/site?${'a'.repeat(20_000)} HTTP/1.1\r\n${HOST}\r\n`, 431],
  ];
  const stored = async () => {
    const { db, tables } = store;
    return [await db.select().from(tables.tags), await db.select().from(tables.events)];
  };
  const before = await stored();
  for (const [what, bytes, status] of rows) {
    const heard = await converse(t, port, bytes);
    t.equal(heard.length, 1, `${what}: one answer`);
    const [{ headers, body, ...answer }] = heard as [(typeof heard)[0]];
    t.equal(answer.status, status, what);
    const code = status === 431 ? 'headers-too-large' : /invalid-request|malformed-json/;
    t.match(JSON.parse(body), { status, code, requestId: headers['x-request-id'] }, what);
    t.match(headers, { ...SAFETY, 'cache-control': 'no-store', 'access-control-allow-origin': '*' }, what);
    t.equal(headers['content-type'], 'application/problem+json', what);
    t.notMatch(`${JSON.stringify(headers)}${body}`, /node|fastify|llhttp|HPE_| at /i, `${what}: nothing of the inside`);
  }
  t.same(await stored(), before, 'nothing was done');

  const [fine] = await converse(t, port, get(HOST + 'X-A: a\r\n'.repeat(98)));
  t.equal(fine?.status, 200, 'a hundred fields are taken');
  const [old] = await converse(t, port, 'GET /v1/site HTTP/1.0\r\n\r\n');
  t.equal(old?.status, 200, 'HTTP/1.0 has no Host');
});

test('a target is one however it is written, and methods that are none here are told so', async (t) => {
  const galley = await startGalley(t);
  const port = await listen(galley);
  const rows: [request: string, fields: string, status: number, expected: object][] = [
    ['GET http://evil.example/v1/site', '', 200, {}],
    ['GET HTTPS://evil.example:99/v1/articles/7', '', 404, { code: 'not-found', instance: '/v1/articles/7' }],
    ['GET http://evil.example/v1/keys', '', 401, { code: 'unauthenticated', instance: '/v1/keys' }],
    ['GET http://evil.example', '', 404, { instance: '/' }],
    ['GET http://evil.example?x=1', '', 404, { instance: '/' }],
    ['GET ftp://evil.example/v1/site', '', 404, {}],
    ['GET //v1/keys', '', 404, { code: 'not-found' }],
    ['GET //evil.example/v1/keys', '', 404, { code: 'not-found' }],
    ['GET /v1//keys', '', 404, { code: 'not-found' }],
    ['GET /v1/keys/', '', 404, { code: 'not-found' }],
    ['GET /v1/articles/../keys', '', 404, { code: 'not-found' }],
    ['GET /v1/articles/%2e%2e/keys', '', 404, { code: 'not-found' }],
    ['GET /v1%2Fkeys', '', 404, { code: 'not-found' }],
    ['GET /v1/keys%2F1', '', 404, { code: 'not-found' }],
    ['GET /v1/keys;x', '', 404, { code: 'not-found' }],
    ['GET /V1/keys', '', 404, { code: 'not-found' }],
    ['GET /v1/%6b%65ys', '', 401, { code: 'unauthenticated' }],
    ['GET /v1/articles/by-slug/a%2F..%2Fkeys', '', 404, { code: 'not-found' }],
    ['GET /v1/articles/1%00', '', 400, { code: 'invalid-request' }],
    ['GET /docs/static/..%2f..%2fpackage.json', '', 404, {}],
    ['GET /docs/static/../../../package.json', '', 400, {}],
    ['OPTIONS *', '', 404, { code: 'not-found' }],
    ['OPTIONS /v1/site', '', 405, { code: 'method-not-allowed' }],
    ['TRACE /v1/site', 'X-Secret: s3cret\r\n', 405, { code: 'method-not-allowed' }],
    ['PUT /v1/site', '', 405, { code: 'method-not-allowed' }],
    ['PROPFIND /v1/site', '', 405, { code: 'method-not-allowed' }],
    ['CONNECT galley:443', '', 405, { code: 'method-not-allowed' }],
    ['GET /v1/site', 'Expect: nonsense\r\n', 200, {}],
    ['GET /v1/site', 'Upgrade: websocket\r\n', 200, {}],
    ['GET /v1/site', 'Upgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n', 200, {}],
    ['GET /v1/keys', 'X-Original-URL: /v1/site\r\nX-Rewrite-URL: /v1/site\r\n', 401, {}],
    ['GET /v1/site', 'X-HTTP-Method-Override: DELETE\r\n', 200, {}],
    ['GET /v1/keys', 'X-Forwarded-For: 127.0.0.1\r\nX-Real-IP: 127.0.0.1\r\nForwarded: for=127.0.0.1\r\n', 401, {}],
  ];
  for (const [request, fields, status, expected] of rows) {
    for (const time of ['first', 'again']) {
      const what = `${request} ${fields.trim()}, ${time}`;
      const [heard, ...more] = await converse(t, port, `${request} HTTP/1.1\r\n${HOST}${fields}${LAST}\r\n`);
      t.same([heard?.status, more], [status, []], what);
      const { 'content-security-policy': policy, ...safety } = SAFETY;
      t.match(heard?.headers, safety, `${what}: safety`);
      if (!request.includes('/docs/')) t.equal(heard?.headers['content-security-policy'], policy, what);
      t.match(JSON.parse(heard?.body ?? ''), expected, what);
      t.notMatch(heard?.body, /s3cret|galley:443/, `${what}: nothing is told back`);
      for (const name of ['server', 'x-powered-by']) t.equal(heard?.headers[name], undefined, `${what}: ${name}`);
    }
  }
});

test('what follows an answer that is on its way does not get into it', async (t) => {
  const galley = await startGalley(t);
  const port = await listen(galley);
  const whole = (await converse(t, port, `GET /openapi.json HTTP/1.1\r\n${HOST}${LAST}\r\n`))[0] as { body: string };
  for (const rubbish of [
    'RUBBISH\r\n\r\n',
    'GET / HTTP/1.1\r\n\r\n',
    'POST /v1/site HTTP/1.1\r\nContent-Length: x\r\n\r\n',
  ]) {
    const heard = await converse(t, port, `GET /openapi.json HTTP/1.1\r\n${HOST}\r\n${rubbish}`);
    const told = heard.find(({ status }) => status === 200)?.body ?? '';
    t.ok(whole.body.startsWith(told), `${JSON.stringify(rubbish)}: ${told.length} of ${whole.body.length} characters`);
  }
});
