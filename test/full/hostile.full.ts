import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'tap';
import { HOSTILE } from '../support/hostile.ts';
import { readKey, startProcess, temporaryDirectory } from '../support/process.ts';

/** The longest that anybody else may wait, in milliseconds, on a machine that has nothing else to do. */
const OTHERS_WITHIN = 100;

const round = (value: number | undefined) => Math.round((value ?? 0) * 10) / 10;

const bytesOf = (value: object): Buffer => Buffer.from(JSON.stringify(value));

test('a hostile text is 201 or 422, and everybody else is answered meanwhile', { timeout: 600_000 }, async (t) => {
  const directory = temporaryDirectory(t);
  const environment = { RATE_LIMIT_READ: 'off', RATE_LIMIT_WRITE: 'off', LOG_LEVEL: 'info' };
  const process = await startProcess(t, directory, { environment });
  const address = await process.ready;
  const headers = { authorization: `Bearer ${readKey(directory)}`, 'content-type': 'application/json' };
  const post = async (body: Buffer) => {
    const answer = await fetch(`${address}/v1/articles`, { method: 'POST', headers, body });
    await answer.arrayBuffer();
    return answer.status;
  };
  t.equal(await post(bytesOf({ title: 'Innocent', body: 'A text.' })), 201);

  /** Reads until `over`; every answer must be good. Returns how long each took. */
  const readUntil = async (over: () => boolean): Promise<number[]> => {
    const times: number[] = [];
    while (!over()) {
      const since = performance.now();
      const answer = await fetch(`${address}/v1/articles/1`, { headers });
      await answer.arrayBuffer();
      times.push(performance.now() - since);
      if (answer.status !== 200) t.fail(`a read was answered with ${answer.status}`);
      await sleep(5);
    }
    return times.sort((a, b) => a - b);
  };

  for (const [title, body] of Object.entries(HOSTILE)) {
    for (const bodyFormat of /[<&]/.test(body) ? ['markdown', 'html'] : ['markdown']) {
      const bytes = bytesOf({ title, body, bodyFormat }); // before the clock runs: writing it takes this process a while
      const since = performance.now();
      let status = 0;
      const posted = post(bytes).then((answered) => {
        status = answered;
      });
      const times = await readUntil(() => status !== 0);
      await posted;
      const took = Math.round(performance.now() - since);
      const [median, longest] = [times[Math.floor(times.length / 2)], times.at(-1)].map(round);
      const told = `${title} as ${bodyFormat}: ${status} after ${took} ms; ${times.length} others: median ${median}, longest ${longest} ms`;
      t.ok(status === 201 || status === 422, told);
      t.ok((longest ?? 0) < OTHERS_WITHIN, `others within ${OTHERS_WITHIN} ms of ${title} as ${bodyFormat}`);
    }
  }
  t.equal(await post(bytesOf({ title: 'Innocent still', body: 'A text.' })), 201);
  t.equal((await process.stop()).code, 0);
  t.notMatch(process.out(), /"status":5\d\d/);
});
