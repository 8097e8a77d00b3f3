import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import tap, { test } from 'tap';
import { createThreadPool, LimitPassed } from '../../src/core/thread-pool.ts';
import { type BodyFormat, createRenderer } from '../../src/rendering/renderer.ts';
import { moduleOf, NODE_ARGS } from '../support/program.ts';

const renderer = createRenderer({ threads: 2, embedHosts: [], timeLimit: 500 });
tap.teardown(() => renderer.close());

const SIZE = 490_000;
const fill = (unit: string): string => unit.repeat(Math.floor(SIZE / unit.length));
const grow = (part: (index: number) => string): string => {
  let text = '';
  for (let index = 1; text.length < SIZE; index += 1) text += part(index);
  return text;
};
const table = (columns: number, rows: string): string => `|${'a|'.repeat(columns)}\n|${'-|'.repeat(columns)}\n${rows}`;

/** Bodies of half a million characters that take too much time, memory or depth somewhere. */
const HOSTILE: Record<string, string> = {
  'table of two columns': table(2, fill('|x|y|\n')),
  'table of 100,000 columns': table(60_000, 'x\n'.repeat(120_000)),
  'nested quotes': '>'.repeat(250_000),
  'images in images': fill('![[]()'),
  'open tags': '<b>'.repeat(160_000),
  'open brackets': '['.repeat(250_000),
  stars: fill('*a '),
  'rising backticks': grow((index) => `${'`'.repeat(index)}a`),
  'nested lists': grow((index) => `${' '.repeat(index * 2)}- a\n`),
  emoji: '😀'.repeat(500_000),
  Chinese: fill('漢字'),
  'one word': fill('a'),
  'one footnote': `[^a]: x\n\n${fill('[^a]')}`,
  'inline footnotes': fill('^[a]'),
  'nested footnotes': '^['.repeat(160_000) + 'a'.repeat(9) + ']'.repeat(160_000),
  comments: fill('<!--'),
  ampersands: '&'.repeat(500_000),
  'huge attribute': `<p title="${fill('&quot;')}">x</p>`,
  'nested divs': '<div>'.repeat(45_000) + '</div>'.repeat(45_000),
  'one long reference': `[a]: /${'b'.repeat(250_000)}\n\n${'[a]'.repeat(80_000)}`,
  'broken srcset': `<img srcset="${fill('a 1q, ')}">`,
};

/** Those that every machine must refuse, be it fast or slow. */
const REFUSED: ReadonlySet<string> = new Set(['open tags', 'nested divs', 'one long reference', 'one footnote']);

test('a hostile body is rendered or refused, and the innocent ones around it are rendered', async (t) => {
  const outcomeOf = async (source: string, format: BodyFormat): Promise<string> =>
    renderer.renderBody(source, format).then(
      () => 'rendered',
      (error: { code?: string; message: string }) => `${error.code}: ${error.message}`,
    );
  let rendered = 0;
  const jobs = Object.entries(HOSTILE).flatMap(([name, source]) => {
    const innocent = renderer.renderBody(`*${name}*`, 'markdown').then(({ text }) => t.equal(text, name));
    const formats: BodyFormat[] = /[<&]/.test(source) ? ['markdown', 'html'] : ['markdown'];
    const judged = formats.map(async (format) => {
      const outcome = await outcomeOf(source, format);
      if (outcome === 'rendered') rendered += 1;
      t.match(outcome, /^rendered$|^unrenderable: /, `${name} as ${format}: ${outcome}`);
      if (REFUSED.has(name)) t.not(outcome, 'rendered', `${name} as ${format}`);
    });
    return [innocent, ...judged];
  });
  await Promise.all(jobs);
  t.ok(rendered > 5, `${rendered} of them are rendered`);
  t.ok(process.memoryUsage().rss < 1024 ** 3, 'the memory of the process is bounded');
});

test('what is too long to read or to hand out, or too deep, is refused', async (t) => {
  // Patient: the machine may be busy, and what is refused here is refused for its size.
  const patient = createRenderer({ threads: 1, embedHosts: [], timeLimit: 60_000 });
  t.teardown(() => patient.close());
  await t.rejects(patient.renderBody('a'.repeat(1_000_001), 'markdown'), {
    code: 'unrenderable',
    message: /longer than 1000000/,
  });
  await t.rejects(patient.renderBody('&'.repeat(900_000), 'html'), {
    code: 'unrenderable',
    message: /longer than 4194304/,
  });
  await t.rejects(patient.renderBody('<b>'.repeat(2001), 'html'), {
    code: 'unrenderable',
    message: /deeper than 2000/,
  });
  t.equal((await patient.renderComment('a'.repeat(10_000))).text.length, 10_000);
});

test('more than may wait is refused at once, and what waits is rendered', async (t) => {
  const narrow = createRenderer({ threads: 1, embedHosts: [], timeLimit: 60_000, mostWaiting: 2 });
  t.teardown(() => narrow.close());
  const codes = ['one', 'two', 'three'].map((body) =>
    narrow.renderBody(body, 'markdown').then(
      ({ html }) => html,
      ({ code, retryAfter }: { code: string; retryAfter: number }) => `${code} ${retryAfter}`,
    ),
  );
  t.same(await Promise.all(codes), ['<p>one</p>\n', '<p>two</p>\n', 'unavailable 2']);
  t.equal((await narrow.renderBody('four', 'markdown')).html, '<p>four</p>\n', 'there is room again');
});

/** A pool whose threads run the given code for each job; `ready` and `answer` are at hand. */
const poolOf = (code: string, limits: { timeLimit?: number; memoryLimit?: number; start?: string } = {}) => {
  const { timeLimit = 300, memoryLimit = 32, start = '' } = limits;
  const steps = `import { parentPort } from 'node:worker_threads';
    ${start}
    const answer = (value) => parentPort.postMessage(value);
    const spin = (ms) => { const end = Date.now() + ms; while (Date.now() < end); };
    parentPort.on('message', (job) => { ${code} });
    parentPort.postMessage('ready');`;
  const script = new URL(`data:text/javascript,${encodeURIComponent(steps)}`);
  return createThreadPool<number, string>({ script, workerData: null, threads: 1, timeLimit, memoryLimit });
};

test('the time of a job counts from its beginning, not from its queueing', async (t) => {
  const pool = poolOf("if (job < 0) for (;;); spin(job); answer('done')");
  t.teardown(() => pool.close());
  const bad = pool.run(-1);
  const patient = Array.from({ length: 8 }, () => pool.run(100));
  await t.rejects(bad, { message: 'it takes longer than 300 ms' });
  t.same(
    await Promise.all(patient),
    Array.from({ length: 8 }, () => 'done'),
  );
});

test('an answer that came in time counts, also when the process was too busy to see it', async (t) => {
  const pool = poolOf("answer('done')");
  t.teardown(() => pool.close());
  await pool.run(0);
  // After an immediate the event loop looks at its timers first, and at answers later.
  await new Promise((resolve) => setImmediate(resolve));
  const answer = pool.run(0);
  const end = Date.now() + 600;
  while (Date.now() < end);
  t.equal(await answer, 'done');
});

test('a job that passes the memory limit is refused and its thread replaced', async (t) => {
  const pool = poolOf("const kept = []; while (job < 0) kept.push({ job }); answer('done')", { timeLimit: 20_000 });
  t.teardown(() => pool.close());
  const [bad, good] = await Promise.allSettled([pool.run(-1), pool.run(1)]);
  t.match(bad, { status: 'rejected', reason: { message: /more than 32 MiB/ } });
  t.ok(bad.status === 'rejected' && bad.reason instanceof LimitPassed);
  t.match(good, { status: 'fulfilled', value: 'done' });
});

test('a thread that breaks by itself is no limit: the error comes out and the next job has a new thread', async (t) => {
  const breaking = poolOf("if (job === 1) process.exit(7); if (job === 2) null.x; answer('done')");
  t.teardown(() => breaking.close());
  const [exit, bug, good] = await Promise.allSettled([breaking.run(1), breaking.run(2), breaking.run(3)]);
  t.match(exit, { status: 'rejected', reason: { message: /ended by itself with 7/ } });
  t.match(bug, { status: 'rejected', reason: { name: 'TypeError' } });
  t.match(good, { status: 'fulfilled', value: 'done' });
  const unable = poolOf('', { start: "throw new Error('no such module')" });
  t.teardown(() => unable.close());
  const all = await Promise.allSettled([unable.run(1), unable.run(2)]);
  for (const one of all) t.match(one, { status: 'rejected', reason: { message: 'no such module' } });
});

test('close lets the running job end, rejects those that wait and those that come', async (t) => {
  const pool = poolOf("spin(100); answer('done')");
  await pool.run(0);
  const running = pool.run(0);
  const waiting = t.rejects(pool.run(0), { message: /closed/ });
  await pool.close();
  t.equal(await running, 'done');
  await waiting;
  await t.rejects(pool.run(0), { message: /closed/ });
});

test('neither an idle nor a closed renderer keeps the process alive', async (t) => {
  const code = (last: string): string => `
    import { createRenderer } from '${moduleOf('src/rendering/renderer.ts')}';
    const renderer = createRenderer({ threads: 2, embedHosts: [] });
    console.log((await renderer.renderBody('*a*', 'markdown')).text);
    ${last}`;
  const run = (last: string) =>
    promisify(execFile)(process.execPath, [...NODE_ARGS, '--input-type=module', '-e', code(last)], {
      timeout: 20_000,
    });
  const [idle, closed] = await Promise.all([run(''), run('await renderer.close()')]);
  t.equal(idle.stdout, 'a\n');
  t.equal(closed.stdout, 'a\n');
});
