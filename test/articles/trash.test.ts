import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'tap';
import { emptyTrash, startEmptying } from '../../src/features/articles/emptying.ts';
import { openStore } from '../../src/store/open.ts';
import { type Galley, START, startGalley } from '../support/app.ts';
import { watchStatements } from '../support/database.ts';
import { storeMany } from '../support/many-articles.ts';

const create = async ({ ask, keys, authorId }: Galley, body: object = {}, key = keys.editor) =>
  (
    await ask('POST', '/v1/articles', {
      key,
      body: { title: 'The harbour', body: 'Text', authorIds: [authorId], tags: ['Harbour'], ...body },
    })
  ).body;

test('the trash holds an article until it is restored as a draft', async (t) => {
  const galley = await startGalley(t);
  const { ask, keys, clock, authorId } = galley;
  const made = await create(galley, {
    status: 'published',
    metadata: { kept: true },
    source: { system: 's', id: '1' },
  });
  const path = `/v1/articles/${made.id}`;
  clock.advance(1000);
  t.equal((await ask('DELETE', path, { key: keys.editor })).status, 204);
  const trashed = (await ask('GET', path, { key: keys.editor })).body;
  t.match(trashed, { version: 2, live: false, deletedAt: clock.now.toISOString(), title: made.title, body: 'Text' });
  clock.advance(1000);
  t.equal((await ask('DELETE', path, { key: keys.editor })).status, 204, 'once more changes nothing');
  t.strictSame((await ask('GET', path, { key: keys.editor })).body, trashed);
  t.match((await ask('PATCH', path, { key: keys.editor, body: { title: 'x' } })).body, {
    status: 409,
    code: 'trashed',
  });
  for (const list of ['/v1/articles', '/v1/articles?tag=harbour', '/v1/articles?author=ada-lovelace'])
    t.strictSame((await ask('GET', list)).body.data, [], `${list} has lost it`);
  t.strictSame((await ask('GET', '/v1/articles?status=any', { key: keys.admin })).body.data, []);
  t.equal((await ask('GET', '/v1/articles?trashed=true', { key: keys.admin })).body.data.length, 1);
  t.equal((await ask('GET', `/v1/authors/${authorId}`, { key: keys.viewer })).body.articleCount, 0);
  const back = await ask('POST', `${path}/restore`, { key: keys.editor });
  t.equal(back.status, 200);
  const { version, updatedAt, status, live, deletedAt, commentsOpen, ...rest } = back.body;
  t.match({ version, status, live, deletedAt }, { version: 3, status: 'draft', live: false, deletedAt: null });
  t.strictSame(rest, (({ version, updatedAt, status, live, deletedAt, commentsOpen, ...same }) => same)(made));
  t.strictSame((await ask('POST', `${path}/restore`, { key: keys.editor })).body, back.body, 'what is not there stays');
  const again = await ask('PATCH', path, { key: keys.editor, body: { status: 'published' } });
  t.match(again.body, { live: true, publishedAt: START, firstPublishedAt: START });
});

test('strangers are told gone of what was live, and nothing of the rest', async (t) => {
  const galley = await startGalley(t);
  const { ask, keys } = galley;
  const future = { status: 'scheduled', publishedAt: '2026-12-01T00:00:00Z' };
  const live = await create(galley, { slug: 'live', status: 'published' });
  const withdrawn = await create(galley, { slug: 'withdrawn', status: 'published' });
  await ask('PATCH', `/v1/articles/${withdrawn.id}`, { key: keys.editor, body: { status: 'draft' } });
  const draft = await create(galley, { slug: 'draft' });
  const scheduled = await create(galley, { slug: 'scheduled', ...future });
  const other = await galley.makeKey(
    'contributor',
    (await ask('POST', '/v1/authors', { key: keys.editor, body: { name: 'Grace' } })).body.id,
  );
  const rows: [{ id: number; slug: string }, number, number][] = [
    [live, 200, 410],
    [withdrawn, 404, 410],
    [draft, 404, 404],
    [scheduled, 404, 404],
  ];
  for (const [{ id, slug }, before, after] of rows) {
    for (const path of [`/v1/articles/${id}`, `/v1/articles/by-slug/${slug}`]) {
      for (const key of [null, other]) t.equal((await ask('GET', path, { key })).status, before, `${slug} before`);
    }
    await ask('DELETE', `/v1/articles/${id}`, { key: keys.editor });
    for (const path of [`/v1/articles/${id}`, `/v1/articles/by-slug/${slug}`]) {
      for (const key of [null, other]) {
        const answer = await ask('GET', path, { key });
        t.match([answer.status, answer.body.code], [after, after === 410 ? 'gone' : 'not-found'], `${slug} after`);
        t.notMatch(answer.text, /harbour|Text/i, 'no word of it');
        t.equal(answer.headers['cache-control'], 'no-store');
      }
      for (const key of [keys.viewer, keys.contributor]) t.equal((await ask('GET', path, { key })).status, 200);
    }
    t.equal((await ask('PATCH', `/v1/articles/${id}`, { key: other, body: { title: 'x' } })).status, after);
    t.equal((await ask('DELETE', `/v1/articles/${id}?permanent=true`, { key: keys.admin })).status, 204);
    for (const key of [null, other, keys.admin])
      t.equal((await ask('GET', `/v1/articles/${id}`, { key })).status, 404, `${slug} deleted for good`);
  }
});

