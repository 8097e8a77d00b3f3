/** The search of the queue: what editors find by words, wherever it stands, and what nobody finds. */
import { type Test, test } from 'tap';
import { indexComment, startIndexingComments } from '../../src/features/comments/indexing.ts';
import { listQueue } from '../../src/features/comments/searching.ts';
import { startGalley } from '../support/app.ts';
import { insertRows } from '../support/rows.ts';

const SAID: [name: string, body: string][] = [
  ['Grace Hopper', 'What a *night* at the harbour.'],
  ['Émile', 'Straße und Café, [hier](https://spam.example/pills).'],
  ['京都の人', '日本語のコメントです'],
  ['Harbour Master', 'No boats tonight.'],
  ['Sami', 'مرحبا بالعالم 🛶'],
  ['Kay', 'The harbour at noon, `const night = 1`.'],
  ['O’Neil', 'Fog. '.repeat(200)],
];

/** A Galley with two articles and comments on them, by turns of the statuses; `find` gives the numbers of what is found. */
const startQueue = async (t: Test) => {
  const galley = await startGalley(t);
  const { ask, keys, authorId, clock } = galley;
  const articles: number[] = [];
  for (const title of ['One', 'Two']) {
    const body = { title, body: 'Dark.', authorIds: [authorId], status: 'published' };
    articles.push((await ask('POST', '/v1/articles', { key: keys.editor, body })).body.id);
  }
  const ids: number[] = [];
  for (const [i, [authorName, body]] of SAID.entries()) {
    if (i % 2 === 0) clock.advance(1000); // so that some share a moment
    const comment = { authorName, authorEmail: `zq${i}@mail.example`, body };
    ids.push((await ask('POST', `/v1/articles/${articles[i % 2]}/comments`, { body: comment })).body.id);
    const status = ['pending', 'approved', 'spam', 'trash'][i % 4];
    await ask('PATCH', `/v1/comments/${ids[i]}`, { key: keys.editor, body: { status } });
  }
  const list = (query: string) => ask('GET', `/v1/comments?${query}`, { key: keys.editor });
  const find = async (q: string, more = '') => {
    const { body } = await list(`q=${encodeURIComponent(q)}${more}`);
    return body.data.map(({ id }: { id: number }) => ids.indexOf(id)) as number[];
  };
  return { ...galley, articles, ids, list, find };
};

test('editors find comments by the words of name and text, newest first', async (t) => {
  const { find, list, articles } = await startQueue(t);
  const cases: [q: string, found: number[], more?: string][] = [
    ['harbour', [5, 3, 0]],
    ['HARB', [5, 3, 0]],
    ['harbour night', [5, 0]],
    ['"harbour at"', [5]],
    ['"a night at"', [0]],
    ['harbour -night', [3]],
    ['harbour -"at noon"', [3, 0]],
    ['cafe strasse emile', [1]],
    ['spam.example', [1]],
    ['pills', [1]],
    ['日本', [2]],
    ['京', [2]],
    ['本語のコ', [2]],
    ['مرحبا', [4]],
    ['🛶', [4]],
    ["o'neil", [6]],
    ['fog', [6]],
    ['grace mail', []],
    ['zq0', []],
    ['zq0@mail.example', []],
    ['nothing', []],
    ['-harbour', []],
    ['*', []],
    ['harbour', [5, 3], '&status=approved,trash'],
    ['harbour', [0], '&status=pending'],
    ['harbour', [], '&status=spam'],
    ['harbour', [0], `&article=${articles[0]}`],
    ['harbour', [5], `&article=${articles[1]}&status=approved,pending`],
    ['harbour', [], '&article=999'],
  ];
  for (const [q, found, more] of cases) t.strictSame(await find(q, more), found, `${q} ${more ?? ''}`);

  t.strictSame(await find('harbour', '&limit=1&page=2'), [3]);
  t.match((await list('q=harbour&page=1&limit=2')).body.pagination, { total: 3, pages: 2 });
  const [first] = [(await list('q=harbour&limit=2&count=exact')).body.pagination];
  t.match(first, { total: 3, previous: null });
  t.strictSame(await find('harbour', `&limit=2&cursor=${first.next}`), [0]);
  const last = (await list(`q=harbour&limit=2&cursor=${first.next}`)).body.pagination;
  t.equal(last.next, null);
  t.strictSame(await find('harbour', `&limit=2&cursor=${last.previous}`), [5, 3], 'and back');
  t.equal(
    (await list(`q=night&limit=2&cursor=${first.next}`)).body.code,
    'invalid-cursor',
    'a cursor is of its search',
  );
  for (const q of ['', 'x'.repeat(201)]) t.equal((await list(`q=${q}`)).status, 400);
});

