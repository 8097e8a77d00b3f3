/** Tags: their fields and limits, names that are the same, kinds, and how they leave. */
import { test } from 'tap';
import { type Galley, START, startGalley } from '../support/app.ts';

const maker =
  ({ ask, keys }: Galley) =>
  (body: unknown) =>
    ask('POST', '/v1/tags', { key: keys.editor, body });

test('a tag has every field of the contract', async (t) => {
  const galley = await startGalley(t);
  const { ask, keys } = galley;
  const whole = { name: 'Night watch', slug: 'watch', description: 'After dark', kind: 'section' };
  const made = await maker(galley)(whole);
  const { id } = made.body;
  t.equal(made.status, 201);
  t.equal(made.headers.location, `/v1/tags/${id}`);
  t.match(made.headers.etag, /^"1-[0-9a-f]{16}"$/);
  t.same(made.body, { id, version: 1, ...whole, articleCount: 0, createdAt: START, updatedAt: START });
  t.same((await ask('GET', `/v1/tags/${id}`, { key: keys.viewer })).body, made.body);
  t.same((await ask('GET', '/v1/tags/by-slug/watch', { key: keys.viewer })).body, made.body);
  const bare = (await maker(galley)({ name: 'Bare' })).body;
  t.match(bare, { name: 'Bare', slug: 'bare', description: null, kind: 'topic' });
  const patch = async (body: object) => (await ask('PATCH', `/v1/tags/${id}`, { key: keys.editor, body })).body;
  t.match(await patch({ description: null }), { version: 2, description: null, kind: 'section' });
  t.match(await patch({ kind: 'internal' }), { version: 3, kind: 'internal', name: 'Night watch' });
});

test('the limits of a tag are those of the contract', async (t) => {
  const galley = await startGalley(t);
  const { ask, keys } = galley;
  const make = maker(galley);
  t.equal((await make({ name: '🌊'.repeat(100), description: '語'.repeat(500) })).status, 201);
  const refused: [body: unknown, pointer: string, code: string][] = [
    [{ name: '' }, '/name', 'too-short'],
    [{ name: '\u3000 ' }, '/name', 'wrong-pattern'],
    [{ name: '🌊'.repeat(101) }, '/name', 'too-long'],
    [{ name: ['a'] }, '/name', 'wrong-type'],
    [{ name: 'a\0' }, '/name', 'wrong-format'],
    [{ name: 'a', description: 'a'.repeat(501) }, '/description', 'too-long'],
    [{ name: 'a', kind: 'secret' }, '/kind', 'not-allowed'],
    [{ name: 'a', kind: null }, '/kind', 'wrong-type'],
    [{ name: 'a', slug: 'a_b' }, '/slug', 'wrong-pattern'],
    [{ name: 'a', colour: 'red' }, '/colour', 'unknown-field'],
    [{ name: 'a', version: 1 }, '/version', 'read-only'],
    [{ name: 'a', articleCount: 1 }, '/articleCount', 'read-only'],
  ];
  for (const [body, pointer, code] of refused) {
    for (const [method, url] of [
      ['POST', '/v1/tags'],
      ['PATCH', '/v1/tags/1'],
    ] as const) {
      const answer = await ask(method, url, { key: keys.editor, body });
      t.match(
        answer,
        { status: 400, body: { errors: [{ in: 'body', pointer, code }] } },
        `${method} ${pointer} ${code}`,
      );
    }
  }
  t.match(await make({}), { status: 400, body: { errors: [{ pointer: '/name', code: 'required' }] } });
  t.equal((await ask('GET', '/v1/tags', { key: keys.viewer })).body.data.length, 1, 'nothing was stored');
});

test('names that are the same without case, width and spacing are one name', async (t) => {
  const galley = await startGalley(t);
  const { ask, keys } = galley;
  const make = maker(galley);
  const families: [name: string, same: string[]][] = [
    [
      'Night watch',
      ['night watch', 'NIGHT WATCH', '  Night   watch ', 'Night\twatch', 'Night\u00a0watch', 'Ｎｉｇｈｔ watch'],
    ],
    ['ニホン', ['ﾆﾎﾝ', 'ニホン ']],
    ['Café', ['Cafe\u0301', 'CAFÉ']],
    ['ﬁsh', ['fish', 'FISH']],
    ['Ω', ['ω', '\u2126']],
  ];
  for (const [name, others] of families) {
    const { id } = (await make({ name })).body;
    for (const other of others) {
      t.match(await make({ name: other }), { status: 409, body: { code: 'name-taken' } }, `${name} = ${other}`);
      const renamed = await ask('PATCH', `/v1/tags/${id}`, { key: keys.editor, body: { name: other } });
      t.match(renamed, { status: 200, body: { name: other } }, 'but it may be spelt that way itself');
    }
  }
  for (const distinct of ['日本語', '日本', 'Nightwatch', 'Cafe', 'ニボン']) {
    t.equal((await make({ name: distinct })).status, 201, distinct);
  }
  const { id } = (await make({ name: 'Free' })).body;
  const taken = await ask('PATCH', `/v1/tags/${id}`, { key: keys.editor, body: { name: 'cafe' } });
  t.match(taken, { status: 409, body: { code: 'name-taken' } });
  t.match((await ask('GET', `/v1/tags/${id}`, { key: keys.viewer })).body, { name: 'Free', version: 1 });
});