test('only an admin deletes for good, and an event with the id is all that is left', async (t) => {
  const galley = await startGalley(t);
  const { ask, keys, store, authorId } = galley;
  const made = await create(galley, { status: 'published', slug: 'once' });
  const path = `/v1/articles/${made.id}`;
  await ask('POST', `${path}/comments`, { body: { authorName: 'G', authorEmail: 'g@example.org', body: 'Hello' } });
  for (const key of [keys.viewer, keys.contributor, keys.author, keys.editor]) {
    t.equal((await ask('DELETE', `${path}?permanent=true`, { key })).status, 403);
    t.equal(
      (await ask('DELETE', '/v1/articles/999?permanent=true', { key })).status,
      403,
      'who may not learns nothing',
    );
  }
  t.equal((await ask('DELETE', `${path}?permanent=true`)).status, 401);
  t.equal((await ask('DELETE', `${path}?permanent=yes`, { key: keys.admin })).status, 400);
  t.equal((await ask('DELETE', `${path}?permanent=true`, { key: keys.admin })).status, 204);
  t.equal((await ask('DELETE', `${path}?permanent=true`, { key: keys.admin })).status, 404);
  t.equal((await ask('GET', `/v1/authors/${authorId}`, { key: keys.viewer })).body.articleCount, 0);
  const { articles, contents, articleTags, articleAuthors, comments, dueMoments, events } = store.tables;
  for (const table of [articles, contents, articleTags, articleAuthors, comments, dueMoments])
    t.strictSame(await store.db.select().from(table as typeof articles), []);
  const own = (await store.db.select().from(events).orderBy(events.id)).filter(({ kind }) => kind === 'article');
  t.strictSame(
    own.map(({ type, entityId }) => [type, entityId]),
    ['created', 'published', 'deleted', 'unpublished'].map((type) => [`article.${type}`, made.id]),
  );
  const next = await create(galley, { slug: 'once' });
  t.ok(next.id > made.id, 'an id is never used again, a slug is');
});

test('who may put what in the trash', async (t) => {
  const galley = await startGalley(t);
  const { ask, keys } = galley;
  const grace = (await ask('POST', '/v1/authors', { key: keys.editor, body: { name: 'Grace' } })).body.id;
  const rows: [keyof typeof keys, object, number][] = [
    ['viewer', {}, 403],
    ['contributor', {}, 204],
    ['contributor', { status: 'review' }, 204],
    ['contributor', { status: 'published' }, 403],
    ['contributor', { authorIds: [grace] }, 404],
    ['contributor', { authorIds: [grace], status: 'published' }, 403],
    ['author', { status: 'published' }, 204],
    ['author', { status: 'archived' }, 204],
    ['author', { authorIds: [grace], status: 'published' }, 403],
    ['author', { authorIds: [grace] }, 404],
    ['editor', { authorIds: [grace] }, 204],
    ['admin', { status: 'published' }, 204],
  ];
  for (const [role, body, status] of rows) {
    const { id } = await create(galley, body);
    const what = `${role} ${JSON.stringify(body)}`;
    t.equal((await ask('DELETE', `/v1/articles/${id}`, { key: keys[role] })).status, status, what);
    if (status !== 204) await ask('DELETE', `/v1/articles/${id}`, { key: keys.admin });
    const restored = (await ask('POST', `/v1/articles/${id}/restore`, { key: keys[role] })).status;
    t.equal(restored === 200, status === 204, `${what}: and take it out again (${restored})`);
  }
});

test('a client that says JSON and sends nothing is understood', async (t) => {
  const galley = await startGalley(t);
  const { ask, keys } = galley;
  const { id } = await create(galley);
  const json = { key: keys.admin, headers: { 'content-type': 'application/json' }, body: '' };
  t.equal((await ask('DELETE', `/v1/articles/${id}`, json)).status, 204);
  t.equal((await ask('POST', `/v1/articles/${id}/restore`, json)).status, 200);
  t.equal((await ask('DELETE', `/v1/articles/${id}?permanent=true`, json)).status, 204);
  t.equal((await ask('DELETE', '/v1/articles/0', json)).status, 400);
  t.equal((await ask('DELETE', '/v1/articles/2147483648', json)).status, 400);
});

