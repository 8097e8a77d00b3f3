import { chmodSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { compareSizes, type Options, runBench } from '../../bench/bench.ts';
import { bestLoader } from '../../bench/load.ts';
import { writeReport } from '../../bench/report.ts';
import { sqliteStores } from '../../bench/sqlite-stores.ts';
import { WORKLOADS } from '../../bench/workloads.ts';
import { WRITES } from '../../bench/writes.ts';
import { findBinaries } from '../support/postgres-server.ts';
import { temporaryDirectory } from '../support/process.ts';
import { NODE_ARGS, programOf } from '../support/program.ts';

const ARTICLES = 200;

const smallest = (folder: string, stores: string[]): Options => ({
  ...{
    articles: stores.map(() => ARTICLES),
    engine: 'sqlite',
    database: undefined,
    data: stores,
    only: [...WORKLOADS, ...WRITES],
    tables: ['cache on'],
    starts: 1,
    name: 'small',
  },
  ...{ loader: bestLoader(), connections: 4, seconds: 0.5, rounds: 1, urls: 10, folder, pin: false },
  program: [...NODE_ARGS, programOf('src/main.ts')],
  say: () => {},
  onStored: () => {},
});

// The benchmark itself throws where an answer has another status, other bytes, or is not what was asked for.
test('a whole run answers every workload rightly and is written down, and its store is used again to compare', async (t) => {
  const folder = temporaryDirectory(t);
  const store = join(folder, 'small.db');
  const results = await runBench(smallest(folder, [store]));
  const measured = results.tables.map(({ rows }) => rows.map(({ name }) => name));
  const skipped = WORKLOADS.filter((name) => name.startsWith('search') && results.notes.length > 0);
  t.same(measured, [WORKLOADS.filter((name) => !skipped.includes(name))], 'only a search may be missing');
  t.equal(results.notes.length, skipped.length, results.notes.join());
  for (const { name, galley, bare, sameHeaders, ratios } of results.tables.flatMap(({ rows }) => rows)) {
    for (const figures of [galley, bare, sameHeaders]) {
      t.ok(figures.requests > 0 && figures.refused === 0 && figures.p99 >= figures.p50, `${name} was answered`);
    }
    t.ok(Number.isFinite(ratios.bare.byRate) && Number.isFinite(ratios.sameHeaders.byRate), `${name} has its ratios`);
  }
  t.same(
    results.writes.map(({ name }) => name),
    WRITES,
  );
  t.ok(results.coldStart > 0);
  t.same(Object.keys(results.memory), ['reading, cache on', 'writing']);

  writeReport(folder, results);
  const read = (ending: string) => readFileSync(join(folder, `small.${ending}`), 'utf8');
  const page = read('md');
  for (const { title } of results.tables[0]?.rows ?? []) t.ok(page.includes(`| ${title} |`), title);
  t.notMatch(page, /NaN|undefined/);
  t.match(read('svg'), /^<svg .*<rect .*<\/svg>\n$/s);
  t.notMatch(read('svg'), /NaN|undefined/);
  t.same(JSON.parse(read('json')).tables, JSON.parse(JSON.stringify(results.tables)));

  await t.rejects(
    sqliteStores(folder).open(ARTICLES + 1, store, () => {}),
    /no store of 201 articles/,
    'it is not taken for another',
  );
  const options: Options = { ...smallest(folder, [store, store]), name: 'two', only: ['newest'], loader: 'autocannon' };
  const comparison = await compareSizes(options);
  const compared = comparison.sizes.map(({ articles, latencies }) => [articles, latencies.map(({ name }) => name)]);
  t.same(compared, [
    [ARTICLES, ['newest']],
    [ARTICLES, ['newest']],
  ]);
  writeReport(folder, comparison);
  t.match(readFileSync(join(folder, 'two.md'), 'utf8'), /\| newest 20 \| [\d.]+ \| [\d.]+ \| \*\*[\d.]+\*\* \|/);
});

const without = findBinaries() === undefined && 'there is no PostgreSQL on this machine';

test('a run on a server measures it beside the embedded engine, with the same answers', {
  skip: without,
}, async (t) => {
  const folder = temporaryDirectory(t);
  chmodSync(folder, 0o711); // the server may run as another user
  const results = await runBench({
    ...smallest(folder, []),
    ...{ articles: [ARTICLES], engine: 'postgres', tables: ['cache off'], only: ['slug', 'newest', ...WRITES] },
  });
  const [{ rows = [] } = {}] = results.tables;
  t.same(
    rows.map(({ name }) => name),
    ['slug', 'newest'],
  );
  for (const { name, galley, embedded } of rows) {
    t.ok(embedded && embedded.figures.requests > 0 && embedded.figures.storeCpu === 0, `${name} has both engines`);
    t.ok(galley.storeCpu >= 0 && Number(embedded?.ratios.byRate) > 0, `${name} has its ratio`);
  }
  t.same(
    results.writes.map(({ name }) => name),
    WRITES,
  );
  t.match(results.machine.postgresql, /^\d+\S*, fsync on, synchronous_commit on, full_page_writes on/, 'it is durable');
  writeReport(folder, results);
  const page = readFileSync(join(folder, 'small.md'), 'utf8');
  t.match(page, /## Reading, cache off: PostgreSQL beside SQLite\n[^#]*\| article by slug \|/);
  t.notMatch(page, /NaN|undefined/);
  t.same(
    readdirSync(folder).filter((name) => name.startsWith('galley-')),
    [],
    'nothing is left of the server',
  );
});
