import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Test, test } from 'tap';
import { createRenderer } from '../../src/rendering/renderer.ts';
import type { Answer, Galley, Options } from '../support/app.ts';
import { startGalley } from '../support/app.ts';
import { newDatabase, openTestStore, watchStatements } from '../support/database.ts';
import { countRows } from '../support/rows.ts';

const HOUR = 3_600_000;
const guest = { authorName: 'Grace', authorEmail: 'grace@mail.example', body: 'What a *night*.' };

const named = (name: string, others: Record<string, string> = {}) => ({
  headers: { 'idempotency-key': name, ...others },
});
const isReplay = ({ headers }: Answer) => headers['idempotent-replayed'] === 'true';

/** How many articles have a title, trashed ones counted. */
const countTitled = async ({ store: { db, tables } }: Galley, title: string): Promise<number> =>
  (await db.select().from(tables.articles)).filter((row) => row.title === title).length;

/** Publishes an article of the author of the keys; returns its path. */
const publish = async ({ ask, keys, authorId }: Galley, title = 'Boats'): Promise<string> => {
  const body = { title, body: 'Boats.', authorIds: [authorId], status: 'published' };
  return (await ask('POST', '/v1/articles', { key: keys.editor, body })).headers.location as string;
};

/** A Galley that renders nothing until it is let: so its articles are as long in the making as a test wants. */
const startSlow = async (t: Test, options: Options = {}) => {
  const renderer = createRenderer({ timeLimit: 30_000, threads: 1, embedHosts: [] });
  t.teardown(() => renderer.close());
  let letGo = () => {};
  let [reached, isReached] = [() => {}, Promise.resolve()];
  let passed = Promise.resolve();
  const hold = () => {
    passed = new Promise((resolve) => {
      letGo = resolve;
    });
    isReached = new Promise((resolve) => {
      reached = resolve;
    });
  };
  const galley = await startGalley(t, {
    ...options,
    parts: {
      ...options.parts,
      renderer: {
        ...renderer,
        renderBody: async (...asked) => {
          reached();
          await passed;
          return renderer.renderBody(...asked);
        },
      },
    },
  });
  return { galley, hold, letGo: () => letGo(), isReached: () => isReached };
};

test('twenty at once have one effect; the others are told to wait, and are then answered the same', async (t) => {
  const galley = await startGalley(t);
  const { ask, keys } = galley;
  const asked = { key: keys.editor, body: { title: 'Boats', slug: 'boats' }, ...named('once') };
  const ask20 = () => Promise.all(Array.from({ length: 20 }, () => ask('POST', '/v1/articles', asked)));
  const answers = await ask20();
  const made = answers.filter(({ status }) => status === 201);
  t.equal(made.filter((answer) => !isReplay(answer)).length, 1, 'one made it');
  for (const { status, body, headers } of answers.filter((answer) => answer.status !== 201)) {
    t.match({ status, code: body.code }, { status: 409, code: 'idempotency-in-progress' });
    t.equal(headers['retry-after'], '1');
  }
  t.equal(await countTitled(galley, 'Boats'), 1);
  for (const answer of await ask20()) {
    t.equal(answer.status, 201);
    t.ok(isReplay(answer));
    t.equal(answer.text, made[0]?.text);
    t.equal(answer.headers.etag, made[0]?.headers.etag);
  }
  const spelled = await galley.app.inject({
    ...{ method: 'POST', url: '/v1/%61rticles?', payload: asked.body },
    headers: { ...asked.headers, authorization: `Bearer ${keys.editor}` },
  });
  t.equal(spelled.headers['idempotent-replayed'], 'true', 'a path in other letters is the same path');
  t.equal(await countTitled(galley, 'Boats'), 1);
});

