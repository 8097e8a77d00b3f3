import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { test } from 'tap';
import type { StoreAddress } from '../../src/store/address.ts';
import { backUp } from '../../src/store/backup.ts';
import { openStore } from '../../src/store/open.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import { faultsOf } from '../support/checked.ts';
import { storeMany } from '../support/many-articles.ts';
import { readKey, startProcess, temporaryDirectory } from '../support/process.ts';
import { NODE_ARGS, programOf } from '../support/program.ts';

const ARTICLES = Number(process.env.BACKUP_ARTICLES ?? 30_000);
const WRITERS = 8;
/** What a write may take while a backup is made, in milliseconds, at the 99th percentile. */
const P99 = 250;

const sqliteAt = (file: string): StoreAddress => ({ engine: 'sqlite', file });
const nothing = () => ({ authorIds: [], tagIds: [] });

const fill = async (file: string, articles: number): Promise<void> => {
  const store = await openStore(sqliteAt(file));
  await storeMany(store, articles, new Date(), nothing);
  await store.close();
};

const begin = (directory: string, ...args: string[]) =>
  spawn(process.execPath, [...NODE_ARGS, programOf('src/main.ts'), ...args], {
    cwd: directory,
    env: { PATH: process.env.PATH },
    stdio: ['ignore', 'pipe', 'pipe'],
  });

/** Runs a command and returns what it says; it must succeed. */
const galley = async (directory: string, ...args: string[]): Promise<string> => {
  const child = begin(directory, ...args);
  const pieces: string[] = [];
  child.stdout.on('data', (piece) => pieces.push(String(piece)));
  child.stderr.on('data', (piece) => pieces.push(String(piece)));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`galley ${args.join(' ')}: ${code}: ${pieces.join('')}`);
  return pieces.join('');
};

/** A write, by its moments in milliseconds since the epoch. */
type Write = { id: number; asked: number; answered: number };

/** Writers that write until they are stopped, each one article after the other. */
const startWriters = (address: string, key: string) => {
  const writes: Write[] = [];
  let isStopped = false;
  const now = () => performance.timeOrigin + performance.now();
  const write = async (name: string): Promise<void> => {
    for (let n = 1; !isStopped; n++) {
      const asked = now();
      const answer = await fetch(`${address}/v1/articles`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ title: `${name} writes ${n}`, body: 'Boats', tags: [name] }),
      });
      const { id } = (await answer.json()) as { id: number };
      if (answer.status !== 201) throw new Error(`A write was answered with ${answer.status}`);
      writes.push({ id, asked, answered: now() });
    }
  };
  const ends = Promise.all(Array.from({ length: WRITERS }, (_, n) => write(`writer ${n}`)));
  ends.catch(() => {}); // told by stop
  return {
    writes,
    stop: async () => {
      isStopped = true;
      await ends;
    },
  };
};

const percentile = (writes: Write[], part: number): number => {
  const took = writes.map(({ asked, answered }) => answered - asked).sort((a, b) => a - b);
  return Math.round(took[Math.min(took.length - 1, Math.floor(took.length * part))] ?? Number.NaN);
};
const told = (writes: Write[]) =>
  `${writes.length} writes, p50 ${percentile(writes, 0.5)} ms, p99 ${percentile(writes, 0.99)} ms`;

/** The articles in a file, by the order in which they were committed: that of their events. */
const committedIn = (file: string): number[] => {
  const connection = new Database(file, { readonly: true });
  const ids = connection
    .prepare("select entity_id from events where type = 'article.created' order by id")
    .pluck()
    .all();
  const articles = new Set(connection.prepare('select id from articles').pluck().all());
  connection.close();
  if (ids.some((id) => !articles.has(id)) || ids.length !== articles.size) throw new Error(`${file} has half a write`);
  return ids as number[];
};

