/** Clients that ask a process until nobody listens any more, and say how each of their requests ended. */
import { Agent, type ClientRequest, request } from 'node:http';
import type { Socket } from 'node:net';

/** A whole answer; nobody there, or a connection that ended before a byte of an answer; an answer that is not whole. */
export type Ending = { kind: 'whole'; status: number; body: string } | { kind: 'refused' | 'broken'; why: string };

type Sent = { method?: string; path: string; headers?: Record<string, string>; body?: object };

/** Sends a request, on a connection that is kept by an agent or on one of its own, and tells how it ended. */
const send = (origin: string, { method = 'GET', path, headers = {}, body }: Sent, agent: Agent | false) =>
  new Promise<Ending>((resolve) => {
    const json = body && JSON.stringify(body);
    let heardBefore = 0;
    let socket: Socket | undefined;
    const fail = (error: Error) => {
      const hasHeard = socket !== undefined && socket.bytesRead > heardBefore;
      const on = sent.reusedSocket ? 'kept' : 'new';
      resolve({ kind: hasHeard ? 'broken' : 'refused', why: `${method} ${path}: ${error.message} (${on} connection)` });
    };
    const sent: ClientRequest = request(
      `${origin}${path}`,
      {
        method,
        agent,
        headers: {
          ...(json && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(json) }),
          ...headers,
        },
      },
      (answer) => {
        const pieces: Buffer[] = [];
        answer.on('data', (piece: Buffer) => pieces.push(piece));
        answer.on('error', fail);
        answer.on('end', () => {
          if (!answer.complete) return fail(new Error('it ended early'));
          resolve({ kind: 'whole', status: answer.statusCode ?? 0, body: Buffer.concat(pieces).toString() });
        });
      },
    );
    sent.on('socket', (given) => {
      socket = given;
      heardBefore = given.bytesRead;
    });
    sent.on('error', fail);
    sent.end(json);
  });

/** What clients were told that is stored, by id: the title of each article, the text of each comment. */
export type Told = { articles: Map<number, string>; comments: Map<number, string> };

export type Tally = { whole: number; refused: string[]; broken: string[] };

type Load = { origin: string; key: string; articleId: number; round: string; told: Told };

/**
 * Readers of what is kept in memory and of what is not, writers and guests, each kind on kept connections and on ones of
 * their own. Resolves once each has found nobody. An answer that is no success counts as broken.
 */
export const sendUntilStopped = async ({ origin, key, articleId, round, told }: Load): Promise<Tally> => {
  const tally: Tally = { whole: 0, refused: [], broken: [] };
  const authorization = `Bearer ${key}`;
  /** Sends and counts; undefined where there was no answer. */
  const count = async (sent: Sent, agent: Agent | false): Promise<{ id: number } | undefined> => {
    const ending = await send(origin, sent, agent);
    if (ending.kind !== 'whole') {
      tally[ending.kind].push(ending.why);
      return undefined;
    }
    if (ending.status >= 400) tally.broken.push(`${sent.path}: ${ending.status} ${ending.body}`);
    tally.whole += 1;
    return JSON.parse(ending.body);
  };
  const path = `/v1/articles/${articleId}`;
  const kinds: ((name: string, n: number, agent: Agent | false) => Promise<unknown>)[] = [
    (_, __, agent) => count({ path }, agent),
    (_, n, agent) =>
      count({ path: `/v1/articles?limit=${(n % 100) + 1}&include=html`, headers: { authorization } }, agent),
    async (name, n, agent) => {
      const [first, second] = [`${name} writes ${n}`, `${name} changes ${n}`];
      const headers = { authorization };
      const made = await count({ method: 'POST', path: '/v1/articles', headers, body: { title: first } }, agent);
      if (!made) return made;
      told.articles.set(made.id, first);
      const to = `/v1/articles/${made.id}`;
      const changed = await count({ method: 'PATCH', path: to, headers, body: { title: second } }, agent);
      if (changed) told.articles.set(made.id, second);
      return changed;
    },
    async (name, n, agent) => {
      const body = { authorName: 'Bob', authorEmail: 'bob@harbour.example', body: `${name} says ${n}` };
      const said = await count({ method: 'POST', path: `${path}/comments`, body }, agent);
      if (said) told.comments.set(said.id, body.body);
      return said;
    },
  ];
  const clients = kinds.flatMap((ask, kind) =>
    [true, true, false].map(async (isKept, n) => {
      const agent = isKept && new Agent({ keepAlive: true, maxSockets: 1 });
      for (let i = 0; tally.refused.every((why) => !why.includes('ECONNREFUSED')); i++) {
        await ask(`${round} ${kind}.${n}`, i, agent);
      }
      if (agent) agent.destroy();
    }),
  );
  await Promise.all(clients);
  return tally;
};

type Kept = { id: number; title?: string; body?: string };

/** All that is stored at a door, by id; with what is told of it. */
export const listStored = async (origin: string, path: string, key: string, field: 'title' | 'body') => {
  const stored = new Map<number, string>();
  let cursor: string | null = '';
  while (cursor !== null) {
    const at: string = cursor === '' ? '' : `&cursor=${cursor}`;
    const answer = await fetch(`${origin}${path}limit=100${at}`, { headers: { authorization: `Bearer ${key}` } });
    const { data, pagination } = (await answer.json()) as { data: Kept[]; pagination: { next: string | null } };
    for (const one of data) stored.set(one.id, String(one[field]));
    cursor = pagination.next;
  }
  return stored;
};
