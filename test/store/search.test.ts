import { test } from 'tap';
import { readSearchQuery } from '../../src/core/search-query.ts';
import { startGalley } from '../support/app.ts';

/** Beyond this id a search is done in a thread. */
const MANY = 20_001;

test('the search of a great store is done in a thread, and finds what was written just before', async (t) => {
  const { ask, keys, authorId, store, app } = await startGalley(t);
  const make = (title: string) =>
    ask('POST', '/v1/articles', {
      key: keys.editor,
      body: { title, body: 'Boats.', status: 'published', authorIds: [authorId] },
    });
  const titles = async (query: string) => {
    const { status, body } = await ask('GET', `/v1/articles?${query}`);
    t.equal(status, 200);
    return body.data.map(({ title }: { title: string }) => title);
  };
  await make('One');
  t.same(await titles('q=boats'), ['One']);
  const { articles } = store.tables;
  await store.transaction(async (tx) => {
    const [row] = await tx.db.select().from(articles);
    if (row)
      await tx.db.insert(articles).values({ ...row, id: MANY, slug: 'many', title: 'Many', sortAt: new Date(0) });
  });
  for (let i = 0; i < 5; i++) {
    await make(`Next ${i}`);
    t.equal((await titles('q=boats')).length, i + 2, 'each write is found at once');
  }
  t.same(await titles('q=boats&page=2'), []);
  t.equal((await ask('GET', '/v1/articles?q=boats&page=2')).body.pagination.total, 6, 'past the end it is counted too');
  const { body } = await ask('GET', '/v1/articles?q=boats&sort=title&limit=4');
  t.same(await titles(`q=boats&sort=title&limit=4&cursor=${body.pagination.next}`), ['Next 4', 'One']);
  const answers = await Promise.all(Array.from({ length: 40 }, () => titles('q=next')));
  t.ok(
    answers.every((found) => found.length === 5),
    'many at once',
  );

  const comment = { authorName: 'Kay', authorEmail: 'kay@mail.example' };
  const said = async (body: string) =>
    (await ask('POST', '/v1/articles/1/comments', { body: { ...comment, body } })).body.id;
  const first = await said('Boats at noon.');
  const { comments } = store.tables;
  await store.transaction(async (tx) => {
    const [row] = await tx.db.select().from(comments);
    if (row) await tx.db.insert(comments).values({ ...row, id: MANY, body: 'Not found.' });
  });
  const second = await said('Boats at night.');
  const queue = await ask('GET', '/v1/comments?q=boats', { key: keys.editor });
  const found = queue.body.data.map(({ id }: { id: number }) => id);
  t.same(found, [second, first], 'comments are searched by a thread too, and beside articles');
  await app.close();
});

test('of many matches the newest by id are ranked', async (t) => {
  const { store } = await startGalley(t);
  const { articles } = store.tables;
  const now = new Date();
  const row = { version: 1, title: 'T', titleFolded: 't', generatedExcerpt: '', bodyFormat: 'markdown' as const };
  const rest = { status: 'published' as const, shelf: 'published' as const, notedLive: true, language: 'en' };
  const counts = { featured: false, commentCount: 0, wordCount: 1, createdAt: now, updatedAt: now, sortAt: now };
  await store.transaction(async (tx) => {
    for (let id = 1; id <= 10_050; id++) {
      await tx.db.insert(articles).values({ ...row, ...rest, ...counts, id, slug: `s${id}` });
      const title = id <= 60 ? 'boats' : '';
      await tx.searches.articles.write(id, { title, subtitle: '', names: '', text: 'boats' });
    }
  });
  const order = { column: articles.sortAt, id: articles.id, kind: 'moment' as const, descending: true };
  const slice = { limit: 20, from: null, offset: 0, counted: true };
  const find = (q: string, descending = true) =>
    store.searches.articles.find(readSearchQuery(q), {
      ids: null,
      where: undefined,
      order: { ...order, descending },
      isRanked: descending,
      slice,
    });
  const { rows, total } = await find('boats');
  t.equal(total, 10_000);
  t.same(
    rows.slice(0, 11).map(({ id }) => id),
    [60, 59, 58, 57, 56, 55, 54, 53, 52, 51, 10_050],
    'in the title first',
  );
  const oldest = await find('boats', false);
  t.equal(oldest.rows[0]?.id, 51, 'the fifty oldest are not among them');
});
