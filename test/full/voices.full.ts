/** Guests, moderators and erasures at once on two processes, one of which is killed: what is counted stays what is there. */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'tap';
import { openStore } from '../../src/store/open.ts';
import { connectBeside, databaseIn } from '../support/database.ts';
import type { Connection } from '../support/engines/engine.ts';
import { readKey, startProcess, temporaryDirectory } from '../support/process.ts';
import { UNLIMITED } from '../support/repeated.ts';
import { randomFrom, seedOf } from '../support/truth/random.ts';

const seed = seedOf('VOICES_SEED');
const ROUNDS = Number(process.env.VOICES_ROUNDS ?? 4);
const STATUSES = ['pending', 'approved', 'approved', 'spam', 'trash'];
const EMAILS = 30;

/** Rows whose counts are not those of the rows below them, each with what is wrong. */
const WRONG = {
  'a comment of the wrong counts': `select c.id from comments c where
     c.reply_count <> (select count(*) from comments r where r.parent_id = c.id and r.status = 'approved') or
     c.shown_reply_count <> (select count(*) from comments r where r.parent_id = c.id and r.is_shown)`,
  'a comment shown that is not, or the other way round': `select c.id from comments c
     where c.is_shown <> (c.status = 'approved' or c.shown_reply_count > 0)`,
  'an article of the wrong count': `select a.id from articles a where a.comment_count <>
     (select count(*) from comments c where c.article_id = a.id and c.status = 'approved')`,
  'an empty place below which nothing stands': `select c.id from comments c where c.status = 'deleted'
     and not exists (select 1 from comments r where r.parent_id = c.id)`,
  'a reply below nothing': `select r.id from comments r where r.parent_id is not null
     and not exists (select 1 from comments c where c.id = r.parent_id and c.depth = r.depth - 1)`,
  'an event of another version': `select c.id from comments c where c.status <> 'deleted' and c.version <>
     (select max(e.version) from events e where e.kind = 'comment' and e.entity_id = c.id)`,
  'an event twice, or none of a version': `select c.id from comments c where c.status <> 'deleted' and c.version <>
     (select count(*) from events e where e.kind = 'comment' and e.entity_id = c.id)`,
};

const faultsIn = async ({ run }: Connection): Promise<string[]> => {
  const faults: string[] = [];
  for (const [what, statement] of Object.entries(WRONG)) {
    const ids = (await run(statement)).map(({ id }) => id);
    if (ids.length > 0) faults.push(`${what}: ${ids.slice(0, 5)}`);
  }
  return faults;
};

