import { type Test, test } from 'tap';
import { answered, type Galley, startGalley } from '../support/app.ts';

const articleOf = async ({ ask, keys }: Galley, body: object) =>
  (await ask('POST', '/v1/articles', { key: keys.editor, body: { title: 'The harbour', ...body } })).body;

const patch = ({ ask, keys }: Galley, id: number, body: unknown, key = keys.editor) =>
  ask('PATCH', `/v1/articles/${id}`, { key, body });

const eventsOf = async ({ store }: Galley, id: number) => {
  const rows = await store.db.select().from(store.tables.events).orderBy(store.tables.events.id);
  return rows.filter(({ kind, entityId }) => kind === 'article' && entityId === id);
};

/** Says that a patch changes nothing: no version, no time, no event. */
const changesNothing = async (t: Test, galley: Galley, id: number, body: object, what: string) => {
  const before = (await galley.ask('GET', `/v1/articles/${id}`, { key: galley.keys.editor })).body;
  const events = (await eventsOf(galley, id)).length;
  galley.clock.advance(1000);
  const answer = await patch(galley, id, body);
  t.equal(answer.status, 200, what);
  t.strictSame(answer.body, before, `${what}: the answer is the same`);
  t.equal((await eventsOf(galley, id)).length, events, `${what}: no event`);
};

test('a patch changes what it names and nothing else', async (t) => {
  const galley = await startGalley(t);
  const { authorId, clock } = galley;
  const before = await articleOf(galley, {
    body: 'Text',
    authorIds: [authorId],
    tags: ['One', 'Two'],
    slug: 'harbour',
  });
  const changes: [object, object][] = [
    [{ title: 'The quay' }, { title: 'The quay', slug: 'harbour' }],
    [{ subtitle: 'By night' }, { subtitle: 'By night' }],
    [{ subtitle: null }, { subtitle: null }],
    [{ excerpt: 'Mine' }, { excerpt: 'Mine', excerptSource: 'author' }],
    [{ excerpt: '  ' }, { excerpt: 'Text', excerptSource: 'generated' }],
    [
      { body: '# New *text*' },
      { body: '# New *text*', html: '<h1>New <em>text</em></h1>\n', excerpt: 'New text', wordCount: 2 },
    ],
    [{ bodyFormat: 'html' }, { bodyFormat: 'html', html: '# New *text*' }],
    [{ body: null }, { body: '', html: '', wordCount: 0, readingMinutes: 0 }],
    [{ tags: ['Two', 'Three'] }, { tags: [{ name: 'Two' }, { name: 'Three' }] }],
    [{ tags: null }, { tags: [] }],
    [{ authorIds: null }, { authors: [] }],
    [{ language: 'EN-gb' }, { language: 'en-GB' }],
    [{ language: null }, { language: 'en' }],
    [{ featured: true }, { featured: true }],
    [{ featured: null }, { featured: false }],
    [{ commentPolicy: 'closed' }, { commentPolicy: 'closed' }],
    [{ commentPolicy: null }, { commentPolicy: null }],
    [{ translationKey: 'k' }, { translationKey: 'k' }],
    [{ contentUpdatedAt: '2026-01-01T01:00:00+01:00' }, { contentUpdatedAt: '2026-01-01T00:00:00.000Z' }],
    [{ slug: 'quay' }, { slug: 'quay' }],
    [{ slug: null }, { slug: 'the-quay' }],
  ];
  let last = before;
  for (const [body, after] of changes) {
    clock.advance(1000);
    const answer = await patch(galley, before.id, body);
    const what = JSON.stringify(body);
    t.match(answer.body, { ...after, version: last.version + 1, updatedAt: clock.now.toISOString() }, what);
    t.match(answer.headers.etag, new RegExp(`^"${last.version + 1}-`), what);
    const [field] = Object.keys(body);
    t.strictSame((await eventsOf(galley, before.id)).at(-1)?.changedFields, [field], `${what}: the event names it`);
    last = answer.body;
  }
  t.equal(last.createdAt, before.createdAt);
});

