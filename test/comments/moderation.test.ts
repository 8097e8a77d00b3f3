/** Moderation: whose comments wait and why, what is said twice or too often, and what editors do with many at once. */
import { eq } from 'drizzle-orm';
import { type Test, test } from 'tap';
import { type Answer, START, startGalley } from '../support/app.ts';
import { countRows, insertRows } from '../support/rows.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const GUEST = { authorName: 'Grace', authorEmail: 'grace@mail.example' };
const HERE = '192.0.2.1';

/** What a guest sends, and from where. */
type Sent = {
  authorName?: string;
  authorEmail?: string;
  authorUrl?: string;
  body?: string;
  from?: string;
  on?: number;
};

/** A Galley behind a proxy that tells where guests are, with a live article. */
const startModeration = async (t: Test, settings: Record<string, string> = {}) => {
  const galley = await startGalley(t, { settings: { TRUST_PROXY: 'true', ...settings } });
  const { ask, keys, authorId, store } = galley;
  const publish = async (): Promise<number> => {
    const body = { title: 'Night', body: 'Dark.', authorIds: [authorId], status: 'published' };
    return (await ask('POST', '/v1/articles', { key: keys.editor, body })).body.id;
  };
  const article = await publish();
  let said = 0;
  const post = (
    { from = HERE, on = article, ...more }: Sent = {},
    key: string | null = null,
    asking = ask,
  ): Promise<Answer> =>
    asking('POST', `/v1/articles/${on}/comments`, {
      key,
      body: { ...GUEST, body: `Number ${++said}`, ...more },
      headers: { 'x-forwarded-for': from },
    });
  return {
    ...galley,
    ...{ publish, article, post },
    site: (body: object) => ask('PATCH', '/v1/site', { key: keys.admin, body }),
    read: async (id: number) => (await ask('GET', `/v1/comments/${id}`, { key: keys.editor })).body,
    edit: (id: number, body: object) => ask('PATCH', `/v1/comments/${id}`, { key: keys.editor, body }),
    moderate: (ids: unknown, status: string, headers: Record<string, string> = {}, key = keys.editor) =>
      ask('POST', '/v1/comments/moderate', { key, body: { ids, status }, headers }),
    list: async (query: string): Promise<number[]> =>
      (await ask('GET', `/v1/comments?limit=100&${query}`, { key: keys.editor })).body.data.map(
        ({ id }: { id: number }) => id,
      ),
    events: async () => store.db.select().from(store.tables.events).orderBy(store.tables.events.id),
  };
};

const codesOf = ({ moderation }: { moderation: { reasons: { code: string }[] } }) =>
  moderation.reasons.map(({ code }) => code).join(' ');

test('whose comments wait is up to the site, and editors alone are told why', async (t) => {
  const { ask, keys, site, post, read, article } = await startModeration(t);
  await site({ moderationWords: ['Lottery'] });
  const rows: [moderation: string, body: string, status: string, codes: string][] = [
    ['all', 'Fine', 'pending', 'all-moderated first-time'],
    ['none', 'Fine, too', 'approved', 'first-time'],
    ['none', 'A lottery', 'pending', 'word-list'],
    ['none', 'https://a.example and https://b.example', 'pending', 'links'],
    ['first-time', 'Me again', 'approved', ''],
    ['first-time', '[a](https://a.example) <https://b.example> lottery', 'pending', 'links word-list'],
    ['all', 'And again', 'pending', 'all-moderated'],
  ];
  for (const [moderation, body, status, codes] of rows) {
    await site({ moderation });
    const posted = await post({ body });
    t.match(posted, { status: 201, body: { status } }, body);
    t.notOk('moderation' in posted.body);
    const told = await read(posted.body.id);
    t.equal(codesOf(told), codes, body);
    t.ok(told.moderation.reasons.every(({ detail }: { detail: string }) => detail.length > 10));
  }
  const staff = await post({ body: 'Lottery https://a.example https://b.example' }, keys.author);
  t.match(staff, { body: { status: 'approved', isStaff: true } });
  t.same((await read(staff.body.id)).moderation, { score: 0, reasons: [] }, 'staff are trusted');
  for (const key of [null, keys.viewer, keys.author]) {
    const listed = await ask('GET', `/v1/articles/${article}/comments`, { key });
    t.equal(listed.body.data.length, 3);
    t.notOk(listed.text.includes('"moderation"'));
  }
  t.equal((await ask('GET', `/v1/articles/${article}`)).body.commentCount, 3, 'what was approved at once is counted');
});

