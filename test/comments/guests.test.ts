/** Guests and their comments: what the token of a 201 opens, for how long, and to whom. */
import { createHash, createHmac } from 'node:crypto';
import { type Test, test } from 'tap';
import { type Asked, type Options, START, startGalley } from '../support/app.ts';

const MINUTE = 60_000;
const SECRET = 'not known to anybody, and long enough';

/** A Galley behind a proxy, with a live article, and verbs of guests. */
const startDiscussion = async (t: Test, { settings = {}, ...options }: Options = {}) => {
  const galley = await startGalley(t, { settings: { TRUST_PROXY: 'true', SECRET, ...settings }, ...options });
  const { ask, keys, authorId, store } = galley;
  const { id: articleId } = (
    await ask('POST', '/v1/articles', {
      key: keys.editor,
      body: { title: 'Night', body: 'Dark.', authorIds: [authorId], status: 'published' },
    })
  ).body;
  let said = 0;
  const post = async (address = '192.0.2.7', asked: Asked = {}) => {
    const body = { authorName: 'Grace', authorEmail: 'grace@mail.example', body: `What a night, ${++said} times.` };
    const { headers, ...rest } = asked;
    const forwarded = { 'x-forwarded-for': address, ...headers };
    return ask('POST', `/v1/articles/${articleId}/comments`, { body, headers: forwarded, ...rest });
  };
  const as = (token: string | null, more: Record<string, string> = {}) => ({
    headers: { ...(token !== null && { 'comment-token': token }), ...more },
  });
  return {
    ...galley,
    articleId,
    post,
    edit: (id: number, token: string | null, body: unknown, more: Record<string, string> = {}) =>
      ask('PATCH', `/v1/comments/${id}`, { body, ...as(token, more) }),
    withdraw: (id: number, token: string | null, more: Record<string, string> = {}) =>
      ask('DELETE', `/v1/comments/${id}`, as(token, more)),
    moderate: (id: number, status: string) =>
      ask('PATCH', `/v1/comments/${id}`, { key: keys.editor, body: { status } }),
    read: async (id: number) => (await ask('GET', `/v1/comments/${id}`, { key: keys.editor })).body,
    counted: async () => (await ask('GET', `/v1/articles/${articleId}`)).body.commentCount as number,
    onArticle: (body: object) => ask('PATCH', `/v1/articles/${articleId}`, { key: keys.editor, body }),
    stored: async () => store.db.select().from(store.tables.comments).orderBy(store.tables.comments.id),
    lastEvent: async () => (await store.db.select().from(store.tables.events).orderBy(store.tables.events.id)).at(-1),
  };
};

