/** Threads: where replies stand, what everyone sees of them, and what is left of what was removed. */
import { type Test, test } from 'tap';
import { listFirstReplies, listShown, type Within } from '../../src/features/comments/thread-queries.ts';
import { type Options, startGalley } from '../support/app.ts';
import { watchStatements } from '../support/database.ts';
import { addDiscussion, SHAPES } from '../support/discussions.ts';
import { randomFrom, seedOf } from '../support/truth/random.ts';

/** What stands in a thread, as it is answered. */
type Shown = {
  id: number;
  parentId: number | null;
  depth: number;
  replyCount: number;
  removed?: true;
  status?: string;
  replies: Shown[];
  nextReplies: string | null;
};

/** A Galley with a live article, and verbs for its threads; comments are posted by staff, so that they are approved. */
const startThreads = async (t: Test, options?: Options) => {
  const galley = await startGalley(t, options);
  const { ask, keys, authorId, clock } = galley;
  const publish = async (more: object = {}): Promise<number> => {
    const body = { title: 'Night', body: 'Dark.', authorIds: [authorId], status: 'published', ...more };
    return (await ask('POST', '/v1/articles', { key: keys.editor, body })).body.id;
  };
  const articleId = await publish();
  const comments = `/v1/articles/${articleId}/comments`;
  let said = 0;
  const reply = (parentId: unknown, url = comments) =>
    ask('POST', url, { key: keys.author, body: { body: `Hm ${++said}.`, parentId } });
  return {
    ...galley,
    publish,
    articleId,
    comments,
    reply,
    post: async (parentId: number | null = null): Promise<number> => {
      clock.advance(1);
      return (await reply(parentId)).body.id;
    },
    judge: (id: number, status: string) => ask('PATCH', `/v1/comments/${id}`, { key: keys.editor, body: { status } }),
    destroy: (id: number) => ask('DELETE', `/v1/comments/${id}?permanent=true`, { key: keys.admin }),
    /** All of a list, page by page. */
    walk: async (url: string, cursor: string | null = '', meanwhile = async () => {}): Promise<Shown[]> => {
      const walked: Shown[] = [];
      for (let next = cursor; next !== null; ) {
        const { body } = await ask('GET', `${url}${url.includes('?') ? '&' : '?'}limit=4${next && `&cursor=${next}`}`);
        walked.push(...body.data);
        next = body.pagination.next;
        await meanwhile();
      }
      return walked;
    },
  };
};

const idsOf = (entries: readonly { id: number }[]) => entries.map(({ id }) => id);

