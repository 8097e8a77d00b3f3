/** Changes to a live article that wait for their moment: made, read, dropped, published, and seen by nobody else. */
import { isDeepStrictEqual } from 'node:util';
import { type Test, test } from 'tap';
import { ROLES } from '../../src/core/access.ts';
import { CONTENT_FIELDS } from '../../src/features/articles/writing.ts';
import type { Store } from '../../src/store/store.ts';
import { type Answer, type Asked, startGalley } from '../support/app.ts';
import { openTestStore } from '../support/database.ts';
import { overTheWire } from '../support/wire.ts';

const inAnHour = (clock: { now: Date }) => new Date(clock.now.getTime() + 3_600_000).toISOString();

/** A newsroom with a live article, and verbs about its working copy. */
const startDesk = async (t: Test, options: Parameters<typeof startGalley>[1] = {}) => {
  const galley = await startGalley(t, options);
  const { ask, keys, authorId } = galley;
  const make = async (path: string, body: object) => (await ask('POST', path, { key: keys.editor, body })).body;
  const { id: graceId } = await make('/v1/authors', { name: 'Grace Hopper' });
  const article = (body: object = {}) =>
    make('/v1/articles', {
      ...{ title: 'The harbour', body: 'The *first* boats.', authorIds: [authorId], tags: ['Harbour'] },
      ...{ status: 'published', metadata: { a: 1, b: { c: 2 } }, ...body },
    });
  const live = await article();
  const url = `/v1/articles/${live.id}`;
  const copyUrl = `${url}/working-copy`;
  const as = (asked: Asked) => ({ key: keys.editor, ...asked });
  return {
    ...galley,
    ...{ make, article, graceId, live, url, copyUrl },
    edit: (body: unknown, asked: Asked = {}) => ask('PATCH', url, as({ body, ...asked })),
    change: (body: unknown, asked: Asked = {}) => ask('PATCH', copyUrl, as({ body, ...asked })),
    read: (asked: Asked = {}) => ask('GET', copyUrl, as(asked)),
    drop: (asked: Asked = {}) => ask('DELETE', copyUrl, as(asked)),
    publish: (asked: Asked = {}) => ask('POST', `${copyUrl}/publish`, as(asked)),
    events: async () =>
      galley.store.db.select().from(galley.store.tables.events).orderBy(galley.store.tables.events.id),
  };
};

const namesOf = (things: { name: string }[]) => things.map(({ name }) => name);

test('a copy shows the article with its changes, and the article stays as it was', async (t) => {
  const desk = await startDesk(t);
  const { ask, keys, url, live, clock, change, read, events } = desk;
  const before = await ask('GET', url, { key: keys.editor });
  const told = (await events()).length;
  clock.advance(1000);
  const changed = await change({ title: 'The quay', metadata: { a: null, d: 4 }, seo: { title: 'Quay' } });
  t.match(changed, {
    status: 200,
    body: {
      ...{ id: live.id, slug: 'the-harbour', title: 'The quay', metadata: { b: { c: 2 }, d: 4 }, html: live.html },
      ...{ version: 1, articleVersion: 1, changedFields: ['title', 'seo', 'metadata'], live: true },
      ...{ body: 'The *first* boats.', updatedAt: clock.now.toISOString(), createdAt: live.createdAt },
    },
  });
  t.same(changed.body.seo.title, 'Quay');
  t.match(changed.headers.etag, /^"1-[0-9a-f]{16}"$/);
  const again = await read();
  t.strictSame(again.body, changed.body);
  t.equal(again.headers.etag, changed.headers.etag);
  t.equal(again.headers['cache-control'], 'private, no-cache');
  t.equal((await read({ headers: { 'if-none-match': String(again.headers.etag) } })).status, 304);
  t.equal((await ask('HEAD', desk.copyUrl, { key: keys.editor })).status, 200);
  const after = await ask('GET', url, { key: keys.editor });
  t.strictSame(after.body, before.body, 'the article is untouched');
  t.equal((await events()).length, told, 'and nothing is told');
  const [row] = await desk.store.db.select().from(desk.store.tables.articles);
  t.equal(row?.version, 1);
});

