/** Keys: made and shown once, changed, revoked; who one is; and what a key that does not work is answered. */
import { createHash } from 'node:crypto';
import { type Test, test } from 'tap';
import { type Galley, START, startGalley } from '../support/app.ts';
import { engine } from '../support/database.ts';

const HOUR = 3_600_000;
const at = (hours: number) => new Date(Date.parse(START) + hours * HOUR).toISOString();

/** A Galley with verbs for an admin. */
const startOffice = async (t: Test) => {
  const galley = await startGalley(t);
  const { ask, keys } = galley;
  const { id: adminId } = (await ask('GET', '/v1/keys?limit=100', { key: keys.admin })).body.data.find(
    ({ role }: { role: string }) => role === 'admin',
  );
  return {
    ...galley,
    adminId: adminId as number,
    make: (body: unknown) => ask('POST', '/v1/keys', { key: keys.admin, body }),
    edit: (id: number, body: unknown, key = keys.admin) => ask('PATCH', `/v1/keys/${id}`, { key, body }),
    revoke: (id: number, key = keys.admin) => ask('DELETE', `/v1/keys/${id}`, { key }),
    read: (id: number) => ask('GET', `/v1/keys/${id}`, { key: keys.admin }),
  };
};

const me = ({ ask }: Galley, key: string) => ask('GET', '/v1/me', { key });

test('a key tells its secret once, and the store keeps its hash alone', async (t) => {
  const galley = await startOffice(t);
  const { ask, keys, make, read, edit, store, address } = galley;
  const made = await make({ name: 'Newsroom', role: 'editor' });
  const { id, secret } = made.body;
  t.equal(made.status, 201);
  t.equal(made.headers.location, `/v1/keys/${id}`);
  t.equal(made.headers['cache-control'], 'no-store');
  t.match(secret, /^glk_[A-Za-z0-9_-]{32}$/, '192 random bits');
  const shown = {
    ...{ id, name: 'Newsroom', role: 'editor', authorId: null, prefix: secret.slice(0, 8) },
    ...{ createdAt: START, lastUsedAt: null, expiresAt: null, revokedAt: null },
  };
  t.same(made.body, { ...shown, secret });
  t.same((await read(id)).body, shown);
  t.same((await edit(id, {})).body, shown);

  const hash = createHash('sha256').update(secret).digest('hex');
  const row = (await store.db.select().from(store.tables.keys)).find((key) => key.id === id);
  t.match(row, { hash, prefix: secret.slice(0, 8) });
  const bytes = await engine.contentsOf(address);
  t.ok(bytes.includes(hash));
  t.notOk(bytes.includes(secret.slice(8)), 'the secret is nowhere in the store');
  const list = await ask('GET', '/v1/keys?limit=100', { key: keys.admin });
  for (const { text } of [list, await read(id)]) {
    t.notOk(text.includes(secret) || text.includes(hash) || text.includes('"hash"') || text.includes('"secret"'));
  }
  t.match(await me(galley, secret), { status: 200, body: { role: 'editor', keyId: id, author: null } });
  const other = (await make({ name: 'Newsroom', role: 'editor' })).body.secret;
  t.not(other, secret);
});

test('keys are listed by id, revoked ones too', async (t) => {
  const { ask, keys, make, revoke } = await startOffice(t);
  const { id } = (await make({ name: 'Old', role: 'viewer' })).body;
  await revoke(id);
  const walked: number[] = [];
  let cursor = '';
  do {
    const { body } = await ask('GET', `/v1/keys?limit=3${cursor}&count=exact`, { key: keys.admin });
    walked.push(...body.data.map((key: { id: number }) => key.id));
    t.equal(body.pagination.total, 6);
    cursor = body.pagination.next ? `&cursor=${body.pagination.next}` : '';
  } while (cursor);
  t.same(walked, [1, 2, 3, 4, 5, 6]);
  const page = await ask('GET', '/v1/keys?limit=4&page=2', { key: keys.admin });
  t.match(page.body, {
    data: [
      { id: 5, revokedAt: null },
      { id: 6, revokedAt: START },
    ],
    pagination: { pages: 2, total: 6 },
  });
});