test('a patch that changes nothing is none', async (t) => {
  const galley = await startGalley(t);
  const { authorId } = galley;
  const written = {
    ...{
      title: 'The harbour',
      slug: 'harbour',
      body: 'Text\r\n',
      excerpt: 'Mine',
      authorIds: [authorId],
      language: 'en',
    },
    coverImage: { url: 'https://a.example/', alt: 'A', width: 5 },
    seo: { title: 'T' },
    metadata: { a: { b: [1, null] } },
    source: { system: 'wp', id: '1' },
    ...{ status: 'scheduled', publishedAt: '2026-12-01T00:00:00Z', unpublishAt: '2026-12-02T00:00:00Z' },
  };
  const { id } = await articleOf(galley, { ...written, tags: ['One', 'Two'] });
  await changesNothing(t, galley, id, {}, 'an empty patch');
  await changesNothing(t, galley, id, written, 'all that was written');
  await changesNothing(
    t,
    galley,
    id,
    { publishedAt: '2026-12-01T01:00:00.0004+01:00', language: 'EN' },
    'other spellings',
  );
  await changesNothing(t, galley, id, { tags: ['one', { slug: 'two' }] }, 'the tags by other names');
  await changesNothing(
    t,
    galley,
    id,
    { metadata: { zz: null }, seo: {}, coverImage: { caption: null } },
    'empty merges',
  );
  await changesNothing(t, galley, id, { status: 'scheduled' }, 'the status it has');
  const { body: answer } = await galley.ask('GET', `/v1/articles/${id}`, { key: galley.keys.editor });
  const { tags, coverImage, seo, metadata, source, publishedAt, status, title, excerpt } = answer;
  await changesNothing(
    t,
    galley,
    id,
    { tags, coverImage, seo, metadata, source, publishedAt, status, title, excerpt },
    'an answer',
  );
});

test('objects are merged, and the merged whole is checked', async (t) => {
  const galley = await startGalley(t);
  const { id } = await articleOf(galley, { coverImage: { url: 'https://a.example/', alt: 'A', credit: 'C' } });
  const rows: [object, object | { fault: string }][] = [
    [{ coverImage: { alt: 'B', credit: null } }, { coverImage: { url: 'https://a.example/', alt: 'B' } }],
    [{ coverImage: { url: null } }, { fault: '/coverImage/url required' }],
    [{ coverImage: null }, { coverImage: null }],
    [{ coverImage: { alt: 'only' } }, { fault: '/coverImage/url required' }],
    [{ source: { id: '1' } }, { fault: '/source/system required' }],
    [{ source: { system: 's', id: '1' } }, { source: { system: 's', id: '1' } }],
    [{ source: { url: 'https://a.example/1' } }, { source: { system: 's', id: '1', url: 'https://a.example/1' } }],
    [{ source: { url: null } }, { source: { system: 's', id: '1' } }],
    [{ seo: { title: 'T', noindex: true } }, { seo: { title: 'T', noindex: true } }],
    [{ seo: { title: null } }, { seo: { noindex: true } }],
    [{ seo: { description: '' } }, { seo: { noindex: true, description: '' } }],
    [{ metadata: { a: { b: 1 }, list: [1, { c: null }] } }, { metadata: { a: { b: 1 }, list: [1, { c: null }] } }],
    [{ metadata: { a: { d: 2 } } }, { metadata: { a: { b: 1, d: 2 }, list: [1, { c: null }] } }],
    [{ metadata: { a: { b: null }, list: [] } }, { metadata: { a: { d: 2 }, list: [] } }],
    [{ metadata: { a: 'flat', constructor: 1 } }, { metadata: { a: 'flat', list: [], constructor: 1 } }],
    [{ metadata: { big: 'x'.repeat(16_400) } }, { fault: '/metadata too-long' }],
    [{ metadata: null }, { metadata: {} }],
  ];
  for (const [body, wanted] of rows) {
    const answer = await patch(galley, id, body);
    const what = JSON.stringify(body).slice(0, 70);
    if ('fault' in wanted) {
      t.equal(answer.status, 400, what);
      const [fault] = answer.body.errors;
      t.equal(`${fault.pointer} ${fault.code}`, wanted.fault, what);
    } else
      for (const [field, value] of Object.entries(wanted))
        t.strictSame(answer.body[field], answered(field, value), what);
  }
  const merging = { key: galley.keys.editor, headers: { 'content-type': 'application/merge-patch+json' } };
  const asPatch = await galley.ask('PATCH', `/v1/articles/${id}`, { ...merging, body: '{"subtitle":"S"}' });
  t.match([asPatch.status, asPatch.body.subtitle], [200, 'S']);
  for (const body of ['[]', '"x"', 'null', '']) {
    const answer = await galley.ask('PATCH', `/v1/articles/${id}`, { ...merging, body });
    t.equal(answer.status, 400, `${body || 'nothing'} is no patch of an article`);
  }
});