test('every field of the content can wait, as a merge patch of an article', async (t) => {
  const desk = await startDesk(t);
  const { authorId, graceId, change, publish } = desk;
  const cover = { url: 'https://harbour.example/quay.jpg', alt: 'The quay' };
  const rows: [field: (typeof CONTENT_FIELDS)[number], sent: unknown, shown: object][] = [
    ['title', 'The quay', { title: 'The quay' }],
    ['subtitle', 'By night', { subtitle: 'By night' }],
    ['excerpt', 'Mine', { excerpt: 'Mine', excerptSource: 'author' }],
    ['excerpt', '', { excerpt: 'The first boats.', excerptSource: 'generated' }],
    ['body', '# New', { body: '# New', html: '<h1>New</h1>\n', wordCount: 1, excerpt: 'New' }],
    ['bodyFormat', 'html', { bodyFormat: 'html', html: '# New' }],
    ['authorIds', [graceId, authorId], { authors: [{ id: graceId }, { id: authorId }] }],
    ['tags', ['Night', 'harbour'], { tags: [{ name: 'Night' }, { name: 'Harbour' }] }],
    ['coverImage', cover, { coverImage: cover }],
    ['coverImage', { alt: 'At night' }, { coverImage: { ...cover, alt: 'At night' } }],
    ['language', 'EN-gb', { language: 'en-GB' }],
    ['seo', { noindex: true }, { seo: { noindex: true } }],
    ['metadata', { a: 2 }, { metadata: { a: 2, b: { c: 2 } } }],
  ];
  t.same(
    CONTENT_FIELDS.filter((field) => !rows.some(([name]) => name === field)),
    [],
    'a row for each',
  );
  for (const [field, sent, shown] of rows) {
    const { status, body } = await change({ [field]: sent });
    t.equal(status, 200, field);
    t.match(body, shown, `${field}: ${JSON.stringify(sent)}`);
  }
  const merged = (await desk.read()).body;
  t.same(
    merged.changedFields,
    CONTENT_FIELDS.filter((field) => field !== 'excerpt'),
  );
  const published = await publish();
  t.equal(published.status, 200);
  const { articleVersion, changedFields, version, updatedAt, ...content } = merged;
  t.match(published.body, content, 'what the copy showed is what is live');
  t.equal(published.body.version, 2);
  const { body: seen } = await desk.ask('GET', desk.url);
  t.match(seen, { title: 'The quay', html: '# New', authors: [{ id: graceId }, { id: authorId }] });
  const last = (await desk.events()).at(-1);
  t.match(last, { type: 'article.updated', changedFields, version: 2 });
  t.equal((await desk.read()).status, 404, 'the copy is gone');
  const found = await desk.ask('GET', '/v1/articles?q=quay');
  t.equal(found.body.data.length, 1, 'it is found by its new words');
});

