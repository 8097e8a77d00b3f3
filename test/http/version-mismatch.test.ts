/** A write that is about another version than the stored one is told which is stored, and what was changed meanwhile. */
import { and, eq } from 'drizzle-orm';
import { type Test, test } from 'tap';
import { startGalley } from '../support/app.ts';

const openDesk = async (t: Test) => {
  const galley = await startGalley(t);
  const { ask, keys } = galley;
  const send = (method: string, path: string, body?: object, ifMatch?: string) =>
    ask(method, `/v1${path}`, {
      key: keys.admin,
      ...(body && { body }),
      ...(ifMatch !== undefined && { headers: { 'if-match': ifMatch } }),
    });
  return { ...galley, send };
};

/** What is made, what is then changed of it, one after the other, and the fields that each changes. */
const KINDS: [path: string, body: object, changes: [change: object, fields: string[]][]][] = [
  [
    '/articles',
    { title: 'One', metadata: { a: 1 } },
    [
      [{ body: 'Two.' }, ['body']],
      [{ title: 'Three', tags: ['Fog'], metadata: { a: 2 } }, ['title', 'tags', 'metadata']],
      [{ title: 'Four', status: 'review' }, ['title', 'status']],
    ],
  ],
  [
    '/authors',
    { name: 'One' },
    [
      [{ bio: 'Two' }, ['bio']],
      [{ name: 'Three', email: 'three@harbour.example' }, ['name', 'email']],
      [{ links: [{ label: 'Four', url: 'https://four.example' }], bio: null }, ['bio', 'links']],
    ],
  ],
  [
    '/tags',
    { name: 'One' },
    [
      [{ description: 'Two' }, ['description']],
      [{ name: 'Three' }, ['name']],
      [{ kind: 'internal', slug: 'four' }, ['slug', 'kind']],
    ],
  ],
  [
    '/comments',
    { authorName: 'Guest', authorEmail: 'guest@mail.example', body: 'One' },
    [
      [{ status: 'approved' }, ['status']],
      [{ body: 'Three' }, ['body']],
      [{ status: 'spam', body: 'Four' }, ['body', 'status']],
    ],
  ],
];

test('every write to a versioned thing tells the stored version and the fields changed since the one that was read', async (t) => {
  const { send, store } = await openDesk(t);
  const live = await send('POST', '/articles', { title: 'Live', body: 'B', status: 'published', authorIds: [1] });
  for (const [path, body, changes] of KINDS) {
    const made = await send('POST', path === '/comments' ? `/articles/${live.body.id}/comments` : path, body);
    const thing = `${path}/${made.body.id}`;
    const etags = [String(made.headers.etag)];
    for (const [change] of changes) etags.push(String((await send('PATCH', thing, change)).headers.etag));
    const told = (ifMatch: string, method = 'PATCH', query = '') =>
      send(method, `${thing}${query}`, method === 'PATCH' ? changes[0]?.[0] : undefined, ifMatch);
    for (const [i, etag] of etags.slice(0, -1).entries()) {
      const fields = [...new Set(changes.slice(i).flatMap(([, fields]) => fields))];
      for (const method of ['PATCH', 'DELETE']) {
        const { status, body } = await told(etag, method);
        t.match(
          { status, ...body },
          { status: 412, code: 'version-mismatch', currentVersion: 4 },
          `${method} ${thing}`,
        );
        t.same(new Set(body.changedFields), new Set(fields), `${method} ${thing}: since ${i + 1}`);
        t.equal(body.changedFields.length, fields.length, 'each once');
      }
    }
    const several = (await told('"1", W/"3-0123456789abcdef-gzip", "2"')).body;
    t.same(new Set(several.changedFields), new Set(changes[2]?.[1]), 'of several, since the newest');
    if (path !== '/tags' && path !== '/authors')
      t.match(await told('"3"', 'DELETE', '?permanent=true'), { status: 412, body: { changedFields: Array } });
    for (const never of ['"9"', '"of-another"', '"9", "8"']) {
      const { status, body } = await told(never);
      t.match({ status, ...body }, { status: 412, currentVersion: 4 });
      t.notOk('changedFields' in body, `${thing}: nothing was changed since ${never}`);
    }
    t.equal((await send('GET', thing)).body.version, 4, 'and nothing has changed');

    const { revisions, events } = store.tables;
    await store.transaction(async ({ db }) => {
      if (path === '/articles')
        await db.delete(revisions).where(and(eq(revisions.articleId, made.body.id), eq(revisions.version, 3)));
      else await db.delete(events).where(and(eq(events.entityId, made.body.id), eq(events.version, 3)));
    });
    t.notOk('changedFields' in (await told('"2"')).body, `${thing}: what is not known whole is not told`);
    t.ok('changedFields' in (await told('"3"')).body, 'but what is known is');
  }
});

test('what was put in the trash, or taken out of it, is told as that', async (t) => {
  const { send, authorId } = await openDesk(t);
  const { body } = await send('POST', '/articles', {
    title: 'T',
    body: 'B',
    status: 'published',
    authorIds: [authorId],
  });
  const path = `/articles/${body.id}`;
  await send('DELETE', path);
  const since = async (version: number, method = 'PATCH', more = '') =>
    (await send(method, `${path}${more}`, method === 'PATCH' ? { title: 'U' } : undefined, `"${version}"`)).body;
  t.match(await since(1), { code: 'version-mismatch', currentVersion: 2, changedFields: ['deletedAt'] });
  t.match(await since(1, 'POST', '/restore'), { currentVersion: 2, changedFields: ['deletedAt'] });
  await send('POST', `${path}/restore`);
  t.same((await since(2)).changedFields, ['status', 'deletedAt']);
  t.same((await since(1, 'DELETE')).changedFields, ['deletedAt', 'status']);
  t.match(await since(1, 'POST', '/revisions/1/restore'), { status: 412, changedFields: ['deletedAt', 'status'] });
});

test('what was changed is told to those alone who may write', async (t) => {
  const { send, ask, keys, makeKey, authorId } = await openDesk(t);
  const { id: bob } = (await send('POST', '/authors', { name: 'Bob' })).body;
  const { body } = await send('POST', '/articles', { title: 'T', authorIds: [authorId] });
  await send('PATCH', `/articles/${body.id}`, { title: 'U' });
  const headers = { 'if-match': '"1"' };
  for (const key of [null, keys.viewer, await makeKey('author', bob)]) {
    const answer = await ask('PATCH', `/v1/articles/${body.id}`, { key, headers, body: { title: 'V' } });
    t.ok([401, 403, 404].includes(answer.status), `${answer.status}`);
    t.notMatch(answer.text, /changedFields|currentVersion/);
  }
});
