/** What every PATCH and DELETE needs before it, and a good request to it. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Asked, Door } from './posts.ts';

type Rest = Pick<Door, 'prepare' | 'role'> & { method: 'PATCH' | 'DELETE'; body?: object };

/** Makes something; returns its address. */
const made =
  (path: string, body: object | ((serial: number) => object)) =>
  async ({ ask, keys }: Asked): Promise<string> => {
    const sent = typeof body === 'function' ? body(++serial) : body;
    return `${path}/${(await ask('POST', path, { key: keys.admin, body: sent })).body.id}`;
  };
let serial = 0;

const article = made('/v1/articles', (n) => ({ title: `Boats ${n}`, body: 'Boats.' }));
const live = async (asked: Asked) => {
  const body = { title: 'Live', body: 'Live.', authorIds: [asked.authorId], status: 'published' };
  return made('/v1/articles', body)(asked);
};
const copied = async (asked: Asked) => {
  const url = `${await live(asked)}/working-copy`;
  await asked.ask('PATCH', url, { key: asked.keys.editor, body: { title: 'Ships' } });
  return url;
};
const author = made('/v1/authors', (n) => ({ name: `Somebody ${n}` }));
const tag = made('/v1/tags', (n) => ({ name: `Thing ${n}` }));
const comment = async (asked: Asked) => {
  const said = { authorName: 'Kay', authorEmail: 'kay@mail.example', body: `Well seen ${++serial}.` };
  const { id } = (await asked.ask('POST', `${await live(asked)}/comments`, { body: said })).body;
  return `/v1/comments/${id}`;
};
const webhook = made('/v1/webhooks', { url: 'https://hooks.harbour.example/', events: ['*'], active: false });
/** An import that is done: what still runs would write beside whatever is asked next. */
const imported = async ({ ask, keys }: Asked): Promise<string> => {
  const headers = { 'content-type': 'application/x-ndjson' };
  const body = `{"kind":"tag","key":"fog-${++serial}"}`;
  const sent = await ask('POST', '/v1/imports?format=records', { key: keys.admin, headers, body });
  const url = `/v1/imports/${sent.body.id}`;
  while ((await ask('GET', url, { key: keys.admin })).body.status !== 'done') await sleep(50);
  return url;
};
const key = made('/v1/keys', { name: 'Somebody', role: 'viewer' });

/** By their operationId. */
export const CHANGES_AND_DELETIONS: Record<string, Rest> = {
  editArticle: { method: 'PATCH', prepare: article, body: { title: 'Ships' } },
  deleteArticle: { method: 'DELETE', prepare: article },
  editWorkingCopy: {
    ...{ method: 'PATCH', body: { title: 'Ships' } },
    prepare: async (asked) => `${await live(asked)}/working-copy`,
  },
  deleteWorkingCopy: { method: 'DELETE', prepare: copied },
  revokePreviewLink: {
    method: 'DELETE',
    prepare: async (asked) => made(`${await article(asked)}/preview-links`, { expiresIn: 3600 })(asked),
  },
  editAuthor: { method: 'PATCH', prepare: author, body: { bio: 'Writes.' } },
  deleteAuthor: { method: 'DELETE', prepare: author },
  deleteImport: { method: 'DELETE', role: 'admin', prepare: imported },
  editTag: { method: 'PATCH', prepare: tag, body: { description: 'A thing.' } },
  deleteTag: { method: 'DELETE', prepare: tag },
  editComment: { method: 'PATCH', prepare: comment, body: { status: 'approved' } },
  deleteComment: { method: 'DELETE', prepare: comment },
  editSite: { method: 'PATCH', role: 'admin', prepare: async () => '/v1/site', body: { title: 'Another name' } },
  editWebhook: { method: 'PATCH', role: 'admin', prepare: webhook, body: { description: 'Of the desk' } },
  deleteWebhook: { method: 'DELETE', role: 'admin', prepare: webhook },
  editKey: { method: 'PATCH', role: 'admin', prepare: key, body: { name: 'Another' } },
  revokeKey: { method: 'DELETE', role: 'admin', prepare: key },
};
