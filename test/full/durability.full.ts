import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { test } from 'tap';
import { type Acknowledged, asks, countLost, foundNobody, writeOn } from '../support/acknowledged.ts';
import { databaseIn } from '../support/database.ts';
import { readKey, startProcess, temporaryDirectory } from '../support/process.ts';

const ROUNDS = 10;
const WRITERS = 8;

test('no acknowledged write is lost when the process is killed under eight writers', {
  timeout: 900_000,
}, async (t) => {
  const directory = temporaryDirectory(t);
  const acknowledged: Acknowledged = new Map();
  let writes = 0;
  for (let round = 1; round <= ROUNDS; round += 1) {
    const process = await startProcess(t, directory, { environment: { RATE_LIMIT_WRITE: 'off', LOG_LEVEL: 'info' } });
    const address = await process.ready;
    const ask = asks(address, readKey(directory));
    const writers = Array.from({ length: WRITERS }, (_, n) => ({ name: `round ${round} writer ${n}`, writes: 0 }));
    const ends = writers.map((writer) => writeOn(ask, writer, acknowledged));
    const settled = Promise.allSettled(ends);
    while (writers.some(({ writes }) => writes < 10)) await Promise.race([...ends, sleep(5)]); // a writer that fails is told
    await sleep(Math.random() * 200);
    process.child.kill('SIGKILL');
    await once(process.child, 'close');
    for (const end of await settled) {
      if (!foundNobody(end)) t.fail('a writer ended otherwise', { end });
    }
    writes += writers.reduce((sum, writer) => sum + writer.writes, 0);
  }

  const process = await startProcess(t, directory, { environment: { RATE_LIMIT_READ: 'off' } });
  const address = await process.ready;
  const lost = await countLost(asks(address, readKey(directory)), acknowledged);
  t.equal(lost, 0, `${lost} of ${writes} acknowledged writes to ${acknowledged.size} articles are lost`);
  t.equal((await process.stop()).code, 0);
  const stored = await databaseIn(t, directory);
  if (stored.engine === 'sqlite') {
    const database = new Database(stored.file);
    t.equal(database.pragma('integrity_check', { simple: true }), 'ok');
    t.strictSame(database.pragma('foreign_key_check'), []);
    database.close();
  }
  t.comment(`${writes} acknowledged writes in ${ROUNDS} rounds, ${lost} lost`);
});
