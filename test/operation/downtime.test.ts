import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'tap';
import { connectBeside, databaseIn } from '../support/database.ts';
import { type Process, readKey, startProcess, temporaryDirectory } from '../support/process.ts';

const ENVIRONMENT = { RATE_LIMIT_READ: 'off', RATE_LIMIT_WRITE: 'off' };
/** Time to write the schedule and to end, on a busy machine. */
const AHEAD = 8000;

test('a moment that passes while nobody runs is live at the first request, and noted once by three that start together', async (t) => {
  const directory = temporaryDirectory(t);
  const start = () => startProcess(t, directory, { environment: ENVIRONMENT });
  const first = await start();
  const address = await first.ready;
  const headers = { authorization: `Bearer ${readKey(directory)}`, 'content-type': 'application/json' };
  const write = async (path: string, body: object) =>
    (await (await fetch(`${address}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })).json()) as {
      id: number;
    };
  const author = await write('/v1/authors', { name: 'Ada' });
  const moment = Date.now() + AHEAD;
  const at = (milliseconds: number) => new Date(moment + milliseconds).toISOString();
  const article = { body: 'Boats.', authorIds: [author.id], status: 'scheduled', publishedAt: at(0), tags: ['later'] };
  const coming = await write('/v1/articles', { ...article, title: 'Coming' });
  const passing = await write('/v1/articles', { ...article, title: 'Passing', unpublishAt: at(500) });
  t.equal((await fetch(`${address}/v1/articles/${coming.id}`)).status, 404);
  await first.stop('SIGKILL');
  t.ok(Date.now() < moment, 'it is gone before the moment');
  await sleep(moment + 600 - Date.now());

  const three: Process[] = await Promise.all([start(), start(), start()]);
  // Each is asked the moment it is ready, whether the others are or not.
  const answers = await Promise.all(
    three.map(async ({ ready }) => {
      const base = await ready;
      const statuses = [(await fetch(`${base}/v1/articles/${coming.id}`)).status];
      statuses.push((await fetch(`${base}/v1/articles/${passing.id}`)).status);
      const list = (await (await fetch(`${base}/v1/articles?tag=later`)).json()) as { data: { title: string }[] };
      return [statuses, list.data.map(({ title }) => title)];
    }),
  );
  t.strictSame(answers, Array(3).fill([[200, 404], ['Coming']]));

  await sleep(2500); // time for each of them to note it once more, should it
  const { run } = await connectBeside(t, await databaseIn(t, directory));
  const noted = await run(
    `select entity_id as id, type from events where kind = 'article' and type <> 'article.created' order by events.id`,
  );
  const of = (id: number) => noted.filter((event) => event.id === id).map(({ type }) => type);
  t.strictSame(of(coming.id), ['article.published']);
  t.strictSame(of(passing.id), ['article.published', 'article.unpublished'], 'both of its moments, in their order');
  for (const { ready } of three) {
    const tags = (await (await fetch(`${await ready}/v1/tags`)).json()) as { data: { articleCount: number }[] };
    t.equal(tags.data[0]?.articleCount, 1);
  }
  await Promise.all(three.map((each) => each.stop()));
});
