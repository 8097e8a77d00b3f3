/** The door under attack: bodies made to hold the process up, and connections made to use it up. */
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Test, test } from 'tap';
import { readKey, temporaryDirectory } from '../support/process.ts';
import { startWatched } from '../support/watched-process.ts';

const ENVIRONMENT = {
  RATE_LIMIT_READ: 'off',
  RATE_LIMIT_WRITE: 'off',
  RATE_LIMIT_WRONG_KEYS: 'off',
};

/** The longest a bad body may take, and hold everybody else up, in milliseconds, on a machine that has nothing else to do. */
const BODY_WITHIN = 100;

/** The longest a normal request may take beside slow ones, and for how long a slow one may stay, in milliseconds. */
const NORMAL_WITHIN = 1000;
const SLOW_WITHIN = 60_000;
const EACH = 160;

const startDoor = async (t: Test) => {
  const directory = temporaryDirectory(t);
  const process = await startWatched(t, directory, ENVIRONMENT);
  const address = await process.ready;
  const headers = { authorization: `Bearer ${readKey(directory)}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ title: 'Innocent', body: 'A text.' });
  const made = await fetch(`${address}/v1/articles`, { method: 'POST', headers, body });
  if (made.status !== 201) throw new Error(`No article was made: ${made.status}`);
  return { process, address, headers };
};

/** Reads until it is over; how long each took, in milliseconds. Every answer must be good. */
const readUntil = async (t: Test, url: string, headers: Record<string, string>, over: () => boolean) => {
  const began = performance.now(); // whatever becomes of the test
  const times: number[] = [];
  while (!over() && performance.now() - began < 100_000) {
    const since = performance.now();
    const answer = await fetch(url, { headers });
    await answer.arrayBuffer();
    times.push(performance.now() - since);
    if (answer.status !== 200) t.fail(`a read was answered with ${answer.status}`);
    await sleep(5);
  }
  return times;
};

const members = (n: number) => Array.from({ length: n }, (_, i) => `"k${i}":${i}`).join(',');
const MOST = 4 * 1024 * 1024;
const BODIES: [what: string, body: string, status: number][] = [
  ['10,000 levels of lists', `{"title":"t","metadata":{"a":${'['.repeat(10_000)}${']'.repeat(10_000)}}}`, 400],
  ['10,000 levels of objects', `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`, 400],
  ['10,000 levels that never end', '['.repeat(10_000), 400],
  ['4 MiB of levels', '['.repeat(MOST), 400],
  ['65 levels', `{"title":"t","metadata":${'{"a":'.repeat(65)}1${'}'.repeat(65)}}`, 400],
  ['100,000 keys', `{"title":"t",${members(100_000)}}`, 400],
  ['100,000 keys of metadata', `{"title":"t","metadata":{${members(100_000)}}}`, 400],
  ['9,000 keys', `{"title":"t",${members(4900)}}`, 400],
  ['100,000 keys that are one', `{"title":"t","metadata":{${Array(100_000).fill('"k":1').join(',')}}}`, 400],
  ['100,000 of __proto__', `{"title":"t",${Array(100_000).fill('"__proto__":{}').join(',')}}`, 400],
  ['100,000 tags', `{"title":"t","tags":[${Array(100_000).fill('"a"').join(',')}]}`, 400],
  ['4 MiB and a byte', `{"title":"${'x'.repeat(MOST - 11)}"}`.padEnd(MOST + 1), 413],
  ['4 MiB of a title', `{"title":"${'x'.repeat(MOST - 12)}"}`, 400],
  ['4 MiB of spaces', `{"title":${' '.repeat(MOST - 20)}5}`, 400],
  ['4 MiB of escapes', `{"title":"${'\\u0000'.repeat(690_000)}"}`, 400],
  ['4 MiB of digits', `{"title":"t","featured":${'9'.repeat(MOST - 30)}}`, 400],
];

test('a body made to hold the process up is refused at once, and holds up nobody', { timeout: 300_000 }, async (t) => {
  const { process, address, headers } = await startDoor(t);
  const post = async (text: string) => {
    const bytes = Buffer.from(text);
    await process.look(); // begins anew
    const since = performance.now();
    const answer = await fetch(`${address}/v1/articles`, { method: 'POST', headers, body: bytes });
    const told = await answer.text();
    return { status: answer.status, took: Math.round(performance.now() - since), told };
  };
  await post('{"title":5}'); // the first of all compiles what it needs
  const attempt = async (text: string) => {
    let over = false;
    const reading = readUntil(t, `${address}/v1/articles/1`, headers, () => over);
    await sleep(50);
    const answer = await post(text);
    const { held } = await process.look();
    over = true;
    const others = Math.round(Math.max(...(await reading)));
    return { ...answer, held, others, worst: Math.max(answer.took, held) };
  };
  for (const [what, text, status] of BODIES) {
    let best = await attempt(text);
    // A machine that does other work besides takes time from both ends: what the body itself costs is the least of some.
    for (let n = 0; n < 4 && best.worst >= BODY_WITHIN; n++) {
      const next = await attempt(text);
      if (next.worst < best.worst) best = next;
    }
    const { took, held, others, told } = best;
    const figures = `${what}: ${best.status} after ${took} ms, loop held ${held} ms, others ${others} ms`;
    t.equal(best.status, status, figures);
    t.ok(took < BODY_WITHIN, `refused within ${BODY_WITHIN} ms: ${figures}`);
    t.ok(held < BODY_WITHIN, `the loop is held for less than ${BODY_WITHIN} ms: ${figures}`);
    t.ok(told.length < 50_000, `the refusal is short: ${told.length}`);
  }
  t.equal((await process.stop()).code, 0);
});

const POST = 'POST /v1/articles/1/comments HTTP/1.1\r\nHost: galley\r\nContent-Type: application/json\r\n';
const LARGE = 'GET /docs/static/swagger-ui-bundle.js HTTP/1.1\r\nHost: galley\r\n\r\n';

/** Ways to be slow: what is sent at first, and then a piece every five seconds. */
const SLOW: Record<string, { first: string; more: string }> = {
  'says nothing': { first: '', more: '' },
  'slow headers': { first: 'GET /v1/site HTTP/1.1\r\nHost: galley\r\n', more: 'X-A: b\r\n' },
  'a slow body': { first: `${POST}Content-Length: 1000\r\n\r\n`, more: '{' },
  'a slow body in chunks': { first: `${POST}Transfer-Encoding: chunked\r\n\r\n`, more: '1\r\n{\r\n' },
  'never reads': { first: LARGE.repeat(40), more: '' },
};

test('800 slow connections: normal requests go on, and each slow one is closed', { timeout: 300_000 }, async (t) => {
  const { process, address, headers } = await startDoor(t);
  const { port } = new URL(address);
  const before = (await process.look()).sockets;
  const start = performance.now();
  const open = new Set<Socket>();
  const closedAfter = new Map<string, number[]>();
  t.teardown(() => {
    for (const socket of open) socket.destroy();
  });
  for (const [what, { first, more }] of Object.entries(SLOW)) {
    closedAfter.set(what, []);
    for (let n = 0; n < EACH; n++) {
      const socket = connect(Number(port), '127.0.0.1');
      open.add(socket);
      const drip = setInterval(() => {
        if (more !== '' && socket.writable) socket.write(more);
      }, 5000);
      socket.on('error', () => {}); // a reset is one of the ways of being closed
      socket.on('connect', () => socket.write(first));
      // Whoever reads nothing is told of no end: an error of writing, or the end of what it never read, tells it here.
      if (what === 'never reads') socket.pause();
      else socket.resume();
      socket.on('close', () => {
        clearInterval(drip);
        open.delete(socket);
        closedAfter.get(what)?.push(performance.now() - start);
      });
    }
  }
  const served = async () => (await process.look()).sockets - before;
  const dialledAt = performance.now();
  let most = 0;
  while (most < 5 * EACH && performance.now() - dialledAt < 10_000) {
    await sleep(200);
    most = Math.max(most, await served());
  }
  t.ok(most >= 5 * EACH * 0.95, `${most} connections are there`);
  let over = false;
  const reading = readUntil(t, `${address}/v1/articles/1`, headers, () => over);
  let longestHeld = 0;
  for (let left = Number.POSITIVE_INFINITY; left > 2 && performance.now() - start < SLOW_WITHIN + 5000; ) {
    await sleep(500);
    const { held, sockets } = await process.look();
    left = sockets - before;
    longestHeld = Math.max(longestHeld, held);
  }
  const closed = performance.now() - start;
  over = true;
  const times = (await reading).sort((a, b) => a - b);
  const figures = `${times.length} reads, median ${Math.round(times[times.length >> 1] ?? 0)} ms, longest ${Math.round(times.at(-1) ?? 0)} ms`;
  t.ok((times.at(-1) ?? 0) < NORMAL_WITHIN, `${figures}; loop held ${longestHeld} ms`);
  t.ok(times.length > 500, figures);
  t.ok(closed < SLOW_WITHIN, `all are closed after ${Math.round(closed / 1000)} s`);
  for (const [what, all] of closedAfter)
    t.comment(`${what}: ${all.length} closed, the last after ${Math.round(Math.max(0, ...all) / 1000)} s`);
  t.equal((await process.stop()).code, 0);
});
