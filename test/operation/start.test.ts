import { execFile } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { type Test, test } from 'tap';
import { openHouse } from '../../src/house.ts';
import { readSettings } from '../../src/settings.ts';
import { databaseIn, urlOf } from '../support/database.ts';
import { readKey, startProcess, temporaryDirectory } from '../support/process.ts';

const run = promisify(execFile);

/** The lines of a text that are commands to be pasted. */
const commandsIn = (text: string): string[] =>
  (text.match(/^ {2}(?:export|curl) .*$/gm) ?? []).map((line) => line.trim());

test('the first start makes a key and tells three commands that work; the second start tells nothing', async (t) => {
  const directory = temporaryDirectory(t);
  writeFileSync(join(directory, '.env'), 'PORT=nonsense\nRATE_LIMIT_READ=42/second\nUNKNOWN=ignored\n');
  const first = await startProcess(t, directory);
  const address = await first.ready;
  const file = join(directory, 'data/admin-key');
  t.equal(statSync(file).mode & 0o777, 0o600);
  const key = readKey(directory);
  t.match(key, /^glk_[A-Za-z0-9_-]{32,}$/);
  t.notOk(first.out().includes(key), 'the key is not in the output, where logs are kept');

  const [exportKey, ...commands] = commandsIn(first.out());
  t.equal(exportKey, 'export KEY="$(cat \'data/admin-key\')"');
  t.equal(commands.length, 3);
  const answers: unknown[] = [];
  for (const command of commands) {
    const { stdout } = await run('bash', ['-c', `${exportKey}; ${command}`], { cwd: directory });
    answers.push(JSON.parse(stdout));
  }
  t.match(answers, [
    { id: 1, name: 'Ada Lovelace' },
    { slug: 'hello-harbour', status: 'published', live: true },
    { html: '<p>The <em>first</em> boats are in.</p>\n', authors: [{ name: 'Ada Lovelace' }] },
  ]);
  const limited = await fetch(`${address}/v1/me`, { headers: { authorization: `Bearer ${key}` } });
  t.equal(limited.headers.get('ratelimit-policy'), '"read";q=42;w=1', '.env is read, the environment wins over it');
  t.strictSame((await first.stop()).code, 0);

  const second = await startProcess(t, directory);
  await second.ready;
  t.notMatch(second.out(), /glk_|admin-key|Next, try/);
  t.equal(readKey(directory), key);
  t.equal((await second.stop('SIGINT')).code, 0);
  t.ok(
    second
      .out()
      .split('\n')
      .filter(Boolean)
      .every((line) => JSON.parse(line)),
    'its output is JSON, a line each',
  );
  t.equal(second.err(), '');
});

test('the first key of another store beside it does not take the place of the one that is there', async (t) => {
  const directory = temporaryDirectory(t);
  const first = await startProcess(t, directory);
  await first.ready;
  await first.stop();
  const key = readKey(directory);
  const beside = await databaseIn(t, directory, 'other');
  const other = await startProcess(t, directory, { environment: { DATABASE_URL: urlOf(beside) } });
  await other.ready;
  t.equal(readKey(directory), key);
  const [exportKey = ''] = commandsIn(other.out());
  const told = /^export KEY="\$\(cat '(.*)'\)"$/.exec(exportKey)?.[1] ?? '';
  t.equal(resolve(directory, told), join(directory, 'data/admin-key-2'));
  t.match(readFileSync(join(directory, 'data/admin-key-2'), 'utf8'), /^glk_/);
  await other.stop();
});

test('on a terminal the first key is printed once, and no file is left', async (t) => {
  const directory = temporaryDirectory(t);
  const wrap = (command: string[]) => ['script', '-qec', command.join(' '), '/dev/null'];
  const process = await startProcess(t, directory, { wrap });
  const address = await process.ready;
  const [exportKey = ''] = commandsIn(process.out().replaceAll('\r', ''));
  const key = /^export KEY=(glk_[A-Za-z0-9_-]{32,})$/.exec(exportKey)?.[1] ?? t.fail(exportKey);
  t.equal(process.out().split(String(key)).length, 2, 'it is told once');
  t.notOk(existsSync(join(directory, 'data/admin-key')));
  const me = await fetch(`${address}/v1/me`, { headers: { authorization: `Bearer ${key}` } });
  t.match(await me.json(), { role: 'admin' });
  await process.stop();
});

const takenPort = (t: Test) =>
  new Promise<string>((tell) => {
    const server = createServer().listen(0, '127.0.0.1', () =>
      tell(String((server.address() as { port: number }).port)),
    );
    t.teardown(() => server.close());
  });

test('an error that is no fault of the settings comes out as it is', async (t) => {
  await t.rejects(openHouse({ ...readSettings({}), database: null as never }), { name: 'TypeError' });
});

/** What keeps a process from starting: variables, or `.env`, and the line. */
const FAULTS: [environment: Record<string, string>, dotEnv: string, line: RegExp][] = [
  [{}, 'REQUIRE_IF_MATCH=yes\n', /^galley: REQUIRE_IF_MATCH=yes: must be true or false$/],
  [{ HOST: '192.0.2.1', WORKERS: '2' }, '', /^galley: HOST=192\.0\.2\.1: must be an address of this machine$/],
];

test('what keeps a process from starting is one line on standard error, without a stack, and exit 1', async (t) => {
  for (const [environment, dotEnv, line] of FAULTS) {
    const directory = temporaryDirectory(t);
    writeFileSync(join(directory, '.env'), dotEnv);
    const process = await startProcess(t, directory, { environment: { LOG_LEVEL: 'warn', ...environment } });
    t.equal((await process.ended).code, 1);
    t.match(process.err(), /^[^\n]*\n$/);
    t.match(process.err().trimEnd(), line);
    t.equal(process.out(), '');
  }
});

test('a first start that fails for its port does not lose the key', async (t) => {
  const directory = temporaryDirectory(t);
  const port = await takenPort(t);
  const failed = await startProcess(t, directory, { environment: { PORT: port, LOG_LEVEL: 'warn' } });
  t.equal((await failed.ended).code, 1);
  t.equal(failed.err(), `galley: PORT=${port}: is taken at 127.0.0.1; must be a free port, or 0 for any\n`);
  t.notOk(existsSync(join(directory, 'data/admin-key')));
  const next = await startProcess(t, directory);
  await next.ready;
  t.match(readKey(directory), /^glk_/);
  await next.stop();
});