test('a guest is known by name, email and address of what was approved in the last 90 days', async (t) => {
  const { site, post, edit, publish, clock, store } = await startModeration(t);
  await site({ moderation: 'first-time' });
  const first = (await post()).body;
  t.equal(first.status, 'pending');
  t.equal((await post()).body.status, 'pending', 'as nothing was approved yet');
  clock.advance(5 * DAY);
  await edit(first.id, { status: 'approved' });
  const cases: [sent: Sent, status: string][] = [
    [{}, 'approved'],
    [{ on: await publish() }, 'approved'],
    [{ authorName: '  ＧＲＡＣＥ ', authorEmail: 'GRACE@mail.example' }, 'approved'],
    [{ authorName: 'Gracè' }, 'pending'],
    [{ authorEmail: 'grace@other.example' }, 'pending'],
    [{ from: '192.0.2.2' }, 'pending'],
  ];
  for (const [sent, status] of cases) t.equal((await post(sent)).body.status, status, JSON.stringify(sent));
  clock.advance(90 * DAY);
  t.equal((await post()).body.status, 'pending', 'a moment too late');
  clock.advance(-1);
  t.equal((await post()).body.status, 'approved', 'the moment of its approval counts, not that of its posting');

  const { comments } = store.tables;
  await store.transaction((tx) =>
    tx.db
      .update(comments)
      .set({ addressHash: null })
      .then(() => undefined),
  );
  t.equal((await post()).body.status, 'pending', 'nobody is known once the address is forgotten');
});

test('what was said is not said again within a day', async (t) => {
  const { post, publish, edit, clock, store, ask, keys, article } = await startModeration(t);
  const body = 'First!';
  const first = (await post({ body })).body;
  const before = await countRows(store);
  const other = await publish();
  for (const sent of [{}, { authorEmail: 'GRACE@mail.example', authorName: 'Someone', from: '192.0.2.7' }]) {
    const again = await post({ body, ...sent });
    t.match(again, { status: 409, body: { code: 'duplicate-comment' } });
    t.notOk(again.text.includes('grace') || again.text.includes('comments/1'));
  }
  t.equal((await countRows(store)).comments, before.comments, 'nothing was stored');
  for (const sent of [{ on: other }, { authorEmail: 'other@mail.example' }, { body: 'first!' }])
    t.equal((await post({ body, ...sent })).status, 201, JSON.stringify(sent));
  await edit(first.id, { status: 'trash' });
  t.equal((await post({ body })).status, 409, 'also what an editor has thrown away');
  const doubled = await Promise.all(Array.from({ length: 5 }, () => post({ body: 'Click, click' })));
  t.same(doubled.map(({ status }) => status).sort(), [201, 409, 409, 409, 409], 'whoever clicks twice says it once');

  const withdrawn = { moderationReasons: [{ code: 'withdrawn', detail: 'Its guest took it back' }] };
  await store.transaction((tx) =>
    tx.db
      .update(tx.tables.comments)
      .set(withdrawn)
      .then(() => undefined),
  );
  const anew = await post({ body });
  t.equal(anew.status, 201, 'what its guest took back can be said');
  clock.advance(DAY - 1);
  t.equal((await post({ body })).status, 409);
  clock.advance(1);
  t.equal((await post({ body })).status, 201, 'a day later');

  const url = `/v1/articles/${article}/comments`;
  const asStaff = () => ask('POST', url, { key: keys.author, body: { body: 'We know.' } });
  t.same([(await asStaff()).status, (await asStaff()).status], [201, 409], 'staff click twice too');
});

test('floods from one address are held back for as long as they last, by all processes together', async (t) => {
  const { post, publish, clock, keys, address, list } = await startModeration(t, { RATE_LIMIT_COMMENT: '3/minute' });
  const beside = await startGalley(t, {
    address,
    settings: { TRUST_PROXY: 'true', RATE_LIMIT_COMMENT: '3/minute' },
  });
  const other = await publish();
  for (const seconds of [0, 10, 10]) {
    clock.advance(seconds * 1000);
    t.equal((await post({ on: other })).status, 201);
  }
  clock.advance(500);
  beside.clock.now = clock.now;
  const held = await post({}, null, beside.ask);
  t.match(held, { status: 429, body: { code: 'rate-limited' }, headers: { 'retry-after': '40' } }, 'exactly');
  t.match(held.text, /too many comments/i, 'by the store: this process has answered nobody before');
  t.notOk(held.text.includes(HERE));
  t.equal((await post({ from: '192.0.2.2' }, null, beside.ask)).status, 201, 'who is elsewhere is not held back');
  t.equal((await post({}, keys.author)).status, 201, 'nor are staff');
  beside.clock.advance(39_499);
  t.match(await post({}, null, beside.ask), { status: 429, headers: { 'retry-after': '1' } });
  beside.clock.advance(1);
  t.equal((await post({}, null, beside.ask)).status, 201, 'the first is a minute old');
  t.match(await post({}, keys.editor, beside.ask), { status: 429 }, 'a key without an author posts as a guest');
  t.equal((await list('')).length, 6);
});