test('of twenty tags of one name made at once, there is one', async (t) => {
  const galley = await startGalley(t);
  const names = Array.from({ length: 20 }, (_, i) => (i % 2 ? 'RACE' : 'race'));
  const answers = await Promise.all(names.map((name) => maker(galley)({ name })));
  t.equal(answers.filter(({ status }) => status === 201).length, 1);
  t.equal(answers.filter(({ body }) => body.code === 'name-taken').length, 19);
});

test('a deleted tag is gone from every article, whose versions stay', async (t) => {
  const galley = await startGalley(t);
  const { ask, keys, authorId, store } = galley;
  const write = async (more: object) =>
    (
      await ask('POST', '/v1/articles', {
        key: keys.editor,
        body: { title: 'T', body: 'B', authorIds: [authorId], ...more },
      })
    ).body;
  const live = await write({ tags: ['Keep', 'Drop', 'Last'], status: 'published' });
  const draft = await write({ tags: ['Drop'] });
  const [, dropped] = live.tags;
  const before = await ask('GET', `/v1/articles/${live.id}`);
  t.equal((await ask('DELETE', `/v1/tags/${dropped.id}`, { key: keys.editor })).status, 204);
  const after = await ask('GET', `/v1/articles/${live.id}`);
  t.same(
    after.body.tags.map(({ name }: { name: string }) => name),
    ['Keep', 'Last'],
    'the others keep their order',
  );
  t.equal(after.body.version, before.body.version);
  t.not(after.headers.etag, before.headers.etag);
  t.same((await ask('GET', `/v1/articles/${draft.id}`, { key: keys.viewer })).body.tags, []);
  t.equal((await ask('GET', `/v1/tags/${dropped.id}`, { key: keys.viewer })).status, 404);
  t.same((await ask('GET', '/v1/articles?tag=drop&count=exact')).body, {
    data: [],
    pagination: { limit: 20, next: null, previous: null, total: 0 },
  });
  t.match((await store.db.select().from(store.tables.events).orderBy(store.tables.events.id)).at(-1), {
    type: 'tag.deleted',
    entityId: dropped.id,
  });
  t.match(await maker(galley)({ name: 'Drop' }), { status: 201, body: { slug: 'drop' } }, 'name and slug are free');
});

test('internal tags are for holders of keys alone', async (t) => {
  const galley = await startGalley(t);
  const { ask, keys, authorId } = galley;
  const tag = (await maker(galley)({ name: 'Embargo check', kind: 'internal' })).body;
  const body = {
    ...{ title: 'Fog', body: 'Thick.', authorIds: [authorId], status: 'published' },
    tags: [{ id: tag.id }, 'Weather'],
  };
  const article = (await ask('POST', '/v1/articles', { key: keys.editor, body })).body;
  const doors = [
    ['/v1/tags', 200],
    ['/v1/tags?kind=internal', 200],
    ['/v1/tags?sort=-articleCount&count=exact', 200],
    [`/v1/tags/${tag.id}`, 404],
    ['/v1/tags/by-slug/embargo-check', 404],
    ['/v1/articles', 200],
    [`/v1/articles/${article.id}`, 200],
  ] as const;
  for (const [url, status] of doors) {
    const anonymous = await ask('GET', url);
    t.equal(anonymous.status, status, url);
    t.notOk(anonymous.text.includes('Embargo'), url);
    for (const role of ['viewer', 'contributor', 'author', 'editor', 'admin'] as const) {
      const keyed = await ask('GET', url, { key: keys[role] });
      t.equal(keyed.status, 200, `${url} as ${role}`);
      t.ok(keyed.text.includes('Embargo'), `${url} as ${role}`);
    }
  }
  t.equal((await ask('GET', '/v1/articles?tag=embargo-check&count=exact')).body.pagination.total, 0);
  t.equal((await ask('GET', '/v1/articles?tag=embargo-check', { key: keys.viewer })).body.data.length, 1);
  await ask('PATCH', `/v1/tags/${tag.id}`, { key: keys.editor, body: { kind: 'topic' } });
  t.equal((await ask('GET', `/v1/tags/${tag.id}`)).status, 200, 'no longer internal');
  await ask('PATCH', `/v1/tags/${tag.id}`, { key: keys.editor, body: { kind: 'internal' } });
  t.equal((await ask('GET', `/v1/tags/${tag.id}`)).status, 404, 'internal again');
});

test('tags are listed by kind', async (t) => {
  const galley = await startGalley(t);
  const { ask, keys } = galley;
  for (const kind of ['topic', 'section', 'internal']) await maker(galley)({ name: kind, kind });
  const listed = async (query: string) =>
    (await ask('GET', `/v1/tags?${query}&count=exact`, { key: keys.viewer })).body;
  for (const [query, names] of [
    ['kind=section', ['section']],
    ['kind=section&kind=topic', ['section', 'topic']],
    ['kind=topic,internal', ['internal', 'topic']],
  ] as const) {
    const { data, pagination } = await listed(query);
    t.same(
      data.map(({ name }: { name: string }) => name),
      names,
      query,
    );
    t.equal(pagination.total, names.length);
  }
  t.equal((await ask('GET', '/v1/tags?kind=secret')).status, 400);
});
