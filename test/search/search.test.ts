import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'tap';
import { startGalley } from '../support/app.ts';
import { readKey, startProcess, temporaryDirectory } from '../support/process.ts';

type Found = { type: string; id: number; slug: string; title: string; snippet: string | null };

test('one search finds articles, authors and tags', async (t) => {
  const { ask, keys, authorId } = await startGalley(t);
  const key = keys.editor;
  const make = async (path: string, body: object) => (await ask('POST', path, { key, body })).body;
  const find = async (query: string, as: string | null = null): Promise<Found[]> => {
    const { status, body } = await ask('GET', `/v1/search?${query}`, { key: as });
    t.equal(status, 200, query);
    t.same(Object.keys(body), ['data']);
    return body.data;
  };
  const names = async (query: string, as: string | null = null) =>
    (await find(query, as)).map(({ type, title }) => `${type} ${title}`);

  await make('/v1/tags', { name: 'Night harbour', description: 'What the *harbour* is & does' });
  await make('/v1/tags', { name: 'Harbour secrets', kind: 'internal' });
  await make('/v1/tags', { name: 'Harbour unused' });
  const { id: harry } = await make('/v1/authors', { name: 'Harry Harbourmaster', bio: 'Keeps it.' });
  await make('/v1/authors', { name: 'Harbour Nobody' });
  const tags = ['Night harbour', 'Harbour secrets'];
  const live = { body: 'By the harbour <b>at</b> night.', status: 'published', authorIds: [authorId, harry], tags };
  const made = await make('/v1/articles', { title: 'Open', ...live });
  await make('/v1/articles', { title: 'Harbour draft', body: 'x', authorIds: [authorId] });

  t.same(await find('q=harbour'), [
    {
      ...{ type: 'article', id: made.id, slug: 'open', title: 'Open' },
      snippet: 'By the <mark>harbour</mark> at night.',
    },
    {
      ...{ type: 'author', id: harry, slug: 'harry-harbourmaster', title: 'Harry Harbourmaster' },
      snippet: 'Keeps it.',
    },
    {
      ...{ type: 'tag', id: 1, slug: 'night-harbour', title: 'Night harbour' },
      snippet: 'What the *<mark>harbour</mark>* is &amp; does',
    },
  ]);
  t.same(await names('q=harbour', keys.viewer), [
    ...['article Open', 'author Harbour Nobody', 'author Harry Harbourmaster'],
    ...['tag Harbour secrets', 'tag Harbour unused', 'tag Night harbour'],
  ]);
  t.same(await names('q=harb&types=tags'), ['tag Night harbour']);
  t.same(await names('q=HARB&types=tags,authors'), ['author Harry Harbourmaster', 'tag Night harbour']);
  t.same(await names('q=arbour'), [], 'names by the beginnings of their words');
  t.same(await names('q=harbour+night&types=tags'), ['tag Night harbour'], 'of each word');
  t.same(await names('q=secrets'), []);
  for (const q of ['%25', '_', '!', '%22', '-', '*', 'h%25r'])
    t.same(await names(`q=${q}`), [], `${decodeURIComponent(q)} is text`);
});

test('the places are shared by the types that have something to show', async (t) => {
  const { ask, keys, authorId } = await startGalley(t);
  const key = keys.editor;
  const make = (path: string, body: object) => ask('POST', path, { key, body });
  const tags = Array.from({ length: 8 }, (_, i) => `Boats ${i}`);
  for (let i = 0; i < 8; i++)
    await make('/v1/articles', { title: `Boats ${i}`, body: 'x', status: 'published', authorIds: [authorId], tags });
  const count = async (query: string) => {
    const { body } = await ask('GET', `/v1/search?q=boats${query}`);
    const types = body.data.map(({ type }: Found) => type);
    return [types.length, types.filter((type: string) => type === 'article').length];
  };
  t.same(await count(''), [10, 5]);
  t.same(await count('&limit=20'), [16, 8]);
  t.same(await count('&limit=1'), [1, 1]);
  t.same(await count('&types=articles&limit=3'), [3, 3]);
  t.same(await count('&types=authors'), [0, 0]);
  for (const query of ['', '?q=', '?q=a&limit=0', '?q=a&limit=21', '?q=a&types=comments', '?q=a&page=1'])
    t.equal((await ask('GET', `/v1/search${query}`)).status, 400, query);
  t.equal((await ask('POST', '/v1/search?q=a')).status, 405);
});

test('a renamed author is found by the new name, also where the process is killed right after', async (t) => {
  const directory = temporaryDirectory(t);
  const first = await startProcess(t, directory);
  const address = await first.ready;
  const headers = { authorization: `Bearer ${readKey(directory)}`, 'content-type': 'application/json' };
  const send = async (method: string, path: string, body: object) => {
    const answer = await fetch(address + path, { method, headers, body: JSON.stringify(body) });
    t.ok(answer.ok, `${method} ${path}: ${answer.status}`);
  };
  await send('POST', '/v1/authors', { name: 'Ada Lovelace' });
  for (let i = 0; i < 30; i++)
    await send('POST', '/v1/articles', { title: `T ${i}`, body: 'x', status: 'published', authorIds: [1] });
  await send('PATCH', '/v1/authors/1', { name: 'Grace Hopper' });
  await first.stop('SIGKILL');
  const second = await startProcess(t, directory);
  const again = await second.ready;
  const count = async (q: string): Promise<number> => {
    const answer = await fetch(`${again}/v1/articles?q=${q}&limit=1`);
    return ((await answer.json()) as { pagination: { total: number } }).pagination.total;
  };
  for (let tries = 0; (await count('hopper')) < 30 && tries < 200; tries++) await sleep(100);
  t.same([await count('hopper'), await count('lovelace')], [30, 0]);
  t.equal((await second.stop()).code, 0, 'and it ends well');
});
