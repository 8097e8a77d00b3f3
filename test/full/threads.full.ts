import { Agent } from 'node:http';
import { test } from 'tap';
import { exchange } from '../../bench/client.ts';
import { openStore } from '../../src/store/open.ts';
import { connectBeside, databaseIn } from '../support/database.ts';
import { addDiscussion, SHAPES } from '../support/discussions.ts';
import { readKey, startProcess, temporaryDirectory } from '../support/process.ts';

const [FEW, MANY] = [10, 10_000];
/** The most that a page of many may take, beside that of few. */
const MOST = 2;
const ROUNDS = 400;

const medianOf = (times: number[]): number => times.sort((a, b) => a - b)[Math.floor(times.length / 2)] as number;

test('a page of 10,000 comments comes about as soon as that of 10', { timeout: 900_000 }, async (t) => {
  const directory = temporaryDirectory(t);
  const environment = { RATE_LIMIT_READ: 'off', RATE_LIMIT_WRITE: 'off', CACHE_BYTES: '0', LOG_LEVEL: 'info' };
  const process = await startProcess(t, directory, { environment });
  const server = await process.ready;
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  t.teardown(() => agent.destroy());
  const stored = await databaseIn(t, directory);
  const store = await openStore(stored);
  const beside = await connectBeside(t, stored);
  const key = { authorization: `Bearer ${readKey(directory)}`, 'content-type': 'application/json' };
  const post = async (path: string, body: object): Promise<number> => {
    const sent = { method: 'POST', headers: key, body: JSON.stringify(body) };
    return JSON.parse(String((await exchange(server + path, sent)).body)).id;
  };
  const get = async (path: string) => {
    const { status, body } = await exchange(server + path, { agent });
    if (status !== 200) t.fail(`${path} is answered with ${status}`);
    return body;
  };
  const pageOf = async (path: string) => JSON.parse(String(await get(path)));
  /** The cursor behind so many entries of a list. */
  const cursorAt = async (list: string, deep: number): Promise<string> => {
    let cursor = '';
    for (let left = deep; left > 0; left -= 100) {
      cursor = (await pageOf(`${list}&limit=${Math.min(left, 100)}${cursor && `&cursor=${cursor}`}`)).pagination.next;
    }
    return cursor;
  };

  const authorId = await post('/v1/authors', { name: 'Ada' });
  const discussed = { title: 'Night', body: 'Dark.', authorIds: [authorId], status: 'published' };
  const articles: { name: string; shape: (typeof SHAPES)[keyof typeof SHAPES]; ids: number[]; firsts: number[] }[] = [];
  for (const [name, shape] of Object.entries(SHAPES)) {
    const ids = [await post('/v1/articles', discussed), await post('/v1/articles', discussed)];
    const firsts = [await addDiscussion(store, ids[0] as number, FEW, shape)];
    firsts.push(await addDiscussion(store, ids[1] as number, MANY, shape));
    articles.push({ name, shape, ids, firsts });
  }
  await store.close();
  await beside.run('analyze'); // as a server does by itself in its time

  for (const { name, ids, firsts, shape } of articles) {
    const flat = ids.map((id) => `/v1/articles/${id}/comments?sort=createdAt`);
    const trees = ids.map((id) => `/v1/articles/${id}/comments?view=tree`);
    const replies = firsts
      .map((id) => `/v1/comments/${id}/replies?count=exact`)
      .map((url) => url.replace('?count=exact', '?'));
    const tops = [FEW, MANY].map(
      (size) => Array.from({ length: size }, (_, n) => shape(n)).filter((n) => n === null).length,
    );
    const deep = async (lists: string[], sizes: number[]) => {
      const [few, many] = sizes as [number, number];
      const cursors = [
        await cursorAt(lists[0] as string, 1),
        await cursorAt(lists[1] as string, Math.floor(many * 0.9)),
      ];
      return few > 1 ? lists.map((list, i) => `${list}&cursor=${cursors[i]}`) : undefined;
    };
    const pages: [what: string, urls: string[] | undefined][] = [
      ['first page', flat],
      ['newest first', ids.map((id) => `/v1/articles/${id}/comments?sort=-createdAt`)],
      ['tree page', trees],
      ['deep cursor', await deep(flat, [FEW, MANY])],
      ['deep cursor of a tree', (tops[0] as number) > 1 ? await deep(trees, tops) : undefined],
      ['deep cursor of replies', name === 'one thread' ? await deep(replies, [FEW - 1, MANY - 1]) : undefined],
    ];
    for (const [what, urls] of pages) {
      if (!urls) continue;
      const times: number[][] = [[], []];
      const bytes = [0, 0];
      for (let n = 0; n < ROUNDS; n++) {
        for (const [i, url] of urls.entries()) {
          const since = performance.now();
          bytes[i] = (await get(`${url}&limit=10`)).length;
          if (n >= ROUNDS / 10) times[i]?.push(performance.now() - since);
        }
      }
      const [few, many] = times.map(medianOf) as [number, number];
      const told = `${name}, ${what}: ${few.toFixed(2)} ms (${bytes[0]} bytes) and ${many.toFixed(2)} ms (${bytes[1]} bytes)`;
      t.ok(many <= MOST * few, `${told}: ${(many / few).toFixed(2)} times`);
    }
  }
  t.equal((await process.stop()).code, 0);
});