test('what cannot wait, and what is no patch of an article, is refused as there', async (t) => {
  const { change, read, graceId } = await startDesk(t);
  const bad = (field: string, value: unknown, code: string): [object, number, object] => [
    { [field]: value },
    400,
    { code: 'invalid-request', errors: [{ pointer: `/${field}`, code }] },
  ];
  const placed = ['slug', 'status', 'publishedAt', 'unpublishAt', 'translationKey', 'featured', 'commentPolicy'];
  const rows: [body: unknown, status: number, answer: object][] = [
    ...[...placed, 'contentUpdatedAt', 'source', 'id', 'version', 'html', 'articleVersion', 'changedFields'].map(
      (field) => bad(field, 'x', 'read-only'),
    ),
    bad('colour', 'red', 'unknown-field'),
    bad('title', '', 'too-short'),
    bad('title', null, 'wrong-type'),
    bad('subtitle', 'x'.repeat(501), 'too-long'),
    bad('body', 'x'.repeat(500_001), 'too-long'),
    [{ metadata: { long: 'x'.repeat(17_000) } }, 400, { code: 'invalid-request' }],
    [{ coverImage: { url: 'https://a.example/x' } }, 400, { errors: [{ pointer: '/coverImage/alt' }] }],
    [{ tags: [{}] }, 400, { code: 'invalid-request' }],
    ['{"title"', 400, { code: 'malformed-json' }],
    [{ authorIds: [graceId, 900] }, 422, { errors: [{ pointer: '/authorIds/1', code: 'unknown-reference' }] }],
    [{ tags: [{ id: 900 }] }, 422, { errors: [{ pointer: '/tags/0', code: 'unknown-reference' }] }],
    [{ body: '' }, 422, { code: 'not-publishable', errors: [{ pointer: '/body' }] }],
    [{ authorIds: [], body: ' ' }, 422, { errors: [{ pointer: '/body' }, { pointer: '/authorIds' }] }],
  ];
  for (const [body, status, answer] of rows) {
    const headers: Record<string, string> = typeof body === 'string' ? { 'content-type': 'application/json' } : {};
    const refused = await change(body, { headers });
    t.match(refused, { status, body: answer }, JSON.stringify(body).slice(0, 60));
  }
  t.equal((await change('title=x', { headers: { 'content-type': 'text/plain' } })).status, 415);
  t.equal((await change({ body: 'x'.repeat(5 * 1024 * 1024) })).status, 413);
  t.equal((await read()).status, 404, 'nothing of it was kept');
});

test('a no-op changes nothing; what equals the live article again drops out', async (t) => {
  const { change, read, clock, live, publish, edit } = await startDesk(t);
  t.match((await change({ title: 'The quay', body: 'New.' })).body, { version: 1, changedFields: ['title', 'body'] });
  const { body, headers } = await read();
  clock.advance(1000);
  for (const none of [{}, { title: 'The quay' }, { body: 'New.', bodyFormat: 'markdown' }, { metadata: { a: 1 } }]) {
    const again = await change(none);
    t.strictSame(again.body, body, JSON.stringify(none));
    t.equal(again.headers.etag, headers.etag);
  }
  t.match((await change({ title: live.title })).body, { version: 2, changedFields: ['body'], title: live.title });
  const empty = await change({ body: live.body });
  t.match(empty.body, { version: 3, changedFields: [], html: live.html });
  t.match((await publish()).body, { version: 1, title: live.title }, 'an empty copy is published as a no-op');
  t.equal((await read()).status, 404);
  t.match((await change({})).body, { version: 5, changedFields: [] }, 'a patch of nothing begins a copy');
  await edit({ title: 'Elsewhere' });
  t.match((await read()).body, { title: 'Elsewhere', articleVersion: 2, changedFields: [] }, 'it follows the article');
});

test('what is not live has no working copy; what is in the trash neither', async (t) => {
  const desk = await startDesk(t);
  const { ask, keys, article, clock } = desk;
  const states: Record<string, [object, code: string]> = {
    draft: [{ status: 'draft' }, 'not-live'],
    review: [{ status: 'review' }, 'not-live'],
    scheduled: [{ status: 'scheduled', publishedAt: inAnHour(clock) }, 'not-live'],
  };
  const refuse = async (id: number, code: string, what: string) => {
    for (const [method, path, body] of [
      ['GET', ''],
      ['PATCH', '', { title: 'Mine' }],
      ['POST', '/publish'],
    ] as const) {
      const answer = await ask(method, `/v1/articles/${id}/working-copy${path}`, { key: keys.editor, body });
      t.match(answer, { status: 409, body: { code } }, `${method}${path} of ${what}`);
    }
  };
  for (const [state, [body, code]] of Object.entries(states)) {
    const { id } = await article({ title: state, ...body });
    await refuse(id, code, state);
    t.equal((await ask('DELETE', `/v1/articles/${id}/working-copy`, { key: keys.editor })).status, 404);
  }
  const { body: kept } = await desk.change({ title: 'Waits' });
  await desk.edit({ status: 'archived' });
  await refuse(desk.live.id, 'not-live', 'archived');
  await desk.edit({ status: 'published' });
  t.match((await desk.read()).body, { title: 'Waits', version: kept.version }, 'it waits for the article to be live');
  await desk.edit({ unpublishAt: inAnHour(clock) });
  clock.advance(3_600_000);
  await refuse(desk.live.id, 'not-live', 'ended by its moment');
  await ask('DELETE', desk.url, { key: keys.editor });
  await refuse(desk.live.id, 'trashed', 'trashed');
  t.match(await desk.drop(), { status: 409, body: { code: 'trashed' } });
  await ask('POST', `${desk.url}/restore`, { key: keys.editor });
  t.equal((await desk.drop()).status, 204, 'a copy of what is no longer live can be dropped');
  await ask('DELETE', `${desk.url}?permanent=true`, { key: keys.admin });
  t.same(await desk.store.db.select().from(desk.store.tables.workingCopies), [], 'and goes with its article');
});