test('two on one store: whoever comes second finds the effect there, and answers it again', async (t) => {
  const address = await newDatabase(t);
  const one = await startGalley(t, { address });
  const { galley: other, hold, letGo, isReached } = await startSlow(t, { address });
  const key = one.keys.editor;
  const bodies: [what: string, body: object][] = [
    ['a slug that the first has taken', { title: 'Named', slug: 'named' }],
    ['nothing that would be in its way', { title: 'Unnamed' }],
    ['a source that the first has taken', { title: 'Imported', source: { system: 'wp', id: '7' } }],
  ];
  for (const [what, body] of bodies) {
    const asked = { key, body, ...named(what.replaceAll(' ', '-')) };
    hold();
    const second = other.ask('POST', '/v1/articles', asked);
    await isReached();
    const first = await one.ask('POST', '/v1/articles', asked);
    t.equal(first.status, 201, what);
    t.notOk(isReplay(first));
    letGo();
    const late = await second;
    t.equal(late.status, 201, what);
    t.ok(isReplay(late));
    t.same(
      [late.text, late.headers.location, late.headers.etag],
      [first.text, first.headers.location, first.headers.etag],
    );
    t.equal(await countTitled(one, (body as { title: string }).title), 1);
  }

  const asked = { key, body: { title: 'Another body' }, ...named('other') };
  hold();
  const second = other.ask('POST', '/v1/articles', asked);
  await isReached();
  t.equal((await one.ask('POST', '/v1/articles', { ...asked, body: { title: 'First' } })).status, 201);
  letGo();
  t.match(await second, { status: 422, body: { code: 'idempotency-mismatch' } });
  t.equal(await countTitled(one, 'Another body'), 0, 'all of it is undone');

  const together = { key, body: { title: 'Together' }, ...named('together') };
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, n) => (n % 2 ? one : other).ask('POST', '/v1/articles', together)),
  );
  t.equal(answers.filter((answer) => answer.status === 201 && !isReplay(answer)).length, 1);
  for (const { status, body } of answers) if (status !== 201) t.equal(body.code, 'idempotency-in-progress');
  t.equal(await countTitled(one, 'Together'), 1);
});

test('while it runs it is in progress, though its client has gone', async (t) => {
  const { galley, hold, letGo, isReached } = await startSlow(t);
  const { ask, app, keys } = galley;
  const asked = { key: keys.editor, body: { title: 'Slow' }, ...named('slow') };
  await app.listen({ port: 0, host: '127.0.0.1' });
  hold();
  const { port } = app.server.address() as AddressInfo;
  const headers = {
    ...{ authorization: `Bearer ${keys.editor}`, 'content-type': 'application/json' },
    ...asked.headers,
  };
  const client = request({ port, host: '127.0.0.1', path: '/v1/articles', method: 'POST', headers });
  client.on('error', () => {}); // it hangs up by itself
  client.end(JSON.stringify(asked.body));
  await isReached();
  client.destroy();
  await sleep(100);
  t.match(await ask('POST', '/v1/articles', asked), { status: 409, body: { code: 'idempotency-in-progress' } });
  t.match(
    await ask('POST', '/v1/articles', { ...asked, body: { title: 'Other' } }),
    { status: 409, body: { code: 'idempotency-in-progress' } },
    'whether another body may be sent is not known yet',
  );
  letGo();
  let answer = await ask('POST', '/v1/articles', asked);
  while (answer.status === 409) {
    await sleep(10);
    answer = await ask('POST', '/v1/articles', asked);
  }
  t.equal(answer.status, 201);
  t.ok(isReplay(answer), 'what nobody heard of was done');
  t.equal(await countTitled(galley, 'Slow'), 1);
});

test('an effect whose acknowledgement by the store was lost is answered, not made twice', async (t) => {
  const address = await newDatabase(t);
  const store = await openTestStore(t, address);
  let loses = false;
  const transaction: typeof store.transaction = async (work) => {
    const value = await store.transaction(work);
    if (loses) throw Object.assign(new Error('Connection terminated unexpectedly'), { code: '08006' });
    return value;
  };
  const galley = await startGalley(t, { address, parts: { store: { ...store, transaction } } });
  const asked = { key: galley.keys.editor, body: { title: 'Lost' } };
  loses = true;
  t.not((await galley.ask('POST', '/v1/articles', asked)).status, 201, 'without a key nobody knows');
  const answer = await galley.ask('POST', '/v1/articles', { ...asked, ...named('lost') });
  t.equal(answer.status, 201);
  t.ok(isReplay(answer));
  loses = false;
  t.same((await galley.ask('POST', '/v1/articles', { ...asked, ...named('lost') })).body, answer.body);
  t.equal(await countTitled(galley, 'Lost'), 2, 'the one without a key, and this');
});