test('a reply stands below an approved comment of the same article, at most five levels deep', async (t) => {
  const { publish, reply, post, judge, destroy, ask, keys, comments, articleId } = await startThreads(t);
  let parentId: number | null = null;
  const chain: number[] = [];
  for (const depth of [0, 1, 2, 3, 4, 5, 5, 5]) {
    const { status, body } = await reply(parentId);
    t.match({ status, body }, { status: 201, body: { depth, parentId: chain[depth - 1] ?? null, replyCount: 0 } });
    chain[depth] ??= body.id;
    parentId = body.id as number;
  }
  t.equal((await ask('GET', `/v1/comments/${chain[4]}`)).body.replyCount, 3, 'the last stand beside one another');

  const [pending, spam, trash, deleted] = [await post(), await post(), await post(), await post()];
  await post(deleted);
  await destroy(deleted);
  for (const [id, status] of [
    [pending, 'pending'],
    [spam, 'spam'],
    [trash, 'trash'],
  ] as const)
    await judge(id, status);
  const elsewhere = (await reply(null, `/v1/articles/${await publish()}/comments`)).body.id;
  const told = new Set<string>();
  for (const id of [pending, spam, trash, deleted, elsewhere, 2_147_483_647]) {
    const { status, body, text } = await reply(id);
    const errors = [{ in: 'body', pointer: '/parentId', code: 'invalid-parent' }];
    t.match({ status, body }, { status: 422, body: { code: 'invalid-parent', errors } });
    told.add(text.replaceAll(String(id), 'N').replace(/"requestId":"[^"]*"/, ''));
  }
  t.equal(told.size, 1, 'nobody is told why');
  for (const id of [0, -1, '7', 1.5, [], 2_147_483_648]) t.equal((await reply(id)).status, 400, JSON.stringify(id));
  const moved = { key: keys.editor, body: { parentId: chain[0] } };
  t.match(await ask('PATCH', `/v1/comments/${elsewhere}`, moved), {
    status: 400,
    body: { errors: [{ code: 'read-only' }] },
  });

  // Who can no longer reply is told that first, and a list that is hidden has no replies either.
  const url = `/v1/comments/${chain[0]}`;
  t.match(await ask('GET', `${url}/replies`), { status: 200, body: { data: [{ id: chain[1] }] } });
  await ask('PATCH', `/v1/articles/${articleId}`, { key: keys.editor, body: { commentPolicy: 'hidden' } });
  t.match(await reply(pending), { status: 403, body: { code: 'comments-closed' } });
  for (const key of [null, keys.editor]) t.equal((await ask('GET', `${url}/replies`, { key })).status, 404);
  t.equal((await ask('GET', `${comments}?view=tree`)).status, 404);
});

/** Comments as they ought to stand. */
type Kept = { id: number; parentId: number | null; depth: number; status: string };

test('flat, as a tree and below each comment, everyone sees what is approved, and the places above it', async (t) => {
  const seed = seedOf('THREADS_SEED');
  const { one, below, percent } = randomFrom(seed);
  const threads = await startThreads(t);
  const { ask, keys, comments, articleId, store, post, judge, destroy, walk } = threads;
  const kept = new Map<number, Kept>();
  const all = () => [...kept.values()];
  const repliesTo = (id: number | null) => all().filter(({ parentId }) => parentId === id);
  const isShown = ({ id, status }: Kept): boolean => status === 'approved' || repliesTo(id).some(isShown);
  const shownBelow = (id: number | null) => repliesTo(id).filter(isShown);
  const sweep = (id: number | null): void => {
    const comment = id === null ? undefined : kept.get(id);
    if (comment?.status !== 'deleted' || repliesTo(comment.id).length > 0) return;
    kept.delete(comment.id);
    sweep(comment.parentId);
  };

  /** What must be seen of a comment: itself, or its place. */
  const seen = (comment: Kept) => ({
    ...{ id: comment.id, parentId: comment.parentId, depth: comment.depth },
    replyCount: repliesTo(comment.id).filter(({ status }) => status === 'approved').length,
    ...(comment.status === 'approved'
      ? { status: 'approved', removed: undefined }
      : { removed: true, html: undefined }),
  });
  const checkTree = async (branch: Shown, level: number): Promise<void> => {
    const comment = kept.get(branch.id) as Kept;
    t.match(branch, seen(comment));
    const expected = idsOf(shownBelow(comment.id));
    const first = level < 2 ? expected.slice(0, 5) : [];
    t.same(idsOf(branch.replies), first, `the first replies to ${comment.id}`);
    t.equal(branch.nextReplies === null, first.length === expected.length);
    const replies = `/v1/comments/${comment.id}/replies`;
    const others = branch.nextReplies === null ? [] : await walk(replies, branch.nextReplies);
    t.same(idsOf(others), expected.slice(first.length), `the other replies to ${comment.id}`);
    for (const reply of branch.replies) await checkTree(reply, level + 1);
  };
  const check = async () => {
    const expected = all().filter(isShown);
    const { data, pagination } = (await ask('GET', `${comments}?limit=100&count=exact`)).body;
    t.match(data, expected.map(seen));
    t.equal(pagination.total, expected.length);
    t.notOk(
      data.some((entry: object) => 'replies' in entry || 'nextReplies' in entry),
      'flat is flat',
    );
    t.same((await ask('GET', `${comments}?limit=100`, { key: keys.editor })).body.data.length, expected.length);
    const top = idsOf(shownBelow(null));
    const tree = await walk(`${comments}?view=tree`);
    t.same(idsOf(tree), top);
    t.same(idsOf(await walk(`${comments}?view=tree&sort=-createdAt`)), top.toReversed());
    for (const branch of tree) await checkTree(branch, 0);
    const approved = expected.filter(({ status }) => status === 'approved');
    t.equal((await ask('GET', `/v1/articles/${articleId}`)).body.commentCount, approved.length);
    const queue = (await ask('GET', '/v1/comments?limit=100&count=exact', { key: keys.editor })).body;
    const queued = all().filter(({ status }) => status !== 'deleted');
    t.same(idsOf(queue.data), idsOf(queued).reverse(), 'editors have all but empty places');
    const { id, parentId, shownReplyCount } = store.tables.comments;
    const rows = await store.db.select({ id, parentId, shownReplyCount }).from(store.tables.comments).orderBy(id);
    const stored = all().map((comment) => [comment.id, comment.parentId, shownBelow(comment.id).length]);
    t.same(
      rows.map((row) => [row.id, row.parentId, row.shownReplyCount]),
      stored,
    );
  };

  for (let step = 0; step < 150; step++) {
    const open = all().filter(({ status }) => status === 'approved');
    const standing = all().filter(({ status }) => status !== 'deleted');
    if (standing.length === 0 || percent(standing.length > 60 ? 30 : 55)) {
      const parent = open.length > 0 && percent(85) ? one(percent(40) ? open.slice(0, 2) : open) : undefined;
      const id = await post(parent?.id ?? null);
      const isDeepest = parent?.depth === 5;
      const depth = parent === undefined ? 0 : isDeepest ? 5 : parent.depth + 1;
      kept.set(id, { id, depth, parentId: (isDeepest ? parent?.parentId : parent?.id) ?? null, status: 'approved' });
    } else if (percent(60)) {
      const comment = one(standing);
      comment.status = one(['pending', 'approved', 'approved', 'spam', 'trash']);
      t.equal((await judge(comment.id, comment.status)).status, 200);
    } else {
      const comment = standing[below(standing.length)] as Kept;
      t.equal((await destroy(comment.id)).status, 204);
      comment.status = 'deleted';
      sweep(comment.id);
    }
    if (step % 30 === 29) await check();
  }
  for (const { id, status } of all()) if (status !== 'deleted') await destroy(id);
  kept.clear();
  await check();
  t.comment(`THREADS_SEED=${seed}`);
});

test('what was removed keeps its place, and nothing else, until its last reply is gone', async (t) => {
  const { ask, keys, comments, reply, post, judge, destroy, store, clock } = await startThreads(t);
  const guest = { authorName: 'zq Grace', authorEmail: 'zq@mail.example', authorUrl: 'https://zq.example', body: 'zq' };
  const { id: top } = (await ask('POST', comments, { body: guest })).body;
  t.equal((await ask('GET', `/v1/comments/${top}/replies`)).status, 404, 'what waits has no replies');
  await judge(top, 'approved');
  clock.advance(1);
  const [first, second] = [await post(top), await post(top)];
  const url = `/v1/comments/${top}`;
  const callers = [null, keys.viewer, keys.author, keys.editor, keys.admin];
  const before = (await ask('GET', comments)).headers.etag;

  await judge(top, 'trash');
  const { createdAt, articleId } = (await ask('GET', url, { key: keys.editor })).body;
  const place = { id: top, articleId, parentId: null, depth: 0, replyCount: 2, removed: true, createdAt };
  for (const key of callers.slice(0, 3)) {
    const answer = await ask('GET', url, { key });
    t.same([answer.status, answer.body], [200, place], 'its place, and no version');
    t.match(answer.headers.etag, /^"[0-9a-f]{16}"$/);
  }
  t.match((await ask('GET', url, { key: keys.editor })).body, { status: 'trash', body: 'zq', replyCount: 2 });
  for (const key of callers) {
    t.same(
      (await ask('GET', `${comments}?limit=1`, { key })).body.data,
      [place],
      'in threads it is the same for everyone',
    );
  }
  t.match(await ask('GET', comments, { headers: { 'if-none-match': String(before) } }), { status: 200 });
  t.equal((await reply(top)).status, 422);
  await judge(second, 'spam');
  t.same((await ask('GET', url)).body, { ...place, replyCount: 1 });
  t.same(idsOf((await ask('GET', `${url}/replies`)).body.data), [first]);

  const events = async () => {
    const { type, entityId } = store.tables.events;
    const rows = await store.db.select({ type, entityId }).from(store.tables.events).orderBy(store.tables.events.id);
    return rows.filter((row) => row.type === 'comment.deleted').map((row) => row.entityId);
  };
  t.equal((await destroy(top)).status, 204);
  for (const key of callers) t.same((await ask('GET', url, { key })).body, { ...place, replyCount: 1 });
  t.equal((await destroy(top)).status, 404);
  for (const [method, body] of [['PATCH', { status: 'approved' }], ['DELETE']] as const) {
    t.equal((await ask(method, url, { key: keys.admin, body })).status, 404);
  }
  const rows = await store.db.select().from(store.tables.comments).orderBy(store.tables.comments.id);
  t.notMatch(JSON.stringify(rows[0]), /zq/);
  t.match(rows[0], { status: 'deleted', authorName: '', body: '', html: '', authorEmail: null, emailFolded: null });

  await judge(first, 'trash');
  for (const key of callers) t.equal((await ask('GET', url, { key })).status, 404, 'nobody sees a place above nothing');
  t.same((await ask('GET', comments)).body.data, []);
  await judge(second, 'approved');
  t.equal((await ask('GET', url)).status, 200, 'but it was there for the other reply');
  await destroy(first);
  t.same((await ask('GET', url)).body, { ...place, replyCount: 1 });
  await destroy(second);
  t.equal((await ask('GET', url)).status, 404);
  t.equal(await store.db.$count(store.tables.comments), 0, 'the place went with the last reply');
  t.same(await events(), [top, first, second], 'each is said once');
});

test('walks neither skip nor repeat while others post and remove', async (t) => {
  const { comments, post, judge, destroy, walk } = await startThreads(t);
  const top = await post();
  const tops = [top];
  for (let i = 0; i < 10; i++) tops.push(await post());
  const sixth = tops[6] as number;
  const replies: number[] = [];
  for (let i = 0; i < 11; i++) replies.push(await post(top));
  const keeper = await post(sixth);
  const lists: [url: string, expected: () => number[]][] = [
    [comments, () => [...tops, ...replies, keeper]],
    [`${comments}?view=tree`, () => tops],
    [`${comments}?view=tree&sort=-createdAt`, () => tops.toReversed()],
    [`/v1/comments/${top}/replies`, () => replies],
  ];
  for (const [url, expected] of lists) {
    const before = expected();
    const made: number[] = [];
    let turn = 0;
    const walked = await walk(url, '', async () => {
      made.push(await post(), await post(top));
      if (turn++ === 0)
        await judge(sixth, 'trash'); // its place is kept
      else await judge(sixth, 'approved');
      const gone = made[turn - 2];
      if (gone !== undefined) await destroy(gone);
    });
    const old = idsOf(walked).filter((id) => before.includes(id));
    t.same(old, before, url);
    t.equal(new Set(idsOf(walked)).size, walked.length, `${url} repeats nothing`);
    await judge(sixth, 'approved');
    for (const id of made) await destroy(id);
  }
});

test('cursors are those of one list', async (t) => {
  const { ask, comments, post } = await startThreads(t);
  const top = await post();
  for (let i = 0; i < 7; i++) await post(top);
  await post();
  const flat = (await ask('GET', `${comments}?limit=1`)).body.pagination.next;
  const tree = (await ask('GET', `${comments}?limit=1&view=tree`)).body;
  const { nextReplies, replies } = tree.data[0];
  t.equal(
    (await ask('GET', `${comments}?limit=1&view=flat&cursor=${flat}`)).status,
    200,
    'flat is what it is unless said',
  );
  const replied = `/v1/comments/${top}/replies`;
  for (const [url, cursor] of [
    [`${comments}?view=tree`, flat],
    [`${comments}?view=tree&sort=-createdAt`, tree.pagination.next],
    [`${comments}?`, tree.pagination.next],
    [`${comments}?`, nextReplies],
    [`/v1/comments/${replies[0].id}/replies?`, nextReplies],
    [`${replied}?`, flat],
  ]) {
    t.match(await ask('GET', `${url}&cursor=${cursor}`), { status: 400, body: { code: 'invalid-cursor' } }, url);
  }
  const { body } = await ask('GET', `${replied}?limit=1&cursor=${nextReplies}`);
  t.equal(body.data.length, 1);
  const back = (await ask('GET', `${replied}?limit=100&cursor=${body.pagination.previous}`)).body;
  t.same(idsOf(back.data), idsOf(replies), 'and back to those that the tree has shown');
  t.match((await ask('GET', `${replied}?page=2&limit=3`)).body, {
    data: { length: 3 },
    pagination: { total: 7, pages: 3 },
  });
  for (const query of ['view=nested', 'view=', 'view=tree&view=flat', 'sort=id', 'depth=2']) {
    t.equal((await ask('GET', `${comments}?${query}`)).status, 400, query);
  }
  t.equal((await ask('GET', `${replied}?view=tree`)).status, 400);
});

test('no list of a thread scans the table or sorts it, and none reads all replies of many', async (t) => {
  const { store, address, articleId, publish } = await startThreads(t);
  const [threads, single] = [await publish(), await publish()];
  await addDiscussion(store, articleId, 300, SHAPES['on top']);
  const first = await addDiscussion(store, threads, 2000, SHAPES['in threads']);
  const many = await addDiscussion(store, single, 1500, SHAPES['one thread']);
  const { during, planOf } = watchStatements(t, address);
  const place = { place: { value: Date.now(), id: 5 }, before: false };
  const lists: [Within, index: string][] = [
    [{ articleId: threads, onTop: false }, 'comments_shown'],
    [{ articleId: threads, onTop: true }, 'comments_on_top'],
    [{ parentId: many }, 'comments_replying'],
  ];
  for (const [within, index] of lists) {
    for (const newestFirst of [true, false]) {
      for (const from of [null, place, { ...place, before: true }]) {
        const slice = { limit: 10, offset: 0, from, counted: from === null };
        const { ran } = await during(() => listShown(store, within, newestFirst, slice));
        const [list, count] = ran;
        const { seeks, dear, steps } = await planOf(list ? [list] : []);
        const label = `${JSON.stringify(within)} ${newestFirst ? 'newest' : 'oldest'} ${JSON.stringify(from)}`;
        t.ok(seeks.every((step) => step.startsWith(`${index} (`)) && seeks.length > 0, label, { steps });
        t.same(dear, [], label, { steps });
        if (count) t.ok((await planOf([count])).isCovered, `${label}, counted`);
      }
    }
  }
  const parents = Array.from({ length: 10 }, (_, i) => ({ id: first + i * 5, shownReplyCount: 2 }));
  const { answer, ran } = await during(() =>
    listFirstReplies(store, [...parents, { id: many, shownReplyCount: 1499 }], 5),
  );
  t.same(
    [...answer.values()].map((replies) => replies.length),
    [...parents.map(() => 2), 5],
  );
  t.equal(ran.length, 2);
  const { seeks, dear, steps } = await planOf(ran);
  t.ok(seeks.every((step) => step.startsWith('comments_replying (parent_id=?')) && seeks.length === 2, 'replies', {
    steps,
  });
  t.same(dear, [], 'replies', { steps });
});
