/** Authors: every field and its limits, their secrets, and how they leave. */
import { test } from 'tap';
import { type Galley, startGalley } from '../support/app.ts';

const WHOLE = {
  name: 'Grace Hopper',
  slug: 'grace',
  bio: 'Compiles. 𝒢race 👩🏽‍✈️ — שלום',
  avatarUrl: 'https://harbour.example/grace.jpg',
  websiteUrl: 'https://grace.example/?a=1#me',
  links: [{ label: 'Mastodon', url: 'https://social.example/@grace' }],
  email: 'grace@harbour.example',
};
const BLANK = { bio: null, avatarUrl: null, websiteUrl: null, links: [], email: null };

const countAuthors = async ({ ask, keys }: Galley): Promise<number> =>
  (await ask('GET', '/v1/authors?count=exact', { key: keys.viewer })).body.pagination.total;

test('an author has every field of the contract', async (t) => {
  const { ask, keys } = await startGalley(t);
  const made = await ask('POST', '/v1/authors', { key: keys.editor, body: WHOLE });
  const { id } = made.body;
  t.equal(made.status, 201);
  t.equal(made.headers.location, `/v1/authors/${id}`);
  t.match(made.headers.etag, /^"1-[0-9a-f]{16}"$/);
  const moments = { createdAt: '2026-11-22T07:00:00.000Z', updatedAt: '2026-11-22T07:00:00.000Z' };
  t.same(made.body, { id, version: 1, ...WHOLE, articleCount: 0, ...moments });
  t.same((await ask('GET', `/v1/authors/${id}`, { key: keys.editor })).body, made.body);
  t.same((await ask('GET', '/v1/authors/by-slug/grace', { key: keys.admin })).body, made.body);
  const bare = await ask('POST', '/v1/authors', { key: keys.editor, body: { name: 'Bare' } });
  t.same(bare.body, { id: id + 1, version: 1, name: 'Bare', slug: 'bare', ...BLANK, articleCount: 0, ...moments });
});

test('the email of an author is for editors', async (t) => {
  const { ask, keys, authorId } = await startGalley(t);
  const body = { title: 'Engines', body: 'Brass.', authorIds: [authorId], status: 'published' };
  await ask('POST', '/v1/articles', { key: keys.editor, body });
  for (const url of [`/v1/authors/${authorId}`, '/v1/authors/by-slug/ada-lovelace', '/v1/authors']) {
    for (const [role, shown] of [
      [null, false],
      ['viewer', false],
      ['contributor', false],
      ['author', false],
      ['editor', true],
      ['admin', true],
    ] as const) {
      const { status, text } = await ask('GET', url, { key: role && keys[role] });
      t.equal(status, 200);
      t.equal(text.includes('ada@harbour.example'), shown, `${url} as ${role}`);
      t.equal(text.includes('"email"'), shown, 'not even the name of the field');
    }
  }
});

test('a patch of an author clears what is null, replaces lists, leaves the rest', async (t) => {
  const { ask, keys } = await startGalley(t);
  const { id } = (await ask('POST', '/v1/authors', { key: keys.editor, body: WHOLE })).body;
  const patch = async (body: unknown) => (await ask('PATCH', `/v1/authors/${id}`, { key: keys.editor, body })).body;
  const two = [{ label: 'One', url: 'https://one.example' }, ...WHOLE.links];
  t.match(await patch({ links: two }), { version: 2, links: two, bio: WHOLE.bio, email: WHOLE.email });
  t.match(await patch({ links: [...two].reverse() }), { version: 3, links: [...two].reverse() }, 'order is a change');
  t.match(await patch({ links: null, bio: null }), { version: 4, links: [], bio: null, avatarUrl: WHOLE.avatarUrl });
  t.match(await patch({ bio: null, links: [] }), { version: 4 }, 'cleared already');
  t.match(await patch({ avatarUrl: null, websiteUrl: null, email: null }), { version: 5, ...BLANK, name: WHOLE.name });
  const merge = await ask('PATCH', `/v1/authors/${id}`, {
    key: keys.editor,
    body: Buffer.from('{"name":"Amazing Grace"}'),
    headers: { 'content-type': 'application/merge-patch+json' },
  });
  t.match(merge, { status: 200, body: { name: 'Amazing Grace', slug: 'grace' } });
});

