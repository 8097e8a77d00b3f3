import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { pino } from 'pino';
import { type Test, test } from 'tap';
import { buildApp } from '../../src/app.ts';
import type { Group } from '../../src/core/groups.ts';
import { SAFETY } from '../../src/http/headers.ts';
import { type Entry, ResponseCache } from '../../src/http/response-cache.ts';
import { readSettings } from '../../src/settings.ts';
import { type Galley, type Options, startGalley } from '../support/app.ts';
import { openTestStore, watchStatements } from '../support/database.ts';
import { overTheWire, sameAnswer } from '../support/wire.ts';

const PARAGRAPH = 'The *first* boats “are” in, and the harbour is — as ever — full of 日本語 and 🛶. ';

/** A Galley that listens, with an author, tags, comments and three live articles. */
const startCached = async (t: Test, options?: Options) => {
  const galley = await startGalley(t, { ...options, settings: { ...PLACE, ...options?.settings } });
  const { keys, authorId, ask } = galley;
  const post = async (path: string, body: object) => {
    const answer = await ask('POST', path, { key: keys.editor, body });
    if (answer.status !== 201) t.fail(`POST ${path}`, answer);
    return answer.body;
  };
  const other = await post('/v1/authors', { name: 'Grace Hopper' });
  for (const [title, tags, authorIds] of [
    ['One', ['Harbour', 'Night'], [authorId]],
    ['Two', ['Harbour'], [other.id]],
    ['Three', ['Quay'], [authorId, other.id]],
  ] as const) {
    const article = { title, tags, authorIds, body: PARAGRAPH.repeat(40), status: 'published', seo: { title } };
    await post('/v1/articles', article);
    galley.clock.advance(1000);
  }
  await post('/v1/articles', { title: 'Hidden', body: 'Draft', authorIds: [authorId], tags: ['Secret'] });
  const wire = await overTheWire(t, galley.app);
  const watched = watchStatements(t, galley.address);
  /** Asks, and tells whether the store was. */
  const get = async (path: string, headers?: Record<string, string>, method?: string) => {
    const { answer, ran } = await watched.during(() => wire(path, headers, method));
    return { ...answer, asked: ran.length, ran };
  };
  return { ...galley, wire, get, post, other };
};

/** What two apps on one store must agree on: each listens elsewhere. */
const PLACE = { PUBLIC_URL: 'https://api.example' };

const READS = [
  ...['/v1/articles/1', '/v1/articles/by-slug/two', '/v1/articles', '/v1/articles?limit=1', '/v1/articles?tag=harbour'],
  ...['/v1/articles?author=ada-lovelace&sort=publishedAt', '/v1/articles?tag=harbour,quay&count=exact'],
  ...['/v1/articles?page=1&limit=2', '/v1/articles?include=html,commentCount', '/v1/articles?tag=nothing'],
  ...['/v1/articles/2?include=adjacent,related,translations', '/v1/articles?q=harbour', '/v1/articles?language=en'],
  ...['/v1/search?q=harb', '/v1/archives', '/v1/authors', '/v1/authors/1', '/v1/authors/by-slug/grace-hopper'],
  ...['/v1/tags?sort=-articleCount', '/v1/tags/1', '/v1/tags/by-slug/quay', '/v1/site'],
  ...['/v1/articles/1/comments', '/v1/articles/1/comments?sort=-createdAt', '/v1/articles/1/jsonld'],
  ...['/feeds/articles.rss', '/feeds/tags/harbour.atom', '/feeds/authors/ada-lovelace.json', '/sitemap.xml'],
];

/** An app on the same store that keeps nothing. */
const withoutCache = async (t: Test, { store, clock, app }: Galley) => {
  const parts = { store, clock: () => clock.now };
  const plain = await buildApp({
    ...parts,
    renderer: {
      renderBody: unused,
      renderComment: unused,
      readSearched: unused,
      readSnippet: async () => 'unused',
    } as never,
    settings: readSettings({ ...PLACE, CACHE_BYTES: '0', RATE_LIMIT_READ: 'off' }),
    logger: pino({ level: 'silent' }),
    lastUsed: { note: () => {}, flush: async () => {} },
  });
  t.teardown(() => plain.close());
  t.not(plain, app);
  return overTheWire(t, plain);
};
const unused = () => Promise.reject(new Error('nothing is rendered here'));