test('who may edit the article has its copy; the others are told what they are told of the article', async (t) => {
  const desk = await startDesk(t);
  const { ask, keys, graceId, article, makeKey } = desk;
  const acts: [method: string, path: string, success: number, body?: object][] = [
    ['PATCH', '', 200, { title: 'Mine' }],
    ['GET', '', 200],
    ['DELETE', '', 204],
    ['PATCH', '', 200, { title: 'Mine' }],
    ['POST', '/publish', 200],
  ];
  const foreign = await article({ title: 'Foreign', authorIds: [graceId] });
  const hidden = await article({ title: 'Hidden', authorIds: [graceId], status: 'draft' });
  const withdrawn = await article({ title: 'Withdrawn', authorIds: [graceId] });
  await ask('DELETE', `/v1/articles/${withdrawn.id}`, { key: keys.editor });
  for (const [role, own, others, draft, gone] of [
    ['anonymous', 401, 401, 401, 401],
    ['viewer', 403, 403, 403, 403],
    ['contributor', 403, 403, 404, 410],
    ['author', 'may', 403, 404, 410],
    ['editor', 'may', 'may', 409, 409],
    ['admin', 'may', 'may', 409, 409],
  ] as const) {
    const key = role === 'anonymous' ? null : keys[role];
    for (const [method, path, success, body] of acts) {
      const status = async (id: number) =>
        (await ask(method, `/v1/articles/${id}/working-copy${path}`, { key, body })).status;
      const what = `${method}${path} as ${role}`;
      t.equal(await status(desk.live.id), own === 'may' ? success : own, `${what}, own`);
      t.equal(await status(foreign.id), others === 'may' ? success : others, `${what}, foreign`);
      if (method === 'DELETE') continue;
      t.equal(await status(hidden.id), draft, `${what}, a foreign draft`);
      t.equal(await status(withdrawn.id), gone, `${what}, a foreign one that was withdrawn`);
    }
  }
  t.equal(ROLES.length, 5);
  // whose it is is an editor's to choose, and the article decides it until the copy is published
  const graceKey = await makeKey('author', graceId);
  const patch = (key: string, body: object) => desk.change(body, { key });
  t.match(await patch(keys.author, { authorIds: [graceId] }), { status: 403 });
  t.equal((await patch(keys.author, { authorIds: [desk.authorId] })).status, 200, 'as they are');
  t.match(await patch(keys.author, { tags: ['Never heard of'] }), { status: 422, body: { code: 'unknown-reference' } });
  t.equal((await patch(keys.editor, { authorIds: [graceId] })).status, 200);
  t.equal((await patch(graceKey, { title: 'Mine' })).status, 403, 'not hers yet');
  const seen = await patch(keys.author, { subtitle: 'Still his' });
  t.match(seen, { status: 200, body: { authors: [{ id: graceId }], body: 'The *first* boats.' } });
  t.match(await patch(keys.author, { authorIds: [desk.authorId] }), { status: 403 }, 'nor can it be taken back');
  t.match(await desk.publish({ key: keys.author }), { status: 403 }, 'and editors alone publish it');
  t.match(await desk.publish(), { status: 200, body: { authors: [{ id: graceId }] } });
});