test('the limits of an author are those of the contract, counted in code points', async (t) => {
  const galley = await startGalley(t);
  const { ask, keys } = galley;
  const make = (body: unknown) => ask('POST', '/v1/authors', { key: keys.editor, body });
  const link = { label: 'x', url: 'https://x.example' };
  const fits: object[] = [
    { name: '👩🏽‍✈️'.repeat(24) }, // five code points each
    { name: '𝒢'.repeat(120) },
    { name: 'm', bio: '語'.repeat(5000) },
    { name: 'n', slug: 'a'.repeat(200) },
    { name: 'o', links: Array.from({ length: 10 }, () => link) },
    { name: 'p', websiteUrl: `https://x.example/${'a'.repeat(2048 - 18)}` },
    { name: 'q', email: `${'a'.repeat(60)}@${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(60)}.example` },
  ];
  for (const body of fits) {
    const { status, body: author } = await make(body);
    t.equal(status, 201, JSON.stringify(body).slice(0, 40));
    t.match(author, body);
  }

  const stored = await countAuthors(galley);
  const refused: [body: unknown, pointer: string, code: string][] = [
    [{}, '/name', 'required'],
    [{ name: '' }, '/name', 'too-short'],
    [{ name: '   ' }, '/name', 'wrong-pattern'],
    [{ name: null }, '/name', 'wrong-type'],
    [{ name: 5 }, '/name', 'wrong-type'],
    [{ name: '𝒢'.repeat(121) }, '/name', 'too-long'],
    [{ name: 'a\0b' }, '/name', 'wrong-format'],
    ['{"name":"half \\ud83d"}', '/name', 'wrong-format'],
    [{ name: 'a', slug: 'Upper' }, '/slug', 'wrong-pattern'],
    [{ name: 'a', slug: 'two--hyphens' }, '/slug', 'wrong-pattern'],
    [{ name: 'a', slug: '-a' }, '/slug', 'wrong-pattern'],
    [{ name: 'a', slug: '日本' }, '/slug', 'wrong-pattern'],
    [{ name: 'a', slug: '' }, '/slug', 'too-short'],
    [{ name: 'a', slug: 'a'.repeat(201) }, '/slug', 'too-long'],
    [{ name: 'a', bio: 'a'.repeat(5001) }, '/bio', 'too-long'],
    [{ name: 'a', avatarUrl: 'javascript:alert(1)' }, '/avatarUrl', 'wrong-format'],
    [{ name: 'a', avatarUrl: '/relative.jpg' }, '/avatarUrl', 'wrong-format'],
    [{ name: 'a', websiteUrl: `https://x.example/${'a'.repeat(2048)}` }, '/websiteUrl', 'too-long'],
    [{ name: 'a', email: 'no address' }, '/email', 'wrong-format'],
    [{ name: 'a', email: `${'a'.repeat(250)}@b.example` }, '/email', 'too-long'],
    [{ name: 'a', links: 'https://x.example' }, '/links', 'wrong-type'],
    [{ name: 'a', links: Array.from({ length: 11 }, () => link) }, '/links', 'too-many'],
    [{ name: 'a', links: [{ label: 'x' }] }, '/links/0/url', 'required'],
    [{ name: 'a', links: [{ ...link, rel: 'me' }] }, '/links/0/rel', 'unknown-field'],
    [{ name: 'a', links: [{ ...link, label: 'a'.repeat(101) }] }, '/links/0/label', 'too-long'],
    [{ name: 'a', password: 'x' }, '/password', 'unknown-field'],
    [{ name: 'a', id: 7 }, '/id', 'read-only'],
    [{ name: 'a', articleCount: 7 }, '/articleCount', 'read-only'],
    [{ name: 'a', createdAt: '2020-01-01T00:00:00Z' }, '/createdAt', 'read-only'],
  ];
  for (const [body, pointer, code] of refused) {
    const sent = typeof body === 'string' ? { body, headers: { 'content-type': 'application/json' } } : { body };
    const label = `${pointer} ${code}`;
    t.match(
      await ask('POST', '/v1/authors', { key: keys.editor, ...sent }),
      {
        status: 400,
        body: { code: 'invalid-request', errors: [{ in: 'body', pointer, code }] },
      },
      label,
    );
    if (code !== 'required' || pointer !== '/name') {
      const patched = await ask('PATCH', '/v1/authors/1', { key: keys.editor, ...sent });
      t.match(patched, { status: 400, body: { errors: [{ pointer, code }] } }, `${label}, in a patch`);
    }
  }
  t.equal(await countAuthors(galley), stored, 'nothing was stored');
  const many = await make({ name: null, bio: 5, x: 1 });
  t.same(many.body.errors.map(({ pointer }: { pointer: string }) => pointer).sort(), ['/bio', '/name', '/x']);
});

