import { setTimeout as sleep } from 'node:timers/promises';
import { asc } from 'drizzle-orm';
import { type Test, test } from 'tap';
import { startGalley } from '../support/app.ts';
import { watchStatements } from '../support/database.ts';
import { storeMany } from '../support/many-articles.ts';
import { overTheWire } from '../support/wire.ts';

type Tag = { id: number; slug: string; name: string };

const startDesk = async (t: Test) => {
  const galley = await startGalley(t);
  const { ask, keys, authorId, store } = galley;
  const tag = async (name: string, more: object = {}): Promise<number> =>
    (await ask('POST', '/v1/tags', { key: keys.editor, body: { name, ...more } })).body.id;
  const write = async (tags: string[], more: object = {}): Promise<{ id: number; slug: string }> =>
    (
      await ask('POST', '/v1/articles', {
        key: keys.editor,
        body: { title: 'T', body: 'B', authorIds: [authorId], tags, status: 'published', ...more },
      })
    ).body;
  const merge = (id: number | string, body: unknown, more: object = {}) =>
    ask('POST', `/v1/tags/${id}/merge`, { key: keys.editor, body, ...more });
  const read = (url: string) => ask('GET', url, { key: keys.viewer });
  const tagsOf = async ({ id }: { id: number }) =>
    (await read(`/v1/articles/${id}`)).body.tags.map(({ name }: Tag) => name);
  const lastEvents = async (count: number) =>
    (await store.db.select().from(store.tables.events).orderBy(asc(store.tables.events.id))).slice(-count);
  return { ...galley, tag, write, merge, read, tagsOf, lastEvents };
};

test('a merged tag is the other on every article, once, in its place', async (t) => {
  const desk = await startDesk(t);
  const { ask, keys, merge, read, write, tag, tagsOf, store, lastEvents } = desk;
  const [old, into] = [await tag('Boat'), await tag('Ships')];
  const live = await write(['First', 'Boat', 'Last']);
  const both = await write(['Ships', 'First', 'Boat', 'Last']);
  const bothLater = await write(['Boat', 'First', 'Ships']);
  const draft = await write(['Boat'], { status: 'draft' });
  const trashed = await write(['Boat', 'First']);
  await ask('DELETE', `/v1/articles/${trashed.id}`, { key: keys.editor });
  const untouched = await write(['Ships', 'Last']);
  const all = [live, both, bothLater, draft, trashed, untouched];
  const before = await Promise.all(all.map(({ id }) => read(`/v1/articles/${id}`)));
  const shown = await ask('GET', `/v1/articles/${live.id}`);
  const revisions = await store.db.$count(store.tables.revisions);

  const merged = await merge(old, { into });
  t.match(merged, { status: 200, body: { id: into, slug: 'ships', articleCount: 4, version: 1 } });
  t.equal(merged.headers['cache-group-invalidation'], `"tag-${old}", "tag-${into}", "tags", "articles"`);
  const wanted = [
    ['First', 'Ships', 'Last'],
    ['Ships', 'First', 'Last'],
    ['First', 'Ships'],
    ['Ships'],
    ['Ships', 'First'],
    ['Ships', 'Last'],
  ];
  for (const [i, article] of all.entries()) {
    t.strictSame(await tagsOf(article), wanted[i], `article ${i}`);
    const after = (await read(`/v1/articles/${article.id}`)).body;
    t.strictSame({ ...after, tags: [] }, { ...before[i]?.body, tags: [] }, 'nothing else of it has changed');
  }
  const after = await ask('GET', `/v1/articles/${live.id}`);
  t.not(after.headers.etag, shown.headers.etag, 'but there are other bytes');
  t.strictSame(
    after.body.tags.map(({ name }: Tag) => name),
    wanted[0],
    'to the anonymous too, by the cards',
  );
  t.equal(await store.db.$count(store.tables.revisions), revisions, 'no version is stored');
  t.strictSame((await read(`/v1/tags/${into}`)).body, merged.body);
  t.equal((await read(`/v1/tags/${old}`)).status, 404);
  t.equal((await ask('GET', '/v1/articles?tag=ships&count=exact')).body.pagination.total, 4, 'and lists agree');
  t.equal((await ask('GET', '/v1/articles?tag=boat&count=exact')).body.pagination.total, 0);
  t.equal((await read('/v1/articles?trashed=true&tag=ships')).body.data.length, 1);
  const events = await lastEvents(2);
  t.match(events[1], { type: 'tag.merged', entityId: old, intoId: into, slug: 'boat' });
  t.strictSame(
    events[1]?.articleIds,
    [live, both, bothLater, draft, trashed].map(({ id }) => id),
  );
  t.not(events[0]?.type, 'tag.merged', 'one event names them all');
  await desk.indexQueued();
  t.equal((await ask('GET', '/v1/articles?q=boat')).body.data.length, 0);
  t.equal((await ask('GET', '/v1/articles?q=ships')).body.data.length, 4);
  t.match((await ask('POST', '/v1/tags', { key: keys.editor, body: { name: 'Boat' } })).body, { slug: 'boat' });
});

