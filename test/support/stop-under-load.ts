/** A process that is ended while clients ask it, and what of their writes is stored after that. */
import { connect } from 'node:net';
import type { Test } from 'tap';
import type { Ended, Process } from './process.ts';
import { listStored, sendUntilStopped, type Tally, type Told } from './sent-until-stopped.ts';

/** The settings of such a process. */
export const UNLIMITED = { RATE_LIMIT_READ: 'off', RATE_LIMIT_WRITE: 'off', RATE_LIMIT_COMMENT: 'off' };

export type Stopping = { key: string; articleId: number; told: Told };

/** Makes what the clients are to ask for. */
export const prepareStop = async (origin: string, key: string): Promise<Stopping> => {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const post = async (path: string, body: object) => {
    const answer = await fetch(`${origin}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    return ((await answer.json()) as { id: number }).id;
  };
  const authorId = await post('/v1/authors', { name: 'Ada' });
  const article = { title: 'Asked for', body: 'The *boats*.', authorIds: [authorId], status: 'published' };
  const articleId = await post('/v1/articles', article);
  return { key, articleId, told: { articles: new Map([[articleId, article.title]]), comments: new Map() } };
};

/** A client that keeps a connection on which it asked once. */
const idle = (origin: string) =>
  new Promise<void>((resolve) => {
    const socket = connect(Number(new URL(origin).port), '127.0.0.1');
    socket.on('error', () => {}); // being cut off is what is to come
    socket.write('GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n');
    socket.once('data', () => resolve());
  });

type Run = { process: Process; origin: string; round: string; signal?: NodeJS.Signals };

/** Has clients ask a process, ends it in their midst, and waits for the end of all. */
export const stopUnderLoad = async (
  { key, articleId, told }: Stopping,
  { process, origin, round }: Run,
  wait: () => Promise<unknown>,
): Promise<{ tally: Tally; ended: Ended }> => {
  await Promise.all([idle(origin), idle(origin)]);
  const sending = sendUntilStopped({ origin, key, articleId, round, told });
  await wait();
  const ended = await process.stop();
  return { tally: await sending, ended };
};

/** Compares what is stored with what was told: all of that, and nothing of what was not answered. */
export const checkStored = async (t: Test, { key, told }: Stopping, origin: string): Promise<void> => {
  const [articles, comments] = [
    await listStored(origin, '/v1/articles?status=any&', key, 'title'),
    await listStored(origin, '/v1/comments?', key, 'body'),
  ];
  const differing = (stored: Map<number, string>, known: Map<number, string>) =>
    [...new Set([...stored.keys(), ...known.keys()])]
      .filter((id) => stored.get(id) !== known.get(id))
      .map((id) => ({ id, stored: stored.get(id), told: known.get(id) }));
  t.same(differing(articles, told.articles), [], `${told.articles.size} articles are stored as was told`);
  t.same(differing(comments, told.comments), [], `${told.comments.size} comments are stored as was told`);
};
