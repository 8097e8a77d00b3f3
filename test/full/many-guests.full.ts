/** Many guests who post at once, over sockets, to one article: none is lost, and all are counted and kept in order. */
import type { AddressInfo } from 'node:net';
import { test } from 'tap';
import { startGalley } from '../support/app.ts';

const CLIENTS = 50;
const EACH = 10;

type Comment = { id: number; createdAt: string; authorName: string };

test('500 comments posted at once by 50 clients are all there, counted when they are approved, in an order that stays', async (t) => {
  const { app, ask, keys, authorId, clock, store } = await startGalley(t);
  const article = { title: 'Night', body: 'Dark.', authorIds: [authorId], status: 'published' };
  const { id } = (await ask('POST', '/v1/articles', { key: keys.editor, body: article })).body;
  await app.listen({ host: '127.0.0.1', port: 0 });
  const origin = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  const send = async (method: string, path: string, body: object, key?: string) => {
    const authorization = key === undefined ? {} : { authorization: `Bearer ${key}` };
    const headers = { 'content-type': 'application/json', ...authorization };
    const answer = await fetch(origin + path, { method, headers, body: JSON.stringify(body) });
    return { status: answer.status, body: (await answer.json()) as Comment };
  };
  const clients = Array.from({ length: CLIENTS }, (_, client) => client);
  const numbers = Array.from({ length: EACH }, (_, n) => n);
  const ticking = setInterval(() => clock.advance(1), 20); // some share a moment, others do not

  const posted: { status: number; body: Comment }[] = [];
  const post = async (client: number) => {
    for (const n of numbers) {
      const authorName = `Guest ${client}-${n}`;
      const comment = { authorName, authorEmail: `guest${client}@mail.example`, body: `Says ${client}, ${n}.` };
      posted.push(await send('POST', `/v1/articles/${id}/comments`, comment));
    }
  };
  await Promise.all(clients.map(post));
  t.strictSame([...new Set(posted.map(({ status }) => status))], [201]);
  t.equal(new Set(posted.map(({ body }) => body.id)).size, CLIENTS * EACH, 'each has an id of its own');

  const approve = async (client: number) => {
    for (const n of numbers) {
      const path = `/v1/comments/${posted[client * EACH + n]?.body.id}`;
      const { status } = await send('PATCH', path, { status: 'approved' }, keys.editor);
      if (status !== 200) t.fail(`${path} is answered with ${status}`);
    }
  };
  await Promise.all(clients.map(approve));
  clearInterval(ticking);
  t.equal((await ask('GET', `/v1/articles/${id}`)).body.commentCount, CLIENTS * EACH);

  const walk = async (query: string): Promise<Comment[]> => {
    const found: Comment[] = [];
    for (let cursor = ''; ; ) {
      const { body } = await ask('GET', `/v1/articles/${id}/comments?limit=37${query}${cursor}`);
      found.push(...body.data);
      if (body.pagination.next === null) return found;
      cursor = `&cursor=${body.pagination.next}`;
    }
  };
  const listed = await walk('');
  const namesOf = (comments: Comment[]) => comments.map(({ authorName }) => authorName);
  const all = clients.flatMap((client) => numbers.map((n) => `Guest ${client}-${n}`));
  t.strictSame(namesOf(listed).sort(), all.sort(), 'none is lost, and none there twice');
  const inOrder = [...listed].sort((a, b) => Date.parse(a.createdAt) - Date.parse(b.createdAt) || a.id - b.id);
  t.strictSame(namesOf(listed), namesOf(inOrder), 'by moment, then by id');
  t.ok(new Set(listed.map(({ createdAt }) => createdAt)).size > 1);
  t.strictSame(namesOf(await walk('')), namesOf(listed), 'and so it stays');
  t.strictSame(namesOf((await walk('&sort=-createdAt')).reverse()), namesOf(listed), 'from the other end too');
  const ids = listed.map((comment) => comment.id);
  t.strictSame(await store.searches.comments.listLacking(ids), [], 'and all can be searched');
});