const DAY = 86_400_000;
const partsOf = ({ store, clock }: Galley) => ({ store, clock: () => clock.now });
const eventsOf = async ({ store }: Galley, type: string) =>
  (await store.db.select().from(store.tables.events).orderBy(store.tables.events.id)).filter(
    (event) => event.type === type,
  );

test('what has been in the trash for so many days is deleted for good, by Galley itself', async (t) => {
  const galley = await startGalley(t);
  const { ask, keys, clock, store } = galley;
  const live = await create(galley, { slug: 'live', status: 'published' });
  const once = await create(galley, { slug: 'once', status: 'published' });
  await ask('PATCH', `/v1/articles/${once.id}`, { key: keys.editor, body: { slug: 'first' } });
  const draft = await create(galley, { slug: 'draft' });
  const late = await create(galley, { slug: 'late', status: 'published' });
  const trash = ({ id }: { id: number }) => ask('DELETE', `/v1/articles/${id}`, { key: keys.editor });
  await trash(once);
  await trash(draft);
  clock.advance(DAY);
  await trash(late);
  const statuses = async (key: string | null) =>
    Promise.all(
      [live, once, draft, late].map(async ({ id }) => (await ask('GET', `/v1/articles/${id}`, { key })).status),
    );
  t.strictSame(await statuses(null), [200, 410, 404, 410]);
  clock.advance(6 * DAY - 1);
  await emptyTrash(partsOf(galley), 7);
  t.strictSame(await statuses(keys.viewer), [200, 200, 200, 200], 'a millisecond before its time');
  clock.advance(1);
  await emptyTrash(partsOf(galley), 7);
  t.strictSame(await statuses(keys.viewer), [200, 404, 404, 200]);
  t.strictSame(await statuses(null), [200, 404, 404, 410], 'what is no more was never there');
  for (const slug of ['once', 'first', 'draft'])
    for (const key of [null, keys.admin])
      t.equal((await ask('GET', `/v1/articles/by-slug/${slug}`, { key })).status, 404);
  t.equal(await store.db.$count(store.tables.slugHistory), 0);
  t.match(await eventsOf(galley, 'article.deleted'), [
    { entityId: once.id, slug: 'first', keyId: null, requestId: null, live: false },
    { entityId: draft.id, slug: 'draft', keyId: null, requestId: null, live: false },
  ]);
  t.equal((await eventsOf(galley, 'article.unpublished')).length, 2, 'it was told when they were trashed');
  await ask('POST', `/v1/articles/${late.id}/restore`, { key: keys.editor });
  clock.advance(100 * DAY);
  await emptyTrash(partsOf(galley), 7);
  t.strictSame(await statuses(keys.viewer), [200, 404, 404, 200], 'what was taken out in time stays');
});

test('the trash is emptied at start and once, however many processes do; not at all unless it is asked for', async (t) => {
  const galley = await startGalley(t);
  const { clock, store, authorId, address } = galley;
  const COUNT = 45;
  await storeMany(store, COUNT, clock.now, () => ({ authorIds: [authorId], tagIds: [], deletedAt: clock.now }));
  clock.advance(30 * DAY);
  const onError = (error: unknown) => t.fail('the trash was not emptied', { error });
  await startEmptying(partsOf(galley), 0, onError).stop();
  t.equal(await store.db.$count(store.tables.articles), COUNT, '0 days: kept');
  const others = await Promise.all([openStore(address), openStore(address)]);
  t.teardown(() => Promise.all(others.map((other) => other.close())));
  const { during, planOf } = watchStatements(t, address);
  const { ran } = await during(() =>
    Promise.all([store, ...others].map((each) => emptyTrash({ store: each, clock: () => clock.now }, 30))),
  );
  t.equal(await store.db.$count(store.tables.articles), 0);
  const deleted = (await eventsOf(galley, 'article.deleted')).map(({ entityId }) => entityId);
  t.strictSame([deleted.length, new Set(deleted).size], [COUNT, COUNT], 'each once');
  const found = ran.filter(({ source }) => /^select "id" from "articles" where .*"updated_at"/.test(source));
  t.ok(found.length > 1);
  await storeMany(store, 500, clock.now, (number) => ({
    ...{ authorIds: [authorId], tagIds: [] },
    ...(number % 20 === 0 && { deletedAt: new Date(clock.now.getTime() - 40 * DAY) }),
  }));
  const { seeks, dear } = await planOf(found.slice(0, 1));
  t.strictSame(dear, []);
  t.match(seeks.join(), /articles_by_update \(shelf=\? AND updated_at<\?\)/);
  const emptying = startEmptying(partsOf(galley), 30, onError);
  const isEmpty = async () => (await store.db.$count(store.tables.articles)) === 475;
  for (let i = 0; i < 200 && !(await isEmpty()); i++) await sleep(10);
  await emptying.stop();
  t.ok(await isEmpty(), 'at start, without waiting for the timer');
});
