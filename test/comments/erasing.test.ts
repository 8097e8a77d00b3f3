/** What is forgotten of guests: by itself after so many days, and all of it where somebody asks for that. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Test, test } from 'tap';
import { eraseComments } from '../../src/features/comments/erasing.ts';
import { forgetAddresses, startForgetting } from '../../src/features/comments/retention.ts';
import { openStore } from '../../src/store/open.ts';
import { type Options, startGalley } from '../support/app.ts';
import { watchStatements } from '../support/database.ts';
import { insertRows } from '../support/rows.ts';

const DAY = 86_400_000;

const startDiscussion = async (t: Test, options?: Options) => {
  const galley = await startGalley(t, options);
  const { ask, keys, authorId, store } = galley;
  const publish = async (more: object = {}): Promise<number> => {
    const body = { title: 'Night', body: 'Dark.', authorIds: [authorId], status: 'published', ...more };
    return (await ask('POST', '/v1/articles', { key: keys.editor, body })).body.id;
  };
  let said = 0;
  return {
    ...galley,
    publish,
    post: async (articleId: number, email: string, more: object = {}, key: string | null = null) => {
      const authorUrl = 'https://grace.example';
      const body = { authorName: 'Grace', authorEmail: email, authorUrl, body: `Aye, ${++said}.`, ...more };
      return (await ask('POST', `/v1/articles/${articleId}/comments`, { key, body })).body;
    },
    moderate: (id: number, status: string) =>
      ask('PATCH', `/v1/comments/${id}`, { key: keys.editor, body: { status } }),
    erase: (body: unknown, key: string | null = keys.admin) => ask('POST', '/v1/comments/erase', { key, body }),
    counted: async (id: number) => (await ask('GET', `/v1/articles/${id}`)).body.commentCount as number,
    stored: async () => store.db.select().from(store.tables.comments).orderBy(store.tables.comments.id),
    eventsAfter: async (id: number) =>
      (await store.db.select().from(store.tables.events).orderBy(store.tables.events.id)).filter(
        (event) => event.id > id,
      ),
  };
};
type Discussion = Awaited<ReturnType<typeof startDiscussion>>;

/** Comments of one guest in every status under three articles, one of them hidden; one of another guest, and one of staff. */
const fill = async ({ publish, post, moderate, ask, keys }: Discussion) => {
  const articles = [await publish(), await publish(), await publish()];
  const mine: number[] = [];
  for (const [n, status] of ['approved', 'pending', 'spam', 'trash', 'approved'].entries()) {
    const { id } = await post(articles[n % 3] as number, n % 2 === 0 ? 'grace@mail.example' : 'GRACE@Mail.Example');
    if (status !== 'pending') await moderate(id, status);
    mine.push(id);
  }
  const other = await post(articles[0] as number, 'other@mail.example');
  await moderate(other.id, 'approved');
  const staff = await post(articles[1] as number, 'staff@harbour.example', {}, keys.author);
  await ask('PATCH', `/v1/articles/${articles[2]}`, { key: keys.editor, body: { commentPolicy: 'hidden' } });
  return { articles, mine, other: other.id as number, staff: staff.id as number };
};

test('all comments of an email are deleted, and a report says so that does not tell it', async (t) => {
  const galley = await startDiscussion(t);
  const { ask, keys, store, clock, erase, counted, stored, eventsAfter, post } = galley;
  const { articles, mine, other, staff } = await fill(galley);
  t.same(await Promise.all(articles.map(counted)), [2, 2, 0]);
  const last = (await eventsAfter(0)).at(-1)?.id ?? 0;
  clock.advance(DAY);
  const erased = await erase({ authorEmail: 'Grace@MAIL.example', mode: 'delete' });
  const id = erased.body.id;
  t.match(erased.status, 200);
  t.same(erased.body, { id, mode: 'delete', at: clock.now.toISOString(), commentCount: 5, articleIds: articles });
  for (const group of [`article-${articles[0]}`, `comments-${articles[1]}`, 'comments'])
    t.ok(String(erased.headers['cache-group-invalidation']).includes(`"${group}"`), group);
  t.same(
    (await stored()).map(({ id }) => id),
    [other, staff],
  );
  t.same(await Promise.all(articles.map(counted)), [1, 1, 0]);
  const events = await eventsAfter(last);
  t.same(events.map(({ entityId }) => entityId).sort(), mine);
  for (const event of events) t.match(event, { type: 'comment.deleted', keyId: Number });
  const kept = await store.db.select().from(store.tables.commentErasures);
  t.match(kept, [{ id, mode: 'delete', commentCount: 5, articleIds: articles, keyId: Number }]);
  t.notMatch(JSON.stringify([kept, events, erased]), /grace/i);
  for (const one of mine) t.equal((await ask('GET', `/v1/comments/${one}`, { key: keys.admin })).status, 404);

  const nothing = await erase({ authorEmail: 'grace@mail.example', mode: 'anonymise' });
  t.match(nothing.body, { commentCount: 0, articleIds: [] }, 'and again: there is nothing left');
  t.equal((await post(articles[0] as number, 'grace@mail.example')).status, 'pending', 'nobody is banned by it');
  for (const [body, pointer, code] of [
    [{ mode: 'delete' }, '/authorEmail', 'required'],
    [{ authorEmail: 'grace@mail.example' }, '/mode', 'required'],
    [{ authorEmail: 'grace', mode: 'delete' }, '/authorEmail', 'wrong-format'],
    [{ authorEmail: 'grace@mail.example', mode: 'hide' }, '/mode', 'not-allowed'],
    [{ authorEmail: 'grace@mail.example', mode: 'delete', all: true }, '/all', 'unknown-field'],
  ] as const) {
    const refused = await erase(body);
    t.match(refused, { status: 400, body: { errors: [{ pointer, code }] } });
    t.notMatch(refused.text, /grace/, 'no problem repeats an email');
  }
});

