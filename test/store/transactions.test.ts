import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import Database from 'better-sqlite3';
import { eq } from 'drizzle-orm';
import { type Test, test } from 'tap';
import { openSqlite } from '../../src/store/sqlite.ts';
import type { Store } from '../../src/store/store.ts';

const NOW = new Date('2026-11-22T07:00:00.000Z');

const newFile = (t: Test): string => {
  const directory = mkdtempSync(join(tmpdir(), 'galley-store-'));
  t.teardown(() => rmSync(directory, { recursive: true }));
  return join(directory, 'deep', 'galley.db');
};

const openStore = (t: Test, file = newFile(t)): Store => {
  const store = openSqlite(file);
  t.teardown(() => store.close());
  return store;
};

const tagCalled = (name: string) => ({
  version: 1,
  slug: name,
  name,
  nameFolded: name,
  description: null,
  kind: 'topic' as const,
  articleCount: 0,
  createdAt: NOW,
  updatedAt: NOW,
});
const addTag = (tx: Store, name: string) => tx.db.insert(tx.tables.tags).values(tagCalled(name));
const names = async (store: Store) =>
  (await store.db.select({ name: store.tables.tags.name }).from(store.tables.tags)).map(({ name }) => name);

test('a unit is kept whole, or not at all', async (t) => {
  const store = openStore(t);
  await store.transaction(async (tx) => {
    await addTag(tx, 'a');
    await addTag(tx, 'b');
  });
  const failing = store.transaction(async (tx) => {
    await addTag(tx, 'c');
    throw new Error('cut off in the middle');
  });
  await t.rejects(failing, { message: 'cut off in the middle' });
  t.same(await names(store), ['a', 'b']);
  await store.transaction((tx) => addTag(tx, 'd'));
  t.same(await names(store), ['a', 'b', 'd'], 'the next unit is not harmed');
});

test('units take turns, and a read never sees half of one', async (t) => {
  const store = openStore(t);
  const seen: number[] = [];
  const units = Array.from({ length: 20 }, (_, i) =>
    store.transaction(async (tx) => {
      await addTag(tx, `first-${i}`);
      seen.push((await names(store)).length);
      await addTag(tx, `second-${i}`);
      t.equal((await names(tx)).length, 2 * (i + 1), 'a unit sees its own writes');
    }),
  );
  await Promise.all(units);
  t.same(
    seen,
    Array.from({ length: 20 }, (_, i) => 2 * i),
  );
});

test('a queue of writers lets others in between', async (t) => {
  const store = openStore(t);
  let others = 0;
  const timer = setInterval(() => others++, 1);
  t.teardown(() => clearInterval(timer));
  await Promise.all(Array.from({ length: 200 }, (_, i) => store.transaction((tx) => addTag(tx, `tag-${i}`))));
  t.ok(others > 5, 'timers ran while the queue was worked off', { others });
});

test('a transaction inside a transaction joins it', async (t) => {
  const store = openStore(t);
  const failing = store.transaction(async (tx) => {
    await tx.transaction((inner) => addTag(inner, 'inner'));
    throw new Error('the outer one fails');
  });
  await t.rejects(failing);
  t.same(await names(store), []);
});

test('a lock that is held too long, and a full disk, are told apart from other errors', async (t) => {
  const file = newFile(t);
  const store = openStore(t, file);
  await store.transaction((tx) => addTag(tx, 'a'));
  const twice = await store.transaction((tx) => addTag(tx, 'a')).catch((error: unknown) => error);
  t.match(twice, Error);
  t.equal(store.failureOf(twice), undefined);
  await store.transaction((tx) => tx.db.run('pragma max_page_count = 1'));
  const big = 'x'.repeat(1_000_000);
  const full = await store
    .transaction((tx) => tx.db.insert(tx.tables.tags).values({ ...tagCalled('b'), name: big }))
    .catch((error: unknown) => error);
  t.equal(store.failureOf(full), 'full');
  const other = new Database(file);
  t.teardown(() => other.close());
  other.exec('BEGIN IMMEDIATE');
  const busy = await store.checkWritable().catch((error: unknown) => error);
  t.equal(store.failureOf(busy), 'busy');
  other.exec('ROLLBACK');
  await store.checkWritable();
  t.same(await names(store), ['a']);
});

test('the reading connection cannot write', async (t) => {
  const store = openStore(t);
  await t.rejects(async () => store.db.update(store.tables.tags).set({ name: 'x' }).where(eq(store.tables.tags.id, 1)));
});

test('a reopened file has the pragmas that keep acknowledged writes', async (t) => {
  const file = newFile(t);
  await openSqlite(file).close();
  const plain = new Database(file);
  t.equal(plain.pragma('synchronous', { simple: true }), 1, 'SQLite itself reopens a WAL file with NORMAL');
  plain.close();
  const store = openStore(t, file);
  await store.transaction(async (tx) => {
    t.same(await tx.db.get('pragma synchronous'), { synchronous: 2 });
    t.same(await tx.db.get('pragma journal_mode'), { journal_mode: 'wal' });
    t.same(await tx.db.get('pragma foreign_keys'), { foreign_keys: 1 });
  });
});

test('a lock of another process is waited for without holding the event loop', async (t) => {
  const file = newFile(t);
  const store = openStore(t, file);
  const other = new Database(file);
  t.teardown(() => other.close());
  other.exec('BEGIN IMMEDIATE');
  let ticks = 0;
  const ticking = setInterval(() => ticks++, 5);
  t.teardown(() => clearInterval(ticking));
  const waiting = store.transaction((tx) => addTag(tx, 'patient'));
  await sleep(200);
  t.ok(ticks > 5, 'the event loop went on', { ticks });
  t.same(await names(store), []);
  other.exec('COMMIT');
  await waiting;
  t.same(await names(store), ['patient']);
});

test('processes that start together on an empty file all open it', async (t) => {
  const file = newFile(t);
  const module = fileURLToPath(new URL('../../src/store/sqlite.ts', import.meta.url));
  const script = `const { openSqlite } = await import(${JSON.stringify(module)});
    const store = openSqlite(${JSON.stringify(file)}); await store.checkWritable(); await store.close(); console.log('open');`;
  const start = () => promisify(execFile)(process.execPath, ['--import=tsx', '--input-type=module', '-e', script]);
  const started = await Promise.all([start(), start(), start(), start()]);
  t.same(
    started.map(({ stdout }) => stdout.trim()),
    ['open', 'open', 'open', 'open'],
  );
});