test('If-Match is about the copy, and a version comes once', async (t) => {
  const { change, read, drop, publish } = await startDesk(t);
  const about = (tag: string) => ({ headers: { 'if-match': tag } });
  const stale = { status: 412, body: { code: 'version-mismatch' } };
  t.match(await change({ title: '1' }, about('"1"')), { ...stale, body: { currentVersion: 0 } });
  const first = await change({ title: '1' }, about('"0"'));
  t.equal(first.body.version, 1, '"0": where there is none');
  t.match(await change({ title: '2' }, about('"0"')), { ...stale, body: { currentVersion: 1 } });
  t.equal((await change({ title: '2' }, about(String(first.headers.etag)))).body.version, 2);
  t.equal((await change({ title: '3' }, about('*'))).body.version, 3);
  for (const tag of ['"2"', '"1"', '"x"', String(first.headers.etag)]) {
    t.match(await change({ title: '4' }, about(tag)), { ...stale, body: { currentVersion: 3 } });
    t.match(await drop(about(tag)), stale);
    t.match(await publish(about(tag)), stale);
  }
  const old = String((await read()).headers.etag);
  t.equal((await drop(about(old))).status, 204);
  for (const gone of [await read(), await drop(), await publish(), await drop(about(old)), await publish(about(old))])
    t.match(gone, { status: 404, body: { code: 'not-found' } });
  const anew = await change({ title: '3' });
  t.equal(anew.body.version, 5, 'the version goes on');
  t.match(await publish(about(old)), stale, 'an old tag never fits a new copy');
  t.equal((await publish(about(String(anew.headers.etag)))).status, 200);
  t.match(await publish(), { status: 404 });
  t.equal((await change({ title: '5' })).body.version, 7);
});

test('where every write must be conditional, those of a copy must', async (t) => {
  const { change, drop, publish, ask, keys, copyUrl } = await startDesk(t, { settings: { REQUIRE_IF_MATCH: 'true' } });
  t.match(await change({ title: 'x' }), { status: 428, body: { code: 'precondition-required' } });
  t.equal((await change({ title: 'x' }, { headers: { 'if-match': '"0"' } })).status, 200);
  for (const answer of [await change({ title: 'y' }), await drop(), await publish()]) t.equal(answer.status, 428);
  t.equal((await ask('DELETE', copyUrl, { key: keys.editor, headers: { 'if-match': '"1"' } })).status, 204);
});

test('an article that moved on in the same fields is not written over', async (t) => {
  const { change, edit, publish, read, live } = await startDesk(t);
  await change({ title: 'Waiting', metadata: { a: 2 } });
  await edit({ subtitle: 'Elsewhere', tags: ['Quay'] });
  await change({ body: 'Waiting too.' });
  await edit({ title: 'Taken', excerpt: 'Now' });
  await edit({ metadata: { z: 1 } });
  const conflict = await publish();
  t.match(conflict, { status: 412, body: { code: 'version-mismatch', currentVersion: 4 } });
  t.same(conflict.body.changedFields, ['title', 'metadata']);
  t.match((await read()).body, { title: 'Waiting', subtitle: 'Elsewhere', articleVersion: 4 }, 'the copy stays');
  // each is settled: taken from the article, then as it should be
  await change({ title: 'Taken' });
  await change({ title: 'Waiting, anew' });
  t.same((await publish()).body.changedFields, ['metadata']);
  await edit({ metadata: { a: 2, z: null } });
  t.match((await change({})).body.changedFields, ['title', 'body'], 'what both changed alike is no conflict');
  const published = await publish();
  t.match(published, { status: 200, body: { title: 'Waiting, anew', body: 'Waiting too.', subtitle: 'Elsewhere' } });
  t.same(
    published.body.tags.map(({ name }: { name: string }) => name),
    ['Quay'],
  );
  t.equal(published.body.version, 6);

  await change({ body: '*As Markdown*' });
  await edit({ bodyFormat: 'html' });
  t.match(
    (await read()).body,
    { html: '<p><em>As Markdown</em></p>\n', bodyFormat: 'markdown' },
    'a text has its format',
  );
  t.same((await publish()).body.changedFields, ['bodyFormat']);
  t.equal(live.version, 1);
});

