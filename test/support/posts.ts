/** What every POST needs before it, and good requests to it. */
import type { Role } from '../../src/core/access.ts';
import type { Galley } from './app.ts';

/** As much of a Galley as is asked here. */
export type Asked = Pick<Galley, 'ask' | 'keys' | 'authorId' | 'store'>;

export type Door = {
  /** Makes what the door needs, and returns its address. */
  prepare: (galley: Asked) => Promise<string>;
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
const publish = async ({ ask, keys, authorId }: Asked): Promise<number> => {
  const body = { title: 'Boats', body: 'Boats.', authorIds: [authorId], status: 'published' };
  return (await ask('POST', '/v1/articles', { key: keys.editor, body })).body.id;
};
const trash = async (galley: Asked): Promise<number> => {
  const id = await publish(galley);
  await galley.ask('DELETE', `/v1/articles/${id}`, { key: galley.keys.editor });
  return id;
};
const webhook = { url: 'https://hooks.harbour.example/', events: ['*'] };
const makeWebhook = async ({ ask, keys }: Asked): Promise<number> =>
  (await ask('POST', '/v1/webhooks', { key: keys.admin, body: webhook })).body.id;
const guest = { authorName: 'Grace', authorEmail: 'grace@mail.example' };

/** Every POST, by its operationId. A door that is not here fails test/http/repeated-doors.test.ts. */
export const POSTS: Record<string, Door> = {
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
