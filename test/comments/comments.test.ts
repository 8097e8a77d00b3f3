/** Comments: what guests and staff post, what editors do with it, and what is shown of it. */
import { type Test, test } from 'tap';
import { type Asked, type Options, START, startGalley } from '../support/app.ts';
import { addDiscussion, SHAPES } from '../support/discussions.ts';

const HOUR = 3_600_000;
const GUEST = { authorName: 'Grace', authorEmail: 'grace@mail.example', body: 'What a *night* that was.' };
const EMAIL = GUEST.authorEmail;

/** A Galley with one live article, and verbs for its comments. */
const startDiscussion = async (t: Test, options?: Options) => {
  const galley = await startGalley(t, options);
  const { ask, keys, authorId } = galley;
  const publish = async (more: object = {}) => {
    const body = { title: 'Night', body: 'Dark.', authorIds: [authorId], status: 'published', ...more };
    return (await ask('POST', '/v1/articles', { key: keys.editor, body })).body;
  };
  const article = await publish();
  const comments = `/v1/articles/${article.id}/comments`;
  return {
    ...galley,
    publish,
    article,
    comments,
    post: (more: object = {}, asked: Asked = {}) => ask('POST', comments, { body: { ...GUEST, ...more }, ...asked }),
    edit: (id: number, body: unknown, headers: Record<string, string> = {}) =>
      ask('PATCH', `/v1/comments/${id}`, { key: keys.editor, body, headers }),
    remove: (id: number, query = '', key = keys.editor) => ask('DELETE', `/v1/comments/${id}${query}`, { key }),
    shown: async (url = comments) => (await ask('GET', url)).body.data.map(({ id }: { id: number }) => id) as number[],
    all: async (query = '') =>
      (await ask('GET', `/v1/comments?${query}`, { key: keys.editor })).body.data.map(({ id }: { id: number }) => id),
    counted: async (id = article.id) => (await ask('GET', `/v1/articles/${id}`)).body.commentCount as number,
  };
};

test('a guest’s comment waits until an editor approves it', async (t) => {
  const { ask, keys, article, comments, post, edit, shown, counted } = await startDiscussion(t);
  const posted = await post();
  const { id } = posted.body;
  t.equal(posted.status, 201);
  t.equal(posted.headers.location, `/v1/comments/${id}`);
  t.equal(posted.headers['cache-control'], 'no-store');
  const { editToken, editableUntil, ...shown201 } = posted.body;
  t.match(editToken, /^glc_[A-Za-z0-9_-]{43}$/);
  t.equal(Date.parse(editableUntil) - Date.parse(START), HOUR / 4);
  t.same(shown201, {
    ...{ id, version: 1, articleId: article.id, parentId: null, depth: 0, replyCount: 0 },
    ...{ authorName: 'Grace', authorUrl: null, isStaff: false, html: '<p>What a <em>night</em> that was.</p>\n' },
    ...{ status: 'pending', createdAt: START, updatedAt: START },
  });
  t.same(await shown(), []);
  t.equal(await counted(), 0);
  t.equal((await ask('GET', `/v1/comments/${id}`)).status, 404);
  for (const role of ['viewer', 'contributor', 'author'] as const) {
    t.equal((await ask('GET', `/v1/comments/${id}`, { key: keys[role] })).status, 404, role);
  }
  const asEditor = await ask('GET', `/v1/comments/${id}`, { key: keys.editor });
  t.match(asEditor, { status: 200, body: { body: GUEST.body, authorEmail: EMAIL, status: 'pending' } });

  const approved = await edit(id, { status: 'approved' });
  t.match(approved, { status: 200, body: { status: 'approved', version: 2, authorEmail: EMAIL } });
  t.same(await shown(), [id]);
  t.equal(await counted(), 1);
  for (const url of [comments, `/v1/comments/${id}`]) {
    for (const role of [null, 'viewer', 'contributor', 'author'] as const) {
      const { status, text } = await ask('GET', url, { key: role && keys[role] });
      t.equal(status, 200);
      t.notOk(text.includes(EMAIL) || text.includes('"authorEmail"') || text.includes('"body"'), `${url} as ${role}`);
    }
    t.ok((await ask('GET', url, { key: keys.editor })).text.includes(EMAIL), 'editors see the email');
  }
});