test('authors and tags that are deleted meanwhile', async (t) => {
  const { ask, keys, change, read, publish, make, authorId, live } = await startDesk(t);
  const remove = async (path: string) => (await ask('DELETE', path, { key: keys.editor })).status;
  const { id: guestId } = await make('/v1/authors', { name: 'Guest' });
  await change({ authorIds: [guestId, authorId], tags: ['Quay', 'Night', 'Harbour'] });
  const [quay] = (await read()).body.tags;
  t.equal(await remove(`/v1/tags/${quay.id}`), 204);
  t.equal(await remove(`/v1/authors/${guestId}`), 204, 'no article names it');
  const { body } = await read();
  t.same([namesOf(body.tags), namesOf(body.authors)], [['Night', 'Harbour'], ['Ada Lovelace']], 'are left out');
  t.match(await publish(), { status: 422, body: { errors: [{ pointer: '/authorIds/0', code: 'unknown-reference' }] } });
  t.match((await ask('GET', `/v1/articles/${live.id}`)).body, { version: 1, tags: [{ name: 'Harbour' }] });
  t.equal((await change({ subtitle: 'Goes on' })).status, 200, 'the rest can still be written');
  await change({ authorIds: [authorId] });
  const published = await publish();
  t.equal(published.status, 200);
  t.same(namesOf(published.body.tags), ['Night', 'Harbour']);
});

test('authors and tags that went over into others meanwhile', async (t) => {
  const { ask, keys, change, read, publish, make, authorId, graceId, live } = await startDesk(t);
  const { id: guestId } = await make('/v1/authors', { name: 'Guest' });
  await change({ authorIds: [guestId, authorId], tags: ['Quay', 'Night', 'Port'] });
  const [quay, , port] = (await read()).body.tags;
  const { version } = (await read()).body;
  const merged = await ask('POST', `/v1/tags/${quay.id}/merge`, { key: keys.editor, body: { into: port.id } });
  t.equal(merged.status, 200);
  const reassigned = await ask('DELETE', `/v1/authors/${guestId}?reassignTo=${graceId}`, { key: keys.editor });
  t.equal(reassigned.status, 204);
  const { body } = await read();
  t.same(
    [namesOf(body.tags), namesOf(body.authors)],
    [
      ['Port', 'Night'],
      ['Grace Hopper', 'Ada Lovelace'],
    ],
  );
  t.equal(body.version, version, 'nobody changed the copy');
  const published = await publish();
  t.same([namesOf(published.body.tags), namesOf(published.body.authors)], [namesOf(body.tags), namesOf(body.authors)]);
  t.equal((await ask('GET', `/v1/articles/${live.id}`)).body.tags.length, 2);
});

test('an author who goes over into another while a copy is published', async (t) => {
  const { ask, keys, change, make, graceId, url, copyUrl, address } = await startDesk(t);
  const { id: guestId } = await make('/v1/authors', { name: 'Guest' });
  t.equal((await change({ authorIds: [guestId] })).status, 200);
  const store = await openTestStore(t, address);
  let units = Number.NEGATIVE_INFINITY; // none is counted before the app has begun
  const transaction: Store['transaction'] = async (work) => {
    if (++units === 1) {
      const path = `/v1/authors/${guestId}?reassignTo=${graceId}`;
      t.equal((await ask('DELETE', path, { key: keys.editor })).status, 204);
    }
    return store.transaction(work);
  };
  const app = await startGalley(t, { address, parts: { store: { ...store, transaction } } });
  units = 0;
  const published = await app.ask('POST', `${copyUrl}/publish`, { key: keys.editor });
  t.match([published.status, published.body.authors], [200, [{ name: 'Grace Hopper' }]]);
  t.ok(units >= 2, 'the copy was read anew');
  t.match((await ask('GET', url)).body, { version: 2, authors: [{ name: 'Grace Hopper' }] });
});

