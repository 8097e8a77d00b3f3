import cluster from 'node:cluster';
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { type Test, test } from 'tap';
import { startCrew } from '../../src/workers/primary.ts';
import { readKey, startProcess, temporaryDirectory } from '../support/process.ts';
import { NODE_ARGS, programOf } from '../support/program.ts';
import { checkStored, prepareStop, stopUnderLoad, UNLIMITED } from '../support/stop-under-load.ts';

/** A client with one connection of its own, so that it stays with the worker that got it. */
const connectTo = (t: Test, origin: string, key: string) => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  t.teardown(() => agent.destroy());
  return (method: string, path: string, body?: object) =>
    new Promise<{ status: number; title: string; headers: Record<string, unknown> }>((resolve, reject) => {
      const headers = { ...(body && { authorization: `Bearer ${key}`, 'content-type': 'application/json' }) };
      const sent = request(`${origin}${path}`, { method, agent, headers }, (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (piece) => {
          text += piece;
        });
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 0, title: JSON.parse(text).title, headers: answer.headers }),
        );
      });
      sent.on('error', reject);
      sent.end(body && JSON.stringify(body));
    });
};

/** The whole lines of a log, without the welcome. */
const linesOf = (out: string): { pid: number; msg: string; worker?: number }[] =>
  out
    .split('\n')
    .slice(0, -1) // of the last one more may come
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));

test('the first worker that answers knows ADMIN_KEY', async (t) => {
  const key = `glk_${'a'.repeat(32)}`;
  const environment = { WORKERS: '2', ADMIN_KEY: key };
  const process = await startProcess(t, temporaryDirectory(t), { environment });
  const firstAddress = () => /Server listening at ([^"]+)/.exec(process.out())?.[1];
  for (let n = 0; n < 6000 && firstAddress() === undefined; n++) await sleep(5);
  const { status } = await connectTo(t, firstAddress() ?? '', key)('POST', '/v1/tags', { name: 'Harbour' });
  t.equal(status, 201);
  await process.ready;
  t.equal((await process.stop()).code, 0);
});

test('two workers at one port: a write is read at once by either, one that dies is replaced, and all end well', async (t) => {
  const directory = temporaryDirectory(t);
  const process = await startProcess(t, directory, { environment: { WORKERS: '2', ...UNLIMITED } });
  const origin = await process.ready;
  const key = readKey(directory);
  const told = (message: string) => linesOf(process.out()).filter(({ msg }) => msg === message);
  t.equal(told('ready').length, 1);
  t.equal(process.out().split('Galley is ready').length, 2, 'the welcome is told once');

  const stopping = await prepareStop(origin, key);
  const path = `/v1/articles/${stopping.articleId}`;
  const clients = [1, 2, 3, 4].map(() => connectTo(t, origin, key));
  for (const [n, client] of clients.entries()) {
    for (const each of clients) await each('GET', path); // each worker keeps the answer
    const title = `Changed ${n}`;
    t.equal((await client('PATCH', path, { title })).status, 200);
    t.same(
      await Promise.all(clients.map(async (each) => (await each('GET', path)).title)),
      clients.map(() => title),
      'by all at once',
    );
    stopping.told.articles.set(stopping.articleId, title);
  }
  const workers = new Set(linesOf(process.out()).flatMap(({ pid, msg }) => (msg === 'request' ? [pid] : [])));
  t.equal(workers.size, 2, 'both have answered');

  const [doomed] = workers;
  globalThis.process.kill(Number(doomed), 'SIGKILL');
  const listening = () => told('Server listening at '.concat(origin)).length;
  for (let n = 0; n < 6000 && listening() < 3; n++) await sleep(10);
  t.match(told('a worker ended, and is replaced'), [{ worker: doomed }]);
  t.equal(listening(), 3, 'at the same port');

  const { tally, ended } = await stopUnderLoad(stopping, { process, origin, round: 'a' }, () => sleep(300));
  t.same(tally.broken, []);
  t.ok(tally.whole > 0, `${tally.whole} answers, ${tally.refused.length} refused`);
  t.same({ code: ended.code, signal: ended.signal }, { code: 0, signal: null });
  t.equal(told('stopped').length, 1);
  t.equal(process.err(), '');
  const next = await startProcess(t, directory);
  await checkStored(t, stopping, await next.ready);
});

test('a crew: one has the work, all are asked, each hears what another touched, and another takes over', async (t) => {
  cluster.setupPrimary({ exec: programOf('test/support/crew-member.ts'), args: [], execArgv: [...NODE_ARGS] });
  const crew = startCrew(3, pino({ level: 'silent' }));
  t.equal(await crew.listening, 'http://127.0.0.1:1');
  type State = { pid: number; works: boolean; heard: string[] };
  const states = async () => (await crew.askWorkers('state')) as State[];
  const workersOf = (them: State[]) => them.filter(({ works }) => works).map(({ pid }) => pid);
  const first = await states();
  t.equal(new Set(first.map(({ pid }) => pid)).size, 3);
  t.equal(workersOf(first).length, 1, 'one has the work');

  t.same(await crew.askWorkers('touch', ['article-1']), [null, null, null]);
  for (const { heard } of await states()) t.same(heard, ['article-1', 'article-1'], 'of both others, none of its own');

  const [keeper] = workersOf(first) as [number];
  const answered = (await crew.askWorkers('mute', keeper)) as number[];
  t.same(
    answered.sort(),
    first
      .map(({ pid }) => pid)
      .filter((pid) => pid !== keeper)
      .sort(),
    'who is silent is left out',
  );
  t.same(await crew.askWorkers('unheard of'), [], 'so is who does not know the question');

  const isReplaced = (them: State[]) => them.length === 3 && them.every(({ pid }) => pid !== keeper);
  cluster.setupPrimary({ cwd: '/nowhere' });
  void crew.askWorkers('die', keeper);
  while ((await states()).length > 2) await sleep(20);
  await sleep(150); // one was tried to be started, in vain
  cluster.setupPrimary({ cwd: process.cwd() });
  let second = await states();
  for (let n = 0; n < 1000 && !isReplaced(second); n++) {
    await crew.askWorkers('touch', ['article-2']);
    await sleep(20);
    second = await states();
  }
  t.ok(isReplaced(second), 'one has taken its place');
  const [other, ...more] = workersOf(second);
  t.ok(other !== undefined && other !== keeper && more.length === 0, 'another has the work');
  t.equal(await crew.stop(5000), true);
});
