import { test } from 'tap';
import { startGalley } from '../support/app.ts';
import { POSTS } from '../support/posts.ts';
import { countRows } from '../support/rows.ts';

type Operation = { operationId: string; responses: Record<string, unknown>; parameters?: { name: string }[] };

test('every POST takes an Idempotency-Key, and says so', async (t) => {
  const { app, ask } = await startGalley(t);
  const paths = app.swagger().paths as Record<string, Record<string, Operation>>;
  const names: string[] = [];
  for (const [path, item] of Object.entries(paths)) {
    for (const [method, { operationId, parameters = [], responses }] of Object.entries(item)) {
      const takesIt = parameters.filter(({ name }) => name === 'idempotency-key').length;
      t.equal(takesIt, method === 'post' ? 1 : 0, `${method} ${path}`);
      if (method !== 'post') continue;
      names.push(operationId);
      const told = (status: string) => JSON.stringify(responses[status]);
      t.match(told('409'), /idempotency-in-progress|IdempotencyInProgress/, path);
      t.match(told('422'), /idempotency-mismatch|IdempotencyMismatch/, path);
      t.match(told('404'), /not-found|NotFound/, `${path}: what it made may be gone`);
      for (const [status, response] of Object.entries(responses))
        t.equal(JSON.stringify(response).includes('Idempotent-Replayed'), status.startsWith('2'), `${path} ${status}`);
    }
  }
  t.same(names.sort(), Object.keys(POSTS).sort(), 'each is repeated below');
  const preflight = { origin: 'https://desk.example', 'access-control-request-method': 'POST' };
  const { headers } = await ask('OPTIONS', '/v1/articles', { headers: preflight });
  t.match(headers['access-control-allow-headers'], /\bIdempotency-Key\b/);
  t.match(headers['access-control-expose-headers'], /\bIdempotent-Replayed\b/);
});

for (const [
  operationId,
  { prepare, role = 'editor', bodies, headers = {}, once = [], status = 201, afterwards = status },
] of Object.entries(POSTS)) {
  test(`${operationId}: has its effect once, and is answered again`, async (t) => {
    const galley = await startGalley(t);
    const { ask, store, keys, clock } = galley;
    const url = await prepare(galley);
    const asked = {
      key: role && keys[role],
      ...(bodies && { body: bodies[0] }),
      headers: { ...headers, 'idempotency-key': 'once' },
    };
    const rows = await countRows(store);
    const first = await ask('POST', url, asked);
    t.equal(first.status, status);
    t.notOk('idempotent-replayed' in first.headers);
    const after = await countRows(store);
    t.equal(after.outcomes, (rows.outcomes ?? 0) + 1, 'what came of it is kept');
    clock.advance(60_000);

    for (let n = 0; n < 2; n++) {
      const again = await ask('POST', url, asked);
      t.equal(again.status, status);
      t.equal(again.headers['idempotent-replayed'], 'true');
      t.equal(again.headers.location, first.headers.location);
      t.equal('location' in again.headers, status === 201 || operationId === 'createImport');
      t.notOk('cache-group-invalidation' in again.headers, 'nothing was made untrue');
      const withoutSecrets = { ...first.body, ...Object.fromEntries(once.map((name) => [name, null])) };
      t.same(again.body, withoutSecrets);
      if (once.length === 0) t.equal(again.headers.etag, first.headers.etag);
      for (const name of once) t.notOk(again.text.includes(first.body[name]), `${name} is told once`);
    }
    t.same(await countRows(store), after, 'nothing was written');

    if (!bodies) return;
    const other = await ask('POST', url, { ...asked, body: bodies[1] });
    t.match(other, { status: 422, body: { code: 'idempotency-mismatch' } });
    t.same(other.body.errors, [
      {
        in: 'header',
        name: 'idempotency-key',
        code: 'idempotency-mismatch',
        detail: 'idempotency-key was sent with another body; send a new request under a new one',
      },
    ]);
    t.same(await countRows(store), after);
    const renamed = await ask('POST', url, {
      ...asked,
      body: bodies[1],
      headers: { ...headers, 'idempotency-key': '2' },
    });
    t.equal(renamed.status, afterwards, 'under another key it is another request');
  });
}