test('a guest changes a comment for fifteen minutes, and it is moderated anew', async (t) => {
  const { clock, post, edit, moderate, read, counted, lastEvent, ask, keys } = await startDiscussion(t);
  const { id, editToken: token, editableUntil } = (await post()).body;
  t.equal(editableUntil, new Date(Date.parse(START) + 15 * MINUTE).toISOString());
  clock.advance(MINUTE);
  const changed = await edit(id, token, { body: 'What a *day*.' });
  t.match(changed, {
    status: 200,
    body: { id, version: 2, html: '<p>What a <em>day</em>.</p>\n', status: 'pending', updatedAt: /07:01/ },
  });
  for (const name of ['body', 'authorEmail', 'editToken', 'moderation']) t.notOk(name in changed.body, name);
  t.match(changed.headers.etag, /^"2-/);
  t.match(await lastEvent(), { type: 'comment.updated', entityId: id, version: 2, keyId: null });
  t.match(await edit(id, token, { body: 'What a *day*.' }), { status: 200, body: { version: 2 } }, 'a no-op');
  t.match(await edit(id, token, {}), { status: 200, body: { version: 2 } });

  await moderate(id, 'approved');
  t.equal(await counted(), 1);
  const anew = await edit(id, token, { body: 'Buy boats.' }, { 'if-match': '"3"' });
  t.match(anew, { status: 200, body: { version: 4, status: 'pending' } }, 'what was approved was another text');
  t.equal(await counted(), 0);
  const { changedFields, type } = (await lastEvent()) ?? {};
  t.same([type, changedFields], ['comment.updated', ['body', 'status']]);
  t.match(await edit(id, token, { body: 'Late.' }, { 'if-match': '"3"' }), {
    status: 412,
    body: { currentVersion: 4, changedFields: ['body', 'status'] },
  });

  clock.advance(14 * MINUTE - 1);
  t.equal((await edit(id, token, { body: 'Just in time.' })).status, 200);
  clock.advance(1);
  t.match(await edit(id, token, { body: 'Too late.' }), { status: 403, body: { code: 'forbidden' } });
  t.equal((await read(id)).body, 'Just in time.');
  const found = async (q: string) => (await ask('GET', `/v1/comments?q=${q}`, { key: keys.editor })).body.data.length;
  t.same([await found('boats'), await found('just+in+time')], [0, 1], 'editors find it by what it says now');
});

test('a guest withdraws a comment, which then is where an editor finds it', async (t) => {
  const { post, withdraw, edit, moderate, read, counted, lastEvent, stored, keys, ask } = await startDiscussion(t);
  const { id, editToken } = (await post()).body;
  await moderate(id, 'approved');
  t.match(await withdraw(id, editToken, { 'if-match': '"1"' }), { status: 412 });
  t.equal((await withdraw(id, editToken)).status, 204);
  t.equal(await counted(), 0);
  t.match(await lastEvent(), { type: 'comment.trashed', entityId: id, version: 3, keyId: null });
  t.match(await read(id), { status: 'trash', version: 3 });
  const [row] = await stored();
  t.match(row?.moderationReasons.at(-1), { code: 'withdrawn', detail: /./ });
  t.equal((await withdraw(id, editToken)).status, 404, 'it is gone for its guest');
  t.equal((await edit(id, editToken, { body: 'Back.' })).status, 404);
  const all = `/v1/comments/${id}?permanent=true`;
  const headers = { 'comment-token': editToken };
  for (const key of [null, keys.viewer, keys.author]) {
    t.match(await ask('DELETE', all, { key, headers }), { status: 403, body: { code: 'forbidden' } });
  }
  const back = await ask('PATCH', `/v1/comments/${id}`, { key: keys.editor, body: { status: 'approved' } });
  t.notOk(back.text.includes('withdrawn'), 'an editor’s word wins');
});

/** A state of a comment, its token or another, and what is answered to a change and to its withdrawal. */
type Row = [what: string, token: 'its own' | 'of another' | 'none', change: number, withdrawal: number];
const TABLE: Row[] = [
  ['pending', 'its own', 200, 204],
  ['approved', 'its own', 200, 204],
  ['spam', 'its own', 404, 404],
  ['trash', 'its own', 404, 404],
  ['gone', 'its own', 404, 404],
  ['hidden', 'its own', 200, 204],
  ['closed', 'its own', 200, 204],
  ['archived', 'its own', 404, 204],
  ['in the trash with its article', 'its own', 404, 204],
  ['expired', 'its own', 403, 403],
  ['pending', 'of another', 404, 404], // that it is there is not told
  ['approved', 'of another', 403, 403],
  ['spam', 'of another', 404, 404],
  ['trash', 'of another', 404, 404],
  ['hidden', 'of another', 404, 404],
  ['closed', 'of another', 403, 403],
  ['archived', 'of another', 404, 404],
  ['pending', 'none', 401, 401],
  ['approved', 'none', 401, 401],
];

test('a token opens its own comment, and nobody learns by another what there is', async (t) => {
  const { clock, post, edit, withdraw, moderate, onArticle, ask, keys, articleId } = await startDiscussion(t);
  const other = (await post()).body;
  const states: Record<string, (id: number) => Promise<unknown>> = {
    pending: async () => {},
    approved: (id) => moderate(id, 'approved'),
    spam: (id) => moderate(id, 'spam'),
    trash: (id) => moderate(id, 'trash'),
    gone: (id) => ask('DELETE', `/v1/comments/${id}?permanent=true`, { key: keys.admin }),
    hidden: async (id) => [await moderate(id, 'approved'), await onArticle({ commentPolicy: 'hidden' })],
    closed: async (id) => [await moderate(id, 'approved'), await onArticle({ commentPolicy: 'closed' })],
    archived: async (id) => [await moderate(id, 'approved'), await onArticle({ status: 'archived' })],
    'in the trash with its article': () => ask('DELETE', `/v1/articles/${articleId}`, { key: keys.editor }),
    expired: async () => clock.advance(15 * MINUTE),
  };
  for (const [what, whose, change, withdrawal] of TABLE) {
    const wrong = ['none', 'of another'].includes(whose);
    const tokens = (own: string) =>
      whose === 'its own' ? [own] : whose === 'none' ? [null] : [other.editToken, `${own}x`, 'glc_', '', keys.editor];
    const { id, editToken } = (await post()).body;
    await states[what]?.(id);
    for (const token of tokens(editToken)) {
      const answers = [await edit(id, token, { body: `Anew ${id}` }), await withdraw(id, token)];
      t.same(
        answers.map(({ status }) => status),
        [change, withdrawal],
        `${what}, token ${whose}`,
      );
      for (const { text } of answers) if (token) t.notOk(text.includes(token), 'no answer repeats a token');
      if (wrong && change !== 401) {
        const lower = { key: keys.author, body: { body: 'x' }, headers: { 'comment-token': String(token) } };
        t.equal((await ask('PATCH', `/v1/comments/${id}`, lower)).status, change, 'a key below editors adds nothing');
      }
    }
    if (!wrong && change === 200)
      t.match((await ask('GET', `/v1/comments/${id}`, { key: keys.editor })).body, { body: `Anew ${id}` });
    await ask('POST', `/v1/articles/${articleId}/restore`, { key: keys.editor });
    await onArticle({ status: 'published', commentPolicy: null });
  }

  const { id, editToken } = (await post()).body;
  const faulty: [body: unknown, status: number][] = [
    [{ status: 'approved' }, 403],
    [{ body: 'x', status: 'pending' }, 403],
    [{ status: 'nonsense' }, 400],
    [{ body: '' }, 400],
    [{ authorName: 'x' }, 400],
    [{ editToken: 'x' }, 400],
  ];
  for (const [body, status] of faulty) t.equal((await edit(id, editToken, body)).status, status, JSON.stringify(body));
  const asKey = { key: editToken, body: { body: 'x' } };
  t.equal((await ask('PATCH', `/v1/comments/${id}`, asKey)).status, 401, 'it is no key');
  const wrongKey = { key: `glk_${'x'.repeat(40)}`, body: { body: 'x' }, headers: { 'comment-token': editToken } };
  t.equal((await ask('PATCH', `/v1/comments/${id}`, wrongKey)).status, 401, 'nor does it make up for a wrong one');
  const asEditor = { key: keys.editor, body: { status: 'spam' }, headers: { 'comment-token': 'nonsense' } };
  t.equal((await ask('PATCH', `/v1/comments/${id}`, asEditor)).status, 200, 'editors need none');
});

test('where conditional writes are demanded, guests name the version as well', async (t) => {
  const { post, edit, withdraw } = await startDiscussion(t, { settings: { REQUIRE_IF_MATCH: 'true' } });
  const posted = await post();
  const { id, editToken } = posted.body;
  t.equal((await edit(id, editToken, { status: 'approved' })).status, 403, 'what they may not at all comes first');
  t.equal((await edit(id, editToken, { body: 'x' })).status, 428);
  t.equal((await withdraw(id, editToken)).status, 428);
  const match = { 'if-match': String(posted.headers.etag) };
  t.equal((await edit(id, editToken, { body: 'x' }, match)).status, 200);
});

test('guests who are quick, and guests who race, each change what is theirs, once', async (t) => {
  const { post, edit, withdraw, read, stored, counted, moderate } = await startDiscussion(t);
  const [a, b] = [(await post()).body, (await post('192.0.2.8')).body];
  for (const { id } of [a, b]) await moderate(id, 'approved');
  const race = await Promise.all(
    [a, b, a, b].flatMap(({ id, editToken }, n) => [
      edit(id, editToken, { body: `Mine ${id}` }),
      edit(id, (n % 2 === 0 ? b : a).editToken, { body: 'Not mine' }),
    ]),
  );
  // Whoever comes with another's token finds the comment readable or, once it waits again, not.
  for (const [n, { status }] of race.entries()) t.ok(n % 2 === 0 ? status === 200 : status === 403 || status === 404);
  for (const { id } of [a, b]) t.match(await read(id), { body: `Mine ${id}`, version: 3, status: 'pending' });
  t.equal(await counted(), 0);

  const [gone, changed] = await Promise.all([withdraw(a.id, a.editToken), edit(a.id, a.editToken, { body: 'Or not' })]);
  t.equal(gone.status, 204);
  t.ok(changed.status === 200 || changed.status === 404);
  t.match(await read(a.id), { status: 'trash', version: changed.status === 200 ? 5 : 4 });
  await moderate(a.id, 'approved');
  const stale = { 'if-match': '"3"' };
  const ten = await Promise.all(Array.from({ length: 10 }, (_, i) => edit(b.id, b.editToken, { body: `${i}` }, stale)));
  t.same(ten.map(({ status }) => status).sort(), [200, ...Array(9).fill(412)]);

  // A form that is sent twice: one comment, whose token is told to one of the two.
  const before = (await stored()).length;
  const body = { authorName: 'Grace', authorEmail: 'grace@mail.example', body: 'Sent twice.' };
  const twice = { body, headers: { 'idempotency-key': 'form' } };
  const sent = await Promise.all(Array.from({ length: 5 }, () => post('192.0.2.7', twice)));
  const again = await post('192.0.2.7', twice);
  t.equal((await stored()).length, before + 1);
  const told = sent.filter(({ status, body }) => status === 201 && body.editToken !== null);
  t.equal(told.length, 1);
  t.match(again, { status: 201, body: { id: told[0]?.body.id, editToken: null } });
  t.equal(again.body.editableUntil, told[0]?.body.editableUntil);
  for (const { status } of sent) t.ok(status === 201 || status === 409);
  t.equal((await edit(again.body.id, told[0]?.body.editToken, { body: 'Sent once.' })).status, 200);
});

test('of a token and of an address a hash is kept, and of an address for no day none', async (t) => {
  const { post, stored, address } = await startDiscussion(t);
  const places: [address: string, sharers: string][] = [
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['192.0.2.8', '192.0.2.8'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::1', '2001:db8:1:2::/64'],
  ];
  const tokens: string[] = [];
  for (const [from] of places) tokens.push((await post(from)).body.editToken);
  const rows = await stored();
  t.same(
    rows.map(({ addressHash }) => addressHash),
    places.map(([, sharers]) => createHmac('sha256', SECRET).update(`address ${sharers}`).digest('hex')),
  );
  t.same(
    rows.map(({ editTokenHash }) => editTokenHash),
    tokens.map((token) => createHash('sha256').update(token).digest('hex')),
  );
  t.equal(new Set(tokens).size, tokens.length);
  const whole = JSON.stringify(rows);
  for (const word of [...tokens, ...places.map(([from]) => from)])
    t.notOk(whole.includes(word), 'nothing else is kept');

  const forgetful = await startDiscussion(t, { settings: { COMMENT_RETENTION_DAYS: '0' } });
  const { id, editToken } = (await forgetful.post()).body;
  t.match((await forgetful.stored())[0], { addressHash: null, editTokenHash: /^[0-9a-f]{64}$/ });
  t.equal((await forgetful.edit(id, editToken, { body: 'Still mine.' })).status, 200);
  const unset = await startDiscussion(t, { address, settings: { SECRET: '' } });
  await unset.post();
  t.match(
    (await unset.stored()).at(-1)?.addressHash,
    /^[0-9a-f]{64}$/,
    'without a setting, by the secret of the store',
  );
  t.not((await unset.stored()).at(-1)?.addressHash, rows[0]?.addressHash);
});