test('floods under one article are held back wherever they come from', async (t) => {
  const { post, publish, clock, edit, keys } = await startModeration(t, { RATE_LIMIT_COMMENT: '2/minute' });
  const ids: number[] = [];
  for (let n = 0; n < 20; n++) {
    if (n > 0) clock.advance(1000);
    const { status, body } = await post({ from: `192.0.2.${n}`, authorEmail: `g${n}@mail.example` });
    t.equal(status, 201);
    ids.push(body.id);
  }
  for (const [n, status] of ['approved', 'spam', 'trash'].entries()) await edit(ids[n] as number, { status });
  const held = await post({ from: '198.51.100.1' });
  t.match(held, { status: 429, headers: { 'retry-after': '41' } });
  t.equal((await post({ from: '198.51.100.1' }, keys.author)).status, 201);
  t.equal((await post({ from: '198.51.100.1', on: await publish() })).status, 201, 'other articles take them');
  clock.advance(41_000);
  t.equal((await post({ from: '198.51.100.2' })).status, 201);
  t.equal((await post({ from: '198.51.100.3' })).status, 429);
});

test('editors give many comments a status, or none', async (t) => {
  const { ask, keys, store, article, moderate, events, read, publish, edit, post, list } = await startModeration(t);
  const other = await publish();
  const said = {
    ...{ version: 1, depth: 0, replyCount: 0, authorName: 'G', isStaff: false, body: 'Hm.', html: '<p>Hm.</p>\n' },
    ...{ createdAt: new Date(START), updatedAt: new Date(START), status: 'pending' as const },
  };
  const rows = Array.from({ length: 100 }, (_, i) => ({ ...said, articleId: i % 3 ? article : other }));
  await store.transaction((tx) => insertRows(tx, tx.tables.comments, rows));
  const ids = (await store.db.select().from(store.tables.comments).orderBy(store.tables.comments.id)).map(
    ({ id }) => id,
  );
  const [spam, parent, child] = ids as [number, number, number];
  await edit(spam, { status: 'spam' });
  // What stands below another moves its counts, whichever comes first.
  await store.transaction(async (tx) => {
    const { comments } = tx.tables;
    await tx.db.update(comments).set({ parentId: parent, depth: 1 }).where(eq(comments.id, child));
  });
  const counted = async () => [
    (await ask('GET', `/v1/articles/${article}`)).body.commentCount,
    (await ask('GET', `/v1/articles/${other}`)).body.commentCount,
  ];
  const stored = async () =>
    JSON.stringify(await store.db.select().from(store.tables.comments).orderBy(store.tables.comments.id));

  const [was, told] = [await stored(), (await events()).length];
  const unknown = await moderate([...ids.slice(0, 99), 9999], 'approved');
  t.match(unknown, { status: 422, body: { code: 'unknown-reference' } });
  t.same(
    unknown.body.errors,
    [{ in: 'body', pointer: '/ids/99', code: 'unknown-reference', detail: 'There is no comment 9999' }],
    'the problem names it',
  );
  t.match(await moderate([7777, parent, 8888], 'spam'), {
    status: 422,
    body: { errors: [{ pointer: '/ids/0' }, { pointer: '/ids/2' }] },
  });
  t.equal(await stored(), was, 'nothing has changed');
  t.equal((await events()).length, told);
  t.same(await counted(), [0, 0]);

  const backwards = ids.toReversed();
  const approved = await moderate(backwards, 'approved');
  t.equal(approved.status, 200);
  t.same(
    approved.body.data.map(({ id }: { id: number }) => id),
    backwards,
    'in the order of the ids',
  );
  t.ok(approved.body.data.every((one: { status: string }) => one.status === 'approved'));
  const groups = String(approved.headers['cache-group-invalidation']);
  for (const id of [article, other]) t.ok(groups.includes(`"comments-${id}"`) && groups.includes(`"article-${id}"`));
  t.same(await counted(), [66, 34]);
  t.match(await read(parent), { version: 2, replyCount: 1 });
  const newEvents = (await events()).slice(told);
  t.equal(newEvents.length, 100);
  t.ok(newEvents.every(({ type, changedFields }) => type === 'comment.approved' && `${changedFields}` === 'status'));

  const again = await moderate([child, spam], 'approved');
  t.match(again.body.data, [{ version: 2 }, { version: 3 }], 'who has it stays as it is');
  t.notOk('cache-group-invalidation' in again.headers);
  t.equal((await events()).length, told + 100);
  const down = await moderate([child, parent, spam], 'spam');
  t.match(down.body.data, [{ version: 3 }, { version: 3, replyCount: 0 }, { version: 4 }]);
  const after = await store.db.select().from(store.tables.comments).orderBy(store.tables.comments.id);
  t.match(after[1], { shownReplyCount: 0, isShown: false }, 'nothing is shown of either');
  t.same(await counted(), [64, 33]);
  t.match((await ask('GET', '/v1/comments/summary', { key: keys.editor })).body, {
    ...{ pending: 0, approved: 97, spam: 3, trash: 0 },
  });

  const once = { 'idempotency-key': 'once' };
  const first = await moderate([parent, child], 'pending', once);
  await ask('DELETE', `/v1/comments/${child}?permanent=true`, { key: keys.admin });
  await edit(parent, { status: 'trash' });
  const replay = await moderate([parent, child], 'pending', once);
  t.equal(first.body.data.length, 2);
  t.match(replay, { status: 200, headers: { 'idempotent-replayed': 'true' }, body: { data: [{ status: 'trash' }] } });
  t.equal(replay.body.data.length, 1, 'as they are now, those that are there');

  const { id } = (await post()).body;
  const race = await Promise.all([
    moderate([id, spam], 'approved'),
    moderate([spam, id], 'trash'),
    edit(id, { body: 'x' }),
  ]);
  t.same(
    race.map(({ status }) => status),
    [200, 200, 200],
  );
  t.equal((await read(id)).status, (await read(spam)).status, 'the last has the word, for both');
  const [here, there] = await counted();
  t.equal(here + there, (await list('status=approved')).length, 'and the counts are right');
  for (const [wrong, pointer, code] of [
    [[], '/ids', 'too-few'],
    [Array.from({ length: 101 }, (_, i) => i + 1), '/ids', 'too-many'],
    [[1, 1], '/ids', 'not-unique'],
    [['1'], '/ids/0', 'wrong-type'],
    [[0], '/ids/0', 'too-small'],
    [undefined, '/ids', 'required'],
  ] as const)
    t.match(await moderate(wrong, 'spam'), { status: 400, body: { errors: [{ pointer, code }] } }, code);
  t.match(await moderate([id], 'deleted'), { status: 400, body: { errors: [{ pointer: '/status' }] } });
});

