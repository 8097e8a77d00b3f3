import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Test, test } from 'tap';
import { databaseIn, engine, openTestStore, urlOf } from '../support/database.ts';
import { NODE_ARGS, programOf } from '../support/program.ts';

type Ended = { code: number | null; out: string; err: string };

/** How a command ends, and all that it says. */
const endOf = (child: ChildProcessWithoutNullStreams): Promise<Ended> =>
  new Promise((resolve) => {
    const ended: Ended = { code: null, out: '', err: '' };
    child.stdout.on('data', (text) => {
      ended.out += text;
    });
    child.stderr.on('data', (text) => {
      ended.err += text;
    });
    child.on('close', (code) => resolve({ ...ended, code }));
  });

/** A place of its own for a store and for temporary files, and the command run in it. */
const startShell = async (t: Test) => {
  const directory = mkdtempSync(join(tmpdir(), 'galley-command-'));
  t.teardown(() => rmSync(directory, { recursive: true }));
  const address = await databaseIn(t, directory);
  let temporary = tmpdir();
  const useOwnTmp = () => {
    temporary = directory;
  };
  const begin = (...args: string[]) =>
    spawn(process.execPath, [...NODE_ARGS, programOf('src/main.ts'), ...args], {
      env: { PATH: process.env.PATH, DATABASE_URL: urlOf(address), TMPDIR: temporary },
    });
  const galley = (...args: string[]): Promise<Ended> => endOf(begin(...args));
  const write = (name: string, records: unknown[]) => {
    const path = join(directory, name);
    writeFileSync(path, records.map((record) => `${JSON.stringify(record)}\n`).join(''));
    return path;
  };
  return { directory, address, galley, begin, write, useOwnTmp };
};

const article = (n: number, fields: object = {}) => ({
  kind: 'article',
  source: `blog:${n}`,
  title: `Article ${n}`,
  slug: 'same',
  publishedAt: '2025-04-01T07:00:00Z',
  authors: ['ada-lovelace'],
  body: 'Boats',
  ...fields,
});

test('a dry run tells what the run will tell and stores nothing; a second run tells of no change', async (t) => {
  const { galley, write, directory, address, useOwnTmp } = await startShell(t);
  const file = write('records.ndjson', [article(1), article(2), article(3, { title: 5 }), 'no record']);
  const dry = await galley('import', 'records', file, '--dry-run', '--json');
  t.match(dry, { code: 0, err: '' });
  t.equal((await engine.contentsOf(address)).length, 0, 'nothing is stored, not even what every store has');

  const run = await galley('import', 'records', file, '--json');
  t.match(run, { code: 0, err: '' });
  t.equal(run.out, dry.out);
  const report = JSON.parse(run.out);
  t.match(report.counts, { read: 4, created: 2, unchanged: 0, skipped: 2, made: { authors: 1 } });
  t.match(report.problems, [
    { line: 1, kind: 'article', record: 'blog:1', outcome: 'altered', field: '/authors', code: 'author-made' },
    { line: 2, outcome: 'altered', field: '/slug', code: 'slug-taken', reason: /imported as same-2$/ },
    { line: 3, outcome: 'skipped', field: '/title', code: 'wrong-type', reason: 'title must be a string' },
    { line: 4, kind: null, record: null, outcome: 'skipped', field: null, code: 'invalid-request' },
  ]);

  const before = await engine.contentsOf(address);
  const more = write('more.ndjson', [article(1), article(4)]);
  useOwnTmp();
  const dryAgain = await galley('import', 'records', more, '--dry-run');
  t.match(dryAgain, { code: 0, err: '' });
  t.match(dryAgain.out, /\n\nTried without storing anything: more\.ndjson, 2 records in /);
  t.match(dryAgain.out, /line 2: article blog:4: altered: \/slug same is the slug of article 1: imported as same-3\n/);
  t.match(dryAgain.out, /articles +2 +1 +1 +0\n/);
  t.ok((await engine.contentsOf(address)).equals(before), 'the store is as it was, to the byte');
  t.same(
    readdirSync(directory).filter((name) => name.startsWith('galley-')),
    [],
    'the copy is gone',
  );

  const again = await galley('import', 'records', file);
  t.match(again, { code: 0, err: '', out: /articles +3 +0 +2 +1\n/ });
  const store = await openTestStore(t, address);
  const { articles, events } = store.tables;
  t.same(
    (await store.db.select().from(articles)).map(({ version }) => version),
    [1, 1],
  );
  const noted = await store.db.select().from(events).orderBy(events.id);
  t.same(noted.map(({ type }) => type).sort(), [
    'article.created',
    'article.created',
    'article.published',
    'article.published',
    'author.created',
  ]);
  t.ok(
    noted.every(({ keyId }) => keyId === null),
    'no key did it',
  );
});

