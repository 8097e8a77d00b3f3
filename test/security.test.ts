/** SECURITY.md claims what is tested, and what no other file tests of it is tested here. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'tap';
import { SAFETY } from '../src/http/headers.ts';
import { startGalley } from './support/app.ts';
import { converse, listen } from './support/sockets.ts';

const ROOT = new URL('../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8');
const PAGE = read('SECURITY.md');

const sources = readdirSync(new URL('src', ROOT), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => ({ name, text: read(`src/${name}`) }));

test('each of the ten risks has a row, and every test that it names is there', (t) => {
  const rows = PAGE.split('\n').filter((line) => /^\| API\d+ /.test(line));
  t.same(
    rows.map((row) => /^\| (API\d+) /.exec(row)?.[1]),
    Array.from({ length: 10 }, (_, i) => `API${i + 1}`),
  );
  for (const row of rows) {
    const named = (row.split(' | ').at(-1) ?? '').replace(/ \|$/, '').split('<br>');
    t.ok(named.length > 0, row.slice(0, 40));
    for (const one of named) {
      const [, file = '', name = ''] = /^`(test\/[^`]+)`: (.+)$/.exec(one) ?? [];
      t.ok(existsSync(new URL(file, ROOT)) && file !== '', `${one}: its file is there`);
      if (file !== '') t.ok(read(file).includes(`test('${name}', `), `${one}: and so is its test`);
    }
  }
  for (const [, file = ''] of PAGE.matchAll(/`((?:test|src)\/[^`]*)`/g)) t.ok(existsSync(new URL(file, ROOT)), file);
  t.match(read('README.md'), '](SECURITY.md)', 'the README leads to it');
  t.end();
});

test('one place alone asks other servers over HTTP, and is told whom it may ask', (t) => {
  const ASKS = [
    /\bfetch\(/,
    /\bhttps?\.(?:request|get)\(/,
    /import (?!type)[^;]*\b(?:request|get|Agent|connect|createConnection)\b[^;]*from 'node:(?:https?|http2|net|tls)'/,
    /from '(?:undici|axios|got|node-fetch|ws)'/,
    /new (?:WebSocket|EventSource)\(/,
  ];
  t.ok(sources.length > 100, `${sources.length} files`);
  const others = sources.filter(({ name }) => name !== 'outgoing/sender.ts');
  t.equal(others.length, sources.length - 1);
  for (const { name, text } of others) for (const asks of ASKS) t.notMatch(text, asks, name);
  t.end();
});

test('what meets a secret is looked up by its hash, or compared in constant time', (t) => {
  const SECRET = /\b\w*(?:token|secret|signature|hash)\w*\b\s*[!=]==(?!\s*(?:undefined|null|true|false|''))/i;
  // Text that is told apart by its kind, not by a secret: words of a search, the parts of an address.
  const PLAIN = ['core/highlighting.ts', 'settings.ts'];
  for (const { name, text } of sources) {
    if (PLAIN.includes(name)) continue;
    const lines = text.split('\n').filter((line) => SECRET.test(line));
    t.same(lines, [], name);
  }
  for (const file of ['features/comments/guests.ts', 'features/previews/rules.ts'])
    t.match(read(`src/${file}`), /if \(!timingSafeEqual\(|timingSafeEqual\(Buffer/, file);
  t.match(read('src/features/keys/queries.ts'), /where\(eq\(keys\.hash, sql\.placeholder\('hash'\)\)\)/);
  t.end();
});

test('no answer tells what Galley runs on', async (t) => {
  const broken = async () => Promise.reject(new Error(`broken in ${process.cwd()}`));
  const renderer = {
    renderBody: broken,
    renderComment: broken,
    readSearched: broken,
    readSnippet: broken,
    waiting: 0,
    close: async () => {},
  };
  const galley = await startGalley(t, { parts: { renderer } });
  const { ask, keys } = galley;
  const port = await listen(galley);
  const { version } = JSON.parse(read('node_modules/fastify/package.json'));
  const own = JSON.parse(read('package.json')).version;
  const INSIDE = [
    process.version,
    `fastify`,
    'node_modules',
    process.cwd(),
    'better-sqlite3',
    'drizzle',
    'sqlite_',
    `"${version}"`,
  ];
  const check = (what: string, headers: Record<string, unknown>, text: string) => {
    for (const name of ['server', 'x-powered-by', 'via', 'x-runtime', 'x-version'])
      t.equal(headers[name], undefined, `${what}: ${name}`);
    const { 'content-security-policy': _, ...safety } = SAFETY;
    t.match(headers, safety, `${what}: safety`);
    const told = `${JSON.stringify(headers)}${text}`.toLowerCase();
    for (const word of INSIDE) t.notOk(told.includes(word.toLowerCase()), `${what}: ${word}`);
    t.notMatch(told, /\n\s+at |[a-z]+\.[tj]s:\d+|stack"/, `${what}: no stack`);
  };
  const rows: [method: string, url: string, asked: object, status: number][] = [
    ['GET', '/health/live', {}, 200],
    ['GET', '/health/ready', {}, 200],
    ['GET', '/docs', {}, 200],
    ['GET', '/docs/static/nothing.js', {}, 404],
    ['GET', '/openapi.json', {}, 200],
    ['GET', '/openapi.yaml', {}, 200],
    ['GET', '/problems', {}, 200],
    ['GET', '/v1/site', {}, 200],
    ['HEAD', '/v1/site', {}, 200],
    ['GET', '/v1/site', { headers: { 'if-none-match': '*' } }, 304],
    ['OPTIONS', '/v1/site', { headers: { 'access-control-request-method': 'GET' } }, 204],
    ['GET', '/nothing', {}, 404],
    ['GET', '/v1/articles/%', {}, 400],
    ['PUT', '/v1/articles', {}, 405],
    ['GET', '/v1/keys', {}, 401],
    ['POST', '/v1/articles', { key: keys.viewer }, 403],
    ['POST', '/v1/articles', { key: keys.editor, body: '{', headers: { 'content-type': 'application/json' } }, 400],
    ['POST', '/v1/articles', { key: keys.editor, body: 'x', headers: { 'content-type': 'text/plain' } }, 415],
    ['POST', '/v1/articles', { key: keys.editor, body: { title: 't', body: 'b' } }, 500],
  ];
  for (const [method, url, asked, status] of rows) {
    const answer = await ask(method, url, asked);
    t.equal(answer.status, status, `${method} ${url}`);
    check(`${method} ${url}`, answer.headers, answer.text);
    if (url.startsWith('/health')) t.notOk(answer.text.includes(own), 'nor its own version, where nobody needs it');
  }
  for (const fields of ['', '', 'If-None-Match: *\r\n']) {
    const bytes = `GET /v1/site HTTP/1.1\r\nHost: g\r\n${fields}Connection: close\r\n\r\n`;
    const [heard] = await converse(t, port, bytes);
    t.equal(heard?.status, fields === '' ? 200 : 304);
    check(`over a socket, kept ${fields}`, heard?.headers ?? {}, heard?.body ?? '');
  }
});

test('names of prototypes are names like others', async (t) => {
  const { ask, keys } = await startGalley(t);
  const asJson = (body: string) => ({ key: keys.editor, body, headers: { 'content-type': 'application/json' } });
  const metadata =
    '{"constructor":{"prototype":{"polluted":1}},"prototype":{"polluted":1},"toString":null,"hasOwnProperty":7}';
  const made = await ask('POST', '/v1/articles', asJson(`{"title":"t","metadata":${metadata}}`));
  t.equal(made.status, 201);
  t.equal(JSON.stringify(made.body.metadata), JSON.stringify(JSON.parse(metadata)), 'kept as they are');
  const url = `/v1/articles/${made.body.id}`;
  const change = '{"metadata":{"constructor":{"prototype":{"polluted":null,"more":[1]}},"valueOf":"x"}}';
  const patched = await ask('PATCH', url, asJson(change));
  t.same(patched.body.metadata.constructor, { prototype: { more: [1] } }, 'merged like others');
  t.same((await ask('GET', url, { key: keys.editor })).body.metadata, patched.body.metadata, 'read again');
  for (const body of [
    '{"title":"t","__proto__":{"polluted":1}}',
    '{"__proto__":{"title":"t","polluted":1}}',
    '{"title":"t","metadata":{"__proto__":{"polluted":1}}}',
    '{"title":"t","metadata":{"a":[{"__proto__":{"polluted":1}}]}}',
    '{"title":"t","seo":{"constructor":{"prototype":{"polluted":1}}}}',
    '{"title":"t","tags":[{"name":"n","__proto__":{"polluted":1}}]}',
  ])
    t.equal((await ask('POST', '/v1/articles', asJson(body))).status, 400, body);
  for (const name of [
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    '__proto__[polluted]',
    'constructor.prototype.polluted',
  ])
    for (const path of [`/v1/articles?${name}=1`, `/v1/articles?limit=1&${name}=1&${name}=2`])
      t.match(await ask('GET', path), { status: 400, body: { errors: [{ code: 'unknown-field' }] } }, path);
  for (const path of [
    '/v1/articles/by-slug/constructor',
    '/problems/__proto__',
    '/v1/tags/by-slug/__proto__',
    '/__proto__',
  ])
    t.ok([400, 404].includes((await ask('GET', path)).status), path);
  for (const name of ['constructor', '__proto__'])
    t.match(await ask('GET', '/v1/site', { headers: { [name]: 'x' } }), { status: 200 }, `a header called ${name}`);
  t.equal(({} as Record<string, unknown>).polluted, undefined, 'no prototype was touched');
});