test('what a key cannot be is refused, and nothing is stored', async (t) => {
  const { ask, keys, make, edit, read, authorId } = await startOffice(t);
  const target = (await make({ name: 'Target', role: 'author', authorId })).body;
  const key = { name: 'K', role: 'viewer' };
  const cases: [body: object, status: number, pointer: string, code: string, patch?: false][] = [
    [{ role: 'viewer' }, 400, '/name', 'required', false],
    [{ name: 'K' }, 400, '/role', 'required', false],
    [{ ...key, name: '' }, 400, '/name', 'too-short'],
    [{ ...key, name: 'k'.repeat(101) }, 400, '/name', 'too-long'],
    [{ ...key, role: 'owner' }, 400, '/role', 'not-allowed'],
    [{ ...key, role: 'anonymous' }, 400, '/role', 'not-allowed'],
    [{ ...key, role: null }, 400, '/role', 'wrong-type'],
    [{ ...key, authorId: '1' }, 400, '/authorId', 'wrong-type'],
    [{ ...key, authorId: 999 }, 422, '/authorId', 'unknown-reference'],
    [{ ...key, role: 'author', authorId: null }, 400, '/authorId', 'required'],
    [{ ...key, role: 'contributor', authorId: null }, 400, '/authorId', 'required'],
    [{ ...key, role: 'author' }, 400, '/authorId', 'required', false],
    [{ ...key, role: 'contributor' }, 400, '/authorId', 'required', false],
    [{ ...key, expiresAt: START }, 400, '/expiresAt', 'too-small'],
    [{ ...key, expiresAt: at(-1) }, 400, '/expiresAt', 'too-small'],
    [{ ...key, expiresAt: '2027-02-30T00:00:00Z' }, 400, '/expiresAt', 'wrong-format'],
    [{ ...key, expiresAt: 1 }, 400, '/expiresAt', 'wrong-type'],
    [{ ...key, secret: 'glk_mine' }, 400, '/secret', 'read-only'],
    [{ ...key, prefix: 'glk_mine' }, 400, '/prefix', 'read-only'],
    [{ ...key, revokedAt: null }, 400, '/revokedAt', 'read-only'],
    [{ ...key, lastUsedAt: null }, 400, '/lastUsedAt', 'read-only'],
    [{ ...key, hash: 'ab' }, 400, '/hash', 'unknown-field'],
  ];
  for (const [body, status, pointer, code, patch] of cases) {
    const label = `${pointer} ${code}`;
    t.match(await make(body), { status, body: { errors: [{ in: 'body', pointer, code }] } }, label);
    if (patch !== false) {
      t.match(await edit(target.id, body), { status, body: { errors: [{ pointer, code }] } }, `${label}, in a patch`);
    }
  }
  const two = await make({ name: 'K', role: 'author', expiresAt: at(-1) });
  t.same(
    two.body.errors.map(({ pointer }: { pointer: string }) => pointer),
    ['/authorId', '/expiresAt'],
  );
  t.match((await read(target.id)).body, { name: 'Target', role: 'author', authorId });
  t.equal((await ask('GET', '/v1/keys?limit=100', { key: keys.admin })).body.data.length, 6);
  for (const [method, url, status] of [
    ['GET', '/v1/keys/999', 404],
    ['PATCH', '/v1/keys/999', 404],
    ['DELETE', '/v1/keys/999', 404],
    ['GET', '/v1/keys/0', 400],
    ['GET', '/v1/keys?role=admin', 400],
    ['PUT', '/v1/keys/1', 405],
  ] as const) {
    const body = method === 'PATCH' ? {} : undefined;
    t.equal((await ask(method, url, { key: keys.admin, body })).status, status, `${method} ${url}`);
  }
});

test('a change of a key holds from the next request on', async (t) => {
  const galley = await startOffice(t);
  const { make, edit, authorId } = galley;
  const { id, secret } = (await make({ name: 'K', role: 'viewer', expiresAt: null, authorId: null })).body;
  t.match((await me(galley, secret)).body, { role: 'viewer', author: null });
  t.match((await edit(id, { role: 'author', authorId })).body, { role: 'author', authorId, name: 'K' });
  const author = { id: authorId, slug: 'ada-lovelace', name: 'Ada Lovelace' };
  t.same((await me(galley, secret)).body, { role: 'author', keyId: id, author });
  t.match(await edit(id, { authorId: null }), { status: 400, body: { errors: [{ pointer: '/authorId' }] } });
  t.match((await edit(id, { role: 'editor', authorId: null, name: 'Desk' })).body, { name: 'Desk', authorId: null });
  t.same((await me(galley, secret)).body, { role: 'editor', keyId: id, author: null });
});

