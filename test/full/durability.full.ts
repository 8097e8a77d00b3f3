import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { test } from 'tap';
import { readKey, startProcess, temporaryDirectory } from '../support/process.ts';

const ROUNDS = 10;
const WRITERS = 8;

/** What a writer was told: the article and the version and body it was acknowledged with. */
type Acknowledged = Map<number, { version: number; body: string }>;

type Ask = (
  method: string,
  path: string,
  body?: object,
) => Promise<{ status: number; body: { id: number; version: number } }>;

type Writer = { name: string; writes: number };

/** Writes articles and changes them until nobody answers any more; every answer of 200 or 201 is noted. */
const writeOn = async (ask: Ask, writer: Writer, acknowledged: Acknowledged): Promise<void> => {
  const note = ({ status, body: { id, version } }: Awaited<ReturnType<Ask>>, body: string) => {
    if (status !== 200 && status !== 201) throw new Error(`A write was answered with ${status}`);
    acknowledged.set(id, { version, body });
    writer.writes += 1;
    return id;
  };
  for (let n = 1; ; n += 1) {
    const [first, second] = [`${writer.name} writes ${n}`, `${writer.name} changes ${n}`];
    const id = note(await ask('POST', '/v1/articles', { title: first, body: first, tags: [writer.name] }), first);
    note(await ask('PATCH', `/v1/articles/${id}`, { body: second }), second);
  }
};

test('no acknowledged write is lost when the process is killed under eight writers', {
  timeout: 900_000,
}, async (t) => {
  const directory = temporaryDirectory(t);
  const acknowledged: Acknowledged = new Map();
  let writes = 0;
  for (let round = 1; round <= ROUNDS; round += 1) {
    const process = await startProcess(t, directory, { environment: { RATE_LIMIT_WRITE: 'off', LOG_LEVEL: 'info' } });
    const address = await process.ready;
    const headers = { authorization: `Bearer ${readKey(directory)}`, 'content-type': 'application/json' };
    const ask: Ask = async (method, path, body) => {
      const answer = await fetch(address + path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
      return { status: answer.status, body: (await answer.json()) as { id: number; version: number } };
    };
    const writers = Array.from({ length: WRITERS }, (_, n) => ({ name: `round ${round} writer ${n}`, writes: 0 }));
    const ends = writers.map((writer) => writeOn(ask, writer, acknowledged));
    const settled = Promise.allSettled(ends);
    while (writers.some(({ writes }) => writes < 10)) await Promise.race([...ends, sleep(5)]); // a writer that fails is told
    await sleep(Math.random() * 200);
    process.child.kill('SIGKILL');
    await once(process.child, 'close');
    for (const end of await settled) {
      // What fetch throws when it finds nobody, or loses him in the middle of an answer.
      if (end.status !== 'rejected' || !(end.reason instanceof TypeError)) t.fail('a writer ended otherwise', { end });
    }
    writes += writers.reduce((sum, writer) => sum + writer.writes, 0);
  }

  const process = await startProcess(t, directory, { environment: { RATE_LIMIT_READ: 'off' } });
  const address = await process.ready;
  const headers = { authorization: `Bearer ${readKey(directory)}` };
  let lost = 0;
  for (const [id, { version, body }] of acknowledged) {
    const answer = await fetch(`${address}/v1/articles/${id}`, { headers });
    const found = (await answer.json()) as { version: number; body: string };
    // The change that was under way may have been stored without its answer having come out.
    const same = found.version === version ? found.body === body : found.version === version + 1;
    if (answer.status !== 200 || !same) lost += 1;
  }
  t.equal(lost, 0, `${lost} of ${writes} acknowledged writes to ${acknowledged.size} articles are lost`);
  t.equal((await process.stop()).code, 0);
  const database = new Database(join(directory, 'data/galley.db'));
  t.equal(database.pragma('integrity_check', { simple: true }), 'ok');
  t.strictSame(database.pragma('foreign_key_check'), []);
  database.close();
  t.comment(`${writes} acknowledged writes in ${ROUNDS} rounds, ${lost} lost`);
});