test('editors find what else the same guest has said', async (t) => {
  const { ask, keys, post, edit, list, store, article, publish, clock } = await startModeration(t);
  const other = await publish();
  const ids: number[] = [];
  for (const sent of [
    {},
    { from: '192.0.2.2', on: other },
    { authorEmail: 'GRACE@mail.example', from: '192.0.2.3' },
    { authorEmail: 'alias@mail.example' },
    { authorEmail: 'stranger@mail.example', from: '192.0.2.4' },
    { authorEmail: 'alias@mail.example', from: '192.0.2.4' },
  ] as const) {
    if (ids.length % 2) clock.advance(1000);
    ids.push((await post(sent)).body.id);
  }
  const [a, b, c, d, e, f] = ids as [number, number, number, number, number, number];
  const staff = (await post({}, keys.author)).body.id;
  await edit(b, { status: 'spam' });
  await edit(d, { status: 'trash' });
  const cases: [query: string, found: number[]][] = [
    [`sameGuestAs=${a}`, [staff, d, c, b, a]],
    [`sameGuestAs=${b}`, [staff, c, b, a]],
    [`sameGuestAs=${e}`, [f, e]],
    [`sameGuestAs=${f}`, [f, e, d]],
    [`sameGuestAs=${a}&status=spam,trash`, [d, b]],
    [`sameGuestAs=${a}&article=${other}`, [b]],
    [`sameGuestAs=${a}&article=${article}&status=pending`, [c, a]],
    ['sameGuestAs=999', []],
  ];
  for (const [query, found] of cases) {
    const { body } = await ask('GET', `/v1/comments?count=exact&limit=100&${query}`, { key: keys.editor });
    t.same(
      body.data.map(({ id }: { id: number }) => id),
      found,
      query,
    );
    t.equal(body.pagination.total, found.length, query);
  }
  const walked: number[] = [];
  for (let cursor = ''; ; ) {
    const { body } = await ask('GET', `/v1/comments?limit=2&sameGuestAs=${a}${cursor}`, { key: keys.editor });
    walked.push(...body.data.map(({ id }: { id: number }) => id));
    if (!body.pagination.next) break;
    cursor = `&cursor=${body.pagination.next}`;
  }
  t.same(walked, [staff, d, c, b, a]);
  const forgotten = { addressHash: null, emailFolded: null };
  await store.transaction((tx) =>
    tx.db
      .update(tx.tables.comments)
      .set(forgotten)
      .then(() => undefined),
  );
  t.same(await list(`sameGuestAs=${a}`), [], 'of nobody who is not known any more');
  for (const query of ['sameGuestAs=0', 'sameGuestAs=x', `sameGuestAs=${a}&sameGuestAs=${b}`])
    t.equal((await ask('GET', `/v1/comments?${query}`, { key: keys.editor })).status, 400, query);
});
