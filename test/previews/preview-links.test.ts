/** Links that show one article as it would be to whoever has them, until they expire or are revoked. */
import { createHmac, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { pino } from 'pino';
import { type Test, test } from 'tap';
import { previewAddress, readToken, tokenOf } from '../../src/features/previews/rules.ts';
import { type Galley, type Options, START, startGalley } from '../support/app.ts';
import { overTheWire } from '../support/wire.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const at = (milliseconds: number) => new Date(Date.parse(START) + milliseconds).toISOString();

/** Asks about an article's links, and about what they open. */
const linksOf = ({ ask, keys }: Galley) => ({
  link: (id: number, body?: object, key = keys.editor) =>
    ask('POST', `/v1/articles/${id}/preview-links`, { key, body }),
  list: (id: number, query = '', key = keys.editor) => ask('GET', `/v1/articles/${id}/preview-links${query}`, { key }),
  revoke: (id: number, linkId: number | string, key = keys.editor) =>
    ask('DELETE', `/v1/articles/${id}/preview-links/${linkId}`, { key }),
  preview: (token: string, key: string | null = null) => ask('GET', `/v1/previews/${token}`, { key }),
});

const startDesk = async (t: Test, options: Options = {}) => {
  const galley = await startGalley(t, options);
  const { ask, keys, authorId } = galley;
  const make = async (path: string, body: object) => (await ask('POST', path, { key: keys.editor, body })).body;
  const article = (body: object = {}): Promise<{ id: number; slug: string }> =>
    make('/v1/articles', { title: 'The harbour', body: 'The *first* boats.', authorIds: [authorId], ...body });
  const edit = (id: number, body: object) => ask('PATCH', `/v1/articles/${id}`, { key: keys.editor, body });
  return { ...galley, make, article, edit, ...linksOf(galley) };
};

test('a link is made, told again to who may edit the article, and revoked', async (t) => {
  const { article, link, list, revoke, preview, ask, keys, authorId } = await startDesk(t);
  const { id } = await article();
  const made = await link(id);
  t.match(made, { status: 201, body: { id: 1, createdAt: START, expiresAt: at(7 * DAY) } }, 'for a week');
  t.equal(made.headers.location, `/v1/articles/${id}/preview-links/1`);
  t.match(made.headers['cache-control'], 'no-store');
  const { token, url } = made.body;
  t.match(token, /^glp_[A-Za-z0-9_-]{64}$/);
  t.equal(url, `/v1/previews/${token}`, 'a path, where nothing else is known');
  t.equal(encodeURIComponent(token), token, 'it stands in any address as it is');
  const other = await link(id, { expiresIn: 60 });
  t.match(other.body, { id: 2, expiresAt: at(60_000) });
  t.not(other.body.token, token);
  t.equal((await link(id, { expiresIn: 2_592_000 }, keys.author)).body.expiresAt, at(30 * DAY));

  const listed = await list(id);
  t.same(
    listed.body.data.map(({ id }: { id: number }) => id),
    [3, 2, 1],
    'the newest first',
  );
  t.strictSame(listed.body.data.at(-1), made.body, 'the same again');
  const located = await ask('GET', String(made.headers.location), { key: keys.author });
  t.strictSame([located.status, located.body], [200, made.body], 'and where it was said to be');
  t.equal((await ask('GET', `/v1/articles/${id}/preview-links/9`, { key: keys.editor })).status, 404);
  const another = await article();
  t.equal((await ask('GET', `/v1/articles/${another.id}/preview-links/1`, { key: keys.editor })).status, 404);
  t.strictSame((await list(id, '', keys.contributor)).body, listed.body, 'his own draft');
  t.equal(listed.headers['cache-control'], 'private, no-cache');
  const first = await list(id, '?limit=2&count=exact');
  t.match(first.body.pagination, { total: 3, previous: null });
  const second = await list(id, `?limit=2&count=exact&cursor=${first.body.pagination.next}`);
  t.same([...first.body.data, ...second.body.data], listed.body.data);
  t.same((await list(id, '?page=2&limit=2')).body.data, second.body.data);
  t.match(await list(id, '?cursor=x'), { status: 400, body: { code: 'invalid-cursor' } });

  t.equal((await preview(token)).status, 200);
  const { id: elsewhere } = await article({ authorIds: [authorId] });
  t.equal((await revoke(elsewhere, 1)).status, 404, 'a link of another article');
  t.equal((await revoke(id, 1)).status, 204);
  t.match(await preview(token), { status: 404, body: { code: 'not-found' } });
  t.equal((await revoke(id, 1)).status, 404);
  t.equal((await preview(other.body.token)).status, 200, 'the others open what they did');
  t.same((await list(elsewhere)).body.data, []);
});

test('what is no link is refused, and no body means the same as an empty one', async (t) => {
  const { ask, keys, article, link, list, revoke } = await startDesk(t);
  const { id } = await article();
  for (const expiresIn of [59, 2_592_001, 60.5, '60', null, -1]) {
    const { status, body } = await link(id, { expiresIn } as object);
    t.match({ status, body }, { status: 400, body: { errors: [{ pointer: '/expiresIn' }] } }, String(expiresIn));
  }
  t.match(await link(id, { token: 'x', colour: 1 }), {
    status: 400,
    body: { errors: [{ code: 'read-only' }, { code: 'unknown-field' }] },
  });
  const url = `/v1/articles/${id}/preview-links`;
  const json = { 'content-type': 'application/json' };
  for (const body of ['null', '[]', '5'])
    t.equal((await ask('POST', url, { key: keys.editor, body, headers: json })).status, 400);
  t.equal((await ask('POST', url, { key: keys.editor, body: '{"x', headers: json })).body.code, 'malformed-json');
  t.equal(
    (await ask('POST', url, { key: keys.editor, body: 'x', headers: { 'content-type': 'text/plain' } })).status,
    415,
  );
  for (const asked of [{}, { body: {} }, { headers: json }, { body: '', headers: json }])
    t.equal((await ask('POST', url, { key: keys.editor, ...asked })).status, 201, JSON.stringify(asked));
  t.equal((await list(id)).body.data.length, 4);
  t.equal((await link(900)).status, 404);
  t.equal((await list(900)).status, 404);
  t.equal((await revoke(id, 900)).status, 404);
  t.equal((await revoke(id, '0')).status, 400);
  await ask('DELETE', `/v1/articles/${id}`, { key: keys.editor });
  t.match(await link(id), { status: 409, body: { code: 'trashed' } });
});

test('it shows the article as it would be, in every state but the trash', async (t) => {
  const { ask, keys, article, edit, link, preview, clock, make, store } = await startDesk(t);
  const internal = await make('/v1/tags', { name: 'Internal', kind: 'internal' });
  const { id } = await article({
    tags: ['Harbour', { id: internal.id }],
    source: { system: 'wordpress', id: '1' },
    metadata: { a: 1 },
  });
  const { token } = (await link(id)).body;
  const shows = async (what: string, expected: object) => {
    const { status, headers, body } = await preview(token);
    t.match({ status, body }, { status: 200, body: { id, ...expected } }, what);
    for (const hidden of ['body', 'source', 'deletedAt']) t.notOk(Object.hasOwn(body, hidden), `${what}: ${hidden}`);
    t.same(
      body.tags.map(({ name }: { name: string }) => name),
      ['Harbour'],
      `${what}: internal tags are not shown`,
    );
    t.match(headers, {
      'cache-control': 'private, no-store',
      'x-robots-tag': 'noindex',
      'referrer-policy': 'no-referrer',
    });
    for (const name of ['cache-groups', 'ratelimit', 'set-cookie']) t.equal(headers[name], undefined, name);
    return body;
  };
  const draft = await shows('draft', { status: 'draft', live: false, html: '<p>The <em>first</em> boats.</p>\n' });
  const article_ = (await ask('GET', `/v1/articles/${id}`, { key: keys.editor })).body;
  const { body: _, source, deletedAt, tags, ...rest } = article_;
  t.match(draft, rest, 'all else is as an editor sees it');
  await edit(id, { status: 'review', title: 'Reviewed' });
  await shows('review', { status: 'review', title: 'Reviewed' });
  await edit(id, { status: 'scheduled', publishedAt: at(HOUR) });
  await shows('scheduled', { status: 'scheduled', live: false });
  clock.advance(HOUR);
  const live = await shows('live', { status: 'published', live: true, title: 'Reviewed' });
  const { headers } = await preview(token);
  t.equal(
    (await ask('GET', `/v1/previews/${token}`, { headers: { 'if-none-match': String(headers.etag) } })).status,
    304,
  );
  t.match(await ask('HEAD', `/v1/previews/${token}`), { status: 200, text: '' });
  t.strictSame((await preview(token, keys.admin)).body, live, 'a key changes nothing');

  const copyUrl = `/v1/articles/${id}/working-copy`;
  const waiting = {
    title: '夜の港 🛶',
    body: 'وصلت *أولى* القوارب.',
    tags: ['Harbour', 'Quay'],
    seo: { noindex: true },
  };
  await ask('PATCH', copyUrl, { key: keys.editor, body: { ...waiting, tags: [{ id: internal.id }, 'Harbour'] } });
  const merged = await shows('live with its copy', {
    title: '夜の港 🛶',
    html: '<p>وصلت <em>أولى</em> القوارب.</p>\n',
    live: true,
  });
  t.equal(merged.seo.noindex, true);
  t.equal((await ask('GET', `/v1/articles/${id}`)).body.title, 'Reviewed', 'to the public it is as it was');
  await ask('DELETE', copyUrl, { key: keys.editor });
  t.strictSame((await preview(token)).body, live, 'dropped');
  await ask('PATCH', copyUrl, { key: keys.editor, body: { title: 'Waits' } });
  await edit(id, { status: 'archived' });
  await shows('archived: a copy lies over what is live alone', { status: 'archived', title: 'Reviewed' });
  await ask('DELETE', `/v1/articles/${id}`, { key: keys.editor });
  t.match(await preview(token), { status: 404, body: { code: 'not-found' } }, 'trashed');
  await ask('POST', `/v1/articles/${id}/restore`, { key: keys.editor });
  await shows('restored', { status: 'draft' });
  await ask('DELETE', `/v1/articles/${id}?permanent=true`, { key: keys.admin });
  t.equal((await preview(token)).status, 404, 'deleted for good');
  t.same(await store.db.select().from(store.tables.previewLinks), []);
});

test('what waits for a live article is shown by the links of who may edit that', async (t) => {
  const { article, link, preview, edit, ask, keys, makeKey, authorId } = await startDesk(t);
  const { id } = await article();
  const leaving = await makeKey('editor');
  const makers = { contributor: keys.contributor, author: keys.author, editor: keys.editor, leaving };
  const tokens: [string, string][] = [];
  for (const [maker, key] of Object.entries(makers)) tokens.push([maker, (await link(id, {}, key)).body.token]);
  const shown = async () =>
    Object.fromEntries(
      await Promise.all(tokens.map(async ([maker, token]) => [maker, (await preview(token)).body.title] as const)),
    );
  const all = (title: string) => Object.fromEntries(tokens.map(([maker]) => [maker, title]));
  t.strictSame(await shown(), all('The harbour'), 'the draft by every link');
  await edit(id, { status: 'published' });
  const copied = await ask('PATCH', `/v1/articles/${id}/working-copy`, { key: keys.editor, body: { title: 'Waits' } });
  t.equal(copied.status, 200);
  t.strictSame(
    await shown(),
    { ...all('Waits'), contributor: 'The harbour' },
    'who may not read it, shows it to nobody',
  );
  const { data } = (await ask('GET', '/v1/keys', { key: keys.admin })).body;
  await ask('DELETE', `/v1/keys/${data.at(-1).id}`, { key: keys.admin });
  const grace = (await ask('POST', '/v1/authors', { key: keys.editor, body: { name: 'Grace' } })).body.id;
  await edit(id, { authorIds: [grace] });
  const others = { contributor: 'The harbour', author: 'The harbour', leaving: 'The harbour' };
  t.strictSame(await shown(), { ...all('Waits'), ...others }, 'nor who may not any more');
  t.not(grace, authorId);
});

test('an expired link is 410 at its very moment, and the list of an article does not grow without end', async (t) => {
  const { article, link, list, preview, clock } = await startDesk(t);
  const { id } = await article();
  const { token } = (await link(id, { expiresIn: 60 })).body;
  const other = (await link((await article()).id, { expiresIn: 60 })).body;
  clock.advance(59_999);
  t.equal((await preview(token)).status, 200);
  clock.advance(1);
  const gone = await preview(token);
  t.match(gone, { status: 410, body: { code: 'gone', detail: 'The preview link has expired' } });
  t.equal(gone.headers['cache-control'], 'no-store');
  await link(id);
  t.equal((await list(id)).body.data.length, 2, 'it is still listed');
  clock.advance(31 * DAY);
  await link(id);
  t.equal((await list(id)).body.data.length, 2, 'the one that expired long ago went when the next was made');
  t.equal((await list(2)).body.data.length, 1, 'that of another article did not');
  t.same([(await preview(token)).status, (await preview(other.token)).status], [410, 410]);
});

test('a token opens that one article by that one door, and nothing else', async (t) => {
  const { ask, keys, article, link } = await startDesk(t);
  const { id, slug } = await article();
  const { token } = (await link(id)).body;
  const paths = ['/v1/me', '/v1/articles?status=any', `/v1/articles/${id}/working-copy`, '/v1/keys', '/v1/articles'];
  for (const path of paths) {
    const answer = await ask('GET', path, { key: token });
    t.match(answer, { status: 401, body: { code: 'unauthenticated' } }, `${path}, as a key`);
  }
  for (const path of [
    ...[`/v1/articles/${id}`, `/v1/articles/by-slug/${slug}`, `/v1/articles/${id}/comments`],
    ...[`/v1/articles/${token}`, `/v1/articles/by-slug/${token}`, `/v1/previews/${id}`, '/v1/previews'],
    ...[`/v1/previews/${token}/`, `/v1/previews/${token}/comments`, `/previews/${token}`],
  ]) {
    const { status, text } = await ask('GET', path);
    t.ok(status === 404 || status === 400, `${path}: ${status}`);
    t.notOk(text.includes('first'), path);
  }
  for (const query of [`token=${token}`, 'include=adjacent', 'include=body'])
    t.equal((await ask('GET', `/v1/previews/${token}?${query}`)).status, 400, `${query} is not offered`);
  t.equal((await ask('GET', `/v1/articles/${id}?token=${token}`)).status, 400);
  for (const method of ['PATCH', 'DELETE', 'POST']) {
    const { status, headers } = await ask(method, `/v1/previews/${token}`, { key: keys.admin });
    t.strictSame([status, headers.allow], [405, 'GET, HEAD'], method);
  }
  const cookie = { cookie: `token=${token}`, 'x-preview-token': token };
  t.equal((await ask('GET', `/v1/articles/${id}`, { headers: cookie })).status, 404);
});

test('whatever is sent in the place of a token is refused, and never an error of ours', async (t) => {
  const { ask, article, link, preview } = await startDesk(t);
  const { id } = await article();
  const { token } = (await link(id)).body as { token: string };
  const bytes = Buffer.from(token.slice(4), 'base64url');
  const signedWith = (secret: string) => {
    const key = createHmac('sha256', secret).update('preview').digest();
    const said = bytes.subarray(0, 16);
    return `glp_${Buffer.concat([said, createHmac('sha256', key).update(said).digest()]).toString('base64url')}`;
  };
  const flipped = Array.from({ length: bytes.length }, (_, i) => {
    const other = Buffer.from(bytes);
    other[i] = (other[i] as number) ^ 1;
    return `glp_${other.toString('base64url')}`;
  });
  const rows = [
    ...flipped,
    ...['x', 'glp_', 'null', '..%2F..%2Fetc', '%F0%9F%9B%B6', "'%20or%201=1", '%2500', '-'.repeat(68), '%E6%B8%AF'],
    ...[
      token.slice(0, -1),
      `${token}A`,
      `${token}=`,
      `${token}%20`,
      `${token}%0A`,
      token.toLowerCase(),
      token.slice(4),
    ],
    ...[`glk_${token.slice(4)}`, `glp_${'A'.repeat(64)}`, `glp_${randomBytes(48).toString('base64url')}`],
    ...[signedWith(''), signedWith('secret'), signedWith('null'), `${token}.${token}`, 'x'.repeat(2000)],
    ...[1, 2, 3, 7, 200, 2399, 2400].map((length) => 'a'.repeat(length)),
  ];
  for (const row of rows) t.match(await preview(row), { status: 404, body: { code: 'not-found' } }, row.slice(0, 80));
  for (const odd of ['%', '%zz', '%00', '%C3%28', 'a'.repeat(2401), 'a'.repeat(30_000)]) {
    const { status } = await ask('GET', `/v1/previews/${odd}`);
    t.ok(status === 400 || status === 404 || status === 414, `${odd.slice(0, 20)}: ${status}`);
  }
  const tooLong = { in: 'path', name: 'token', code: 'too-long' };
  for (const length of [2401, 10_000])
    t.match(await preview('a'.repeat(length)), { status: 400, body: { errors: [tooLong] } }, 'and by its name');
  t.equal((await preview(token)).status, 200);
});

test('tokens are signed by the setting SECRET, or by a secret the store keeps and all its processes share', async (t) => {
  const first = await startDesk(t);
  t.equal((await first.preview(`glp_${'A'.repeat(64)}`)).status, 404);
  const secretsIn = () => first.store.db.select().from(first.store.tables.secrets);
  t.same(await secretsIn(), [], 'to be asked makes no secret');
  const { id } = await first.article();
  const [one, two] = await Promise.all([first.link(id), first.link(id)]);
  const [secret, ...others] = await secretsIn();
  t.same(others, [], 'made once');
  t.ok((secret?.value.length ?? 0) >= 43, '256 bits');
  for (const word of [secret?.value ?? '', 'secret']) t.notOk(one.text.includes(word));

  const second = await startGalley(t, { address: first.address });
  const { preview, list, link } = linksOf(second);
  for (const { body } of [one, two]) t.equal((await preview(body.token)).status, 200, 'another process opens it');
  t.strictSame((await list(id)).body.data.length, 2);
  t.equal((await first.preview((await link(id)).body.token)).status, 200, 'and the other way round');

  const given = await startGalley(t, {
    address: first.address,
    settings: { SECRET: 'The quay is wet with rain, always' },
  });
  const theirs = linksOf(given);
  t.equal((await theirs.preview(one.body.token)).status, 404, 'another secret signs other tokens');
  const own = (await theirs.list(id)).body.data.at(-1).token;
  t.equal((await theirs.preview(own)).status, 200);
  t.equal((await first.preview(own)).status, 404);
  t.equal((await secretsIn()).length, 1);
});

test('the token of a link is always the same, and another for every link, article, moment and secret', (t) => {
  const claim = { id: 2_147_483_647, articleId: 7, expiresAt: new Date('9999-12-31T23:59:59.999Z') };
  const secret = 's'.repeat(32);
  const token = tokenOf(claim, secret);
  t.equal(tokenOf({ ...claim }, secret), token);
  t.ok(token.length <= 200);
  t.strictSame(readToken(token, secret), claim);
  t.equal(readToken(token, `${secret}s`), undefined);
  const others = [
    tokenOf({ ...claim, id: 1 }, secret),
    tokenOf({ ...claim, articleId: 8 }, secret),
    tokenOf({ ...claim, expiresAt: new Date(0) }, secret),
    tokenOf(claim, 'S'.repeat(32)),
  ];
  t.equal(new Set([token, ...others]).size, 5);
  t.end();
});

test('the address of a link is made by the settings', async (t) => {
  const shown = { token: 'glp_x', id: 7, slug: 'the-$&-harbour' };
  for (const [previewUrl, publicUrl, address] of [
    [null, null, '/v1/previews/glp_x'],
    [null, 'https://cms.example/api', 'https://cms.example/api/v1/previews/glp_x'],
    ['https://a.example/p?t={token}&i={id}', 'https://cms.example', 'https://a.example/p?t=glp_x&i=7'],
    ['https://a.example/{slug}#{token}{token}', null, 'https://a.example/the-$&-harbour#glp_xglp_x'],
  ] as const)
    t.equal(previewAddress({ previewUrl, publicUrl }, shown), address);
  const settings = { PREVIEW_URL: 'https://www.example/{id}/{slug}?token={token}', PUBLIC_URL: 'https://cms.example' };
  const { article, link, edit, list } = await startDesk(t, { settings });
  const { id } = await article();
  const { token, url } = (await link(id)).body;
  t.equal(url, `https://www.example/${id}/the-harbour?token=${token}`);
  await edit(id, { slug: 'the-quay' });
  t.equal((await list(id)).body.data[0].url, `https://www.example/${id}/the-quay?token=${token}`, 'as it is now');
});

test('no preview is kept in the process', async (t) => {
  const desk = await startDesk(t);
  const { id } = await desk.article({ status: 'published' });
  const { id: linkId, token } = (await desk.link(id)).body;
  const wire = await overTheWire(t, desk.app);
  const titleOf = async () => JSON.parse(String((await wire(`/v1/previews/${token}`)).bytes)).title;
  t.same([await titleOf(), await titleOf()], ['The harbour', 'The harbour']);
  const body = { title: 'Waiting' };
  await desk.ask('PATCH', `/v1/articles/${id}/working-copy`, { key: desk.keys.editor, body });
  t.equal(await titleOf(), 'Waiting', 'though no group is touched');
  await desk.revoke(id, linkId);
  t.equal((await wire(`/v1/previews/${token}`)).status, 404);
});

test('no log has a token or an email, however it is asked for', async (t) => {
  const lines: string[] = [];
  const logger = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) });
  const desk = await startDesk(t, { parts: { logger }, settings: { RATE_LIMIT_READ: '8/hour' } });
  const { id } = await desk.article({ status: 'published' });
  const { token, id: linkId } = (await desk.link(id)).body as { token: string; id: number };
  await desk.list(id);
  const wire = await overTheWire(t, desk.app);
  const { port } = desk.app.server.address() as AddressInfo;
  const escaped = [...token].map((letter) => `%${letter.charCodeAt(0).toString(16)}`).join('');
  const paths = [
    ...[
      `/v1/previews/${token}`,
      `/v1/previews/${token}?token=${token}`,
      `/v1/previews/${token}x`,
      `/v1/previews/${escaped}`,
    ],
    ...[
      `/v1/previews/${token}/more`,
      `/v1/%70reviews/${token}`,
      `/v1/%70reviews/${escaped}`,
      `/V1/PREVIEWS/${escaped}`,
    ],
    ...[`/v1/previews/${token}%zz`, `/v1/%70reviews/${escaped}%zz`, `/v1/previews/${token}${'a'.repeat(2400)}`],
    ...[
      `/v1/articles/by-slug/${token}`,
      `/v1/articles/${token}`,
      `/${token}`,
      `//v1//previews//${token}`,
      `/v1/previews/%0A${token}`,
    ],
    ...[`/v1/articles/by-slug/${escaped}`, `/v1/articles?q=${token}`, `/v1/articles?cursor=${token}`],
    ...[
      '/v1/authors/by-slug/grace@navy.example',
      '/v1/authors/by-slug/grace%40navy.example',
      '/grace@navy.example/more',
    ],
  ];
  const statuses = new Set<number>();
  const secret = token.slice(8, 60);
  for (const path of paths) {
    for (const method of ['GET', 'HEAD', 'PATCH']) {
      const { status, bytes } = await wire(
        path,
        { authorization: `Bearer ${method === 'HEAD' ? token : ''}`.trim() },
        method,
      );
      statuses.add(status);
      const problem = String(bytes);
      if (status >= 400 && problem.includes(secret)) t.match(problem, 'q=', `${method} ${path} answers the token`);
    }
    statuses.add((await wire(path)).status);
  }
  const raw = async (text: string) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.resume();
    socket.end(text);
    await once(socket, 'close');
  };
  await raw(`GET /v1/previews/${token} HTTP/1.1\r\nbroken`);
  await raw(`NONSENSE /v1/previews/${token} HTTP/1.1\r\nHost: x\r\n\r\n`);
  await raw(`GET http://x.example/v1/previews/${token} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
  await raw('GET http://grace:hopper@navy.example/v1/site HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  await desk.revoke(id, linkId);
  await desk.preview(token);
  const log = lines.join('');
  t.ok(lines.length > 60, `${lines.length} lines`);
  for (const status of [200, 401, 404, 405, 400, 429]) t.ok(statuses.has(status), `${status} is among the answers`);
  t.notOk(log.includes(secret), 'the token');
  t.notOk(log.toLowerCase().includes(escaped.slice(30, 120).toLowerCase()), 'nor in another spelling');
  t.notMatch(log, /grace|hopper|navy/, 'nor an email');
  t.ok(log.includes('"path":"/v1/previews/…"'), 'yet the request is told');
  t.ok(log.includes('"route":"/v1/previews/:token"'));
  const problem = (await desk.ask('GET', `/v1/previews/${token}`, { headers: { 'x-request-id': 'same' } })).body;
  t.match(problem, { instance: '/v1/previews/…' }, 'nor do problems repeat it, which frontends log');
});

test('an error inside tells the log no token', async (t) => {
  const lines: string[] = [];
  const logger = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) });
  const desk = await startDesk(t, { parts: { logger } });
  const { id } = await desk.article();
  const { token } = (await desk.link(id)).body as { token: string };
  const { store } = desk;
  await store.transaction(async (tx) => {
    await tx.db.delete(tx.tables.site);
    tx.touch(['site']);
  });
  const { status } = await desk.preview(token);
  t.equal(status, 500);
  t.ok(lines.some((line) => line.includes('internal error')));
  t.notOk(lines.join('').includes(token.slice(8, 60)));
});