test('what an Idempotency-Key may be', async (t) => {
  const { ask, keys } = await startGalley(t);
  const post = (key: string | null, name: string, body: object = { title: 'T' }) =>
    ask('POST', '/v1/articles', { key, body, ...named(name) });
  const refused: [name: string, code: string, detail: string][] = [
    ['', 'too-short', 'idempotency-key must have at least 1 character'],
    ['x'.repeat(256), 'too-long', 'idempotency-key must have at most 255 characters'],
    ...['a b', ' ', '\t', 'caf\u00e9', '\u0080', 'a, b', '\u007f'].map(
      (name) =>
        [name, 'wrong-pattern', 'idempotency-key must be visible ASCII characters, without spaces'] as [
          string,
          string,
          string,
        ],
    ),
  ];
  for (const [name, code, detail] of refused) {
    const { status, body } = await post(keys.editor, name);
    t.equal(status, 400, JSON.stringify(name));
    t.same(body.errors, [{ in: 'header', name: 'idempotency-key', code, detail }]);
  }
  for (const name of ['x', '!', '~', '"5f0a8c1e"', 'a,b', 'x'.repeat(255)])
    t.equal((await post(keys.editor, name)).status, 201, name);
  const { body } = await post(keys.editor, 'a b', { title: '' });
  t.same(
    body.errors.map((fault: { in: string }) => fault.in),
    ['body', 'header'],
    'all faults at once',
  );
  t.equal((await post(null, 'a b')).status, 401);
  t.equal((await post(keys.viewer, 'a b')).status, 403);
  t.equal((await ask('POST', '/v1/nothing', { key: keys.editor, ...named('a b') })).status, 404);
});

test('other methods take no notice of it', async (t) => {
  const galley = await startGalley(t);
  const { ask, keys, store } = galley;
  const path = await publish(galley);
  for (const name of ['x', 'a b', '']) {
    for (const title of [`${name} one`, `${name} two`]) {
      const { status, body, headers } = await ask('PATCH', path, { key: keys.editor, body: { title }, ...named(name) });
      t.same([status, body.title, headers['idempotent-replayed']], [200, title, undefined]);
    }
    t.equal((await ask('GET', path, named(name))).status, 200);
  }
  t.equal((await ask('DELETE', path, { key: keys.editor, ...named('x') })).status, 204);
  t.equal((await countRows(store)).outcomes, 0);
});

test('it belongs to a caller and a path', async (t) => {
  const galley = await startGalley(t);
  const { ask, keys } = galley;
  const body = { title: 'Mine' };
  for (const key of [keys.editor, keys.admin, keys.author]) {
    const answer = await ask('POST', '/v1/articles', { key, body, ...named('x') });
    t.same([answer.status, isReplay(answer)], [201, false]);
  }
  t.equal(await countTitled(galley, 'Mine'), 3);
  const paths = [`${await publish(galley, 'One')}/comments`, `${await publish(galley, 'Two')}/comments`];
  for (const key of [null, keys.author]) {
    for (const path of paths) {
      const comment = { ...guest, body: key ? 'Aye.' : 'What a *night*.' };
      const answer = await ask('POST', path, { key, body: comment, ...named('x') });
      t.same([answer.status, isReplay(answer)], [201, false], 'another caller, or another path');
      t.ok(isReplay(await ask('POST', path, { key, body: comment, ...named('x') })));
    }
  }
  t.equal(
    (await ask('POST', '/v1/tags', { key: keys.editor, body: { name: 'Harbour' }, ...named('x') })).status,
    201,
    'nor does it matter that an article was made under it',
  );
});

test('a body is the same whatever its spaces and the order of its names', async (t) => {
  const { ask, keys } = await startGalley(t);
  const asJson = { 'content-type': 'application/json' };
  const post = (body: string) => ask('POST', '/v1/articles', { key: keys.editor, body, ...named('x', asJson) });
  const first = await post('{"title":"T","metadata":{"a":1,"b":[1,2]},"subtitle":"é"}');
  t.equal(first.status, 201);
  const rows: [body: string, isSame: boolean][] = [
    ['{ "title": "T",\n "metadata": {"a": 1, "b": [1, 2]}, "subtitle": "é" }', true],
    ['{"subtitle":"\\u00e9","metadata":{"b":[1,2],"a":1},"title":"T"}', true],
    ['{"title":"T","metadata":{"a":1.0,"b":[1,2]},"subtitle":"é"}', true],
    ['{"title":"T","metadata":{"a":1,"b":[2,1]},"subtitle":"é"}', false],
    ['{"title":"T","metadata":{"a":"1","b":[1,2]},"subtitle":"é"}', false],
    ['{"title":"T","metadata":{"a":1,"b":[1,2]},"subtitle":"é","excerpt":null}', false],
    ['{"title":"T","metadata":{"a":1,"b":[1,2]}}', false],
  ];
  for (const [body, isSame] of rows) {
    const answer = await post(body);
    t.same([answer.status, isReplay(answer)], isSame ? [201, true] : [422, false], body);
  }
});

