/** Lists of comments: their order and filters, walks by cursor, and how the store finds them. */
import { type Test, test } from 'tap';
import {
  findFloodAtAddress,
  findFloodAtArticle,
  isSaidAlready,
  listApprovedNames,
} from '../../src/features/comments/judging-queries.ts';
import { type CommentFilter, countByStatus, listComments } from '../../src/features/comments/queries.ts';
import type { Store } from '../../src/store/store.ts';
import { START, startGalley } from '../support/app.ts';
import { watchStatements } from '../support/database.ts';
import { insertRows } from '../support/rows.ts';

const STATUSES = ['pending', 'approved', 'spam', 'trash'] as const;

/** A Galley with two live articles and 24 comments: by turns of every status, on the first article two of three. */
const startCrowd = async (t: Test) => {
  const galley = await startGalley(t);
  const { ask, keys, authorId, clock } = galley;
  const publish = async () =>
    (
      await ask('POST', '/v1/articles', {
        key: keys.editor,
        body: { title: 'Night', body: 'Dark.', authorIds: [authorId], status: 'published' },
      })
    ).body.id as number;
  const articles = [await publish(), await publish()] as const;
  const made: { id: number; status: string; articleId: number }[] = [];
  const post = async (articleId: number, status: (typeof STATUSES)[number]) => {
    const body = { authorName: 'G', authorEmail: 'g@mail.example', body: `Hm ${made.length}.` };
    const { id } = (await ask('POST', `/v1/articles/${articleId}/comments`, { body })).body;
    if (status !== 'pending') await ask('PATCH', `/v1/comments/${id}`, { key: keys.editor, body: { status } });
    made.push({ id, status, articleId });
    return id as number;
  };
  for (let i = 0; i < 24; i++) {
    if (i % 5 === 0) clock.advance(1000); // so that some share a moment
    await post(articles[i % 3 === 0 ? 1 : 0], STATUSES[i % 4] as (typeof STATUSES)[number]);
  }
  const idsOf = (rows: { id: number }[]) => rows.map(({ id }) => id);
  return { ...galley, articles, made, post, idsOf };
};

test('editors list comments by status and article, newest first', async (t) => {
  const { ask, keys, articles, made, idsOf } = await startCrowd(t);
  const [first, second] = articles;
  const cases: [query: string, wanted: (comment: (typeof made)[number]) => boolean][] = [
    ['', () => true],
    ['status=pending', ({ status }) => status === 'pending'],
    ['status=pending&status=spam', ({ status }) => status === 'pending' || status === 'spam'],
    ['status=pending,spam,pending', ({ status }) => status === 'pending' || status === 'spam'],
    ['status=pending,approved,spam,trash', () => true],
    [`article=${first}`, ({ articleId }) => articleId === first],
    [`article=${second}&status=trash,approved`, (c) => c.articleId === second && /trash|approved/.test(c.status)],
    ['article=999', () => false],
  ];
  for (const [query, wanted] of cases) {
    const expected = idsOf(made.filter(wanted)).reverse();
    const { body } = await ask('GET', `/v1/comments?limit=100&count=exact&${query}`, { key: keys.editor });
    t.same(idsOf(body.data), expected, query);
    t.equal(body.pagination.total, expected.length, query);
    const page = await ask('GET', `/v1/comments?limit=4&page=2&${query}`, { key: keys.editor });
    t.same(idsOf(page.body.data), expected.slice(4, 8), `${query}, page 2`);
  }
  for (const query of ['status=gone', 'article=x', 'article=0', 'sort=createdAt', 'q=', 'status=']) {
    t.equal((await ask('GET', `/v1/comments?${query}`, { key: keys.editor })).status, 400, query);
  }
});

test('the comments of an article are the approved ones, oldest first unless asked otherwise', async (t) => {
  const { ask, keys, articles, made, idsOf } = await startCrowd(t);
  const [first] = articles;
  const expected = idsOf(made.filter(({ status, articleId }) => status === 'approved' && articleId === first));
  t.ok(expected.length > 2);
  for (const key of [null, keys.viewer, keys.editor]) {
    const listed = async (query: string) => {
      const { body } = await ask('GET', `/v1/articles/${first}/comments?count=exact&${query}`, { key });
      t.equal(body.pagination.total, expected.length);
      return idsOf(body.data);
    };
    t.same(await listed(''), expected);
    t.same(await listed('sort=createdAt'), expected);
    t.same(await listed('sort=-createdAt'), [...expected].reverse());
  }
  t.equal((await ask('GET', `/v1/articles/${first}/comments?status=pending`)).status, 400, 'no way round the approval');
});

test('a walk by cursor neither skips nor repeats while others post', async (t) => {
  const { ask, keys, articles, made, post, clock, idsOf } = await startCrowd(t);
  const [first] = articles;
  const urls = [
    '/v1/comments?',
    '/v1/comments?status=pending,approved&',
    `/v1/comments?article=${first}&`,
    `/v1/articles/${first}/comments?sort=-createdAt&`,
  ];
  for (const url of urls) {
    const whole = idsOf((await ask('GET', `${url}limit=100`, { key: keys.editor })).body.data);
    const walked: number[] = [];
    let cursor = '';
    let last = '';
    do {
      const { body } = await ask('GET', `${url}limit=3${cursor}`, { key: keys.editor });
      walked.push(...idsOf(body.data));
      clock.advance(10);
      await post(first, 'approved');
      if (body.pagination.previous) last = body.pagination.previous;
      cursor = body.pagination.next ? `&cursor=${body.pagination.next}` : '';
    } while (cursor !== '');
    t.same(walked, whole, url);
    const back = idsOf((await ask('GET', `${url}limit=2&cursor=${last}`, { key: keys.editor })).body.data);
    const end = whole.length - (whole.length % 3 || 3);
    t.same(back, whole.slice(end - 2, end), `${url} and back`);
  }
  t.ok(made.length > 24);
});