test('backups under eight writers are each the store of one moment of theirs, and writers hardly notice', {
  timeout: 900_000,
}, async (t) => {
  const directory = temporaryDirectory(t);
  const file = join(directory, 'data/galley.db');
  await fill(file, ARTICLES);
  const environment = { RATE_LIMIT_WRITE: 'off', BACKUP_EVERY: '15s', BACKUP_KEEP: '100', LOG_LEVEL: 'warn' };
  const serve = (settings: Record<string, string>) =>
    startProcess(t, directory, { environment: { ...environment, ...settings, LOG_LEVEL: 'info' } });

  const before = await serve({ BACKUP_EVERY: 'off' });
  const address = await before.ready;
  const first = startWriters(address, readKey(directory)); // the first renderings wait for their threads to start
  await sleep(2000);
  await first.stop();
  const quiet = startWriters(address, readKey(directory));
  await sleep(8000);
  await quiet.stop();
  t.comment(`without a backup: ${told(quiet.writes)}`);

  const spans: { name: string; from: number; to: number }[] = [];
  const writers = startWriters(address, readKey(directory));
  await sleep(1000);
  for (const name of ['a.db', 'b.db', 'c.db']) {
    const { startedAt, endedAt, seconds, bytes } = JSON.parse(await galley(directory, 'backup', name, '--json'));
    spans.push({ name, from: Date.parse(startedAt), to: Date.parse(endedAt) });
    t.comment(`${name}: ${Math.round(bytes / 1024 ** 2)} MiB in ${seconds} s`);
    await sleep(500);
  }
  await writers.stop();
  t.equal((await before.stop()).code, 0);
  const during = writers.writes.filter(({ asked, answered }) =>
    spans.some(({ from, to }) => answered > from && asked < to),
  );
  t.comment(`during galley backup: ${told(during)}`);
  t.ok(percentile(during, 0.99) <= P99, `p99 of ${percentile(during, 0.99)} ms`);

  const by = await serve({});
  const second = startWriters(await by.ready, readKey(directory));
  await sleep(2000);
  await second.stop();
  const others = startWriters(await by.ready, readKey(directory));
  await sleep(40_000);
  await others.stop();
  t.equal((await by.stop()).code, 0);
  t.comment(`while the service backs itself up every 15 s: ${told(others.writes)}`);
  t.ok(percentile(others.writes, 0.99) <= P99, `p99 of ${percentile(others.writes, 0.99)} ms`);
  const own = readdirSync(join(directory, 'data/backups')).filter((name) => name.endsWith('.backup'));
  t.ok(own.length >= 2, `${own.length} of its own`);

  const committed = committedIn(file);
  const all = new Map(
    [...first.writes, ...quiet.writes, ...second.writes, ...writers.writes, ...others.writes].map((write) => [
      write.id,
      write,
    ]),
  );
  const isPrefix = (name: string): number[] => {
    const ids = committedIn(join(directory, name));
    t.same(ids, committed.slice(0, ids.length), `${name} is a beginning of the order of commits`);
    return ids;
  };
  for (const { name, from, to } of spans) {
    const ids = new Set(isPrefix(name));
    const late = [...all.values()].filter(({ id, answered }) => answered < from && !ids.has(id));
    const early = [...all.values()].filter(({ id, asked }) => asked > to && ids.has(id));
    t.same([late, early], [[], []], `${name} has all that was answered before its start, nothing asked after its end`);
  }
  for (const name of own) isPrefix(join('data/backups', name));

  const restored = JSON.parse(await galley(directory, 'restore', 'b.db', '--json'));
  t.equal(restored.articles, committedIn(join(directory, 'b.db')).length);
  t.match(await galley(directory, 'check'), /^Nothing is wrong/);
});

test('a restore that is killed at any moment leaves the store before or the new one, whole', {
  timeout: 600_000,
}, async (t) => {
  const directory = temporaryDirectory(t);
  const file = join(directory, 'data/galley.db');
  await fill(file, 2000);
  const titles = () => {
    const connection = new Database(file, { fileMustExist: true });
    const found = connection.prepare('select distinct title from articles limit 2').pluck().all();
    connection.close();
    return found.length === 1 ? String(found[0]) : 'many';
  };
  await backUp(sqliteAt(file), join(directory, 'many.db'));
  const outcomes = { before: 0, after: 0 };
  const since = performance.now();
  await galley(directory, 'restore', 'many.db');
  const took = performance.now() - since;
  for (let round = 1; round <= 15; round++) {
    const store = openSqlite(file);
    await store.transaction(async (tx) => {
      await tx.db.update(tx.tables.articles).set({ title: `Round ${round}` });
    });
    await store.close();
    const child = begin(directory, 'restore', 'many.db');
    await sleep(took * (0.4 + (0.7 * round) / 15));
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'close');
    const now = titles();
    t.ok(now === 'many' || now === `Round ${round}`, now);
    outcomes[now === 'many' ? 'after' : 'before'] += 1;
    t.same(await faultsOf(t, sqliteAt(file)).then((faults) => faults.filter((line) => /^integrity/.test(line))), []);
    if (now !== 'many') await galley(directory, 'restore', 'many.db');
  }
  t.comment(JSON.stringify(outcomes));
  t.notOk(existsSync(`${file}-journal`));
});