test('it is kept for a day', async (t) => {
  const galley = await startGalley(t);
  const { ask, keys, clock } = galley;
  const post = (title = 'Daily') =>
    ask('POST', '/v1/articles', { key: keys.editor, body: { title }, ...named('daily') });
  const first = await post();
  clock.advance(24 * HOUR - 1);
  t.ok(isReplay(await post()));
  clock.advance(1);
  const second = await post();
  t.same([second.status, isReplay(second)], [201, false]);
  t.not(second.body.id, first.body.id);
  const again = await post();
  t.same([again.body.id, isReplay(again)], [second.body.id, true], 'the new one is kept in its place');
  clock.advance(24 * HOUR);
  t.equal((await post('Another')).status, 201, 'another body is no mismatch any more');
  t.equal(await countTitled(galley, 'Daily'), 2);
});

test('a refusal is not kept: the same key is tried anew, corrected or not', async (t) => {
  const galley = await startGalley(t);
  const { ask, keys, store } = galley;
  const post = (name: string, body: object) => ask('POST', '/v1/articles', { key: keys.editor, body, ...named(name) });
  t.equal((await post('422', { title: 'T', authorIds: [999] })).status, 422);
  t.equal((await post('422', { title: 'T', authorIds: [999] })).status, 422, 'the refusal is made again');
  t.equal((await post('422', { title: 'T', authorIds: [galley.authorId] })).status, 201);
  t.equal((await post('400', { title: '' })).status, 400);
  t.equal((await post('400', { title: 'T' })).status, 201);
  t.equal((await post('409', { title: 'T', slug: 't' })).status, 409);
  t.equal((await post('409', { title: 'T', slug: 'other' })).status, 201);
  t.match(await post('409', { title: 'T', slug: 't' }), { status: 422, body: { code: 'idempotency-mismatch' } });
  const comment = (path: string) => ask('POST', `${path}/comments`, { body: guest, ...named('x') });
  t.equal((await comment('/v1/articles/999')).status, 404);
  t.equal((await countRows(store)).outcomes, 3);
});

test('what is answered again is as it is now, to who may read it', async (t) => {
  const galley = await startGalley(t);
  const { ask, keys, authorId } = galley;
  const post = (key: string) =>
    ask('POST', '/v1/articles', {
      key,
      body: { title: 'First', body: 'Boats.', authorIds: [authorId] },
      ...named('x'),
    });
  const { headers, body: made } = await post(keys.author);
  const path = headers.location as string;
  const edited = await ask('PATCH', path, { key: keys.editor, body: { title: 'Second', status: 'published' } });
  const again = await post(keys.author);
  t.same([again.status, again.body, again.headers.etag], [201, edited.body, edited.headers.etag]);
  t.match(again.headers, { location: path, 'idempotent-replayed': 'true' });
  t.not(again.body.version, made.version);

  await ask('DELETE', path, { key: keys.editor });
  const trashed = await post(keys.author);
  t.same([trashed.status, trashed.body], [201, (await ask('GET', path, { key: keys.author })).body], 'as GET shows it');
  await ask('POST', `${path}/restore`, { key: keys.editor });
  const { body: grace } = await ask('POST', '/v1/authors', { key: keys.editor, body: { name: 'Grace' } });
  await ask('PATCH', path, { key: keys.editor, body: { authorIds: [grace.id] } });
  t.match(await post(keys.author), { status: 404, body: { code: 'not-found' } }, 'it is its author’s no more');
  await ask('DELETE', path, { key: keys.editor });
  t.match(await post(keys.author), { status: 410, body: { code: 'gone' } }, 'as GET says of what was live');
  await ask('DELETE', `${path}?permanent=true`, { key: keys.admin });
  const gone = await post(keys.author);
  t.match(gone, { status: 404, body: { code: 'not-found' } });
  t.notOk(isReplay(gone));
  t.equal(await countTitled(galley, 'First'), 0, 'it is not made again');

  for (const [url, body] of [
    ['/v1/authors', { name: 'Brief' }],
    ['/v1/tags', { name: 'Brief' }],
  ] as const) {
    const asked = { key: keys.editor, body, ...named('x') };
    const { headers: told } = await ask('POST', url, asked);
    await ask('PATCH', told.location as string, { key: keys.editor, body: { name: 'Renamed' } });
    t.match(await ask('POST', url, asked), { status: 201, body: { name: 'Renamed', version: 2 } });
    await ask('DELETE', told.location as string, { key: keys.editor });
    t.match(await ask('POST', url, asked), { status: 404, body: { code: 'not-found' } });
  }
});

