/** The stored versions of an article, through their doors: who sees what, what differs, and what comes back. */
import { type Test, test } from 'tap';
import type { Store } from '../../src/store/store.ts';
import { startGalley } from '../support/app.ts';
import { openTestStore } from '../support/database.ts';

const COVER = { url: 'https://harbour.example/a.jpg', alt: 'A' };

const openDesk = async (t: Test) => {
  const galley = await startGalley(t);
  const { ask, keys } = galley;
  const send = async (method: string, path: string, body?: object, key: string | null = keys.editor, headers = {}) =>
    ask(method, `/v1${path}`, { key, ...(body && { body }), headers });
  const get = (path: string, key: string | null = keys.editor) => send('GET', path, undefined, key);
  const make = async (body: object): Promise<number> => (await send('POST', '/articles', body)).body.id;
  const { body: me } = await get('/me');
  return { ...galley, send, get, make, editorKey: { keyId: me.keyId as number, name: 'Test editor' } };
};
type Desk = Awaited<ReturnType<typeof openDesk>>;

/** An article of seven versions: made, edited, published, trashed, restored, edited by another. */
const withPast = async ({ send, make, clock, keys, authorId }: Desk): Promise<number> => {
  const id = await make({
    ...{ title: 'The harbour', body: 'One.', tags: ['Harbour', 'Fog'], authorIds: [authorId] },
    ...{ coverImage: COVER, metadata: { mood: 'grey' }, language: 'en' },
  });
  const steps: [method: string, path: string, body?: object, key?: string][] = [
    ['PATCH', '', { title: 'The harbour at night', body: 'Two.' }],
    ['PATCH', '', { status: 'published' }],
    ['DELETE', ''],
    ['POST', '/restore'],
    ['PATCH', '', { tags: ['Night'], slug: 'night', metadata: { mood: null, hour: 3 } }, keys.author],
    ['PATCH', '', { seo: { title: 'Harbour' }, excerpt: 'Short.' }],
  ];
  await send('POST', '/tags', { name: 'Night' });
  for (const [method, path, body, key] of steps) {
    clock.advance(1000);
    const { status, text } = await send(method, `/articles/${id}${path}`, body, key);
    if (status >= 300) throw new Error(`${method} ${path}: ${text}`);
  }
  return id;
};

test('every stored version is listed, the newest first, with who made it and in which fields it differs', async (t) => {
  const desk = await openDesk(t);
  const { get, send, keys, editorKey } = desk;
  const id = await withPast(desk);
  const { body } = await get(`/articles/${id}/revisions?count=exact`);
  t.equal(body.pagination.total, 7);
  const { keyId } = (await get('/me', keys.author)).body;
  const author = { keyId, name: 'Test author' };
  t.strictSame(
    body.data,
    [
      [7, 6, editorKey, ['excerpt', 'seo']],
      [6, 5, author, ['slug', 'tags', 'metadata']],
      [5, 4, editorKey, ['status', 'deletedAt']],
      [4, 3, editorKey, ['deletedAt']],
      [3, 2, editorKey, ['status', 'publishedAt']],
      [2, 1, editorKey, ['title', 'body']],
      [1, 0, editorKey, []],
    ].map(([version, second, by, changedFields]) => ({
      ...{ version, at: `2026-11-22T07:00:0${second}.000Z` },
      ...{ by, changedFields },
    })),
  );

  const walked: number[] = [];
  for (let cursor = ''; ; ) {
    const page = (await get(`/articles/${id}/revisions?limit=3${cursor}`)).body;
    walked.push(...page.data.map(({ version }: { version: number }) => version));
    if (page.pagination.next === null) break;
    await send('PATCH', `/articles/${id}`, { featured: walked.length % 2 === 1 }); // another writes while it is walked
    cursor = `&cursor=${page.pagination.next}`;
  }
  t.same(walked, [7, 6, 5, 4, 3, 2, 1]);
  const second = (await get(`/articles/${id}/revisions?limit=2&page=2`)).body;
  t.same(
    second.data.map(({ version }: { version: number }) => version),
    [7, 6],
  );
  const other = await desk.make({ title: 'Other' });
  const { next } = (await get(`/articles/${id}/revisions?limit=2`)).body.pagination;
  t.match(await get(`/articles/${other}/revisions?cursor=${next}`), { status: 400, body: { code: 'invalid-cursor' } });
  t.same((await get(`/articles/${other}/revisions`)).body.data.length, 1, 'of this article alone');
});