test(`counts, threads and events stay true, whoever writes (VOICES_SEED=${seed})`, { timeout: 600_000 }, async (t) => {
  const random = randomFrom(seed);
  const directory = temporaryDirectory(t);
  const start = async () => {
    const process = await startProcess(t, directory, { environment: UNLIMITED });
    return { process, address: await process.ready };
  };
  const nodes = [await start(), await start()];
  const key = { authorization: `Bearer ${readKey(directory)}` };
  const statuses: Record<string, number> = {};
  const send = async (method: string, path: string, headers: object = {}, body?: object) => {
    const type = body === undefined ? {} : { 'content-type': 'application/json' };
    const asked = { method, headers: { ...type, ...headers }, ...(body && { body: JSON.stringify(body) }) };
    const answer = await fetch(`${random.one(nodes).address}/v1${path}`, asked);
    const text = await answer.text();
    const door = `${method} ${path.replace(/\d+/, '0').replace(/\?.*/, '')} ${answer.status}`;
    statuses[door] = (statuses[door] ?? 0) + 1;
    if (answer.status >= 500) t.fail(door, { text });
    return text === '' ? {} : JSON.parse(text);
  };
  const author = await send('POST', '/authors', key, { name: 'Ada' });
  const said = { title: 'Night', body: 'Dark.', authorIds: [author.id], status: 'published' };
  const articles: number[] = [];
  for (let n = 0; n < 3; n++) articles.push((await send('POST', '/articles', key, said)).id);
  await send('PATCH', '/site', key, { moderation: 'none', moderationWords: ['wait'] });

  const posted: { id: number; editToken: string }[] = [];
  let n = 0;
  const post = async () => {
    const parent = posted.length > 0 && random.percent(75) ? random.one(posted.slice(-12)).id : null;
    const email = `g${random.below(EMAILS)}@mail.example`;
    const body = `Number ${n++} ${random.percent(20) ? 'wait' : ''}`;
    const guest = { authorName: 'Guest', authorEmail: email, body, ...(parent !== null && { parentId: parent }) };
    const found = await send('POST', `/articles/${random.one(articles)}/comments`, {}, guest);
    if (found.id !== undefined) posted.push(found);
  };
  const mine = async (method: string, body?: object) => {
    const { id, editToken } = random.one(posted.slice(-30));
    await send(method, `/comments/${id}`, { 'comment-token': editToken }, body);
  };
  const recent = () => random.one(posted.slice(-40)).id;
  const statusOf = () => ({ status: random.one(STATUSES) });
  const doings: [chance: number, doing: () => Promise<unknown>][] = [
    [40, post],
    [10, () => mine('PATCH', { body: `Anew ${n++} ${random.percent(30) ? 'wait' : ''}` })],
    [4, () => mine('DELETE')],
    [15, () => send('PATCH', `/comments/${recent()}`, key, statusOf())],
    [
      12,
      () =>
        send('POST', '/comments/moderate', key, {
          ids: random.some(
            posted.slice(-40).map(({ id }) => id),
            8,
          ),
          ...statusOf(),
        }),
    ],
    [3, () => send('DELETE', `/comments/${recent()}?permanent=true`, key)],
    [
      2,
      () =>
        send('POST', '/comments/erase', key, {
          authorEmail: `g${random.below(EMAILS)}@mail.example`,
          mode: random.one(['delete', 'anonymise']),
        }),
    ],
    [9, () => send('GET', `/articles/${random.one(articles)}/comments?view=${random.one(['flat', 'tree'])}`)],
  ];
  const ticket = doings.flatMap(([chance, doing]) => Array<typeof doing>(chance).fill(doing));
  const doOne = () => (posted.length < 5 ? post : random.one(ticket))();

  const beside = await connectBeside(t, await databaseIn(t, directory));
  for (let round = 0; round < ROUNDS; round++) {
    let isOver = false;
    const writers = Array.from({ length: 8 }, async () => {
      while (!isOver) {
        await doOne().catch((error) => {
          if (!(error instanceof TypeError)) throw error; // what fetch throws when it finds nobody, or loses him midway
          return sleep(20);
        });
      }
    });
    await sleep(4000);
    const [doomed] = nodes.splice(0, 1);
    doomed?.process.child.kill('SIGKILL');
    await once(doomed?.process.child as never, 'close');
    await sleep(1000);
    isOver = true;
    await Promise.all(writers);
    t.strictSame(await faultsIn(beside), [], `round ${round}`);
    nodes.push(await start());
    for (const id of articles) {
      for (const path of [
        `/articles/${id}`,
        `/articles/${id}/comments?view=tree&limit=100`,
        `/articles/${id}/comments?limit=100`,
      ]) {
        const [one, other] = await Promise.all(
          nodes.map(async ({ address }) => (await fetch(`${address}/v1${path}`)).json()),
        );
        t.strictSame(one, other, 'the process that lived answers as the one that has only begun');
      }
    }
  }
  const rows = await beside.run(`select id, status from comments where status <> 'deleted'`);
  const store = await openStore(await databaseIn(t, directory));
  const ids = rows.map(({ id }) => Number(id));
  t.strictSame(await store.searches.comments.listLacking(ids), [], 'all can be searched');
  await store.close();
  const words = await beside.run(`select count(*) as n from comment_search`);
  t.equal(Number(words[0]?.n), ids.length, 'and nothing else');
  t.comment({ statuses, rows: rows.length });
  for (const { process } of nodes) t.equal((await process.stop()).code, 0);
});