test('a restored article is restored once, whatever became of it, and whatever was expected', async (t) => {
  const galley = await startGalley(t, { settings: { REQUIRE_IF_MATCH: 'true' } });
  const { ask, keys } = galley;
  const path = await publish(galley);
  await ask('DELETE', path, { key: keys.editor, headers: { 'if-match': '"1"' } });
  const restore = (ifMatch: string) =>
    ask('POST', `${path}/restore`, { key: keys.editor, ...named('x', { 'if-match': ifMatch }) });
  t.equal((await restore('"1"')).status, 412, 'which is not kept');
  t.match(await restore('"2"'), { status: 200, body: { version: 3, status: 'draft' } });
  await ask('DELETE', path, { key: keys.editor, headers: { 'if-match': '"3"' } });
  const again = await restore('"2"');
  t.match(again, { status: 200, body: { version: 4, deletedAt: galley.clock.now.toISOString() } });
  t.ok(isReplay(again), 'it stays in the trash');
  const there = await ask('POST', `${await publish(galley)}/restore`, {
    key: keys.editor,
    ...named('x', { 'if-match': '*' }),
  });
  t.match(there, { status: 200, body: { version: 1 } }, 'one that was not there stays as it is');
  t.equal((await countRows(galley.store)).outcomes, 2, 'which is kept too');
});

test('a comment that waits is answered again to its poster alone, and tells nothing of others', async (t) => {
  const galley = await startGalley(t);
  const { ask, keys } = galley;
  const path = await publish(galley);
  const post = (body: object = guest) => ask('POST', `${path}/comments`, { body, ...named('1') });
  const first = await post();
  t.match(first, { status: 201, body: { status: 'pending' } });
  const again = await post();
  t.same([again.status, again.body, isReplay(again)], [201, { ...first.body, editToken: null }, true]);
  t.notOk('authorEmail' in again.body || 'body' in again.body);
  t.notOk(again.text.includes('mail.example'));

  const stranger = await post({ ...guest, authorEmail: 'other@mail.example' });
  t.match(stranger, { status: 422, body: { code: 'idempotency-mismatch' } });
  t.notOk(/Grace|night|comments\/\d/.test(stranger.text), 'a stranger under the same key is told nothing');
  t.notOk('location' in stranger.headers);
  t.equal((await ask('GET', first.headers.location as string)).status, 404, 'nobody else reads it');

  await ask('PATCH', first.headers.location as string, { key: keys.editor, body: { status: 'approved' } });
  t.match(await post(), { status: 201, body: { status: 'approved', version: 2 } });
  await ask('PATCH', path, { key: keys.editor, body: { status: 'archived' } });
  t.match(await post(), { status: 404, body: { code: 'not-found' } }, 'its article is not public any more');
  await ask('PATCH', path, { key: keys.editor, body: { status: 'published' } });
  t.equal((await post()).status, 201);
  await ask('DELETE', `${first.headers.location}?permanent=true`, { key: keys.admin });
  t.match(await post(), { status: 404, body: { code: 'not-found' } });
  const { body } = await ask('GET', '/v1/comments', { key: keys.editor });
  t.same(body.data, [], 'and it was not posted again');
});

test('a key that was revoked since is still told, without its secret; a caller that was is not', async (t) => {
  const { ask, keys, makeKey } = await startGalley(t);
  const admin = await makeKey('admin');
  const asked = { key: admin, body: { name: 'Newsroom', role: 'editor' }, ...named('x') };
  const first = await ask('POST', '/v1/keys', asked);
  await ask('DELETE', first.headers.location as string, { key: keys.admin });
  const again = await ask('POST', '/v1/keys', asked);
  t.match(again, { status: 201, body: { id: first.body.id, secret: null } });
  t.ok(again.body.revokedAt);
  const { body } = await ask('GET', '/v1/me', { key: admin });
  await ask('DELETE', `/v1/keys/${body.keyId}`, { key: keys.admin });
  t.equal((await ask('POST', '/v1/keys', asked)).status, 401);
});

test('a request without it costs no statement more', async (t) => {
  const address = await newDatabase(t);
  const { ask, keys } = await startGalley(t, { address });
  const { during } = watchStatements(t, address);
  const post = (headers = {}) => ask('POST', '/v1/tags', { key: keys.editor, body: { name: 'x' }, headers });
  const kept = await during(() => post({ 'idempotency-key': 'x' }));
  t.equal(kept.answer.status, 201);
  const aboutIt = kept.ran.filter(({ source }) => source.includes('outcomes'));
  t.ok(aboutIt.length >= 2, 'one that can be repeated is looked for, and kept');
  await ask('DELETE', kept.answer.headers.location as string, { key: keys.editor });
  const plain = await during(() => post());
  t.equal(plain.answer.status, 201);
  t.same(
    plain.ran.filter(({ source }) => source.includes('outcomes')),
    [],
  );
});