test('a key that is wrong, expired or revoked is 401 at every door, open ones too', async (t) => {
  const galley = await startOffice(t);
  const { ask, make, edit, revoke, clock } = galley;
  const expiring = (await make({ name: 'E', role: 'admin', expiresAt: at(1) })).body;
  const revoked = (await make({ name: 'R', role: 'admin' })).body;
  t.equal((await me(galley, expiring.secret)).status, 200);
  t.equal((await me(galley, revoked.secret)).status, 200);
  t.equal((await revoke(revoked.id)).status, 204);
  t.equal((await revoke(revoked.id)).status, 204, 'once more changes nothing');
  clock.advance(HOUR - 1);
  t.equal((await me(galley, expiring.secret)).status, 200, 'to the last millisecond');
  clock.advance(1);
  const wrong: [what: string, authorization: string][] = [
    ['unknown', `Bearer glk_${'A'.repeat(32)}`],
    ['expired', `Bearer ${expiring.secret}`],
    ['revoked', `Bearer ${revoked.secret}`],
    ['revoked, small scheme', `bearer ${revoked.secret}`],
    ['cut short', `Bearer ${revoked.secret.slice(0, -1)}`],
    ['its hash', `Bearer ${createHash('sha256').update(expiring.secret).digest('hex')}`],
  ];
  const doors = ['/v1/articles', '/v1/authors', '/v1/tags', '/v1/site', '/v1/articles/999', '/v1/me', '/problems'];
  for (const [what, authorization] of wrong) {
    for (const url of doors) {
      const answer = await ask('GET', url, { headers: { authorization } });
      t.match(answer, { status: 401, body: { code: 'unauthenticated' } }, `${what} at ${url}`);
      t.equal(answer.headers['www-authenticate'], 'Bearer');
      t.equal(answer.headers['cache-control'], 'no-store');
    }
    const posted = await ask('POST', '/v1/articles/999/comments', { headers: { authorization }, body: {} });
    t.equal(posted.status, 401, `${what}, posting a comment`);
  }
  for (const authorization of [`Basic ${Buffer.from('a:b').toString('base64')}`, 'Digest x', expiring.secret]) {
    t.equal((await ask('GET', '/v1/articles', { headers: { authorization } })).status, 200, 'another scheme is no key');
    t.equal((await ask('GET', '/v1/me', { headers: { authorization } })).status, 401);
  }
  t.equal((await edit(expiring.id, { expiresAt: at(9) })).status, 200);
  t.equal((await me(galley, expiring.secret)).status, 200, 'an expiry can be put off');
  t.equal((await edit(revoked.id, { expiresAt: at(9) })).status, 200);
  t.equal((await me(galley, revoked.secret)).status, 401, 'a revoked key never works again');
});

test('the last admin key that works can be neither revoked nor lowered nor left to expire', async (t) => {
  const galley = await startOffice(t);
  const { adminId, make, edit, revoke, read, clock } = galley;
  const lastAdmin = { status: 409, body: { code: 'last-admin' } };
  t.match(await revoke(adminId), lastAdmin);
  for (const role of ['viewer', 'editor'] as const) t.match(await edit(adminId, { role }), lastAdmin, role);
  t.match(await edit(adminId, { expiresAt: at(1) }), lastAdmin);
  t.match(await read(adminId), { body: { role: 'admin', revokedAt: null, expiresAt: null } });
  t.equal((await edit(adminId, { name: 'Chief', role: 'admin' })).status, 200, 'all else can be changed');

  const short = (await make({ name: 'Short', role: 'admin', expiresAt: at(2) })).body;
  t.match(await edit(adminId, { expiresAt: at(3) }), lastAdmin, 'nobody would be left when it expires');
  t.match(await edit(adminId, { expiresAt: at(1) }), lastAdmin, 'nor when the other one does');
  t.match(await revoke(adminId), lastAdmin);
  const lasting = (await make({ name: 'Lasting', role: 'admin' })).body;
  t.equal((await edit(adminId, { expiresAt: at(1) })).status, 200, 'another one lasts');
  t.match(await edit(lasting.id, { expiresAt: at(9) }), lastAdmin, 'two who each rely on the other would both be gone');
  t.equal((await edit(adminId, { expiresAt: null })).status, 200, 'longer is always possible');
  t.equal((await revoke(lasting.id)).status, 204);
  clock.advance(2 * HOUR);
  t.match(await revoke(adminId), lastAdmin, 'an expired one does not count');
  t.equal((await revoke(short.id)).status, 204, 'and can go');

  const second = (await make({ name: 'Second', role: 'admin' })).body;
  t.equal((await revoke(adminId)).status, 204);
  t.match(await revoke(second.id, second.secret), lastAdmin);
  t.match(await edit(second.id, { role: 'editor' }, second.secret), lastAdmin);
});

test('of two admins who revoke each other at once, one stays', async (t) => {
  const { keys, adminId, make, revoke } = await startOffice(t);
  const second = (await make({ name: 'Second', role: 'admin' })).body;
  const answers = await Promise.all([revoke(second.id, keys.admin), revoke(adminId, second.secret)]);
  const [done, refused] = answers.map(({ status }) => status).sort();
  t.equal(done, 204);
  t.ok(refused === 409 || refused === 401, `${refused}: the last one, or revoked before it was asked`);
});

test('who am I?', async (t) => {
  const galley = await startOffice(t);
  const { ask, keys, authorId } = galley;
  const author = { id: authorId, slug: 'ada-lovelace', name: 'Ada Lovelace' };
  for (const role of ['viewer', 'contributor', 'author', 'editor', 'admin'] as const) {
    const { status, body, headers } = await me(galley, keys[role]);
    t.equal(status, 200);
    t.equal(body.role, role);
    t.same(body.author, role === 'contributor' || role === 'author' ? author : null);
    t.equal(headers['cache-control'], 'private, no-cache');
    t.match(headers.vary, /Authorization/);
  }
  t.match(await ask('GET', '/v1/me'), { status: 401, body: { code: 'unauthenticated' } });
});
