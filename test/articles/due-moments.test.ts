import { test } from 'tap';
import { type Galley, START, startGalley } from '../support/app.ts';

const HOUR = 3_600_000;
const at = (hours: number) => new Date(Date.parse(START) + hours * HOUR).toISOString();

const create = async ({ ask, keys, authorId }: Galley, body: object) =>
  (
    await ask('POST', '/v1/articles', {
      key: keys.editor,
      body: { title: 'The harbour', body: 'Text', authorIds: [authorId], tags: ['Harbour'], ...body },
    })
  ).body;

const happened = async ({ store }: Galley, id: number) => {
  const rows = await store.db.select().from(store.tables.events).orderBy(store.tables.events.id);
  const own = rows.filter(({ kind, entityId }) => kind === 'article' && entityId === id);
  return own.map(({ type, live }) => `${type.slice(8)}${live ? ' live' : ''}`);
};
const countsOf = async ({ ask, keys, authorId }: Galley) => [
  (await ask('GET', `/v1/authors/${authorId}`, { key: keys.viewer })).body.articleCount,
  (await ask('GET', '/v1/tags/by-slug/harbour', { key: keys.viewer })).body.articleCount,
];

test('each moment that comes due is noted once', async (t) => {
  const galley = await startGalley(t);
  const { clock } = galley;
  const { id } = await create(galley, { status: 'scheduled', publishedAt: at(1), unpublishAt: at(3) });
  await galley.noteDueMoments();
  t.strictSame([await happened(galley, id), await countsOf(galley)], [['created'], [0, 0]]);
  clock.advance(HOUR);
  for (let i = 0; i < 2; i++) {
    await Promise.all([galley.noteDueMoments(), galley.noteDueMoments()]);
    t.strictSame(await happened(galley, id), ['created', 'published live']);
    t.strictSame(await countsOf(galley), [1, 1]);
  }
  clock.advance(2 * HOUR);
  for (let i = 0; i < 2; i++) {
    await galley.noteDueMoments();
    t.strictSame(await happened(galley, id), ['created', 'published live', 'unpublished']);
    t.strictSame(await countsOf(galley), [0, 0]);
  }
});

test('what came due while nobody ran is noted at the next start, both moments in their order', async (t) => {
  const galley = await startGalley(t);
  const { id } = await create(galley, { status: 'scheduled', publishedAt: at(1), unpublishAt: at(2) });
  const late = await create(galley, { status: 'scheduled', publishedAt: at(2) });
  for (let i = 0; i < 150; i++)
    await create(galley, { title: `Many ${i}`, body: 'x', status: 'scheduled', publishedAt: at(1) });
  galley.clock.advance(24 * HOUR);
  await galley.noteDueMoments();
  t.strictSame(await happened(galley, id), ['created', 'published live', 'unpublished']);
  t.strictSame(await happened(galley, late.id), ['created', 'published live']);
  t.strictSame(await countsOf(galley), [151, 151], 'also when they are more than one transaction takes');
  const { body } = await galley.ask('GET', `/v1/articles/${late.id}`);
  t.equal(body.firstPublishedAt, at(2), 'the moment itself, not that of the noting');
});

test('a write upon a moment that is not noted yet begins from what is true', async (t) => {
  const galley = await startGalley(t);
  const { ask, keys, clock } = galley;
  const schedule = { status: 'scheduled', publishedAt: at(1), unpublishAt: at(2) };
  type Row = [hours: number, method: string, body: object | undefined, status: number, events: string[], count: number];
  const rows: Row[] = [
    [1, 'PATCH', { title: 'New' }, 200, ['created', 'published live', 'updated live'], 1],
    [1, 'PATCH', {}, 200, ['created', 'published live'], 1],
    [1, 'PATCH', { status: 'draft' }, 200, ['created', 'published live', 'updated', 'unpublished'], 0],
    [1, 'PATCH', { tags: [], title: 'Bare' }, 200, ['created', 'published live', 'updated live'], 1],
    [1, 'PATCH', { status: 'scheduled' }, 422, ['created'], 0],
    [1, 'DELETE', undefined, 204, ['created', 'published live', 'trashed', 'unpublished'], 0],
    [2, 'PATCH', { title: 'New' }, 200, ['created', 'published live', 'unpublished', 'updated'], 0],
    [
      2,
      'PATCH',
      { status: 'published', unpublishAt: null },
      200,
      ['created', 'published live', 'unpublished', 'updated live', 'published live'],
      1,
    ],
    [2, 'DELETE', undefined, 204, ['created', 'published live', 'unpublished', 'trashed'], 0],
  ];
  for (const [hours, method, body, status, events, count] of rows) {
    clock.now = new Date(START);
    const { id } = await create(galley, schedule);
    clock.advance(hours * HOUR);
    const answer = await ask(method, `/v1/articles/${id}`, { key: keys.editor, body });
    const what = `${method} ${JSON.stringify(body)} ${hours} h later`;
    t.equal(answer.status, status, what);
    t.strictSame(await happened(galley, id), events, what);
    const [byAuthor] = await countsOf(galley);
    t.equal(byAuthor, count, `${what}: the count`);
    await galley.noteDueMoments();
    t.strictSame(
      (await happened(galley, id)).filter((event) => !events.includes(event) && status !== 422),
      [],
      `${what}: nothing twice`,
    );
    await ask('DELETE', `/v1/articles/${id}?permanent=true`, { key: keys.admin });
    t.strictSame((await countsOf(galley))[0], 0, `${what}: gone from the count`);
  }
});