test('what is found is what the comment says by now', async (t) => {
  const { ask, keys, ids, find, store, articles } = await startQueue(t);
  const edit = (at: number, body: object) => ask('PATCH', `/v1/comments/${ids[at]}`, { key: keys.editor, body });
  await edit(0, { body: 'A quiet evening.' });
  t.strictSame([await find('harbour'), await find('evening grace')], [[5, 3], [0]], 'an edited text');
  await edit(0, { status: 'spam' });
  t.strictSame(await find('evening', '&status=spam'), [0], 'with its status');
  await ask('DELETE', `/v1/comments/${ids[3]}`, { key: keys.editor });
  t.strictSame(await find('harbour', '&status=trash'), [3], 'in the trash');
  await ask('DELETE', `/v1/comments/${ids[3]}?permanent=true`, { key: keys.admin });
  t.strictSame(await find('harbour'), [5], 'for good');
  const left = async () => ids.length - (await store.searches.comments.listLacking(ids)).length;
  t.equal(await left(), 6, 'no word of it is kept');
  await store.transaction(async (tx) =>
    indexComment(tx, { id: ids[5] as number, authorName: '', body: '', status: 'deleted' }),
  );
  t.strictSame([await find('harbour'), await left()], [[], 5], 'nor of what only keeps its place');
  await ask('DELETE', `/v1/articles/${articles[1]}`, { key: keys.editor });
  t.strictSame(await find('pills'), [1], 'an article in the trash keeps its comments');
  await ask('DELETE', `/v1/articles/${articles[1]}?permanent=true`, { key: keys.admin });
  t.strictSame([await find('pills'), await left()], [[], 4], 'one that is gone takes them along');
  await t.rejects(
    store.transaction(async (tx) => {
      await indexComment(tx, { id: ids[0] as number, authorName: 'Taken', body: 'back', status: 'spam' });
      throw new Error('not kept');
    }),
  );
  t.strictSame([await find('taken back'), await find('evening')], [[], [0]], 'what is not kept is not found');
});

test('a page is found anew where others change what stands on it', async (t) => {
  const { ask, keys, ids, store } = await startQueue(t);
  const real = store.searches.comments;
  let left = 1;
  const meddled: typeof real.find = async (...asked) => {
    const found = await real.find(...asked);
    if (left-- > 0) await ask('PATCH', `/v1/comments/${ids[3]}`, { key: keys.editor, body: { status: 'spam' } });
    return found;
  };
  const racing = { ...store, searches: { ...store.searches, comments: { ...real, find: meddled } } };
  const slice = { limit: 1, offset: 0, from: null, counted: true };
  const { rows, total } = await listQueue(racing, { statuses: ['pending', 'trash'] }, 'harbour', slice);
  t.strictSame([rows.map(({ id }) => ids.indexOf(id)), total, left], [[0], 1, -1]);
});

test('what an older Galley stored is made findable at the start, and others may stop that', async (t) => {
  const { store, ids, find } = await startQueue(t);
  const { comments } = store.tables;
  const [like] = await store.db.select().from(comments).orderBy(comments.id).limit(1);
  if (!like) throw new Error('There is no comment to be like');
  const old = Array.from({ length: 450 }, (_, i) => ({
    ...like,
    id: 1000 + i,
    body: i % 10 === 0 ? 'Old.' : 'More.',
  }));
  await store.transaction((tx) =>
    insertRows(tx, comments, [...old, { ...like, id: 5000, status: 'deleted' as const }]),
  );
  t.strictSame(await find('old'), []);
  const fail = (error: unknown) => t.fail('they were not made findable', { error });
  await startIndexingComments(store, fail).stop(); // at once: what it has begun is ended, and the next goes on
  const index = startIndexingComments(store, fail);
  const all = [...ids, ...old.map(({ id }) => id)];
  for (let lacking = 1; lacking > 0; ) {
    lacking = (await store.searches.comments.listLacking(all)).length;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await index.stop();
  t.equal((await find('old', '&limit=100')).length, 45);
  t.strictSame(await store.searches.comments.listLacking([...all, 5000]), [5000], 'a mere place is not searched');
  t.strictSame(await find('harbour', '&article=1&status=pending'), [0], 'what was findable is so still');
});