test('a killed import is finished by the next, and one that is asked to end says so', async (t) => {
  const { begin, galley, write, address } = await startShell(t);
  const records = Array.from({ length: 900 }, (_, n) => article(n));
  const file = write('records.ndjson', records);
  const store = await openTestStore(t, address); // open beside the import all the time, as a service is
  const { articles } = store.tables;
  const listStored = () => store.db.select().from(articles).orderBy(articles.id);

  /** Runs the import until so many articles are stored, then sends it a signal. */
  const importUntil = async (enough: number, signal: NodeJS.Signals): Promise<Ended> => {
    const child = begin('import', 'records', file);
    const ended = endOf(child);
    while ((await listStored()).length < enough && child.exitCode === null) await sleep(10);
    child.kill(signal);
    return ended;
  };
  const killed = await importUntil(100, 'SIGKILL');
  t.match(killed, { code: null, out: /^line 1: article blog:0: altered: / }, 'what is wrong is told at once');
  t.notMatch(killed.out, 'Imported');
  const asked = await importUntil(300, 'SIGTERM');
  t.match(asked, { code: 130, err: 'galley: interrupted; run it again to go on\n' });
  const { length } = await listStored();
  t.ok(length >= 300 && length < 900, 'it ended before the end of the file');
  t.match(asked.out, /\n\nImported records\.ndjson, \d+ records in /, 'and told how far it came');

  const { code, out } = await galley('import', 'records', file, '--json');
  t.equal(code, 0);
  t.match(JSON.parse(out).counts.article, { read: 900, unchanged: length, created: 900 - length });
  t.same(
    (await listStored()).map(({ slug, sourceId }) => [slug, sourceId]),
    records.map((_, n) => [n === 0 ? 'same' : `same-${n + 1}`, String(n)]),
    'as if it had run once, in the order of their ids',
  );
});

const TOLD: [string, string[], Ended][] = [
  ['its version', ['--version'], { code: 0, out: '0.1.0\n', err: '' }],
  ['an unknown command', ['publish'], { code: 2, out: '', err: "galley: unknown command 'publish'\n" }],
  ['an unknown format', ['import', 'csv', 'x'], { code: 2, out: '', err: "galley: unknown command 'csv'\n" }],
  ['no file', ['import', 'records'], { code: 2, out: '', err: "galley: missing required argument 'file'\n" }],
  [
    'an unknown option',
    ['import', 'records', 'x', '--fast'],
    { code: 2, out: '', err: "galley: unknown option '--fast'\n" },
  ],
  [
    'a missing file',
    ['import', 'records', 'no.ndjson'],
    { code: 1, out: '', err: 'galley: cannot read no.ndjson: there is no such file\n' },
  ],
];

test('the command line answers in one line, with an exit code', async (t) => {
  const { galley, write } = await startShell(t);
  await Promise.all(TOLD.map(async ([name, args, told]) => t.same(await galley(...args), told, name)));
  const plain = write('plain.ndjson.gz', [article(1)]);
  t.same(await galley('import', 'records', plain), {
    code: 1,
    out: '',
    err: `galley: cannot read ${plain}: it is not gzip\n`,
  });
  const help = await galley('import', 'records', '--help');
  t.match(help, { code: 0, err: '' });
  for (const word of ['--dry-run', '--json', '--default-author', '"kind":"article"', 'Exit codes'])
    t.match(help.out, word);
});