test('two authors may have one name', async (t) => {
  const { ask, keys } = await startGalley(t);
  const twin = await ask('POST', '/v1/authors', { key: keys.editor, body: { name: 'Ada Lovelace' } });
  t.match(twin, { status: 201, body: { name: 'Ada Lovelace', slug: 'ada-lovelace-2' } });
});

/** A Galley with two more authors, and verbs for what they write. */
const startNewsroom = async (t: Parameters<typeof startGalley>[0]) => {
  const galley = await startGalley(t);
  const { ask, keys } = galley;
  const author = async (name: string): Promise<number> =>
    (await ask('POST', '/v1/authors', { key: keys.editor, body: { name } })).body.id;
  const [from, to] = [await author('From'), await author('To')];
  const write = async (authorIds: number[], more: object = {}) =>
    (await ask('POST', '/v1/articles', { key: keys.editor, body: { title: 'Log', body: 'Log.', authorIds, ...more } }))
      .body;
  const read = (url: string) => ask('GET', url, { key: keys.editor });
  const remove = (id: number, query = '') => ask('DELETE', `/v1/authors/${id}${query}`, { key: keys.editor });
  return { ...galley, from, to, write, read, remove };
};

test('an author whom no article names can be deleted', async (t) => {
  const { from, read, remove, store } = await startNewsroom(t);
  t.match(await remove(from), { status: 204, text: '' });
  t.equal((await read(`/v1/authors/${from}`)).status, 404);
  t.equal((await remove(from)).status, 404);
  const events = await store.db.select().from(store.tables.events).orderBy(store.tables.events.id);
  t.match(events.at(-1), { type: 'author.deleted', entityId: from, slug: 'from' });
});

test('an author is in use while any article names it, trashed ones too', async (t) => {
  const { ask, keys, from, write, read, remove } = await startNewsroom(t);
  const { id } = await write([from]);
  t.match(await remove(from), { status: 409, body: { code: 'author-in-use' } }, 'a draft');
  await ask('DELETE', `/v1/articles/${id}`, { key: keys.editor });
  t.match(await remove(from), { status: 409, body: { code: 'author-in-use' } }, 'in the trash');
  t.equal((await read(`/v1/authors/${from}`)).status, 200);
  await ask('DELETE', `/v1/articles/${id}?permanent=true`, { key: keys.admin });
  t.equal((await remove(from)).status, 204, 'nothing is left of the article');
});