test('a version is read as it was, under the names it is written by; the current one too', async (t) => {
  const desk = await openDesk(t);
  const { get, send, ask, keys, authorId } = desk;
  const id = await withPast(desk);
  const snapshotOf = async (version: number) => (await get(`/articles/${id}/revisions/${version}`)).body.snapshot;
  const ada = { id: authorId, slug: 'ada-lovelace', name: 'Ada Lovelace' };
  const first = await snapshotOf(1);
  t.strictSame(
    { ...first, tags: first.tags.map(({ name }: { name: string }) => name) },
    {
      ...{ title: 'The harbour', slug: 'the-harbour', subtitle: null, excerpt: null, body: 'One.' },
      ...{ bodyFormat: 'markdown', status: 'draft', publishedAt: null, unpublishAt: null },
      ...{ authorIds: [authorId], authors: [ada], tags: ['Harbour', 'Fog'], language: 'en', translationKey: null },
      coverImage: { caption: null, credit: null, width: null, height: null, ...COVER },
      ...{ featured: false, commentPolicy: null, contentUpdatedAt: null, seo: null, metadata: { mood: 'grey' } },
      ...{ source: null, deletedAt: null },
    },
  );
  const third = { title: 'The harbour at night', body: 'Two.', status: 'published' };
  t.match(await snapshotOf(3), { ...third, publishedAt: '2026-11-22T07:00:02.000Z', deletedAt: null });
  t.match(await snapshotOf(4), { ...third, deletedAt: '2026-11-22T07:00:03.000Z' });
  t.match(await snapshotOf(5), { ...third, status: 'draft', deletedAt: null });
  t.match(await snapshotOf(6), { slug: 'night', tags: [{ name: 'Night' }], metadata: { hour: 3 }, seo: null });
  const seo = { title: 'Harbour', description: null, imageUrl: null, canonicalUrl: null, noindex: null };
  t.match(await get(`/articles/${id}/revisions/7`), {
    headers: { etag: /^"7-[0-9a-f]{16}"$/, 'cache-control': 'private, no-cache' },
    body: { version: 7, changedFields: ['excerpt', 'seo'], snapshot: { excerpt: 'Short.', seo } },
  });
  for (const version of [8, 2147483647])
    t.match(await get(`/articles/${id}/revisions/${version}`), { status: 404, body: { code: 'not-found' } });
  for (const version of ['0', 'x', '1.5', '2147483648'])
    t.match(await get(`/articles/${id}/revisions/${version}`), { status: 400 }, version);
  t.match(await get('/articles/99/revisions/1'), { status: 404 });
  t.match(await get('/articles/99/revisions'), { status: 404 });

  const { etag } = (await get(`/articles/${id}/revisions/2`)).headers;
  await send('PATCH', `/articles/${id}`, { title: 'Other', body: 'Other.' });
  const again = { key: keys.editor, headers: { 'if-none-match': String(etag) } };
  t.match(await ask('GET', `/v1/articles/${id}/revisions/2`, again), { status: 304 }, 'what was never changes');
});

test('what a version named is told by its name when it is gone', async (t) => {
  const { get, send, make } = await openDesk(t);
  const bob = (await send('POST', '/authors', { name: 'Bob' })).body.id;
  const eve = (await send('POST', '/authors', { name: 'Eve' })).body.id;
  const id = await make({ title: 'T', authorIds: [bob], tags: ['Fog'] });
  const tagId = (await get(`/articles/${id}`)).body.tags[0].id;
  await send('PATCH', `/articles/${id}`, { title: 'U' });
  const before = (await get(`/articles/${id}`)).body.version;
  await send('DELETE', `/authors/${bob}?reassignTo=${eve}`);
  await send('DELETE', `/tags/${tagId}`);
  t.equal((await get(`/articles/${id}`)).body.version, before, 'neither makes a version');
  t.equal((await get(`/articles/${id}/revisions`)).body.data.length, 2);
  t.match((await get(`/articles/${id}/revisions/1`)).body.snapshot, {
    ...{ authorIds: [bob], authors: [{ id: bob, slug: 'bob', name: 'Bob' }] },
    tags: [{ id: tagId, slug: 'fog', name: 'Fog' }],
  });
});

