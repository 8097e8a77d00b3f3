/** Requests that are sent to a process under an `Idempotency-Key`, and again where nobody knows what came of them. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Test } from 'tap';
import { connectBeside, databaseIn } from './database.ts';
import { readKey, startProcess, temporaryDirectory } from './process.ts';

export const UNLIMITED = { RATE_LIMIT_READ: 'off', RATE_LIMIT_WRITE: 'off', RATE_LIMIT_COMMENT: 'off' };

export type Told = {
  status: number;
  isReplay: boolean;
  location: string | null;
  body: { id?: number; code?: string; secret?: string | null; editToken?: string | null };
};

/** Posts to a process with a key of Galley's, or with none. */
export const postTo =
  (address: string, key: string | null) =>
  async (path: string, body: object, idempotencyKey: string): Promise<Told> => {
    const answer = await fetch(address + path, {
      method: 'POST',
      headers: {
        ...(key !== null && { authorization: `Bearer ${key}` }),
        ...{ 'content-type': 'application/json', 'idempotency-key': idempotencyKey },
      },
      body: JSON.stringify(body),
    });
    return {
      status: answer.status,
      isReplay: answer.headers.get('idempotent-replayed') === 'true',
      location: answer.headers.get('location'),
      body: (await answer.json()) as Told['body'],
    };
  };

type Post = ReturnType<typeof postTo>;

type List = { data: { title: string }[]; pagination: { next: string | null } };

/** The titles of all articles of a process, as often as there are articles with them. */
export const listTitles = async (address: string, key: string): Promise<string[]> => {
  const titles: string[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const url: string = `${address}/v1/articles?status=any&limit=100${cursor && `&cursor=${cursor}`}`;
    const answer = await fetch(url, { headers: { authorization: `Bearer ${key}` } });
    const { data, pagination } = (await answer.json()) as List;
    titles.push(...data.map(({ title }) => title));
    cursor = pagination.next;
  }
  return titles;
};

const WRITERS = 8;

/** A request that was sent: the title of its article, which is its key as well, and where it was told that it is. */
type Sent = { title: string; location: string | null };

/** Makes articles one after the other, until nobody answers any more. */
const writeUntilKilled = async (post: Post, name: string, sent: Sent[]): Promise<void> => {
  for (let n = 1; ; n++) {
    const mine: Sent = { title: `${name}-${n}`, location: null };
    sent.push(mine);
    try {
      const { status, isReplay, location } = await post('/v1/articles', { title: mine.title }, mine.title);
      if (status !== 201 || isReplay) throw new Error(`A new request was answered with ${status}, again: ${isReplay}`);
      mine.location = location;
    } catch (error) {
      if (error instanceof TypeError) return; // what fetch throws when it finds nobody, or loses him midway
      throw error;
    }
  }
};

/** Halts a process where it has stored what it has not answered yet. */
const haltAfterEffect = async (
  child: ChildProcess,
  sent: readonly Sent[],
  listStored: () => Promise<Set<unknown>>,
): Promise<void> => {
  for (let tries = 0; tries < 200; tries++) {
    child.kill('SIGSTOP');
    await sleep(20); // what it has answered arrives
    const stored = await listStored();
    if (sent.some(({ title, location }) => location === null && stored.has(title))) return;
    child.kill('SIGCONT');
    await sleep(Math.random() * 20);
  }
};

/**
 * Kills a process under eight writers, again and again, and repeats what they sent to the next: in turn between an effect
 * and its answer, and at any moment. Tells how many requests there were, of how many nobody knew what came, and how many
 * of those had their effect.
 */
export const killAndRepeat = async (
  t: Test,
  rounds: number,
): Promise<{ all: number; inDoubt: number; unheard: number }> => {
  const directory = temporaryDirectory(t);
  const start = async () => {
    const process = await startProcess(t, directory, { environment: UNLIMITED });
    const address = await process.ready;
    const key = readKey(directory);
    return { process, address, key, post: postTo(address, key) };
  };
  let [all, inDoubt, unheard] = [0, 0, 0];
  let running = await start();
  const { run } = await connectBeside(t, await databaseIn(t, directory));
  const listStored = async () => new Set((await run('select title from articles')).map(({ title }) => title));
  for (let round = 1; round <= rounds; round++) {
    const sent: Sent[] = [];
    const writers = Array.from({ length: WRITERS }, (_, n) =>
      writeUntilKilled(running.post, `round-${round}-writer-${n}`, sent),
    );
    const ended = Promise.all(writers);
    while (sent.length < 4 * WRITERS) await Promise.race([ended, sleep(2)]);
    await sleep(Math.random() * 100);
    if (round % 2 === 1) await haltAfterEffect(running.process.child, sent, listStored);
    running.process.child.kill('SIGKILL');
    await once(running.process.child, 'close');
    await ended;

    running = await start();
    for (const { title, location } of sent) {
      const again = await running.post('/v1/articles', { title }, title);
      if (again.status !== 201) t.fail(`${title} was answered with ${again.status}`, { body: again.body });
      if (location !== null && !(again.isReplay && again.location === location))
        t.fail(`${title} was acknowledged at ${location}, and is now at ${again.location}`);
      if (location === null) inDoubt++;
      if (location === null && again.isReplay) unheard++;
    }
    all += sent.length;
    const wished = sent.map(({ title }) => title).sort();
    const titles = (await listTitles(running.address, running.key)).filter((title) =>
      title.startsWith(`round-${round}-`),
    );
    t.same(titles.sort(), wished, `round ${round}: each of ${sent.length} requests made one article`);
  }
  t.equal((await running.process.stop()).code, 0);
  return { all, inDoubt, unheard };
};