test('a guest gives name, email and text within the limits', async (t) => {
  const { ask, keys, comments, article } = await startDiscussion(t);
  const refused: [body: unknown, faults: [pointer: string, code: string][]][] = [
    [
      {},
      [
        ['/body', 'required'],
        ['/authorName', 'required'],
        ['/authorEmail', 'required'],
      ],
    ],
    [
      { body: 'Hi' },
      [
        ['/authorName', 'required'],
        ['/authorEmail', 'required'],
      ],
    ],
    [{ body: 'Hi', authorEmail: EMAIL }, [['/authorName', 'required']]],
    [{ body: 'Hi', authorName: 'G' }, [['/authorEmail', 'required']]],
    [{ ...GUEST, authorName: null }, [['/authorName', 'wrong-type']]],
    [{ ...GUEST, authorName: ' ' }, [['/authorName', 'wrong-pattern']]],
    [{ ...GUEST, authorName: '𝒢'.repeat(101) }, [['/authorName', 'too-long']]],
    [{ ...GUEST, authorEmail: 'nobody' }, [['/authorEmail', 'wrong-format']]],
    [{ ...GUEST, authorUrl: 'javascript:alert(1)' }, [['/authorUrl', 'wrong-format']]],
    [{ ...GUEST, body: '🌊'.repeat(10_001) }, [['/body', 'too-long']]],
    [{ ...GUEST, body: ' \n ' }, [['/body', 'wrong-pattern']]],
    [{ ...GUEST, body: 'a\0b' }, [['/body', 'wrong-format']]],
    [{ ...GUEST, status: 'approved' }, [['/status', 'read-only']]],
    [{ ...GUEST, isStaff: true }, [['/isStaff', 'read-only']]],
    [{ ...GUEST, html: '<b>' }, [['/html', 'read-only']]],
    [{ ...GUEST, articleId: 7 }, [['/articleId', 'read-only']]],
    [{ ...GUEST, website: 'https://spam.example' }, [['/website', 'unknown-field']]],
  ];
  for (const [body, faults] of refused) {
    const answer = await ask('POST', comments, { body });
    t.equal(answer.status, 400);
    const found = answer.body.errors.map(({ pointer, code }: { pointer: string; code: string }) => [pointer, code]);
    t.same(found, faults, JSON.stringify(body).slice(0, 60));
  }
  t.equal((await ask('POST', comments)).status, 400, 'no body');
  const halved = { body: '{"body":"\\ud83d"}', headers: { 'content-type': 'application/json' } };
  t.match(await ask('POST', comments, halved), { status: 400, body: { errors: [{ pointer: '/body' }] } });
  const form = { body: 'body=Hi', headers: { 'content-type': 'application/x-www-form-urlencoded' } };
  t.equal((await ask('POST', comments, form)).status, 415);
  t.same((await ask('GET', `/v1/comments?article=${article.id}`, { key: keys.editor })).body.data, []);
});

test('ten thousand code points of any script come back as they were sent', async (t) => {
  const { ask, keys, post } = await startDiscussion(t);
  const texts = [
    '🌊'.repeat(10_000),
    '👩🏽‍✈️ flies, 語り継ぐ夜、שלום עולם و السلام, e\u0301 and \u202Eoverride',
    '語'.repeat(10_000),
    'x'.repeat(10_000),
    `line\n`.repeat(2000),
  ];
  for (const body of texts) {
    const { status, body: made } = await post({ body, authorName: '𝒢'.repeat(100) });
    t.equal(status, 201);
    t.equal(made.authorName, '𝒢'.repeat(100));
    const stored = await ask('GET', `/v1/comments/${made.id}`, { key: keys.editor });
    t.ok(stored.body.body === body, 'the source, byte for byte');
    if (!body.includes('\n')) t.ok(made.html.includes(body), 'and whole in the page');
  }
});