test('long texts, and texts of every script, wait and go live as they are', async (t) => {
  const { change, read, publish, ask, url } = await startDesk(t);
  const texts = {
    Japanese: { title: '夜の港', body: '港の*最初*の船が、入ってきた。\n\n- 一\n- 二' },
    Arabic: { title: 'الميناء ليلاً', body: 'وصلت **أولى** القوارب، والميناء ممتلئ.' },
    emoji: { title: '🛶 A harbour 👩‍👩‍👧‍👦', body: '🌊'.repeat(1000) },
    long: { title: 'Long', body: `${'The first boats are in. '.repeat(20_833)}The end.` },
  };
  t.equal(texts.long.body.length, 500_000);
  for (const [what, text] of Object.entries(texts)) {
    t.match(await change(text), { status: 200, body: text }, what);
    const { body } = await read();
    t.match(body, text, what);
    t.ok(body.html.length > 20 && body.excerpt.length > 0, what);
    const published = await publish();
    t.match(published.body, { ...text, html: body.html, wordCount: body.wordCount, excerpt: body.excerpt }, what);
    t.equal((await ask('GET', url)).body.html, body.html, `${what}: for everyone`);
  }
});

const countOf = (answers: Answer[]) => {
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
};
const TWENTY = Array.from({ length: 20 }, (_, i) => i);

test('of many who change one version of a copy, one wins; without If-Match every change is in the end', async (t) => {
  const { change, read } = await startDesk(t);
  const headers = { 'if-match': '"0"' };
  const begun = await Promise.all(TWENTY.map((i) => change({ title: `Begun ${i}` }, { headers })));
  t.strictSame(countOf(begun), { 200: 1, 412: 19 });
  const won = begun.find(({ status }) => status === 200);
  t.equal((await read()).body.title, won?.body.title);
  const next = { headers: { 'if-match': String(won?.headers.etag) } };
  t.strictSame(countOf(await Promise.all(TWENTY.map((i) => change({ body: `Text ${i}` }, next)))), { 200: 1, 412: 19 });
  const all = await Promise.all(TWENTY.map((i) => change({ body: `Text ${i}.`, metadata: { [`k${i}`]: i } })));
  t.strictSame(countOf(all), { 200: 20 });
  t.strictSame(
    all.map(({ body }) => body.version).sort((a, b) => a - b),
    TWENTY.map((i) => i + 3),
  );
  const { body } = await read();
  t.equal(Object.keys(body.metadata).length, 22);
  for (const one of [...all.map((answer) => answer.body), body])
    if (one.html !== `<p>${one.body}</p>\n`) t.fail('html of another text', one);
});

test('a copy that is published beside an edit of the same field: one of the two is told, neither is lost', async (t) => {
  const { change, edit, publish, ask, url, keys, drop } = await startDesk(t);
  for (let round = 0; round < 12; round++) {
    const { version } = (await ask('GET', url, { key: keys.editor })).body;
    const [copied, edited] = [`Copy ${round}.`, `Edit ${round}.`];
    await change({ body: copied, title: `Title ${round}` });
    const about = { headers: { 'if-match': `"${version}"` } };
    const both = [() => publish(), () => edit({ body: edited }, about)];
    const order = round % 2 === 0 ? [0, 1] : [1, 0];
    const answers: Answer[] = [];
    await Promise.all(order.map(async (i) => (answers[i] = await (both[i] as () => Promise<Answer>)())));
    const [published, patched] = answers as [Answer, Answer];
    const after = (await ask('GET', url, { key: keys.editor })).body;
    if (published.status === 200) {
      t.equal(patched.status, 412, 'the edit is told');
      t.match(after, { body: copied, title: `Title ${round}`, html: `<p>${copied}</p>\n` });
    } else {
      t.match(published, { status: 412, body: { changedFields: ['body'], currentVersion: version + 1 } });
      t.match(after, { body: edited, html: `<p>${edited}</p>\n` });
      t.equal((await drop()).status, 204, 'the copy is still there');
    }
    t.equal(after.version, version + 1);
  }
});