test('what was read once is answered again without the store, byte for byte and header for header', async (t) => {
  const galley = await startCached(t);
  const plain = await withoutCache(t, galley);
  for (const path of READS) {
    const first = await galley.get(path);
    const again = await galley.get(path);
    t.equal(first.status, 200, path);
    if (path !== '/v1/site') t.ok(first.asked > 0, `${path}: the store is asked`); // the site is in memory
    t.equal(again.asked, 0, `${path}: and not again`);
    t.strictSame(sameAnswer(again), sameAnswer(first), `${path}: the same answer`);
    t.not(again.headers['x-request-id'], first.headers['x-request-id'], 'each request has its id');
    if (path.includes('search')) continue; // its snippets are rendered
    t.strictSame(sameAnswer(await plain(path)), sameAnswer(first), `${path}: the same as without a cache`);
    t.strictSame(sameAnswer(await plain(path)), sameAnswer(first), `${path}: and again`);
  }
});

test('a key, another scheme, a body and what is refused go past the cache', async (t) => {
  const { get, keys, wire } = await startCached(t);
  for (const path of READS) await get(path);
  const keyed = await get('/v1/articles/1', { authorization: `Bearer ${keys.viewer}` });
  t.ok(keyed.asked > 0);
  t.equal(keyed.headers['cache-control'], 'private, no-cache');
  t.match(keyed.bytes.toString(), '"body":', 'and is answered more');
  t.notMatch((await get('/v1/articles/1')).bytes.toString(), '"body":', 'which no stranger sees after');
  t.equal((await wire('/v1/articles/1', { authorization: 'Bearer glk_wrong' })).status, 401);
  t.equal((await wire('/v1/articles/1', { authorization: 'Basic YTpi' })).status, 200);
  t.equal((await wire('/v1/articles/1', { 'content-length': '0' })).status, 200);
  t.equal((await wire('/v1/articles/1', { 'transfer-encoding': 'chunked' })).status, 400, 'a read with a body');
  for (const path of ['/v1/articles/99', '/v1/articles/by-slug/hidden', '/v1/articles?limit=0', '/v1/nothing']) {
    for (const time of ['at first', 'again']) {
      const { status, headers } = await wire(path);
      t.ok(status >= 400, `${path} ${time}: ${status}`);
      t.equal(headers['cache-control'], 'no-store');
      t.equal(headers['cache-groups'], undefined);
    }
  }
  for (const path of ['/v1/articles?status=draft', '/v1/keys']) t.equal((await wire(path)).status, 401, path);
});

