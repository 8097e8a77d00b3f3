/** A Galley with something of everything in it, and what of it the requests may name. */
import { createHash } from 'node:crypto';
import type { LightMyRequestResponse } from 'fastify';
import type { Test } from 'tap';
import { type Answer, type Galley, startGalley } from '../app.ts';
import type { Operation } from './document.ts';
import type { Plan, Told } from './plans.ts';
import type { Sent } from './verdict.ts';

type Named = { id: number; slug: string };
type Kind = 'articles' | 'authors' | 'tags' | 'comments' | 'keys' | 'webhooks' | 'deliveries' | 'imports';

export type World = {
  galley: Galley;
  /** The request of a plan, as it goes over the wire. */
  prepare(operation: Operation, plan: Plan): Promise<Sent>;
  send(sent: Sent): Promise<LightMyRequestResponse>;
  /** Keeps what was made, so that it is asked for. */
  learn(path: string, body: unknown): void;
  /** A hash of all that is stored. */
  fingerprint(): Promise<string>;
  /** Gives the requests an admin's key again, should one at the doors of keys have revoked or lowered theirs. */
  renewKey(path: string): Promise<boolean>;
};

const ALREADY = 5;

const DATES = { publishedAt: '2026-11-20T07:00:00.000Z' };

/** Makes a Galley that has articles in every status, and authors, tags, comments, keys, webhooks, deliveries and preview links. */
export const createWorld = async (t: Test): Promise<World> => {
  const lastUsed = { note: () => {}, flush: async () => {} }; // what is written beside the requests would be taken for theirs
  const galley = await startGalley(t, { parts: { lastUsed } });
  const { ask, app, store, keys } = galley;
  let key = keys.admin;
  const things: Record<Kind, Named[]> = {
    articles: [],
    authors: [],
    tags: [],
    comments: [],
    keys: [],
    webhooks: [],
    deliveries: [],
    imports: [],
  };
  const tokens: { id: number; token: string }[] = [];
  const links: { articleId: number; id: number; token: string }[] = [];

  const make = async (path: string, body: object, method = 'POST'): Promise<Answer['body']> => {
    const answer = await ask(method, path, { key: keys.admin, body });
    if (answer.status >= 300) throw new Error(`${method} ${path} → ${answer.text}`);
    return answer.body;
  };
  const keep = async (kind: Kind, body: object) => things[kind].push(await make(`/v1/${kind}`, body));
  for (let n = 1; n <= ALREADY; n++) {
    await keep('authors', { name: `Author ${n}` });
    await keep('tags', { name: `Tag ${n}`, kind: n === 2 ? 'internal' : 'topic' });
    await keep('keys', { name: `Key ${n}`, role: 'viewer' });
    await keep('webhooks', { url: `https://hooks.harbour.example/${n}`, events: ['*'], active: n > 1 });
    things.deliveries.push(await make(`/v1/webhooks/${n}/test`, {}));
    const file = { body: '{}', headers: { 'content-type': 'application/x-ndjson' } };
    things.imports.push((await ask('POST', '/v1/imports?format=records', { key: keys.admin, ...file })).body);
  }
  const form = { body: 'Text, *and more*.', authorIds: [1], tags: ['Tag 1', 'Tag 2'] };
  const statuses = [
    'published',
    'published',
    'published',
    'draft',
    'review',
    'published',
    'archived',
    'published',
    'published',
  ];
  for (const [n, status] of statuses.entries())
    await keep('articles', {
      ...form,
      ...(status === 'published' && DATES),
      title: `Boats ${n}`,
      status: status === 'archived' ? 'draft' : status,
    });
  await make('/v1/articles/2', { title: 'Boats at night' }, 'PATCH');
  await make('/v1/articles/2/working-copy', { title: 'Boats by day' }, 'PATCH');
  await make('/v1/articles/8/working-copy', { body: 'Another.' }, 'PATCH');
  await ask('DELETE', '/v1/articles/9', { key: keys.admin });
  for (let n = 1; n <= ALREADY; n++) {
    const guest = { authorName: `Guest ${n}`, authorEmail: `guest-${n}@harbour.example`, body: `What ${n} says` };
    const { body } = await ask('POST', `/v1/articles/${n % 2 ? 1 : 3}/comments`, { body: guest });
    things.comments.push(body);
    tokens.push({ id: body.id, token: body.editToken });
    if (n < 4) await make(`/v1/comments/${body.id}`, { status: 'approved' }, 'PATCH');
  }
  for (const articleId of [2, 4])
    links.push({ articleId, ...(await make(`/v1/articles/${articleId}/preview-links`, {})) });

  const at = <T>(list: readonly T[], place: number): T => list[place % list.length] as T;
  const kindOf = (path: string) => (path.includes('/deliveries/') ? 'deliveries' : path.split(/[/?]/)[2]) as Kind;

  /** The value of a parameter of a path that exists. */
  const existing = (path: string, name: string, place: number, others: Record<string, Told>): string => {
    const link = others.linkId && 'known' in others.linkId ? at(links, others.linkId.known) : undefined;
    switch (name) {
      case 'id':
        return String(link ? link.articleId : at(things[kindOf(path)], place).id);
      case 'slug':
        return at(things[kindOf(path)], place).slug;
      case 'linkId':
        return String(at(links, place).id);
      case 'version':
        return String(1 + (place % 3));
      case 'token':
        return at(links, place).token;
      default:
        return at(['not-found', 'slug-taken', 'gone'], place); // the code of a problem
    }
  };

  const etagOf = async (url: string): Promise<string> =>
    String((await app.inject({ url, headers: { authorization: `Bearer ${key}` } })).headers.etag ?? '"1"');

  const existingHeader = (name: string, place: number, url: string): Promise<string> | string => {
    if (name === 'idempotency-key') return `key-${place}`;
    if (place < 3) return at(['*', '"1"', 'W/"999"'], place);
    return etagOf(name === 'if-match' ? (/^\/v1\/\w+\/\d+/.exec(url)?.[0] ?? url) : url);
  };

  const textOf = (told: Told, find: (place: number) => string): string =>
    'text' in told ? told.text : find(told.known);

  const bytesOf = ({ body }: Plan): Buffer => {
    switch (body.as) {
      case 'none':
        return Buffer.alloc(0);
      case 'json':
        return Buffer.from(JSON.stringify(body.value));
      case 'bytes':
        return Buffer.from(body.latin1, 'latin1');
      case 'huge':
        return Buffer.from(JSON.stringify('x'.repeat(body.bytes - 2)));
    }
  };

  const addressOf = ({ operation, path, query }: Pick<Sent, 'operation' | 'path' | 'query'>): string => {
    const where = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(path[name] ?? ''));
    const asked = query.map((pair) => pair.map(encodeURIComponent).join('=')).join('&');
    return asked ? `${where}?${asked}` : where;
  };

  return {
    galley,
    async prepare(operation, plan) {
      const path = Object.fromEntries(
        Object.entries(plan.path).map(([name, told]) => [
          name,
          textOf(told, (place) => existing(operation.path, name, place, plan.path)),
        ]),
      );
      const url = addressOf({ operation, path, query: plan.query });
      const headers: Record<string, string> = {};
      for (const [name, told] of Object.entries(plan.headers))
        headers[name] = 'text' in told ? told.text : await existingHeader(name, told.known, url);
      if (plan.role === 'guest')
        headers['comment-token'] = tokens.find(({ id }) => String(id) === path.id)?.token ?? at(tokens, 0).token;
      const bytes = bytesOf(plan);
      const type = bytes.length > 0 || plan.type !== operation.body?.types[0] ? plan.type : undefined;
      return { operation, role: plan.role, path, query: plan.query, headers, type, bytes };
    },
    send: async (sent) =>
      app.inject({
        method: sent.operation.method as 'GET',
        url: addressOf(sent),
        headers: {
          ...sent.headers,
          ...(sent.type !== undefined && { 'content-type': sent.type }),
          ...(sent.role === 'admin' && { authorization: `Bearer ${key}` }),
        },
        ...(sent.bytes.length > 0 && { payload: sent.bytes }),
      }),
    learn(path, body) {
      const made = body as Partial<Named> & {
        articleId?: number;
        messageId?: string;
        token?: string;
        editToken?: string;
      };
      if (typeof made?.id !== 'number') return;
      if (made.token) links.push({ articleId: Number(path.split('/')[3]), id: made.id, token: made.token });
      if (made.editToken) tokens.push({ id: made.id, token: made.editToken });
      const kind = made.articleId !== undefined ? 'comments' : made.messageId ? 'deliveries' : kindOf(path);
      if (!path.includes('preview-links') && !things[kind].some(({ id }) => id === made.id))
        things[kind].push(made as Named);
    },
    async fingerprint() {
      const hash = createHash('sha1');
      for (const table of Object.values(store.tables)) {
        const rows = await store.db.select().from(table);
        for (const row of rows.map((each) => JSON.stringify(each)).sort()) hash.update(row);
      }
      return hash.digest('hex');
    },
    async renewKey(path) {
      if (!path.startsWith('/v1/keys')) return false;
      const { status, body } = await ask('GET', '/v1/me', { key });
      if (status === 200 && body.role === 'admin') return false;
      key = await galley.makeKey('admin');
      return true;
    },
  };
};
