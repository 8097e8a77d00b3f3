import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Test, test } from 'tap';
import type { Answer as InProcess } from '../support/app.ts';
import { connectBeside, databaseIn } from '../support/database.ts';
import { readKey, startProcess, temporaryDirectory } from '../support/process.ts';

const ENVIRONMENT = { RATE_LIMIT_READ: 'off', RATE_LIMIT_WRITE: 'off', RATE_LIMIT_COMMENT: 'off', LOG_LEVEL: 'info' };
/** How long another process may answer what was true before, in milliseconds: four times its look, on a busy machine. */
const SEEN_WITHIN = 1000;
/** How long counts may trail a moment that came due, in milliseconds, and the time a busy machine adds. */
const NOTED_WITHIN = 4000;

type Answer = Pick<InProcess, 'status' | 'body'> & { etag: string | null };
type Asked = { body?: object; headers?: Record<string, string>; anonymous?: boolean };

/** Processes that were started together on one empty store, each as a function that asks it. */
const startTogether = async (t: Test, count: number) => {
  const directory = temporaryDirectory(t);
  const started = await Promise.all(
    Array.from({ length: count }, () => startProcess(t, directory, { environment: ENVIRONMENT })),
  );
  const addresses = await Promise.all(started.map(({ ready }) => ready));
  const authorization = `Bearer ${readKey(directory)}`;
  const nodes = addresses.map((address) => async (method: string, path: string, asked: Asked = {}): Promise<Answer> => {
    const { body, headers = {}, anonymous = false } = asked;
    const answer = await fetch(`${address}${path}`, {
      method,
      headers: {
        ...(!anonymous && { authorization }),
        ...(body && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, body: text === '' ? null : JSON.parse(text), etag: answer.headers.get('etag') };
  });
  return { directory, started, nodes };
};

type Node = Awaited<ReturnType<typeof startTogether>>['nodes'][number];

/** Asks until an answer is as wished; returns how long that took, in ms, and the last answer. */
const askUntil = async (ask: () => Promise<Answer>, isDone: (answer: Answer) => boolean, patience: number) => {
  const since = performance.now();
  for (;;) {
    const answer = await ask();
    const took = performance.now() - since;
    if (isDone(answer) || took > patience) return { took, answer, done: isDone(answer) };
    await sleep(20);
  }
};

const read = (node: Node, path: string) => () => node('GET', path, { anonymous: true });

test('four that start together on an empty store all start, and make one key', async (t) => {
  const { directory, started, nodes } = await startTogether(t, 4);
  t.same(
    readdirSync(join(directory, 'data')).filter((name) => name.startsWith('admin-key')),
    ['admin-key'],
  );
  for (const node of nodes) t.equal((await node('GET', '/v1/keys')).body.data.length, 1, 'the one key opens each');
  const ends = await Promise.all(started.map((each) => each.stop()));
  t.same(
    ends.map(({ code }) => code),
    [0, 0, 0, 0],
  );
});

test('two on one store: what one changes the other tells, though it had kept what was before', async (t) => {
  const { nodes } = await startTogether(t, 2);
  const [one, other] = nodes as [Node, Node];
  const { body: author } = await one('POST', '/v1/authors', { body: { name: 'Ada' } });
  const { body: article } = await one('POST', '/v1/articles', {
    body: { title: 'First', body: 'Boats.', authorIds: [author.id], status: 'published', tags: ['harbour'] },
  });
  const path = `/v1/articles/${article.id}`;
  const shows = (title: string) => (answer: Answer) => answer.body.title === title;
  let slowest = 0;
  for (let n = 1; n <= 10; n++) {
    const [writer, reader] = n % 2 ? [one, other] : [other, one];
    // It keeps the answer: asked often, it would go on telling it.
    for (let i = 0; i < 3; i++) await read(reader, path)();
    const title = `Changed ${n}`;
    t.equal((await writer('PATCH', path, { body: { title } })).status, 200);
    t.equal((await read(writer, path)()).body.title, title, 'at once where it was written');
    const { took, done } = await askUntil(read(reader, path), shows(title), SEEN_WITHIN);
    t.ok(done, `the other tells it within ${SEEN_WITHIN} ms`);
    slowest = Math.max(slowest, took);
  }
  t.comment(`the slowest was told after ${Math.round(slowest)} ms`);
  // Whoever asks for feeds alone is told too.
  const feed = read(other, '/feeds/articles.json');
  for (let i = 0; i < 3; i++) await feed();
  await one('PATCH', path, { body: { title: 'In feeds' } });
  const fed = await askUntil(feed, ({ body }) => body.items[0].title === 'In feeds', SEEN_WITHIN);
  t.ok(fed.done, 'in feeds that it had kept');
  // Names are kept apart from articles.
  await one('PATCH', `/v1/authors/${author.id}`, { body: { name: 'Ada Lovelace' } });
  const named = await askUntil(read(other, path), ({ body }) => body.authors[0].name === 'Ada Lovelace', SEEN_WITHIN);
  t.ok(named.done, 'a name in all that embeds it');
  await other('DELETE', path);
  t.ok((await askUntil(read(one, path), ({ status }) => status === 410 || status === 404, SEEN_WITHIN)).done);
});

test('two on one store: a moment that comes due is told by both, and noted once', async (t) => {
  const { directory, nodes } = await startTogether(t, 2);
  const [one, other] = nodes as [Node, Node];
  const { body: author } = await one('POST', '/v1/authors', { body: { name: 'Ada' } });
  const publishedAt = new Date(Date.now() + 5000); // time to write them all on a busy machine
  const ids: number[] = [];
  for (let n = 0; n < 5; n++) {
    const scheduled = await one('POST', '/v1/articles', {
      body: {
        ...{ title: `Later ${n}`, body: 'Boats.', authorIds: [author.id], tags: ['later'] },
        ...{ status: 'scheduled', publishedAt: publishedAt.toISOString() },
      },
    });
    t.equal(scheduled.status, 201);
    ids.push(scheduled.body.id);
  }
  while (Date.now() < publishedAt.getTime() - 50) {
    for (const node of nodes) {
      const listed = await read(node, '/v1/articles')();
      if (Date.now() < publishedAt.getTime()) t.same(listed.body.data, [], 'none before its moment');
    }
    await sleep(100);
  }
  for (const node of nodes) {
    const isWhole = ({ body }: Answer) => body.data.length === 5;
    const listed = await askUntil(read(node, '/v1/articles'), isWhole, NOTED_WITHIN);
    t.ok(listed.done, `all are listed ${Date.now() - publishedAt.getTime()} ms after the moment`);
    const isCounted = ({ body }: Answer) => body.data[0]?.articleCount === 5;
    const counted = await askUntil(read(node, '/v1/tags'), isCounted, NOTED_WITHIN);
    t.ok(counted.done, `the tag counts them ${Date.now() - publishedAt.getTime()} ms after the moment`);
    t.equal((await read(node, `/v1/authors/${author.id}`)()).body.articleCount, 5);
  }
  const { run } = await connectBeside(t, await databaseIn(t, directory));
  await sleep(1500); // time for a second note, should there be one
  const noted = await run("select entity_id as id from events where type = 'article.published' order by entity_id");
  t.same(
    noted.map(({ id }) => id),
    ids,
    'each is noted once',
  );
  t.same((await other('GET', '/v1/tags')).body.data[0].articleCount, 5);
});

test('two on one store: of writes to the same, one is kept a version, and counts stay true', async (t) => {
  const { nodes } = await startTogether(t, 2);
  const [one] = nodes as [Node, Node];
  const at = (n: number) => nodes[n % 2] as Node;
  const { body: author } = await one('POST', '/v1/authors', { body: { name: 'Ada' } });
  const published = { body: 'Boats.', authorIds: [author.id], status: 'published', tags: ['harbour', 'boats'] };
  const made = await one('POST', '/v1/articles', { body: { ...published, title: 'Contended' } });
  const path = `/v1/articles/${made.body.id}`;

  let version = made.body.version;
  for (let round = 0; round < 5; round++) {
    const { etag } = await one('GET', path);
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        at(n)('PATCH', path, { body: { title: `Round ${round}, ${n}` }, headers: { 'if-match': etag ?? '' } }),
      ),
    );
    const kept = answers.filter(({ status }) => status === 200);
    t.equal(kept.length, 1, 'one of ten');
    t.equal(answers.filter(({ status, body }) => status === 412 && body.currentVersion === version + 1).length, 9);
    version += 1;
  }

  const slugs = await Promise.all(
    Array.from({ length: 20 }, (_, n) => at(n)('POST', '/v1/articles', { body: { title: 'One', slug: 'one' } })),
  );
  t.same(slugs.map(({ status }) => status).sort(), [201, ...Array(19).fill(409)], 'a slug goes to one');

  const writers = Array.from({ length: 8 }, async (_, n) => {
    for (let i = 0; i < 6; i++) {
      const { status, body } = await at(n)('POST', '/v1/articles', {
        body: { ...published, title: `By ${n}, ${i}`, tags: ['harbour', `of ${n % 3}`] },
      });
      if (status !== 201) t.fail('a write was refused', { status, body });
      if (i % 3 === 0) await at(n + 1)('PATCH', `/v1/articles/${body.id}`, { body: { status: 'draft' } });
      if (i % 3 === 1) await at(n + 1)('DELETE', `/v1/articles/${body.id}`);
      const comment = { authorName: 'Bob', authorEmail: 'bob@harbour.example', body: `From ${n}, ${i}` };
      const said = await at(n + i)('POST', `${path}/comments`, { body: comment, anonymous: true });
      await at(n)('PATCH', `/v1/comments/${said.body.id}`, { body: { status: 'approved' } });
    }
  });
  await Promise.all(writers);
  await sleep(SEEN_WITHIN);
  for (const node of nodes) {
    const { body: tags } = await read(node, '/v1/tags')();
    const counts = Object.fromEntries(
      tags.data.map((tag: { name: string; articleCount: number }) => [tag.name, tag.articleCount]),
    );
    t.same(counts, { harbour: 17, boats: 1, 'of 0': 6, 'of 1': 6, 'of 2': 4 });
    t.equal((await read(node, `/v1/authors/${author.id}`)()).body.articleCount, 17);
    t.equal((await read(node, path)()).body.commentCount, 48);
  }
});