test('comments are made those of nobody: their text stays, and nothing of whose it was', async (t) => {
  const galley = await startDiscussion(t);
  const { ask, keys, store, erase, counted, stored, eventsAfter } = galley;
  const { articles, mine, staff } = await fill(galley);
  const before = await stored();
  await store.transaction(async (tx) => {
    const { comments } = tx.tables;
    await tx.db.update(comments).set({ moderationReasons: [{ code: 'word-list', detail: 'grace@mail.example' }] });
  });
  const found = async (q: string) =>
    (await ask('GET', `/v1/comments?q=${q}`, { key: keys.editor })).body.data
      .map(({ id }: { id: number }) => id)
      .sort();
  t.equal((await found('grace')).length, before.length);
  const last = (await eventsAfter(0)).at(-1)?.id ?? 0;
  const erased = await erase({ authorEmail: 'grace@mail.example', mode: 'anonymise' });
  t.equal((await found('grace')).length, before.length - mine.length, 'nor are they found by the name');
  t.same(await found('anonymous'), mine);
  t.match(erased.body, { mode: 'anonymise', commentCount: 5, articleIds: articles });
  const groups = String(erased.headers['cache-group-invalidation']);
  t.ok(groups.includes(`"comments-${articles[0]}"`) && !groups.includes('"article-'), groups);
  const after = (await stored()).filter(({ id }) => mine.includes(id));
  for (const row of after) {
    const was = before.find(({ id }) => id === row.id);
    t.match(row, {
      ...{ authorName: 'Anonymous', authorEmail: null, emailFolded: null, authorUrl: null, addressHash: null },
      ...{ editTokenHash: null, editableUntil: null, moderationReasons: [] },
      ...{ version: (was?.version ?? 0) + 1, body: was?.body, html: was?.html, status: was?.status },
    });
  }
  t.notMatch(JSON.stringify(after), /grace/i);
  t.same(await Promise.all(articles.map(counted)), [2, 2, 0], 'they still count');
  const { body } = await ask('GET', `/v1/articles/${articles[0]}/comments`);
  t.match(body.data[0], { authorName: 'Anonymous', authorUrl: null, html: /Aye/ });
  const events = await eventsAfter(last);
  t.same(events.map(({ entityId }) => entityId).sort(), mine);
  const changedFields = ['authorName', 'authorEmail', 'authorUrl'];
  for (const event of events) t.match(event, { type: 'comment.updated', changedFields });
  // Staff are who they are by their key; whoever asks for it is erased as well.
  t.match((await erase({ authorEmail: 'staff@harbour.example', mode: 'anonymise' })).body, { commentCount: 1 });
  const anonymous = await ask('GET', `/v1/comments/${staff}`, { key: keys.editor });
  t.match(anonymous.body, { authorName: 'Anonymous', authorEmail: null, isStaff: true });
  t.match((await stored()).find(({ id }) => id === staff)?.authorId, null);
});