test('what is deleted for good upon a moment that is not noted yet, is told as everyone saw it', async (t) => {
  const galley = await startGalley(t);
  const rows: [hours: number, events: string[]][] = [
    [0, ['created', 'deleted']],
    [1, ['created', 'published live', 'deleted', 'unpublished']],
    [2, ['created', 'published live', 'unpublished', 'deleted']],
  ];
  for (const [hours, events] of rows) {
    galley.clock.now = new Date(START);
    const { id } = await create(galley, { status: 'scheduled', publishedAt: at(1), unpublishAt: at(2) });
    galley.clock.advance(hours * HOUR);
    const removal = await galley.ask('DELETE', `/v1/articles/${id}?permanent=true`, { key: galley.keys.admin });
    t.equal(removal.status, 204);
    t.strictSame(await happened(galley, id), events, `${hours} h later`);
    t.strictSame(await countsOf(galley), [0, 0]);
  }
});

/** A small generator, so that a failing run can be run again. */
const randomFrom = (seed: number) => () => {
  seed = (seed * 1_664_525 + 1_013_904_223) % 4_294_967_296;
  return seed / 4_294_967_296;
};

test('counts are those of a recount after every kind of change', async (t) => {
  const galley = await startGalley(t);
  const { ask, keys, clock, store, authorId } = galley;
  const random = randomFrom(20_261_122);
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
  const some = <T>(values: readonly T[]): T[] => values.filter(() => random() < 0.5);
  const authors = [authorId];
  for (const name of ['Grace', 'Alan'])
    authors.push((await ask('POST', '/v1/authors', { key: keys.editor, body: { name } })).body.id);
  const tags = ['One', 'Two', 'Three', 'Four'];
  const soon = () => new Date(clock.now.getTime() + Math.floor(random() * 3 + 1) * HOUR).toISOString();
  const bodyOf = () => ({
    title: 'Random',
    body: 'Text',
    ...(random() < 0.7 && { authorIds: some(authors) }),
    ...(random() < 0.7 && { tags: some(tags) }),
    ...(random() < 0.6 && { status: pick(['draft', 'review', 'scheduled', 'published', 'archived']) }),
    ...(random() < 0.4 && { publishedAt: pick([null, at(-1), soon()]) }),
    ...(random() < 0.3 && { unpublishAt: pick([null, soon()]) }),
  });
  const recount = async (now: Date | null) => {
    const { articles, articleAuthors, articleTags } = store.tables;
    const rows = await store.db.select().from(articles);
    const isCounted = (row: (typeof rows)[number]) =>
      now === null
        ? row.notedLive
        : row.deletedAt === null &&
          row.status === 'published' &&
          row.publishedAt !== null &&
          row.publishedAt <= now &&
          (row.unpublishAt === null || row.unpublishAt > now);
    const live = new Set(rows.filter(isCounted).map(({ id }) => id));
    const bylines = (await store.db.select().from(articleAuthors)).filter(({ articleId }) => live.has(articleId));
    const labels = (await store.db.select().from(articleTags)).filter(({ articleId }) => live.has(articleId));
    const wanted = (ids: number[], id: number) => ids.filter((other) => other === id).length;
    const counted = async (table: typeof store.tables.authors | typeof store.tables.tags, ids: number[]) =>
      (await store.db.select().from(table as typeof store.tables.authors)).map(({ id, articleCount }) => ({
        id,
        off: articleCount - wanted(ids, id),
      }));
    return [
      ...(await counted(
        store.tables.authors,
        bylines.map((byline) => byline.authorId),
      )),
      ...(await counted(
        store.tables.tags,
        labels.map(({ tagId }) => tagId),
      )),
    ].filter(({ off }) => off !== 0);
  };
  const statuses: Record<number, number> = {};
  for (let i = 0; i < 300; i++) {
    const id = Math.ceil(random() * 12);
    const [method, url, body] = pick([
      ...([
        ['POST', '/v1/articles', bodyOf()],
        ['POST', `/v1/articles/${id}/restore`, undefined],
      ] as const),
      ...Array(5).fill(['PATCH', `/v1/articles/${id}`, bodyOf()] as const),
      ...([['DELETE', `/v1/articles/${id}`, undefined]] as const),
      ...(random() < 0.2 ? ([['DELETE', `/v1/articles/${id}?permanent=true`, undefined]] as const) : []),
    ]);
    const { status } = await ask(method, url, { key: keys.admin, body });
    statuses[status] = (statuses[status] ?? 0) + 1;
    const off = await recount(null);
    if (off.length > 0) t.fail(`step ${i}: ${method} ${url} ${status} leaves a count off`, { off, body });
    if (random() < 0.3) clock.advance(Math.floor(random() * 2 * HOUR));
    if (random() < 0.2) {
      await galley.noteDueMoments();
      const late = await recount(clock.now);
      if (late.length > 0) t.fail(`step ${i}: the noting leaves a count off`, { late });
    }
  }
  for (const status of [200, 201, 204, 422])
    t.ok((statuses[status] ?? 0) > 5, `${statuses[status]} answers of ${status}`);
  t.notOk(statuses[500]);
});