test('what guests write is safe in any page', async (t) => {
  const { post } = await startDiscussion(t);
  const hostile: [body: string, never: RegExp][] = [
    ['<script>alert(1)</script>', /<script/],
    ['<img src=x onerror=alert(1)>', /<img/],
    ['![x](https://tracker.example/p.gif)', /<img/],
    ['[x](javascript:alert(1))', /href="javascript/],
    ['[x](data:text/html;base64,PHNjcmlwdD4=)', /href="data/],
    ['<https://a.example/"onmouseover="alert(1)>', /<[^>]*"onmouseover="/],
    ['```"><script>\nx\n```', /<script/],
  ];
  for (const [body, never] of hostile) {
    const { status, body: made } = await post({ body });
    t.equal(status, 201, body);
    t.notMatch(made.html, never, body);
  }
  const { html } = (await post({ body: '[a](https://a.example) **b** `c`\n\n> d\n\n- e' })).body;
  t.match(html, /<a href="https:\/\/a\.example"[^>]*rel="nofollow ugc[^"]*">a<\/a>/);
  for (const tag of ['strong', 'code', 'blockquote', 'li']) t.ok(html.includes(`<${tag}>`), tag);
});

test('with a key that has an author, a comment is staff’s and approved at once', async (t) => {
  const { ask, keys, comments, shown, counted, store, authorId } = await startDiscussion(t);
  await ask('PATCH', `/v1/authors/${authorId}`, { key: keys.editor, body: { websiteUrl: 'https://ada.example' } });
  const posted = await ask('POST', comments, { key: keys.contributor, body: { body: 'We know.' } });
  t.match(posted, {
    status: 201,
    body: { status: 'approved', isStaff: true, authorName: 'Ada Lovelace', authorUrl: 'https://ada.example' },
  });
  t.notOk(posted.text.includes('ada@harbour.example'), 'not even to its own author, who is no editor');
  t.same(await shown(), [posted.body.id]);
  t.equal(await counted(), 1);
  const events = (await store.db.select().from(store.tables.events).orderBy(store.tables.events.id)).slice(-2);
  const { id } = posted.body;
  t.match(
    events,
    ['created', 'approved'].map((what) => ({ type: `comment.${what}`, entityId: id, version: 1 })),
    'whoever waits for what everyone may read, hears of it',
  );
  const named = await ask('POST', comments, {
    key: keys.author,
    body: { body: 'Aye.', authorName: 'The desk', authorUrl: null },
  });
  t.match(named.body, { isStaff: true, authorName: 'The desk', authorUrl: null, status: 'approved' });

  const unsigned = await ask('POST', comments, { key: keys.editor, body: { body: 'Who am I?' } });
  t.match(unsigned, { status: 400, body: { errors: [{ pointer: '/authorName' }, { pointer: '/authorEmail' }] } });
  const guest = await ask('POST', comments, { key: keys.editor, body: GUEST });
  t.match(
    guest,
    { status: 201, body: { status: 'pending', isStaff: false } },
    'a key without an author posts as a guest',
  );
});

test('comments are posted to live articles that take them, and nowhere else', async (t) => {
  const { ask, keys, publish, clock, article } = await startDiscussion(t);
  const at = (hours: number) => new Date(Date.parse(START) + hours * HOUR).toISOString();
  const trashed = await publish();
  await ask('DELETE', `/v1/articles/${trashed.id}`, { key: keys.editor });
  const never = await publish({ status: 'draft' });
  await ask('DELETE', `/v1/articles/${never.id}`, { key: keys.editor });
  const archived = await publish();
  await ask('PATCH', `/v1/articles/${archived.id}`, { key: keys.editor, body: { status: 'archived' } });
  const cases: [what: string, id: number, post: number, list: number][] = [
    ['live', article.id, 201, 200],
    ['draft', (await publish({ status: 'draft' })).id, 404, 404],
    ['review', (await publish({ status: 'review' })).id, 404, 404],
    ['scheduled', (await publish({ status: 'scheduled', publishedAt: at(2) })).id, 404, 404],
    ['ending', (await publish({ unpublishAt: at(1) })).id, 201, 200],
    ['archived', archived.id, 404, 404],
    ['withdrawn', trashed.id, 404, 404],
    ['a trashed draft', never.id, 404, 404],
    ['nothing', 999, 404, 404],
    ['closed', (await publish({ commentPolicy: 'closed' })).id, 403, 200],
    ['hidden', (await publish({ commentPolicy: 'hidden' })).id, 403, 404],
    ['open', (await publish({ commentPolicy: 'open' })).id, 201, 200],
  ];
  let said = 0; // nobody says the same twice
  const check = async (rows: typeof cases, when: string) => {
    for (const [what, id, post, list] of rows) {
      const url = `/v1/articles/${id}/comments`;
      for (const key of [null, keys.author, keys.admin]) {
        const posted = await ask('POST', url, { key, body: { ...GUEST, body: `Number ${++said}` } });
        t.equal(posted.status, post, `${when}, POST to ${what}`);
        if (post === 403) t.equal(posted.body.code, 'comments-closed');
        t.equal((await ask('GET', url, { key })).status, list, `${when}, GET of ${what}`);
      }
      t.equal((await ask('POST', url, { body: { body: 'unsigned' } })).status, 400, 'the schema is judged first');
    }
  };
  await check(cases, 'at first');
  clock.advance(2 * HOUR);
  const later: Record<string, [number, number]> = { scheduled: [201, 200], ending: [404, 404] };
  await check(
    cases.map(([what, id, post, list]) => [what, id, ...(later[what] ?? [post, list])]),
    'when moments have passed',
  );
});

test('an article that does not say follows the site', async (t) => {
  const { ask, keys, publish, post, comments, edit } = await startDiscussion(t);
  const own = await publish({ commentPolicy: 'open' });
  const { id } = (await post()).body;
  await edit(id, { status: 'approved' });
  const rows = [
    ['closed', 403, 200, false],
    ['hidden', 403, 404, false],
    ['open', 201, 200, true],
  ] as const;
  for (const [commentPolicy, posted, listed, open] of rows) {
    await ask('PATCH', '/v1/site', { key: keys.admin, body: { commentPolicy } });
    t.equal((await post({ body: commentPolicy })).status, posted, commentPolicy);
    t.equal((await ask('GET', comments)).status, listed, commentPolicy);
    t.equal((await ask('GET', `/v1/comments/${id}`)).status, listed, 'one alone is no more visible than the list');
    t.equal((await ask('GET', comments.replace('/comments', ''))).body.commentsOpen, open);
    const onOwn = { body: { ...GUEST, body: commentPolicy } };
    t.equal((await ask('POST', `/v1/articles/${own.id}/comments`, onOwn)).status, 201, 'its own word counts');
    t.equal((await ask('GET', `/v1/comments/${id}`, { key: keys.editor })).status, 200, 'editors see it in any case');
  }
});

test('the count of comments is that of the approved ones, whatever happens to them', async (t) => {
  const { ask, keys, post, edit, remove, counted, shown, store, article } = await startDiscussion(t);
  const [a, b, c] = [(await post({ body: 'A' })).body.id, (await post()).body.id, (await post({ body: 'C' })).body.id];
  const before = (await ask('GET', `/v1/articles/${article.id}`)).body;
  const eventOf = async () =>
    (await store.db.select().from(store.tables.events).orderBy(store.tables.events.id)).at(-1)?.type;
  const steps: [what: string, act: () => Promise<{ status: number }>, count: number, event: string][] = [
    ['approve a', () => edit(a, { status: 'approved' }), 1, 'comment.approved'],
    ['approve b', () => edit(b, { status: 'approved' }), 2, 'comment.approved'],
    ['approve b again', () => edit(b, { status: 'approved' }), 2, 'comment.approved'],
    ['edit a', () => edit(a, { body: 'Quiet.' }), 2, 'comment.updated'],
    ['c is spam', () => edit(c, { status: 'spam' }), 2, 'comment.marked-spam'],
    ['a is spam', () => edit(a, { status: 'spam' }), 1, 'comment.marked-spam'],
    ['trash b', () => remove(b), 0, 'comment.trashed'],
    ['trash b again', () => remove(b), 0, 'comment.trashed'],
    ['b out of the trash', () => edit(b, { status: 'approved' }), 1, 'comment.approved'],
    ['a waits again', () => edit(a, { status: 'pending' }), 1, 'comment.updated'],
    ['approve and edit c', () => edit(c, { status: 'approved', body: 'Sorry.' }), 2, 'comment.approved'],
    ['c for good', () => remove(c, '?permanent=true', keys.admin), 1, 'comment.deleted'],
    ['a for good', () => remove(a, '?permanent=true', keys.admin), 1, 'comment.deleted'],
  ];
  for (const [what, act, count, event] of steps) {
    t.ok((await act()).status < 300, what);
    t.equal(await counted(), count, what);
    t.equal((await shown()).length, count, what);
    t.equal(await eventOf(), event, what);
  }
  t.equal((await ask('GET', `/v1/comments/${c}`, { key: keys.editor })).status, 404);
  t.equal((await ask('GET', `/v1/articles/${article.id}`)).body.version, before.version, 'the article’s version stays');
  t.same((await ask('GET', `/v1/comments/${b}`)).body.html, '<p>What a <em>night</em> that was.</p>\n');
});

test('comments approved at once from many sides are all counted', async (t) => {
  const { ask, keys, comments, post, edit, counted, article } = await startDiscussion(t);
  const ids: number[] = [];
  for (let i = 0; i < 10; i++) ids.push((await post({ body: `Guest ${i}` })).body.id);
  await Promise.all([
    ...ids.map((id) => edit(id, { status: 'approved' })),
    ...ids.map((id) => ask('POST', comments, { key: keys.author, body: { body: `Aye, ${id}.` } })),
    ask('PATCH', `/v1/articles/${article.id}`, { key: keys.editor, body: { title: 'Changed meanwhile' } }),
  ]);
  t.equal(await counted(), 20);
});

test('a change of a comment may name the version it is about', async (t) => {
  const { ask, keys, post, edit, remove } = await startDiscussion(t);
  const { id } = (await post()).body;
  const read = await ask('GET', `/v1/comments/${id}`, { key: keys.editor });
  t.match(read.headers.etag, /^"1-[0-9a-f]{16}"$/);
  const same = await edit(id, { body: GUEST.body, status: 'pending' }, { 'if-match': String(read.headers.etag) });
  t.match(same, { status: 200, body: { version: 1, updatedAt: START } }, 'a no-op');
  t.match(await edit(id, { body: 'New' }, { 'if-match': '"1"' }), { body: { version: 2, html: '<p>New</p>\n' } });
  t.match(await edit(id, { body: 'Stale' }, { 'if-match': '"1"' }), { status: 412, body: { currentVersion: 2 } });
  const stale = { key: keys.admin, headers: { 'if-match': '"1"' } };
  t.equal((await ask('DELETE', `/v1/comments/${id}`, stale)).status, 412);
  t.equal((await ask('DELETE', `/v1/comments/${id}?permanent=true`, stale)).status, 412);
  const race = await Promise.all(
    Array.from({ length: 10 }, (_, i) => edit(id, { body: `Race ${i}` }, { 'if-match': '"2"' })),
  );
  t.equal(race.filter(({ status }) => status === 200).length, 1);
  t.equal((await edit(999, { status: 'spam' })).status, 404);
  t.equal((await remove(999)).status, 404);
  t.equal((await remove(999, '?permanent=true')).status, 403, 'who may not at all is told so first');
  for (const [body, pointer, code] of [
    [{ status: 'deleted' }, '/status', 'not-allowed'],
    [{ status: null }, '/status', 'wrong-type'],
    [{ body: '' }, '/body', 'too-short'],
    [{ body: 'x'.repeat(10_001) }, '/body', 'too-long'],
    [{ authorEmail: 'a@b.example' }, '/authorEmail', 'read-only'],
    [{ authorName: 'Other' }, '/authorName', 'read-only'],
    [{ isStaff: true }, '/isStaff', 'read-only'],
    [{ score: 1 }, '/score', 'unknown-field'],
  ] as const) {
    t.match(await edit(id, body), { status: 400, body: { errors: [{ pointer, code }] } }, `${pointer} ${code}`);
  }
});

test('where conditional writes are demanded, comments demand them before any work', async (t) => {
  const { post, edit, remove } = await startDiscussion(t, { settings: { REQUIRE_IF_MATCH: 'true' } });
  const { id } = (await post()).body;
  t.equal((await edit(id, { status: 'approved' })).status, 428);
  t.equal((await remove(id)).status, 428);
  t.equal((await edit(id, { status: 'approved' }, { 'if-match': '*' })).status, 200);
});

test('the comments of an article go with it', async (t) => {
  const { ask, keys, post, edit, article, all } = await startDiscussion(t);
  const { id } = (await post()).body;
  await edit(id, { status: 'approved' });
  const asGuest = () => ask('GET', `/v1/comments/${id}`);
  t.equal((await asGuest()).status, 200);
  await ask('DELETE', `/v1/articles/${article.id}`, { key: keys.editor });
  t.equal((await asGuest()).status, 404, 'in the trash');
  t.same(await all(), [id], 'editors still find it');
  await ask('DELETE', `/v1/articles/${article.id}?permanent=true`, { key: keys.admin });
  t.equal((await ask('GET', `/v1/comments/${id}`, { key: keys.editor })).status, 404);
  t.same(await all(), []);
});

test('nobody waits until the comments of an article that was much discussed have gone with it', async (t) => {
  const { ask, keys, store, article } = await startDiscussion(t);
  await addDiscussion(store, article.id, 3000, SHAPES['in threads']);
  const deleting = ask('DELETE', `/v1/articles/${article.id}?permanent=true`, { key: keys.admin });
  let turns = 0;
  for (let isOver = false; !isOver; turns++) {
    isOver = await Promise.race([deleting.then(() => true), new Promise<false>((end) => setImmediate(end, false))]);
  }
  t.equal((await deleting).status, 204);
  t.ok(turns >= 3000 / 500, 'others had the event loop in between', { turns });
  t.equal(await store.db.$count(store.tables.comments), 0);
});

test('floods of guests are slowed down, staff are not', async (t) => {
  const { ask, keys, comments, post } = await startDiscussion(t, { settings: { RATE_LIMIT_COMMENT: '3/minute' } });
  for (let i = 0; i < 3; i++) t.equal((await post({ body: `Hello ${i}` })).status, 201);
  const slowed = await post();
  t.match(slowed, { status: 429, body: { code: 'rate-limited' } });
  t.match(slowed.headers['retry-after'], /^\d+$/);
  t.equal((await ask('POST', comments, { key: keys.author, body: { body: 'Aye.' } })).status, 201);
});