test('two versions are compared field by field, in either direction', async (t) => {
  const desk = await openDesk(t);
  const { get, send } = desk;
  const id = await withPast(desk);
  const diff = async (version: number, against = '') =>
    (await get(`/articles/${id}/revisions/${version}/diff${against}`)).body;
  t.strictSame(await diff(2), {
    ...{ version: 2, against: 1 },
    changes: [
      { field: 'title', from: 'The harbour', to: 'The harbour at night' },
      { field: 'body', from: 'One.', to: 'Two.' },
    ],
  });
  t.strictSame((await diff(1, '?against=2')).changes, [
    { field: 'title', from: 'The harbour at night', to: 'The harbour' },
    { field: 'body', from: 'Two.', to: 'One.' },
  ]);
  t.strictSame((await diff(4)).changes, [{ field: 'deletedAt', from: null, to: '2026-11-22T07:00:03.000Z' }]);
  const fieldsOf = ({ changes }: { changes: { field: string }[] }) => changes.map(({ field }) => field);
  const listed = (await get(`/articles/${id}/revisions`)).body.data;
  for (const { version, changedFields } of listed.slice(0, -1))
    t.same(
      new Set(fieldsOf(await diff(version))),
      new Set(changedFields),
      `version ${version} differs as it is listed`,
    );
  t.same(fieldsOf(await diff(7, '?against=2')), [...['slug', 'excerpt', 'publishedAt', 'tags', 'seo', 'metadata']]);
  t.strictSame(await diff(3, '?against=3'), { version: 3, against: 3, changes: [] });
  const first = await diff(1);
  t.equal(first.against, null);
  t.ok(first.changes.every(({ from, to }: { from: unknown; to: unknown }) => from === null && to !== null));
  t.match(first.changes, [{ field: 'title', from: null, to: 'The harbour' }]);
  t.notOk(fieldsOf(first).includes('subtitle'), 'what is empty is no change');
  t.match(await get(`/articles/${id}/revisions/2/diff?against=9`), { status: 404 });
  t.match(await get(`/articles/${id}/revisions/9/diff`), { status: 404 });
  t.match(await get(`/articles/${id}/revisions/2/diff?against=0`), { status: 400 });

  const [tag] = (await get(`/articles/${id}`)).body.tags;
  await send('PATCH', `/tags/${tag.id}`, { name: 'Late' });
  await send('PATCH', `/articles/${id}`, { title: 'Other' });
  t.same(fieldsOf(await diff(8)), ['title'], 'a tag that is called otherwise is the same tag');
});