test('304, HEAD and codings are made of what is kept', async (t) => {
  const { get } = await startCached(t);
  const path = '/v1/articles/1';
  const { headers, bytes } = await get(path);
  const { etag } = headers as { etag: string };
  t.match(etag, /^"1-[0-9a-f]{16}"$/);
  const REPEATED = 'access-control-allow-origin access-control-expose-headers cache-control etag vary x-request-id';
  for (const known of [
    etag,
    `W/${etag}`,
    `"x", ${etag}`,
    '*',
    etag.replace(/"$/, '-gzip"'),
    etag.replace(/"$/, '-br"'),
  ]) {
    const unchanged = await get(path, { 'if-none-match': known, 'cache-control': 'no-cache' });
    t.equal(unchanged.status, 304, known);
    t.equal(unchanged.asked, 0, 'without the store');
    t.equal(unchanged.bytes.length, 0);
    const { date, connection, 'keep-alive': _, ...told } = unchanged.headers;
    t.same(Object.keys(told).sort(), [...REPEATED.split(' '), ...Object.keys(SAFETY)].sort());
    t.match(told, SAFETY, 'safe wherever it is shown anew');
    t.equal(unchanged.headers.etag, etag);
  }
  t.equal((await get(path, { 'if-none-match': '"1"' })).status, 200);
  const head = await get(path, {}, 'HEAD');
  t.strictSame([head.status, head.asked, head.bytes.length], [200, 0, 0]);
  t.equal(head.headers['content-length'], String(bytes.length));
  const plainBytes = bytes.toString('utf8');
  for (const [wanted, coding, decode] of [
    ['gzip', 'gzip', gunzipSync],
    ['gzip, deflate', 'gzip', gunzipSync],
    ['br', 'br', brotliDecompressSync],
    ['gzip, deflate, br, zstd', 'br', brotliDecompressSync],
    ['br;q=0.1, gzip;q=0.5', 'gzip', gunzipSync],
    ['*', 'br', brotliDecompressSync],
    ['br;q=0, *', 'gzip', gunzipSync],
    ['br;q=-1, gzip', 'gzip', gunzipSync],
  ] as const) {
    for (const time of ['made', 'kept']) {
      const coded = await get(path, { 'accept-encoding': wanted });
      t.equal(coded.headers['content-encoding'], coding, `${wanted}, ${time}`);
      t.equal(coded.headers.etag, etag.replace(/"$/, `-${coding}"`), 'another tag');
      t.equal(Number(coded.headers['content-length']), coded.bytes.length);
      t.ok(coded.bytes.length < bytes.length / 2, `${coded.bytes.length} bytes`);
      t.equal(decode(coded.bytes).toString('utf8'), plainBytes);
      t.equal(coded.asked, 0);
    }
    const unchanged = await get(path, {
      'accept-encoding': wanted,
      'if-none-match': etag.replace(/"$/, `-${coding}"`),
    });
    t.strictSame([unchanged.status, unchanged.headers.etag], [304, etag.replace(/"$/, `-${coding}"`)]);
  }
  for (const wanted of ['identity', 'deflate', 'gzip;q=0, br;q=0', 'gzip;q=-1', 'br;q=-1', 'zstd', '']) {
    t.equal((await get(path, { 'accept-encoding': wanted })).headers['content-encoding'], undefined, wanted);
  }
  const short = await get('/v1/tags/1', { 'accept-encoding': 'gzip' });
  const shortAgain = await get('/v1/tags/1', { 'accept-encoding': 'gzip' });
  t.strictSame([shortAgain.asked, shortAgain.headers['content-encoding']], [0, undefined], 'not worth it');
  t.strictSame(sameAnswer(shortAgain), sameAnswer(short));
});

type Cached = Awaited<ReturnType<typeof startCached>>;
type Write = [what: string, write: (cached: Cached) => Promise<unknown>, touches: string[], leaves: string[]];

const edit =
  (path: string, body: object, method = 'PATCH') =>
  ({ ask, keys }: Cached) =>
    ask(method, path, { key: keys.admin, ...(method !== 'DELETE' && { body }) });
const ALL_LISTS = READS.filter((path) =>
  /^\/v1\/(?:articles(?:\?|$)|search|archives)|include=adjacent|feeds\/articles|sitemap/.test(path),
);
const WRITES: Write[] = [
  [
    'an edit of an article',
    edit('/v1/articles/1', { title: 'One!' }),
    ['/v1/articles/1', ...ALL_LISTS],
    ['/v1/site', '/v1/authors', '/v1/tags/by-slug/quay'],
  ],
  [
    'a publication',
    edit('/v1/articles', { title: 'Four', body: 'x', authorIds: [1], tags: ['Quay'], status: 'published' }, 'POST'),
    ['/v1/authors', '/v1/authors/1', '/v1/tags?sort=-articleCount', '/v1/tags/by-slug/quay', ...ALL_LISTS],
    ['/v1/articles/by-slug/two', '/v1/authors/by-slug/grace-hopper', '/v1/tags/1'],
  ],
  [
    'the trash',
    edit('/v1/articles/2', {}, 'DELETE'),
    ['/v1/articles/by-slug/two', '/v1/authors/by-slug/grace-hopper', '/v1/tags/1', '/v1/authors', ...ALL_LISTS],
    ['/v1/authors/1', '/v1/tags/by-slug/quay'],
  ],
  [
    'another author',
    edit('/v1/articles/1', { authorIds: [2] }),
    ['/v1/articles/1', '/v1/authors/1', '/v1/authors/by-slug/grace-hopper', '/v1/authors'],
    ['/v1/tags/by-slug/quay', '/v1/tags?sort=-articleCount'],
  ],
  [
    'a name of an author',
    edit('/v1/authors/1', { name: 'Ada King' }),
    ['/v1/articles/1', '/v1/authors/1', '/v1/authors', ...ALL_LISTS],
    ['/v1/articles/by-slug/two', '/v1/tags/1'],
  ],
  [
    'a name of a tag',
    edit('/v1/tags/1', { name: 'Port' }),
    ['/v1/articles/1', '/v1/articles/by-slug/two', '/v1/tags/1', ...ALL_LISTS],
    ['/v1/authors/1', '/v1/tags/by-slug/quay'],
  ],
  [
    'a tag that is hidden',
    edit('/v1/tags/1', { kind: 'internal' }),
    ['/v1/articles/1', '/v1/articles/by-slug/two', ...ALL_LISTS],
    ['/v1/authors/1'],
  ],
  [
    'a tag that goes',
    edit('/v1/tags/1', {}, 'DELETE'),
    ['/v1/articles/1', '/v1/articles/by-slug/two', ...ALL_LISTS],
    ['/v1/authors/1', '/v1/site'],
  ],
  [
    'the site',
    edit('/v1/site', { articleUrlPattern: '/stories/{slug}' }),
    ['/v1/site', '/v1/articles/1', '/v1/articles', '/v1/articles/1/comments'],
    ['/v1/authors/1', '/v1/tags/1'],
  ],
  [
    'a comment of staff',
    (cached) =>
      cached
        .makeKey('author', cached.authorId)
        .then((key) => cached.ask('POST', '/v1/articles/1/comments', { key, body: { body: 'Yes' } })),
    ['/v1/articles/1', '/v1/articles/1/comments', '/v1/articles?include=html,commentCount'],
    ['/v1/articles', '/v1/articles/by-slug/two'],
  ],
  [
    'a comment that waits',
    (cached) =>
      cached.ask('POST', '/v1/articles/1/comments', {
        body: { authorName: 'G', authorEmail: 'g@mail.example', body: 'Hm' },
      }),
    [],
    READS,
  ],
  ['a draft', edit('/v1/articles/4', { title: 'Hidden still', tags: ['Secret', 'Harbour'] }), [], READS],
  ['a new author', edit('/v1/authors', { name: 'Nobody yet' }, 'POST'), [], READS],
  ['an edit that changes nothing', edit('/v1/articles/1', { title: 'One' }), [], READS],
  ['a refused write', edit('/v1/articles/1', { title: '' }), [], READS],
];

for (const [what, write, touches, leaves] of WRITES) {
  test(`${what} drops what it makes untrue, and leaves the rest`, async (t) => {
    const cached = await startCached(t);
    const plain = await withoutCache(t, cached);
    const before = new Map<string, string>();
    for (const path of READS) before.set(path, (await cached.get(path)).bytes.toString());
    await write(cached);
    for (const path of touches) t.ok((await cached.get(path)).asked > 0, `${path} is read anew`);
    for (const path of leaves) t.strictSame((await cached.get(path)).ran, [], `${path} stays`);
    for (const path of READS.filter((read) => !read.includes('search'))) {
      t.strictSame(sameAnswer(await cached.get(path)), sameAnswer(await plain(path)), `${path} is true`);
    }
  });
}

test('groups are told to caches outside, in the headers that are asked for', async (t) => {
  const { get, ask, keys, post, authorId } = await startCached(t, {
    settings: { CACHE_HEADERS: 'Surrogate-Key, cache-tag' },
  });
  const told = async (path: string) => (await get(path)).headers['cache-groups'];
  t.equal(await told('/v1/articles/1'), '"article-1", "site", "author-1", "tag-1", "tag-2"');
  t.equal(await told('/v1/articles'), '"articles", "site"');
  t.equal(await told('/v1/articles?tag=harbour&author=ada-lovelace'), '"articles", "site", "author-1", "tag-1"');
  for (const hidden of ['tag=secret', 'author=nobody', 'tag=secret,harbour&limit=1&page=9'])
    t.equal(await told(`/v1/articles?${hidden}`), '"articles", "site"', `${hidden}: as if there were none`);
  t.equal(await told('/v1/articles?tag=secret,harbour'), '"articles", "site", "tag-1"', 'and beside one that is known');
  t.equal(await told('/v1/articles/1/comments'), '"comments-1", "article-1", "site"');
  t.equal(await told('/v1/authors'), '"authors"');
  t.equal(await told('/v1/tags/1'), '"tag-1"');
  t.equal(await told('/v1/site'), '"site"');
  const { headers } = await get('/v1/articles/1');
  t.equal(headers['surrogate-key'], 'article-1 site author-1 tag-1 tag-2');
  t.equal(headers['cache-tag'], 'article-1,site,author-1,tag-1,tag-2');
  t.equal(
    (await ask('GET', '/v1/articles/1', { key: keys.viewer })).headers['cache-groups'],
    undefined,
    'not with a key',
  );

  const touched = async (path: string, body: object) =>
    (await ask('PATCH', path, { key: keys.editor, body })).headers['cache-group-invalidation'];
  t.equal(await touched('/v1/articles/1', { title: 'Other' }), '"articles", "article-1", "author-1", "tag-1", "tag-2"');
  t.equal(
    await touched('/v1/articles/1', { tags: ['Quay'] }),
    '"articles", "article-1", "author-1", "tag-1", "tag-2", "tag-3", "tags"',
    'old and new',
  );
  t.equal(await touched('/v1/articles/4', { title: 'Still hidden' }), undefined, 'a draft touches nothing');
  t.equal(await touched('/v1/articles/1', { title: '' }), undefined);

  const tags = Array.from({ length: 50 }, (_, i) => `Many ${i}`);
  const many = await post('/v1/articles', {
    title: 'Many',
    body: 'x',
    authorIds: [authorId],
    tags,
    status: 'published',
  });
  t.equal(await told(`/v1/articles/${many.id}`), `"article-${many.id}", "site", "author-1", "tags"`, 'at most 32');
  const last = many.tags.at(-1).id;
  await ask('PATCH', `/v1/tags/${last}`, { key: keys.editor, body: { name: 'Renamed' } });
  t.match((await get(`/v1/articles/${many.id}`)).bytes.toString(), 'Renamed', 'and none is missed');
});

test('what is kept ends with the next moment that comes due', async (t) => {
  const { get, post, clock, authorId, ask, keys, noteDueMoments } = await startCached(t);
  const at = (seconds: number) => new Date(clock.now.getTime() + seconds * 1000).toISOString();
  const titles = async () =>
    JSON.parse((await get('/v1/articles')).bytes.toString()).data.map((one: { title: string }) => one.title);
  await titles();
  t.equal((await get('/v1/articles')).headers['cache-control'], 'public, max-age=0, s-maxage=60');
  const soon = {
    title: 'Soon',
    body: 'x',
    authorIds: [authorId],
    status: 'scheduled',
    publishedAt: at(30),
    unpublishAt: at(90),
  };
  await post('/v1/articles', soon);
  const told = await get('/v1/articles');
  t.ok(told.asked <= 2, 'its moment is asked for');
  t.equal(told.headers['cache-control'], 'public, max-age=0, s-maxage=30', 'but it may be kept no longer');
  clock.advance(10_400);
  t.equal((await get('/v1/articles')).headers['cache-control'], 'public, max-age=0, s-maxage=19');
  t.equal((await get('/v1/articles')).asked, 0);
  clock.advance(19_599);
  t.notOk((await titles()).includes('Soon'));
  t.equal((await get('/v1/articles')).headers['cache-control'], 'public, max-age=0, s-maxage=0');
  clock.advance(1);
  t.ok((await titles()).includes('Soon'), 'at its moment, before anyone has noted it');
  t.equal((await get('/v1/articles')).asked, 0, 'and is kept again');
  await noteDueMoments();
  t.ok((await get('/v1/authors/1')).bytes.toString().includes('"articleCount":3'), 'counts follow');
  clock.advance(60_000);
  t.notOk((await titles()).includes('Soon'), 'gone at the other');
  const { id } = await post('/v1/articles', { ...soon, publishedAt: at(5), unpublishAt: null });
  await titles();
  await ask('DELETE', `/v1/articles/${id}`, { key: keys.editor });
  clock.advance(6000);
  t.notOk((await titles()).includes('Soon'), 'a schedule that was withdrawn brings nothing');
});

test('what another process writes is noticed within a second', async (t) => {
  const galley = await startCached(t);
  const { address, clock, keys, get } = galley;
  const store = await openTestStore(t, address);
  const other = await buildApp({
    ...{ store, clock: () => clock.now },
    renderer: {
      renderBody: unused,
      renderComment: unused,
      readSearched: async () => 'one',
      readSnippet: unused,
    } as never,
    settings: readSettings({}),
    logger: pino({ level: 'silent' }),
    lastUsed: { note: () => {}, flush: async () => {} },
  });
  t.teardown(() => other.close());
  const write = (method: 'PATCH' | 'POST', url: string, payload: object) =>
    other.inject({ method, url, payload, headers: { authorization: `Bearer ${keys.admin}` } });
  /** Asks until an answer has the text; tells how many milliseconds that took. */
  const until = async (path: string, text: string): Promise<number> => {
    const since = performance.now();
    while (!(await get(path)).bytes.toString().includes(text)) {
      if (performance.now() - since > 5000) return Number.POSITIVE_INFINITY;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return performance.now() - since;
  };
  for (const path of READS) await get(path);
  const table: [method: 'PATCH', url: string, body: object, path: string, text: string][] = [
    ['PATCH', '/v1/articles/1', { title: 'Elsewhere' }, '/v1/articles/1', 'Elsewhere'],
    ['PATCH', '/v1/articles/1', { title: 'Elsewhere again' }, '/v1/articles', 'Elsewhere again'],
    ['PATCH', '/v1/authors/1', { name: 'Ada King' }, '/v1/articles/1', 'Ada King'],
    ['PATCH', '/v1/authors/1', { name: 'Ada Byron' }, '/v1/articles', 'Ada Byron'],
    ['PATCH', '/v1/tags/1', { name: 'Port' }, '/v1/articles/by-slug/two', 'Port'],
    ['PATCH', '/v1/site', { articleUrlPattern: '/stories/{slug}' }, '/v1/articles/1', '/stories/one'],
  ];
  for (const [method, url, body, path, text] of table) {
    const { statusCode, payload } = await write(method, url, body);
    t.equal(statusCode, 200, payload);
    t.ok((await until(path, text)) < 1000, `${method} ${url}: ${path} tells of ${text}`);
    t.equal((await get(path)).asked, 0, 'and is kept again');
  }
  for (const path of ['/%761/articles/1', 'http://galley.example/v1/articles/1']) {
    await get(path);
    await write('PATCH', '/v1/articles/1', { title: `To ${path}` });
    t.ok((await until(path, `To ${path}`)) < 1000, `so it is where the path is ${path}`);
  }
  for (const path of READS) await get(path);
  const ended = await write('PATCH', '/v1/articles/2', {
    unpublishAt: new Date(clock.now.getTime() + 5000).toISOString(),
  });
  t.equal(ended.statusCode, 200, ended.payload);
  t.ok((await until('/v1/articles/by-slug/two', 'unpublishAt":"2026')) < 1000, 'it is noticed');
  clock.advance(5000);
  t.equal((await get('/v1/articles/by-slug/two')).status, 404, 'so is a moment that another has set');
});

test('where it is turned off, every read asks the store', async (t) => {
  const { get } = await startCached(t, { settings: { CACHE_BYTES: '0' } });
  for (const path of READS) {
    const [first, again] = [await get(path), await get(path)];
    if (path !== '/v1/site') t.ok(again.asked > 0, path);
    t.strictSame(sameAnswer(again), sameAnswer(first));
    t.ok(first.headers['cache-groups'], 'caches outside are told of groups all the same');
  }
});

test('with origins of its own, only those are answered to', async (t) => {
  const { get } = await startCached(t, { settings: { CORS_ORIGINS: 'https://a.example, https://b.example' } });
  const from = async (origin: string | undefined) => {
    const { headers } = await get('/v1/articles', origin === undefined ? {} : { origin });
    return [headers['access-control-allow-origin'], headers.vary];
  };
  const vary = 'Authorization, Accept-Encoding, Origin';
  for (const time of ['at first', 'again']) {
    t.strictSame(await from(undefined), [undefined, vary], time);
    for (const origin of ['https://a.example', 'https://b.example'])
      t.strictSame(await from(origin), [origin, vary], time);
    t.strictSame(await from('https://c.example'), [undefined, vary], time);
  }
});

test('hits are logged like other requests, and count for no limit', async (t) => {
  const lines: string[] = [];
  const logger = pino({ level: 'info' }, { write: (line: string) => lines.push(line) });
  const { wire } = await startCached(t, { settings: { RATE_LIMIT_READ: '3/hour' }, parts: { logger } });
  const statuses = [];
  for (let i = 0; i < 20; i++) statuses.push((await wire('/v1/articles?limit=5', { 'x-request-id': `r-${i}` })).status);
  t.same(new Set(statuses), new Set([200]));
  const logged = lines
    .map((line) => JSON.parse(line))
    .filter(({ msg, path }) => msg === 'request' && path === '/v1/articles');
  t.same(
    logged.filter(({ method }) => method === 'GET').map(({ requestId }) => requestId),
    Array.from({ length: 20 }, (_, i) => `r-${i}`),
  );
  t.match(logged.at(-1), {
    method: 'GET',
    route: '/v1/articles',
    status: 200,
    keyId: null,
    requestId: 'r-19',
    cached: true,
  });
  t.notMatch(lines.join(''), 'limit=5', 'never a query');
});

const entryOf = (url: string, groups: Group[], size: number): Entry => ({
  ...{ url, status: 200, groups, route: url, etag: '"x"', thin: [], wasUsed: false },
  plain: { head: ['content-type', 'application/json'], bytes: Buffer.alloc(size) },
  coded: new Map(),
});

test('the cache never holds more than it may, and what is used stays longest', (t) => {
  const cache = new ResponseCache(200_000);
  for (let i = 0; i < 1000; i++) {
    cache.put(entryOf(`/${i}`, ['articles', `article-${i}`], 4000), cache.drops);
    cache.get('/0');
    t.ok(cache.bytes <= 200_000, `${i}: ${cache.bytes} bytes`);
  }
  t.ok(cache.get('/0'), 'what is asked for again and again is there');
  t.ok(cache.get('/999'), 'and the newest');
  t.notOk(cache.get('/1'), 'not the oldest');
  t.ok(cache.bytes > 150_000, 'it is used');
  cache.put(entryOf('/large', ['articles'], 100_000), cache.drops);
  t.notOk(cache.get('/large'), 'nothing takes more than its part');
  const known = cache.get('/999') as Entry;
  for (const coding of ['gzip', 'br'] as const) cache.addForm(known, coding, { head: [], bytes: Buffer.alloc(3000) });
  t.ok(cache.bytes <= 200_000);
  cache.drop(['article-999']);
  t.notOk(cache.get('/999'));
  t.ok(cache.get('/998'));
  const begun = cache.drops;
  cache.drop(['site']);
  cache.put(entryOf('/late', ['articles'], 10), begun);
  t.notOk(cache.get('/late'), 'an answer begun before something was dropped is not kept');
  cache.drop(['articles']);
  t.equal(cache.bytes, 0, 'all of it is given back');
  cache.put(entryOf('/a', ['site'], 10), cache.drops);
  cache.drop('all');
  t.strictSame([cache.get('/a'), cache.bytes], [undefined, 0]);
  t.end();
});

test('settings of the cache are read strictly', (t) => {
  const bytesOf = (text: string) => readSettings({ CACHE_BYTES: text }).cacheBytes;
  t.strictSame(['', '0', '1000', '64MiB', '1 gib', '16 KiB'].map(bytesOf), [
    64 * 1024 ** 2,
    0,
    1000,
    64 * 1024 ** 2,
    1024 ** 3,
    16 * 1024,
  ]);
  for (const text of ['-1', '1.5 MiB', 'much', '64 MB']) t.throws(() => bytesOf(text), /CACHE_BYTES/, text);
  t.strictSame(readSettings({ CACHE_HEADERS: 'Cache-Tag' }).cacheHeaders, ['cache-tag']);
  t.throws(() => readSettings({ CACHE_HEADERS: 'X-Keys' }), /CACHE_HEADERS/);
  t.end();
});