test('what cannot be is refused and changes nothing', async (t) => {
  const galley = await startGalley(t);
  const { ask, keys, authorId } = galley;
  await articleOf(galley, { slug: 'taken', source: { system: 'wp', id: '1' } });
  const { id } = await articleOf(galley, { slug: 'own', body: 'Text', authorIds: [authorId], status: 'published' });
  const before = (await ask('GET', `/v1/articles/${id}`, { key: keys.editor })).body;
  const rows: [object, number, string, string][] = [
    [{ title: null }, 400, 'invalid-request', '/title'],
    [{ title: ' ' }, 400, 'invalid-request', '/title'],
    [{ status: null }, 400, 'invalid-request', '/status'],
    [{ bodyFormat: null }, 400, 'invalid-request', '/bodyFormat'],
    [{ version: 1 }, 400, 'invalid-request', '/version'],
    [{ deletedAt: null }, 400, 'invalid-request', '/deletedAt'],
    [{ authors: [] }, 400, 'invalid-request', '/authors'],
    [{ foo: 1 }, 400, 'invalid-request', '/foo'],
    [{ authorIds: [404] }, 422, 'unknown-reference', '/authorIds/0'],
    [{ tags: [{ id: 404 }] }, 422, 'unknown-reference', '/tags/0'],
    [{ body: ' \n' }, 422, 'not-publishable', '/body'],
    [{ authorIds: [] }, 422, 'not-publishable', '/authorIds'],
    [{ slug: 'taken' }, 409, 'slug-taken', '/slug'],
    [{ source: { system: 'wp', id: '1' } }, 409, 'source-taken', '/source'],
  ];
  for (const [body, status, code, pointer] of rows) {
    const answer = await patch(galley, id, body);
    t.match(answer.body, { status, code, errors: [{ pointer }] }, JSON.stringify(body));
  }
  t.strictSame((await ask('GET', `/v1/articles/${id}`, { key: keys.editor })).body, before);
  t.equal((await patch(galley, 99, { title: 'x' })).status, 404);
  t.equal((await patch(galley, id, { title: 'x' }, keys.contributor)).status, 403, 'published is beyond a contributor');
  t.equal((await patch(galley, id, { authorIds: [] }, keys.author)).status, 403);
  t.equal((await patch(galley, id, { title: 'By its author' }, keys.author)).status, 200);
});

test('a cleared slug is made anew, and an article does not stand in its own way', async (t) => {
  const galley = await startGalley(t);
  const first = await articleOf(galley, {});
  const second = await articleOf(galley, {});
  t.strictSame([first.slug, second.slug], ['the-harbour', 'the-harbour-2']);
  for (const { id, slug } of [first, second]) await changesNothing(t, galley, id, { slug: null }, slug);
  for (const { id, slug } of [first, second]) await changesNothing(t, galley, id, { slug }, `${slug}, given`);
});