test('the content of a version comes back as a new one; where it stands, its moments and its slug stay', async (t) => {
  const desk = await openDesk(t);
  const { get, send, clock } = desk;
  const id = await withPast(desk);
  await send('PATCH', `/articles/${id}`, { status: 'published', featured: true });
  const before = (await get(`/articles/${id}`)).body;
  clock.advance(1000);
  const restored = await send('POST', `/articles/${id}/revisions/1/restore`);
  t.match(restored, { status: 200, headers: { etag: /^"9-/ } });
  const { missingTags, ...article } = restored.body;
  t.equal(missingTags, undefined);
  t.match(article, {
    ...{ version: 9, title: 'The harbour', body: 'One.', html: '<p>One.</p>\n', metadata: { mood: 'grey' }, seo: null },
    ...{ excerptSource: 'generated', excerpt: 'One.', coverImage: COVER, tags: [{ name: 'Harbour' }, { name: 'Fog' }] },
    ...{ slug: 'night', status: 'published', publishedAt: before.publishedAt, featured: true, live: true },
  });
  t.strictSame(article, (await get(`/articles/${id}`)).body);
  t.notOk('hour' in article.metadata, 'objects are put in place of what is there');
  const [newest, ...others] = (await get(`/articles/${id}/revisions`)).body.data;
  const changed = ['title', 'excerpt', 'body', 'tags', 'seo', 'metadata'];
  t.strictSame([newest.version, new Set(newest.changedFields)], [9, new Set(changed)]);
  t.equal(others.length, 8, 'nothing of the past is gone');

  t.match(
    await send('POST', `/articles/${id}/revisions/1/restore`),
    { status: 200, body: { version: 9 } },
    'once more',
  );
  t.match(await send('POST', `/articles/${id}/revisions/9/restore`), { status: 200, body: { version: 9 } });
  t.match(await send('POST', `/articles/${id}/revisions/7/restore`), { status: 200, body: { version: 10 } });
  t.match((await get(`/articles/${id}`)).body, { title: 'The harbour at night', metadata: { hour: 3 } });
});

test('tags that are gone are left out and named; authors that are gone refuse it', async (t) => {
  const { get, send, make, authorId } = await openDesk(t);
  const bob = (await send('POST', '/authors', { name: 'Bob' })).body.id;
  const id = await make({ title: 'One', authorIds: [bob, authorId], tags: ['Harbour', 'Fog', 'Night'] });
  const [harbour, fog] = (await get(`/articles/${id}`)).body.tags;
  await send('PATCH', `/articles/${id}`, { title: 'Two', tags: [] });
  await send('DELETE', `/tags/${fog.id}`);
  await send('PATCH', `/tags/${harbour.id}`, { name: 'Port' });
  const restored = await send('POST', `/articles/${id}/revisions/1/restore`);
  t.match(restored, { status: 200, body: { version: 3, title: 'One', tags: [{ name: 'Port' }, { name: 'Night' }] } });
  t.strictSame(restored.body.missingTags, [{ id: fog.id, slug: 'fog', name: 'Fog' }]);
  t.equal((await get(`/tags/by-slug/fog`)).status, 404, 'it is not made anew');
  const again = await send('POST', `/articles/${id}/revisions/1/restore`);
  t.match(again.body, { version: 3, missingTags: [{ name: 'Fog' }] }, 'and named also where nothing changes');

  await send('PATCH', `/articles/${id}`, { authorIds: [authorId] });
  t.equal((await send('DELETE', `/authors/${bob}`)).status, 204);
  t.match(await send('POST', `/articles/${id}/revisions/1/restore`), {
    status: 422,
    body: {
      code: 'unknown-reference',
      errors: [{ in: 'path', name: 'version', detail: `Its author ${bob}, “Bob”, is no longer there` }],
    },
  });
  t.equal((await get(`/articles/${id}`)).body.version, 4, 'and nothing has changed');
});

test('a version is brought back with who and what took the place of those that are gone', async (t) => {
  const { get, send, make, authorId } = await openDesk(t);
  const [bob, eve] = [(await send('POST', '/authors', { name: 'Bob' })).body.id, authorId];
  const id = await make({ title: 'One', authorIds: [bob, eve], tags: ['Harbor', 'Fog', 'Port', 'Harbour'] });
  const [harbor, fog, port, harbour] = (await get(`/articles/${id}`)).body.tags;
  await send('PATCH', `/articles/${id}`, { title: 'Two', tags: [], authorIds: [eve] });
  const merge = (one: { id: number }, into: { id: number }) => send('POST', `/tags/${one.id}/merge`, { into: into.id });
  for (const [one, other] of [
    [harbor, port],
    [port, harbour],
  ] as const)
    t.equal((await merge(one, other)).status, 200);
  const { id: mist } = (await send('POST', '/tags', { name: 'Mist' })).body;
  t.equal((await merge(fog, { id: mist })).status, 200);
  t.equal((await send('DELETE', `/tags/${mist}`)).status, 204);
  t.equal((await send('DELETE', `/authors/${bob}?reassignTo=${eve}`)).status, 204);
  const restored = await send('POST', `/articles/${id}/revisions/1/restore`);
  t.equal(restored.status, 200);
  t.strictSame(
    restored.body.tags.map(({ name }: { name: string }) => name),
    ['Harbour'],
    'each once',
  );
  t.strictSame(
    restored.body.authors.map((author: { id: number }) => author.id),
    [eve],
  );
  t.strictSame(restored.body.missingTags, [{ id: fog.id, slug: 'fog', name: 'Fog' }], 'what was merged and is gone');
});

test('a tag that is deleted while a version is restored is one that is gone', async (t) => {
  const { get, send, make, address, keys } = await openDesk(t);
  const id = await make({ title: 'One', tags: ['Harbour', 'Fog'] });
  const [, fog] = (await get(`/articles/${id}`)).body.tags;
  await send('PATCH', `/articles/${id}`, { title: 'Two', tags: [] });
  const store = await openTestStore(t, address);
  let units = Number.NEGATIVE_INFINITY; // none is counted before the app has begun
  const transaction: Store['transaction'] = async (work) => {
    if (++units === 1) t.equal((await send('DELETE', `/tags/${fog.id}`)).status, 204);
    return store.transaction(work);
  };
  const app = await startGalley(t, { address, parts: { store: { ...store, transaction } } });
  units = 0;
  const restored = await app.ask('POST', `/v1/articles/${id}/revisions/1/restore`, { key: keys.editor });
  t.match(restored, {
    status: 200,
    body: { title: 'One', tags: [{ name: 'Harbour' }], missingTags: [{ name: 'Fog' }] },
  });
  t.ok(units >= 2, 'it was looked at anew');
});

test('a refused restoring changes nothing', async (t) => {
  const { get, send, make, authorId } = await openDesk(t);
  const id = await make({ title: 'One', authorIds: [authorId] });
  await send('PATCH', `/articles/${id}`, { title: 'Two', body: 'Two.', status: 'published' });
  await send('PATCH', `/articles/${id}`, { title: 'Three' });
  const restore = (headers = {}, version: number | string = 2) =>
    send('POST', `/articles/${id}/revisions/${version}/restore`, undefined, undefined, headers);
  t.match(await restore({ 'if-match': '"2"' }), {
    status: 412,
    body: { code: 'version-mismatch', currentVersion: 3, changedFields: ['title'] },
  });
  t.match(await restore({}, 4), { status: 404 });
  t.match(await restore({}, 1), { status: 422, body: { code: 'not-publishable' } }, 'a live one keeps a body');
  t.match(await send('POST', `/articles/${id}/revisions/2/restore`, { a: 1 }), { status: 400 });
  t.equal((await get(`/articles/${id}`)).body.version, 3);
  t.match(await restore({ 'if-match': '"3"' }), { status: 200, body: { version: 4, title: 'Two' } });
  await send('DELETE', `/articles/${id}`);
  t.match(await restore(), { status: 409, body: { code: 'trashed' } });
  const past = await get(`/articles/${id}/revisions`);
  t.match(
    past,
    { status: 200, body: { data: [{ version: 5, changedFields: ['deletedAt'] }] } },
    'its past is still there',
  );
});

test('what is deleted for good has no past', async (t) => {
  const { get, send, make, keys, store } = await openDesk(t);
  const kept = await make({ title: 'Kept' });
  const id = await make({ title: 'One', body: 'One.' });
  await send('PATCH', `/articles/${id}`, { body: 'Two.' });
  t.equal((await send('DELETE', `/articles/${id}?permanent=true`, undefined, keys.admin)).status, 204);
  for (const path of ['', '/1', '/2', '/2/diff']) t.equal((await get(`/articles/${id}/revisions${path}`)).status, 404);
  const rows = await store.db.select({ id: store.tables.revisions.articleId }).from(store.tables.revisions);
  t.same(rows, [{ id: kept }]);
});

test('who may not read an article unpublished is told nothing of its past, also while it is live', async (t) => {
  const { send, make, keys, authorId, makeKey } = await openDesk(t);
  const bob = (await send('POST', '/authors', { name: 'Bob' })).body.id;
  const body = { title: 'T', body: 'The first words.', authorIds: [authorId] };
  const states: [state: string, steps: [method: string, body?: object][]][] = [
    ['draft', []],
    ['live', [['PATCH', { status: 'published' }]]],
    ['withdrawn', [['PATCH', { status: 'published' }], ['DELETE']]],
    ['trashed', [['DELETE']]],
  ];
  const callers: [caller: string, key: string | null, expected: Record<string, number>][] = [
    ['anonymous', null, { draft: 401, live: 401, withdrawn: 401, trashed: 401 }],
    ['viewer', keys.viewer, { draft: 200, live: 200, withdrawn: 200, trashed: 200 }],
    ['its contributor', keys.contributor, { draft: 200, live: 200, withdrawn: 200, trashed: 200 }],
    ['its author', keys.author, { draft: 200, live: 200, withdrawn: 200, trashed: 200 }],
    ['another author', await makeKey('author', bob), { draft: 404, live: 403, withdrawn: 410, trashed: 404 }],
    ['another contributor', await makeKey('contributor', bob), { draft: 404, live: 403, withdrawn: 410, trashed: 404 }],
    ['editor', keys.editor, { draft: 200, live: 200, withdrawn: 200, trashed: 200 }],
  ];
  for (const [state, steps] of states) {
    const id = await make(body);
    await send('PATCH', `/articles/${id}`, { body: 'Other words.' });
    for (const [method, change] of steps) await send(method, `/articles/${id}`, change);
    for (const [caller, key, expected] of callers) {
      for (const path of ['', '/1', '/2', '/9', '/2/diff', '/1/diff?against=2']) {
        const { status, text, headers } = await send('GET', `/articles/${id}/revisions${path}`, undefined, key);
        const isThere = path !== '/9' || expected[state] !== 200;
        t.equal(status, isThere ? expected[state] : 404, `${caller}: ${state}${path}`);
        if (status !== 200)
          t.notMatch(text, /words|changedFields|"version"/, `${caller}: ${state}${path} tells nothing`);
        if (status !== 200) t.equal(headers.etag, undefined);
      }
    }
  }
});

test('restoring is for those who may edit', async (t) => {
  const { send, get, make, keys, authorId, makeKey } = await openDesk(t);
  const bob = (await send('POST', '/authors', { name: 'Bob' })).body.id;
  const other = await makeKey('author', bob);
  const made = async (state: object | null, authorIds = [authorId]) => {
    const id = await make({ title: 'One', body: 'B', authorIds });
    await send('PATCH', `/articles/${id}`, { title: 'Two', authorIds: [authorId] });
    if (state) await send('PATCH', `/articles/${id}`, state);
    return id;
  };
  const rows: [what: string, state: object | null, expected: [key: string | null, status: number][]][] = [
    [
      'draft',
      null,
      [
        [null, 401],
        [keys.viewer, 403],
        [other, 404],
        [keys.contributor, 200],
      ],
    ],
    [
      'live',
      { status: 'published' },
      [
        [null, 401],
        [keys.viewer, 403],
        [other, 403],
        [keys.contributor, 403],
        [keys.author, 200],
      ],
    ],
  ];
  for (const [what, state, expected] of rows) {
    const id = await made(state);
    for (const [key, status] of expected) {
      const answer = await send('POST', `/articles/${id}/revisions/1/restore`, undefined, key);
      t.equal(answer.status, status, `${what}: ${status}`);
      if (status !== 200) t.equal((await get(`/articles/${id}`)).body.title, 'Two');
    }
    t.equal((await get(`/articles/${id}`)).body.title, 'One');
  }
  const taken = await made(null, [bob, authorId]);
  const answer = await send('POST', `/articles/${taken}/revisions/1/restore`, undefined, keys.author);
  t.match(answer, { status: 403, body: { code: 'forbidden' } }, 'an author’s key does not bring back other authors');
  t.equal((await send('POST', `/articles/${taken}/revisions/1/restore`)).status, 200);
});