test('the slugs of a merged tag lead to the other', async (t) => {
  const { ask, keys, merge, read, write, tag, store } = await startDesk(t);
  const rename = (id: number, slug: string) => ask('PATCH', `/v1/tags/${id}`, { key: keys.editor, body: { slug } });
  const [one, two, three] = [await tag('One'), await tag('Two'), await tag('Three')];
  await write(['One', 'Two', 'Three']);
  await rename(one, 'uno');
  await merge(one, { into: two });
  const led = async (slug: string) => [
    (await ask('GET', `/v1/tags/by-slug/${slug}`)).headers.location,
    (await read(`/v1/tags/by-slug/${slug}`)).headers.location,
  ];
  for (const slug of ['one', 'uno']) t.strictSame(await led(slug), Array(2).fill('/v1/tags/by-slug/two'), slug);
  await rename(two, 'due');
  await merge(two, { into: three });
  for (const slug of ['one', 'uno', 'two', 'due'])
    t.strictSame(await led(slug), Array(2).fill('/v1/tags/by-slug/three'), slug);
  await rename(three, 'uno');
  t.strictSame(await led('three'), Array(2).fill('/v1/tags/by-slug/uno'));
  t.equal((await ask('GET', '/v1/tags/by-slug/uno')).status, 200, 'taken back by what it was merged into');
  await ask('DELETE', `/v1/tags/${three}`, { key: keys.editor });
  for (const slug of ['one', 'uno', 'three']) t.strictSame(await led(slug), [undefined, undefined]);
  t.equal(await store.db.$count(store.tables.slugHistory), 0);
});

test('what was internal stays so: its slugs lead holders of keys alone', async (t) => {
  const { ask, merge, read, write, tag } = await startDesk(t);
  const [secret, open] = [await tag('Campaign', { kind: 'internal' }), await tag('Harbour')];
  const article = await write(['Campaign']);
  const shown = async () => (await ask('GET', `/v1/articles/${article.id}`)).body.tags.length;
  t.equal(await shown(), 0);
  const merged = await merge(secret, { into: open });
  t.match(String(merged.headers['cache-group-invalidation']), /"site"/, 'pages that did not show it are told');
  t.equal(await shown(), 1);
  t.equal((await ask('GET', '/v1/tags/by-slug/campaign')).status, 404);
  t.equal((await read('/v1/tags/by-slug/campaign')).headers.location, '/v1/tags/by-slug/harbour');
  const hidden = await tag('Plan', { kind: 'internal' });
  await merge(open, { into: hidden });
  t.equal(await shown(), 0);
  t.equal((await ask('GET', '/v1/tags/by-slug/harbour')).status, 404);
  t.equal((await read('/v1/tags/by-slug/harbour')).headers.location, '/v1/tags/by-slug/plan');
});

test('what cannot be merged is refused, and stays', async (t) => {
  const { ask, merge, keys, write, tag, tagsOf, read } = await startDesk(t);
  const [old, into] = [await tag('Boat'), await tag('Ships')];
  const article = await write(['Boat']);
  type Row = [id: number | string, body: unknown, more: object, status: number, told: object];
  const reference = { code: 'unknown-reference', errors: [{ in: 'body', pointer: '/into' }] };
  const rows: Row[] = [
    [old, { into: old }, {}, 422, reference],
    [old, { into: 999 }, {}, 422, reference],
    [999, { into }, {}, 404, { code: 'not-found' }],
    [old, { into }, { headers: { 'if-match': '"2"' } }, 412, { code: 'version-mismatch', currentVersion: 1 }],
    [old, { into: 999 }, { headers: { 'if-match': '"2"' } }, 412, { code: 'version-mismatch' }],
    [old, {}, {}, 400, { errors: [{ pointer: '/into', code: 'required' }] }],
    [old, undefined, {}, 400, {}],
    [old, { into: 'ships' }, {}, 400, { errors: [{ pointer: '/into' }] }],
    [old, { into: 0 }, {}, 400, {}],
    [old, { into, all: true }, {}, 400, { errors: [{ pointer: '/all', code: 'unknown-field' }] }],
    ['x', { into }, {}, 400, { errors: [{ in: 'path', name: 'id' }] }],
    [old, { into }, { key: keys.author }, 403, { code: 'forbidden' }],
    [old, { into }, { key: null }, 401, { code: 'unauthenticated' }],
  ];
  for (const [id, body, more, status, told] of rows)
    t.match(await merge(id, body, more), { status, body: told }, `${id} ${JSON.stringify(body)} → ${status}`);
  t.strictSame(await tagsOf(article), ['Boat']);
  t.match((await read(`/v1/tags/${old}`)).body, { version: 1, articleCount: 1 });
  await ask('PATCH', `/v1/tags/${old}`, { key: keys.editor, body: { description: 'Of all sizes' } });
  t.match(await merge(old, { into }, { headers: { 'if-match': '"1"' } }), {
    status: 412,
    body: { currentVersion: 2, changedFields: ['description'] },
  });
  t.equal((await merge(old, { into }, { headers: { 'if-match': '"2"' } })).status, 200);
  t.equal((await merge(old, { into })).status, 404, 'once more there is none');
});