/** Adds so many comments that no engine would rather read all of them: 100 articles with 60 each, by turns of every status. */
const addCrowd = (store: Store): Promise<void> =>
  store.transaction(async (tx) => {
    const { articles, comments } = tx.tables;
    const [article] = await tx.db.select().from(articles).limit(1);
    if (!article) throw new Error('There is no article to be like');
    const ids = Array.from({ length: 100 }, (_, i) => 1000 + i);
    const alike = ids.map((id) => ({ ...article, id, slug: `article-${id}` }));
    await insertRows(tx, articles, alike);
    const said = {
      version: 1,
      depth: 0,
      replyCount: 0,
      authorName: 'G',
      isStaff: false,
      body: 'Hm.',
      html: '<p>Hm.</p>',
    };
    const rows = ids.flatMap((articleId) =>
      STATUSES.flatMap((status, turn) =>
        Array.from({ length: 15 }, (_, i) => {
          const at = new Date(Date.parse(START) - articleId * 7000 - i * 60_000 - turn);
          const guest = { emailFolded: `g${i}@mail.example`, addressHash: `hash ${articleId % 20}` };
          return { ...said, ...guest, articleId, status, createdAt: at, updatedAt: at };
        }),
      ),
    );
    await insertRows(tx, comments, rows);
  });

test('no list of comments scans the table or sorts it', async (t) => {
  const { store, address, articles } = await startCrowd(t);
  await addCrowd(store);
  const { during, planOf } = watchStatements(t, address);
  const [articleId] = articles;
  const place = { place: { value: Date.now(), id: 5 }, before: false };
  const filters: CommentFilter[] = [
    {},
    { statuses: ['pending'] },
    { statuses: ['pending', 'spam'] },
    { statuses: STATUSES },
    { articleId },
    { articleId, statuses: ['approved'] },
    { articleId, statuses: ['approved', 'trash', 'spam'] },
    { guest: { emailFolded: 'g1@mail.example', addressHash: 'hash 1' } },
    { guest: { emailFolded: 'g1@mail.example', addressHash: null }, statuses: ['pending', 'spam'] },
    { guest: { emailFolded: null, addressHash: 'hash 1' }, articleId },
  ];
  for (const filter of filters) {
    for (const newestFirst of [true, false]) {
      for (const from of [null, place, { ...place, before: true }]) {
        const slice = { limit: 20, offset: 0, from, counted: from === null };
        const { ran } = await during(() => listComments(store, filter, newestFirst, slice));
        const [list, count] = ran;
        const { seeks, dear, steps } = await planOf(list ? [list] : []);
        const label = `${JSON.stringify(filter)} ${newestFirst ? 'newest' : 'oldest'} ${JSON.stringify(from)}`;
        const isFromIndex = [...seeks, ...dear].some((step) => /^(?:scan comments by )?comments_\w/.test(step));
        t.ok(isFromIndex, label, { steps });
        const bad = dear.filter((step) => /^scan comments(?! by comments_by_creation$)|^sort|TEMP B-TREE/.test(step));
        t.same(bad, [], label);
        if (!count) continue;
        const counted = await planOf([count]);
        if (filter.guest)
          t.notOk(
            counted.dear.some((step) => /scan|OR/.test(step)),
            `${label}, counted`,
          );
        else t.ok(counted.isCovered, `${label}, counted`, { steps: counted.steps });
      }
    }
  }
});

test('what a new comment is compared with is found by an index, and the counts of all read nothing else', async (t) => {
  const { store, address } = await startCrowd(t);
  await addCrowd(store);
  const { during, planOf } = watchStatements(t, address);
  const since = new Date(Date.parse(START) - 7_100_000);
  const cases: [what: string, work: () => Promise<unknown>, index: RegExp][] = [
    ['doubles', () => isSaidAlready(store, 1040, 'g1@mail.example', 'Hm.', since), /comments_by_email/],
    ['one address', () => findFloodAtAddress(store, 'hash 1', since, 3), /comments_by_address/],
    ['names', () => listApprovedNames(store, 'g1@mail.example', 'hash 1', since), /comments_by_email/],
    ['one article', () => findFloodAtArticle(store, 1040, since, 30), /comments_shown .*is_shown.*created_at/],
  ];
  for (const [what, work, index] of cases) {
    const { seeks, dear, steps } = await planOf((await during(work)).ran);
    t.ok(
      seeks.some((step) => index.test(step)),
      what,
      { steps },
    );
    t.notOk(
      dear.some((step) => /^scan comments/.test(step)),
      what,
      { steps },
    );
  }
  const { answer, ran } = await during(() => countByStatus(store));
  t.same(answer, { pending: 1506, approved: 1506, spam: 1506, trash: 1506 });
  t.ok((await planOf(ran)).isCovered);
});