test('bylines can be given to another author', async (t) => {
  const { ask, keys, from, to, authorId, write, read, remove, store, indexQueued } = await startNewsroom(t);
  const live = { status: 'published' };
  await ask('PATCH', `/v1/authors/${from}`, { key: keys.editor, body: { slug: 'sender' } });
  const only = await write([from], live);
  const both = await write([to, authorId, from], live);
  const bothLater = await write([from, authorId, to], live);
  const draft = await write([authorId, from]);
  const trashed = await write([from], live);
  await ask('DELETE', `/v1/articles/${trashed.id}`, { key: keys.editor });
  const before = await read(`/v1/articles/${only.id}`);
  t.equal((await read(`/v1/authors/${to}`)).body.articleCount, 2);

  for (const [query, status, code] of [
    ['?reassignTo=999', 422, 'unknown-reference'],
    [`?reassignTo=${from}`, 422, 'unknown-reference'],
    ['?reassignTo=x', 400, 'invalid-request'],
    [`?reassign=${to}`, 400, 'invalid-request'],
  ] as const) {
    t.match(await remove(from, query), { status, body: { code } }, query);
  }
  t.equal((await remove(from, `?reassignTo=${to}`)).status, 204);

  const authorsOf = async (article: { id: number }) =>
    (await read(`/v1/articles/${article.id}`)).body.authors.map(({ id }: { id: number }) => id);
  t.same(await authorsOf(only), [to]);
  t.same(await authorsOf(both), [to, authorId], 'no doubles; each keeps its place');
  t.same(await authorsOf(bothLater), [authorId, to]);
  t.same(await authorsOf(draft), [authorId, to]);
  t.same(await authorsOf(trashed), [to]);
  t.equal((await read(`/v1/authors/${to}`)).body.articleCount, 3, 'live ones, each once');
  t.equal((await read('/v1/articles?author=to')).body.data.length, 3, 'and lists agree');
  const after = await read(`/v1/articles/${only.id}`);
  t.equal(after.body.version, before.body.version, 'no article has another version');
  t.not(after.headers.etag, before.headers.etag, 'but other bytes');
  t.equal((await read(`/v1/authors/${from}`)).status, 404);
  const shown = (await ask('GET', `/v1/articles/${both.id}`)).body.authors.map(({ id }: { id: number }) => id);
  t.same(shown, [to, authorId], 'and the anonymous are told so, by the cards');
  const events = await store.db.select().from(store.tables.events).orderBy(store.tables.events.id);
  t.match(events.at(-1), { type: 'author.deleted', entityId: from, slug: 'sender', intoId: to });
  t.same(
    events.at(-1)?.articleIds,
    [only, both, bothLater, draft, trashed].map(({ id }) => id),
    'one event names them all',
  );
  const leads = async (slug: string, key: string | null) =>
    (await ask('GET', `/v1/authors/by-slug/${slug}`, { key })).headers.location;
  for (const slug of ['from', 'sender']) t.equal(await leads(slug, keys.viewer), '/v1/authors/by-slug/to', slug);
  t.equal(await leads('sender', null), '/v1/authors/by-slug/to', 'also the anonymous');
  t.equal(await leads('from', null), undefined, 'but not from a slug that was never public');
  await indexQueued();
  t.equal((await ask('GET', '/v1/articles?q=from')).body.data.length, 0, 'they are found by the other’s name');
});

test('an author to whom a key is bound stays until the key is changed or revoked', async (t) => {
  const { ask, keys, from, to, remove } = await startNewsroom(t);
  const key = await ask('POST', '/v1/keys', { key: keys.admin, body: { name: 'K', role: 'author', authorId: from } });
  const url = `/v1/keys/${key.body.id}`;
  t.match(await remove(from), { status: 409, body: { code: 'author-in-use' } });
  t.match(await remove(from, `?reassignTo=${to}`), { status: 409, body: { code: 'author-in-use' } });
  await ask('DELETE', url, { key: keys.admin });
  t.equal((await remove(from)).status, 204);
  t.match((await ask('GET', url, { key: keys.admin })).body, { authorId: null, role: 'author' });
});

test('a staff comment outlives the author who wrote it', async (t) => {
  const { ask, keys, from, to, authorId, write, remove, makeKey } = await startNewsroom(t);
  const { id } = await write([authorId], { status: 'published' });
  const secret = await makeKey('author', from);
  const comment = await ask('POST', `/v1/articles/${id}/comments`, { key: secret, body: { body: 'Aye.' } });
  const { data } = (await ask('GET', '/v1/keys?limit=100', { key: keys.admin })).body;
  const { id: keyId } = data.find((key: { authorId: number }) => key.authorId === from);
  await ask('PATCH', `/v1/keys/${keyId}`, { key: keys.admin, body: { authorId: to } });
  t.equal((await remove(from)).status, 204);
  const left = await ask('GET', `/v1/comments/${comment.body.id}`);
  t.match(left, { status: 200, body: { authorName: 'From', isStaff: true } });
});