test('a copy is published once, however many ask; what is changed meanwhile is published whole or waits', async (t) => {
  const { change, publish, read, ask, url, keys } = await startDesk(t);
  await change({ title: 'Once', body: 'Once.' });
  const answers = await Promise.all(TWENTY.map(() => publish()));
  t.strictSame(countOf(answers), { 200: 1, 404: 19 });
  t.match((await ask('GET', url)).body, { title: 'Once', version: 2 });
  for (let round = 0; round < 8; round++) {
    await change({ title: `One ${round}`, body: `One ${round}.` });
    const [published, changed] = await Promise.all([
      publish(),
      change({ title: `Two ${round}`, body: `Two ${round}.` }),
    ] as const);
    t.strictSame([published.status, changed.status], [200, 200]);
    const live = (await ask('GET', url, { key: keys.editor })).body;
    const waiting = await read();
    const wins = live.title.startsWith('Two') ? `Two ${round}` : `One ${round}`;
    t.match(live, { title: wins, body: `${wins}.`, html: `<p>${wins}.</p>\n` });
    if (waiting.status === 200) t.match(waiting.body, { title: `Two ${round}`, body: `Two ${round}.` });
    else t.equal(wins, `Two ${round}`, 'nothing is lost');
  }
});

test('the public sees nothing of a copy: not a byte, not a header, not what is kept of answers', async (t) => {
  const desk = await startDesk(t);
  const { app, live, change, publish, drop, clock, events } = desk;
  const wire = await overTheWire(t, app);
  const urls = [
    ...[`/v1/articles/${live.id}`, '/v1/articles/by-slug/the-harbour', `/v1/articles/${live.id}?include=related`],
    ...['/v1/articles', '/v1/articles?count=exact&tag=harbour', '/v1/articles?include=html', '/v1/articles?q=harbour'],
    ...['/v1/articles?q=zebra', '/v1/articles?tag=night', '/v1/articles?sort=-updatedAt', '/v1/search?q=zebra'],
    ...['/v1/tags?count=exact', '/v1/authors', '/v1/authors/by-slug/grace-hopper', '/v1/tags/by-slug/night'],
    ...['/v1/archives', '/v1/site', `/v1/articles/${live.id}/comments`, desk.copyUrl, `${desk.copyUrl}/publish`],
  ];
  const look = async () => {
    const answers: unknown[] = [];
    for (const url of urls)
      for (const method of ['GET', 'HEAD', 'GET']) {
        const { headers, status, bytes } = await wire(url, { 'x-request-id': 'same' }, method);
        const { date: _, ...told } = headers as Record<string, unknown>;
        answers.push({ url, method, status, text: String(bytes), headers: told });
      }
    return answers;
  };
  const before = await look();
  const told = (await events()).length;
  const stays = async (what: string) => {
    const after = await look();
    for (const [i, was] of before.entries()) if (!isDeepStrictEqual(after[i], was)) t.same(after[i], was, what);
    t.pass(what);
  };
  const zebra = { title: 'Zebra', body: 'zebra', language: 'pt', authorIds: [desk.graceId], excerpt: 'zebra' };
  const changed = await change(zebra);
  t.equal(changed.headers['cache-group-invalidation'], undefined, 'no group is touched');
  await stays('a copy was begun');
  clock.advance(60_000);
  await desk.indexQueued();
  await desk.noteDueMoments();
  await stays('a minute has passed');
  await drop();
  await stays('it was dropped');
  t.equal((await events()).length, told, 'no event');
  await change(zebra);
  const { headers } = await publish();
  t.match(headers['cache-group-invalidation'], `"article-${live.id}"`, 'publishing is told');
  const after = await look();
  t.notOk(isDeepStrictEqual(after, before));
  t.ok(JSON.stringify(after).includes('Zebra'));
});