test('answers that are kept show the other at once', async (t) => {
  const desk = await startDesk(t);
  const { merge, write, tag, address } = desk;
  const [old, into] = [await tag('Boat'), await tag('Ships')];
  const { id, slug } = await write(['Boat', 'Quay']);
  const wire = await overTheWire(t, desk.app);
  const { during } = watchStatements(t, address);
  const paths = [`/v1/articles/${id}`, `/v1/articles/by-slug/${slug}`, '/v1/articles', '/v1/articles?tag=quay'];
  const shownAt = async (path: string) => (await wire(path)).bytes.toString('utf8');
  for (const path of [...paths, '/v1/tags']) t.match(await shownAt(path), /"slug":"boat"/, path);
  t.strictSame((await during(() => wire('/v1/articles'))).ran, [], 'they are kept');
  await merge(old, { into });
  for (const path of [...paths, '/v1/tags']) {
    t.notMatch(await shownAt(path), /boat"/i, path);
    t.match(await shownAt(path), /"slug":"ships"/, path);
  }
  t.equal((await wire('/v1/tags/by-slug/boat')).headers.location, '/v1/tags/by-slug/ships');
});

test('more articles than one slice takes are merged while others read and write', async (t) => {
  const desk = await startDesk(t);
  const { ask, keys, merge, tag, authorId, store, clock } = desk;
  const [old, into] = [await tag('Boat'), await tag('Ships')];
  const COUNT = 650;
  await storeMany(store, COUNT, clock.now, (number) => ({
    authorIds: [authorId],
    tagIds: number % 3 === 0 ? [into, old] : number % 3 === 1 ? [old] : [old, into],
    ...(number % 10 === 0 && { status: 'draft' as const }),
    ...(number % 50 === 1 && { deletedAt: clock.now }),
  }));
  let isOver = false;
  const countBy = async (slug: string) => (await ask('GET', `/v1/articles?tag=${slug}&page=1`)).body.pagination.total;
  const [byOld, byInto] = [await countBy('boat'), await countBy('ships')];
  const seen = new Set<string>();
  const readOn = async () => {
    while (!isOver) {
      const { status, body } = await ask('GET', '/v1/articles?limit=100');
      await sleep(1); // these come without a socket, and so would leave nobody else the event loop
      if (status !== 200) t.fail(`a read meanwhile: ${status}`);
      seen.add([...new Set(body.data.map(({ tags }: { tags: Tag[] }) => tags.some(({ id }) => id === old)))].join());
    }
  };
  const reading = readOn();
  const merging = merge(old, { into }).finally(() => {
    isOver = true;
  });
  // A writer that comes meanwhile waits its turn, and meets what is true then.
  const late = sleep(200).then(() => ask('PATCH', `/v1/tags/${old}`, { key: keys.editor, body: { name: 'Late' } }));
  const [merged, written] = await Promise.all([merging, late, reading]);
  t.match([merged.status, written.status], [200, 404]);
  t.equal(merged.body.articleCount, byOld, 'every live one counts, once');
  t.ok(byInto < byOld);
  t.equal(await countBy('ships'), byOld);
  for (const state of seen) t.match(state, /^(?:true|false)$/, 'no read saw some merged and others not');
  const { articleTags, articles } = store.tables;
  const rows = await store.db.select().from(articleTags).orderBy(asc(articleTags.articleId));
  t.strictSame([rows.length, new Set(rows.map(({ tagId }) => tagId))], [COUNT, new Set([into])]);
  const cards = await store.db.select({ names: articles.cardNames, version: articles.version }).from(articles);
  t.ok(cards.every(({ version }) => version === 1));
  t.strictSame(
    new Set(cards.map(({ names }) => names?.tagIds.join())),
    new Set([undefined, String(into)]),
    'cards name it, once',
  );
  t.equal(await store.db.$count(store.tables.searchQueue), COUNT, 'all are to be found by its name');
});
