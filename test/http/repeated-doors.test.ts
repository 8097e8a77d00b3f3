import { test } from 'tap';
import type { Role } from '../../src/core/access.ts';
import { type Galley, startGalley } from '../support/app.ts';
import { countRows } from '../support/rows.ts';

type Door = {
  /** Makes what the door needs, and returns its address. */
  prepare: (galley: Galley) => Promise<string>;
  /** Who calls; absent: an editor. Null: the anonymous. */
  role?: Role | null;
  /** A body, and another that would be taken as well; absent where the door takes none. */
  bodies?: [object | string, object | string];
  headers?: Record<string, string>;
  /** The fields that are answered once, and null when it is repeated. */
  once?: string[];
  /** The status of its success, where it is not 201. */
  status?: number;
  /** The status of the same as another request afterwards, where that cannot succeed any more. */
  afterwards?: number;
};

const at = (url: string) => async () => url;
const publish = async ({ ask, keys, authorId }: Galley): Promise<number> => {
  const body = { title: 'Boats', body: 'Boats.', authorIds: [authorId], status: 'published' };
  return (await ask('POST', '/v1/articles', { key: keys.editor, body })).body.id;
};
const trash = async (galley: Galley): Promise<number> => {
  const id = await publish(galley);
  await galley.ask('DELETE', `/v1/articles/${id}`, { key: galley.keys.editor });
  return id;
};
const webhook = { url: 'https://hooks.harbour.example/', events: ['*'] };
const makeWebhook = async ({ ask, keys }: Galley): Promise<number> =>
  (await ask('POST', '/v1/webhooks', { key: keys.admin, body: webhook })).body.id;
const guest = { authorName: 'Grace', authorEmail: 'grace@mail.example' };

/** Every POST, by its operationId. A door that is not here fails the test below. */
const DOORS: Record<string, Door> = {
  createArticle: { prepare: at('/v1/articles'), bodies: [{ title: 'One', tags: ['new'] }, { title: 'Two' }] },
  restoreArticle: {
    prepare: async (galley) => `/v1/articles/${await trash(galley)}/restore`,
    headers: { 'if-match': '"2"' }, // which is not its version any more when it is repeated
    status: 200,
  },
  restoreRevision: {
    prepare: async ({ ask, keys, ...galley }) => {
      const url = `/v1/articles/${await publish({ ask, keys, ...galley })}`;
      await ask('PATCH', url, { key: keys.editor, body: { title: 'Ships' } });
      return `${url}/revisions/1/restore`;
    },
    headers: { 'if-match': '"2"' },
    status: 200,
  },
  publishWorkingCopy: {
    prepare: async (galley) => {
      const url = `/v1/articles/${await publish(galley)}/working-copy`;
      await galley.ask('PATCH', url, { key: galley.keys.editor, body: { title: 'Ships' } });
      return `${url}/publish`;
    },
    headers: { 'if-match': '"1"' },
    status: 200,
  },
  createPreviewLink: {
    prepare: async (galley) => `/v1/articles/${await publish(galley)}/preview-links`,
    bodies: [{ expiresIn: 3600 }, { expiresIn: 60 }],
    once: ['token', 'url'],
  },
  createAuthor: { prepare: at('/v1/authors'), bodies: [{ name: 'Ada', slug: 'ada' }, { name: 'Grace' }] },
  createTag: { prepare: at('/v1/tags'), bodies: [{ name: 'Harbour' }, { name: 'Night' }] },
  mergeTag: {
    prepare: async ({ ask, keys }) => {
      const make = async (name: string) =>
        (await ask('POST', '/v1/tags', { key: keys.editor, body: { name } })).body.id;
      const [one] = [await make('Fog'), await make('Mist'), await make('Haze')];
      return `/v1/tags/${one}/merge`;
    },
    bodies: [{ into: 2 }, { into: 3 }],
    status: 200,
    afterwards: 404,
  },
  postComment: {
    prepare: async (galley) => `/v1/articles/${await publish(galley)}/comments`,
    role: null,
    bodies: [
      { ...guest, body: 'What a *night*.' },
      { ...guest, body: 'What a day.' },
    ],
    once: ['editToken'],
  },
  eraseComments: {
    prepare: async (galley) => {
      const url = `/v1/articles/${await publish(galley)}/comments`;
      await galley.ask('POST', url, { body: { ...guest, body: 'What a *night*.' } });
      return '/v1/comments/erase';
    },
    role: 'admin',
    bodies: [
      { authorEmail: guest.authorEmail, mode: 'delete' },
      { authorEmail: guest.authorEmail, mode: 'anonymise' },
    ],
    status: 200,
  },
  moderateComments: {
    prepare: async (galley) => {
      const url = `/v1/articles/${await publish(galley)}/comments`;
      for (const body of ['One', 'Two']) await galley.ask('POST', url, { body: { ...guest, body } });
      return '/v1/comments/moderate';
    },
    bodies: [
      { ids: [2, 1], status: 'spam' },
      { ids: [1], status: 'approved' },
    ],
    status: 200,
  },
  createWebhook: {
    prepare: at('/v1/webhooks'),
    role: 'admin',
    bodies: [webhook, { ...webhook, active: false }],
    once: ['secret'],
  },
  rotateWebhookSecret: {
    prepare: async (galley) => `/v1/webhooks/${await makeWebhook(galley)}/rotate-secret`,
    role: 'admin',
    status: 200,
    once: ['secret'],
  },
  testWebhook: {
    prepare: async (galley) => `/v1/webhooks/${await makeWebhook(galley)}/test`,
    role: 'admin',
    status: 202,
  },
  replayDelivery: {
    prepare: async (galley) => {
      const { ask, keys, store } = galley;
      const url = `/v1/webhooks/${await makeWebhook(galley)}/test`;
      const { id } = (await ask('POST', url, { key: keys.admin })).body;
      await store.transaction(async (tx) => {
        await tx.db.update(tx.tables.deliveries).set({ status: 'failed', dueAt: null });
      });
      return `/v1/webhooks/deliveries/${id}/replay`;
    },
    role: 'admin',
    status: 202,
  },
  createImport: {
    prepare: at('/v1/imports?format=records'),
    role: 'admin',
    bodies: ['{"kind":"tag","key":"fog"}', '{"kind":"tag","key":"mist"}'],
    headers: { 'content-type': 'application/x-ndjson' },
    status: 202,
  },
  createKey: {
    prepare: at('/v1/keys'),
    role: 'admin',
    bodies: [
      { name: 'Newsroom', role: 'editor' },
      { name: 'Newsroom', role: 'viewer' },
    ],
    once: ['secret'],
  },
};

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
  t.same(names.sort(), Object.keys(DOORS).sort(), 'each is repeated below');
  const preflight = { origin: 'https://desk.example', 'access-control-request-method': 'POST' };
  const { headers } = await ask('OPTIONS', '/v1/articles', { headers: preflight });
  t.match(headers['access-control-allow-headers'], /\bIdempotency-Key\b/);
  t.match(headers['access-control-expose-headers'], /\bIdempotent-Replayed\b/);
});

for (const [
  operationId,
  { prepare, role = 'editor', bodies, headers = {}, once = [], status = 201, afterwards = status },
] of Object.entries(DOORS)) {
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
