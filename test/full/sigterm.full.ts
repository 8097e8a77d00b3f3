import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'tap';
import { readKey, startProcess, temporaryDirectory } from '../support/process.ts';
import { checkStored, prepareStop, stopUnderLoad, UNLIMITED } from '../support/stop-under-load.ts';

const ROUNDS = 10;
/** How long a stop may take, in milliseconds. */
const EXIT_WITHIN = 5000;

for (const workers of ['1', '2']) {
  test(`SIGTERM under load with WORKERS=${workers}: whole answers or none, all that was told is stored, exit 0 in time`, {
    timeout: 600_000,
  }, async (t) => {
    const directory = temporaryDirectory(t);
    const start = async () => {
      const process = await startProcess(t, directory, { environment: { WORKERS: workers, ...UNLIMITED } });
      return { process, origin: await process.ready };
    };
    let { process, origin } = await start();
    const key = readKey(directory);
    const stopping = await prepareStop(origin, key);
    const times: number[] = [];
    for (let round = 1; round <= ROUNDS; round++) {
      const run = { process, origin, round: `round ${round}` };
      const { tally, ended } = await stopUnderLoad(stopping, run, () => sleep(700 + Math.random() * 600));
      t.same(tally.broken, [], `round ${round}: no answer is broken`);
      t.same(
        tally.refused.filter((why) => why.includes('kept')),
        [],
        'no connection is closed under a client that asks',
      );
      t.same({ code: ended.code, signal: ended.signal }, { code: 0, signal: null });
      t.ok(ended.milliseconds <= EXIT_WITHIN, `it ended in ${Math.round(ended.milliseconds)} ms`);
      t.equal(process.err(), '');
      times.push(Math.round(ended.milliseconds));
      t.comment(
        `${tally.whole} answers, ${tally.refused.length} refused, ended in ${Math.round(ended.milliseconds)} ms`,
      );
      const resets = tally.refused.filter((why) => !why.includes('ECONNREFUSED'));
      if (resets.length > 0) t.comment(`reset before they were let in: ${resets.join('; ')}`);
      ({ process, origin } = await start());
      await checkStored(t, stopping, origin);
    }
    t.equal((await process.stop()).code, 0);
    t.comment(`the slowest of ${ROUNDS} ended in ${Math.max(...times)} ms`);
  });
}

test('a primary that is killed leaves nobody behind who keeps the port, and what runs is answered', {
  timeout: 120_000,
}, async (t) => {
  const directory = temporaryDirectory(t);
  const process = await startProcess(t, directory, { environment: { WORKERS: '2', ...UNLIMITED } });
  const origin = await process.ready;
  const headers = { authorization: `Bearer ${readKey(directory)}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ title: 'Long', body: `|a|b|\n|-|-|\n${'|x|y|\n'.repeat(60_000)}` });
  const rendering = fetch(`${origin}/v1/articles`, { method: 'POST', headers, body });
  await sleep(300);
  await process.stop('SIGKILL');
  await t.rejects(fetch(`${origin}/health/live`), 'nobody listens');
  t.ok([201, 422].includes((await rendering).status), 'it was answered');
  const { port } = new URL(origin);
  const next = await startProcess(t, directory, { environment: { PORT: port, WORKERS: '2' } });
  t.equal(await next.ready, origin, 'the port is free');
  t.equal((await next.stop()).code, 0);
  t.notOk(existsSync(join(directory, 'data/galley.db-wal')), 'nobody has the store open any more');
});