test('an erasure is whole, however much there is of it and whoever writes beside it', async (t) => {
  const galley = await startDiscussion(t);
  const { ask, keys, store, clock, publish, post, moderate, erase, stored } = galley;
  const first = await publish();
  const { id: model } = await post(first, 'grace@mail.example');
  await moderate(model, 'approved');
  const COUNT = 600;
  await store.transaction(async (tx) => {
    const { articles, comments } = tx.tables;
    const [article] = await tx.db.select().from(articles).limit(1);
    const [comment] = await tx.db.select().from(comments).limit(1);
    if (!article || !comment) throw new Error('There is nothing to be like');
    const ids = Array.from({ length: COUNT }, (_, i) => 1000 + i);
    await insertRows(
      tx,
      articles,
      ids.map((id) => ({ ...article, id, slug: `article-${id}`, commentCount: 1 })),
    );
    await insertRows(
      tx,
      comments,
      ids.map((id) => ({ ...comment, id, articleId: id })),
    );
  });
  const beside = ask('POST', `/v1/articles/${first}/comments`, {
    key: keys.author,
    body: { body: 'I write beside it.' },
  });
  const [erased] = await Promise.all([erase({ authorEmail: 'grace@mail.example', mode: 'delete' }), beside]);
  t.match(erased.body, { commentCount: COUNT + 1 });
  t.equal(erased.body.articleIds.length, COUNT + 1);
  t.same(
    (await stored()).map(({ isStaff }) => isStaff),
    [true],
  );
  const counts = await store.db.select({ n: store.tables.articles.commentCount }).from(store.tables.articles);
  t.same(counts.map(({ n }) => n).sort(), [...Array(COUNT).fill(0), 1]);
  const told = String(erased.headers['cache-group-invalidation']);
  t.same(told.split(', ').sort(), ['"comments"', '"site"'], 'the group of all stands for more than a header holds');

  // Where it fails midway, nothing was done.
  for (let n = 0; n < 3; n++) await post(first, 'grace@mail.example');
  const rows = await stored();
  const { commentErasures } = store.tables;
  const erasures = await store.db.$count(commentErasures);
  const failing = await openStore(galley.address);
  t.teardown(() => failing.close());
  const broken: typeof failing = {
    ...failing,
    transaction: (work) =>
      failing.transaction(async (tx) => {
        await work(tx);
        throw new Error('The power went');
      }),
  };
  const parts = { store: broken, clock: () => clock.now };
  const origin = { caller: null, requestId: null };
  await t.rejects(eraseComments(parts, origin, { authorEmail: 'grace@mail.example', mode: 'delete' }), /power/);
  t.same([await stored(), await store.db.$count(commentErasures)], [rows, erasures]);
});

test('where comments came from is forgotten after so many days, by Galley itself', async (t) => {
  const galley = await startDiscussion(t);
  const { store, clock, publish, post, stored, address, ask, keys } = galley;
  const articleId = await publish();
  const parts = { store, clock: () => clock.now };
  const early = (await post(articleId, 'grace@mail.example')).id;
  clock.advance(DAY);
  const late = (await post(articleId, 'grace@mail.example')).id;
  const known = async () => (await stored()).filter((row) => row.addressHash !== null).map(({ id }) => id);
  const versions = async () => (await stored()).map(({ version, updatedAt }) => [version, updatedAt]);
  const before = await versions();
  const etag = (await ask('GET', '/v1/comments', { key: keys.editor })).headers.etag;
  clock.advance(89 * DAY - 1);
  await forgetAddresses(parts, 90);
  t.same(await known(), [early, late], 'a millisecond before its time');
  clock.advance(1);
  await forgetAddresses(parts, 90);
  t.same(await known(), [late]);
  t.match((await stored())[0], { editTokenHash: null, editableUntil: null, authorEmail: 'grace@mail.example' });
  t.same(await versions(), before, 'nobody could see it: it is no new version');
  t.equal((await ask('GET', '/v1/comments', { key: keys.editor })).headers.etag, etag);

  // At start, in slices, by several processes, and by an index; 0 days: whatever is there.
  const [like] = (await stored()).slice(-1);
  if (!like) throw new Error('There is nothing to be like');
  const crowd = Array.from({ length: 3000 }, (_, i) => ({
    ...{ ...like, id: 10_000 + i, createdAt: new Date(clock.now.getTime() - i) },
    ...{ addressHash: i % 6 === 0 ? 'a'.repeat(64) : null, status: 'approved' as const },
  }));
  await store.transaction((tx) => insertRows(tx, tx.tables.comments, crowd));
  const others = await Promise.all([openStore(address), openStore(address)]);
  t.teardown(() => Promise.all(others.map((other) => other.close())));
  const { during, planOf } = watchStatements(t, address);
  const { ran } = await during(() =>
    Promise.all([store, ...others].map((each) => forgetAddresses({ store: each, clock: () => clock.now }, 0))),
  );
  t.same(await known(), []);
  const found = ran.filter(({ source }) =>
    /^select "id" from "comments" where .*"address_hash" is not null/.test(source),
  );
  t.ok(found.length > 3, 'in slices');
  const { seeks, dear } = await planOf(found.slice(0, 1));
  t.same(dear, []);
  t.match(seeks.join(), /comments_with_address/);
  await post(articleId, 'grace@mail.example');
  const onError = (error: unknown) => t.fail('addresses were not forgotten', { error });
  const forgetting = startForgetting(parts, 0, onError);
  for (let i = 0; i < 200 && (await known()).length > 0; i++) await sleep(10);
  await forgetting.stop();
  t.same(await known(), [], 'now, and not only after a while');
});
