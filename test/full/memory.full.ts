/** The built service with 256 MiB of memory, under a load of everything; MINUTES=1 for a shorter look. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { test } from 'tap';
import { readKey, startProcess, temporaryDirectory } from '../support/process.ts';
import { limitMemory } from '../support/small-memory.ts';
import { randomFrom, seedOf } from '../support/truth/random.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MIB = 1024 ** 2;
const MINUTES = Number(process.env.MINUTES ?? 5);
const CLIENTS = 12;
const WORDS = ['harbour', 'night', 'boat', 'fog', 'pier', '*tide*', '[quay](https://example.org)', 'pilot\n\n'];
/** How long before the end of a minute it is looked how much is resident, in milliseconds. */
const LOOKED_FOR = 10_000;

const residentOf = (pid: number): number =>
  Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;

test('256 MiB are enough for a mixed load, and no more is taken as time goes on', {
  timeout: (MINUTES + 3) * 60_000,
}, async (t) => {
  // tap adds options of its own to whatever is started
  execFileSync('env', ['-u', 'NODE_OPTIONS', 'npm', 'run', '--silent', 'build'], { cwd: ROOT, stdio: 'inherit' });
  const memory = limitMemory(t, 256 * MIB);
  if (!memory) t.comment('this user cannot make a group with a limit: only what is resident is looked at');
  const directory = temporaryDirectory(t);
  const served = await startProcess(t, directory, {
    environment: { RATE_LIMIT_READ: 'off', RATE_LIMIT_WRITE: 'off', RATE_LIMIT_COMMENT: 'off' },
    wrap: (command) => {
      const built = command
        .filter((part) => !part.startsWith('--import'))
        .map((part) => (part.endsWith('/src/main.ts') ? `${ROOT}dist/main.js` : part));
      return memory?.wrap(built) ?? built;
    },
  });
  const address = await served.ready;
  served.child.stdout?.removeAllListeners('data').resume(); // a line a request would be kept here else
  const pid = served.child.pid as number;
  const key = { authorization: `Bearer ${readKey(directory)}` };
  const random = randomFrom(seedOf('MEMORY_SEED'));
  const text = (length: number): string => {
    let made = '';
    while (made.length < length) made += `${random.one(WORDS)} `;
    return made.slice(0, length);
  };

  const statuses = new Map<number, number>();
  const ask = async (method: string, path: string, body?: object, headers: object = {}) => {
    const answer = await fetch(address + path, {
      method,
      headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    await answer.arrayBuffer();
    statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
    return answer.status;
  };
  let last = 0;
  const create = async (length: number) => {
    const body = {
      title: text(40),
      body: text(length),
      status: 'published',
      tags: [random.one(['Port', 'Sea', 'Sky'])],
    };
    if ((await ask('POST', '/v1/articles', { ...body, authorIds: [1] }, key)) === 201) last++;
  };
  const some = () => 1 + random.below(Math.max(1, last));
  const acts: [weight: number, act: () => Promise<unknown>][] = [
    [30, () => ask('GET', `/v1/articles/${1 + random.below(Math.min(50, last))}`)],
    [10, () => ask('GET', random.one(['/v1/articles', '/v1/tags', '/v1/site', '/sitemap.xml', '/v1/archives']))],
    [15, () => ask('GET', `/v1/articles/${some()}`, undefined, key)],
    [10, () => ask('GET', `/v1/articles?limit=${1 + random.below(100)}&tag=port`)],
    [5, () => ask('GET', `/v1/search?q=${random.one(['harbour', 'night', 'tide', 'quay'])}${random.below(10)}`)],
    [5, () => ask('GET', `/v1/articles?q=${random.one(['harbour', 'boat', 'pilot'])}&limit=20`)],
    [3, () => ask('GET', `/feeds/articles.${random.one(['rss', 'atom', 'json'])}`)],
    [8, () => create(500 + random.below(20_000))],
    [8, () => ask('PATCH', `/v1/articles/${some()}`, { body: text(500 + random.below(20_000)) }, key)],
    [1, () => create(500_000)],
    [
      5,
      () =>
        ask('POST', `/v1/articles/${some()}/comments`, {
          authorName: 'Kay',
          authorEmail: 'kay@mail.example',
          body: text(300),
        }),
    ],
  ];
  const total = acts.reduce((sum, [weight]) => sum + weight, 0);
  const actAtRandom = async () => {
    let left = random.below(total);
    for (const [weight, act] of acts) {
      left -= weight;
      if (left < 0) return act();
    }
    return undefined;
  };

  await ask('POST', '/v1/authors', { name: 'Ada Lovelace' }, key);
  for (let n = 0; n < 20; n++) await create(5000);
  const since = performance.now();
  const isOver = () => performance.now() - since > MINUTES * 60_000;
  const clients = Array.from({ length: CLIENTS }, async () => {
    while (!isOver()) await actAtRandom();
  });
  const looks = (async () => {
    const resident: number[] = [];
    for (let minute = 1; minute <= MINUTES; minute++) {
      await sleep(since + minute * 60_000 - LOOKED_FOR - performance.now());
      const seen: number[] = [];
      while (performance.now() - since < minute * 60_000) {
        seen.push(residentOf(pid));
        await sleep(500);
      }
      resident.push(Math.round(seen.reduce((sum, each) => sum + each, 0) / seen.length));
      t.comment(`minute ${minute}: ${resident.at(-1)} MiB resident, at most ${Math.round(Math.max(...seen))}`);
    }
    return resident;
  })();
  const [resident] = await Promise.all([looks, ...clients]);
  t.equal(served.child.exitCode, null, 'it lives');
  t.equal(memory?.killed() ?? 0, 0, 'the kernel ended nothing');
  const [first = 0] = resident;
  const end = resident.at(-1) as number;
  t.ok(end <= 1.2 * first, `${end} MiB at the end, ${first} after the first minute`);
  t.comment(`answers by status: ${JSON.stringify(Object.fromEntries([...statuses].sort(([a], [b]) => a - b)))}`);
  for (const status of statuses.keys())
    t.ok([200, 201, 404, 409, 422, 503].includes(status), `${status} is no fault of its own`);
  t.equal((await fetch(`${address}/health/ready`)).status, 200);
  t.equal((await served.stop()).code, 0);
});
