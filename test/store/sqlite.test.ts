/** What is of SQLite alone: the file, its pragmas, its one writer. It runs on a file whichever engine the run is about. */
import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { eq } from 'drizzle-orm';
import { type Test, test } from 'tap';
import { openHouse } from '../../src/house.ts';
import { readSettings, SettingsError } from '../../src/settings.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import type { Store } from '../../src/store/store.ts';
import { startProcess, temporaryDirectory } from '../support/process.ts';
import { addTag, namesOf, tagCalled } from '../support/tags.ts';

const newFile = (t: Test): string => join(temporaryDirectory(t), 'deep', 'galley.db');

const openFile = (t: Test, file = newFile(t)): Store => {
  const store = openSqlite(file);
  t.teardown(() => store.close());
  return store;
};

test('units take turns, and a read never sees half of one', async (t) => {
  const store = openFile(t);
  const seen: number[] = [];
  const units = Array.from({ length: 20 }, (_, i) =>
    store.transaction(async (tx) => {
      await addTag(tx, `first-${i}`);
      seen.push((await namesOf(store)).length);
      await addTag(tx, `second-${i}`);
      t.equal((await namesOf(tx)).length, 2 * (i + 1), 'a unit sees its own writes');
    }),
  );
  await Promise.all(units);
  t.same(
    seen,
    Array.from({ length: 20 }, (_, i) => 2 * i),
  );
});

test('a lock that is held too long, and a full disk, are told apart from other errors', async (t) => {
  const file = newFile(t);
  const store = openFile(t, file);
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
  t.same(await namesOf(store), ['a']);
});

test('the reading connection cannot write', async (t) => {
  const store = openFile(t);
  await t.rejects(async () => store.db.update(store.tables.tags).set({ name: 'x' }).where(eq(store.tables.tags.id, 1)));
});

test('a reopened file has the pragmas that keep acknowledged writes', async (t) => {
  const file = newFile(t);
  await openSqlite(file).close();
  const plain = new Database(file);
  t.equal(plain.pragma('synchronous', { simple: true }), 1, 'SQLite itself reopens a WAL file with NORMAL');
  plain.close();
  const store = openFile(t, file);
  await store.transaction(async (tx) => {
    t.same(await tx.db.get('pragma synchronous'), { synchronous: 2 });
    t.same(await tx.db.get('pragma journal_mode'), { journal_mode: 'wal' });
    t.same(await tx.db.get('pragma foreign_keys'), { foreign_keys: 1 });
  });
});

test('a lock of another process is waited for without holding the event loop', async (t) => {
  const file = newFile(t);
  const store = openFile(t, file);
  const other = new Database(file);
  t.teardown(() => other.close());
  other.exec('BEGIN IMMEDIATE');
  let ticks = 0;
  const ticking = setInterval(() => ticks++, 5);
  t.teardown(() => clearInterval(ticking));
  const waiting = store.transaction((tx) => addTag(tx, 'patient'));
  await sleep(200);
  t.ok(ticks > 5, 'the event loop went on', { ticks });
  t.same(await namesOf(store), []);
  other.exec('COMMIT');
  await waiting;
  t.same(await namesOf(store), ['patient']);
});

/** Databases that cannot be used: what lies in the directory, and what is told of it. */
const UNUSABLE: Record<string, { make: (file: string) => unknown; reason: RegExp }> = {
  'a file that is no database': {
    make: (file) => writeFileSync(file, 'no database at all\n'.repeat(300)),
    reason: /^file is not a database$/,
  },
  'the database of another program': {
    make: (file) => new Database(file).exec('create table articles (id)').close(),
    reason: /^it is the database of another program$/,
  },
  'the database of a newer Galley': {
    make: async (file) => {
      await openSqlite(file).close();
      const newer = new Database(file);
      newer.exec("insert into __drizzle_migrations (hash, created_at) values ('later', 9999999999999)").close();
    },
    reason: /^it was last used by a newer Galley$/,
  },
  'a directory': { make: (file) => mkdirSync(file), reason: /^unable to open database file$/ },
  'a file within a file': { make: (file) => writeFileSync(dirname(file), ''), reason: /^EEXIST: / },
  'a database that another process does not let go of': {
    make: async (file) => {
      await openSqlite(file).close();
      return new Database(file).exec('pragma locking_mode = exclusive; begin exclusive');
    },
    reason: /^database is locked$/,
  },
};

test('a database that cannot be used is told in one line', { jobs: 3 }, async (t) => {
  for (const [name, { make, reason }] of Object.entries(UNUSABLE)) {
    t.test(name, async (t) => {
      const file = join(temporaryDirectory(t), 'data/galley.db');
      if (name !== 'a file within a file') mkdirSync(dirname(file));
      const held = await make(file);
      t.teardown(() => held instanceof Database && held.close()); // until then: one that nobody knows any more lets go
      const beginning = `DATABASE_URL=file:${file}: cannot be used: `;
      const error: Error = await openHouse(readSettings({ DATABASE_URL: `file:${file}` })).then(
        () => new Error('It was opened'),
        (thrown) => thrown,
      );
      t.ok(error instanceof SettingsError, error.message);
      t.ok(error.message.startsWith(beginning), error.message);
      t.match(error.message.slice(beginning.length), reason);
    });
  }
});

test('a database that is refused is left as it was', async (t) => {
  const directory = temporaryDirectory(t);
  const [file, copy] = [join(directory, 'a.db'), join(directory, 'b.db')];
  new Database(file).exec('create table articles (id)').close();
  copyFileSync(file, copy);
  t.throws(() => openSqlite(file), { code: 'STORE_FOREIGN' });
  t.ok(readFileSync(file).equals(readFileSync(copy)));
});

test('a directory that cannot be written to is told by a user who is not root', {
  skip: process.getuid?.() !== 0 && 'only root can become another user',
}, async (t) => {
  const directory = temporaryDirectory(t);
  chmodSync(directory, 0o555);
  const wrap = (command: string[]) => ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', ...command];
  const process = await startProcess(t, directory, { wrap, environment: { DATABASE_URL: 'file:data/galley.db' } });
  t.equal((await process.ended).code, 1);
  t.match(process.err(), /^galley: DATABASE_URL=file:data\/galley\.db: cannot be used: EACCES: [^\n]*\n$/);
});
