import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'tap';
import { type Acknowledged, asks, countLost, foundNobody, type Writer, writeOn } from '../support/acknowledged.ts';
import { readKey, startProcess, temporaryDirectory } from '../support/process.ts';

const ROUNDS = 10;
const WRITERS_EACH = 4;

test('two processes on one store: no acknowledged write is lost when one is killed under load, and the other goes on', {
  timeout: 900_000,
}, async (t) => {
  const directory = temporaryDirectory(t);
  const acknowledged: Acknowledged = new Map();
  const start = async () => {
    const process = await startProcess(t, directory, {
      environment: { RATE_LIMIT_WRITE: 'off', RATE_LIMIT_READ: 'off' },
    });
    return { process, address: await process.ready };
  };
  let [doomed, other] = await Promise.all([start(), start()]);
  let writes = 0;
  for (let round = 1; round <= ROUNDS; round += 1) {
    let isOver = false;
    const writersOn = ({ address }: typeof doomed, name: string) =>
      Array.from({ length: WRITERS_EACH }, (_, n) => {
        const writer: Writer = { name: `round ${round} ${name} ${n}`, writes: 0 };
        return { writer, end: writeOn(asks(address, readKey(directory)), writer, acknowledged, () => isOver) };
      });
    const [onDoomed, onOther] = [writersOn(doomed, 'doomed'), writersOn(other, 'other')];
    const all = [...onDoomed, ...onOther];
    const settled = Promise.all([onDoomed, onOther].map((them) => Promise.allSettled(them.map(({ end }) => end))));
    const ends = all.map(({ end }) => end);
    while (all.some(({ writer }) => writer.writes < 10)) await Promise.race([...ends, sleep(5)]); // one that fails is told
    await sleep(Math.random() * 200);
    doomed.process.child.kill('SIGKILL');
    await once(doomed.process.child, 'close');
    const before = onOther.map(({ writer }) => writer.writes);
    const since = performance.now();
    while (onOther.some(({ writer }, n) => writer.writes < (before[n] as number) + 4)) {
      await Promise.race([...onOther.map(({ end }) => end), sleep(5)]);
    }
    t.comment(`the other wrote on within ${Math.round(performance.now() - since)} ms`);
    isOver = true;
    const [killed = [], lived = []] = await settled;
    for (const end of killed) if (!foundNobody(end)) t.fail('a writer of the killed one ended otherwise', { end });
    for (const end of lived) if (end.status !== 'fulfilled') t.fail('a writer of the other one failed', { end });
    writes += all.reduce((sum, { writer }) => sum + writer.writes, 0);
    [doomed, other] = [other, await start()]; // the one that lived is next
  }
  const lost = await countLost(asks(doomed.address, readKey(directory)), acknowledged);
  t.equal(lost, 0, `${lost} of ${writes} acknowledged writes to ${acknowledged.size} articles are lost`);
  for (const { process } of [doomed, other]) t.equal((await process.stop()).code, 0);
  t.comment(`${writes} acknowledged writes in ${ROUNDS} rounds, ${lost} lost`);
});
