import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { migrate } from 'drizzle-orm/better-sqlite3/migrator';
import { type Test, test } from 'tap';
import { isDue, isUnfinished, nameOf, ownAmong, surplus } from '../../src/features/backups/rules.ts';
import { lastBackupAt, startBackups } from '../../src/features/backups/running.ts';
import type { StoreAddress } from '../../src/store/address.ts';
import { backUp, restore } from '../../src/store/backup.ts';
import { openStore } from '../../src/store/open.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import { MIGRATIONS } from '../../src/store/sqlite-ours.ts';
import { startGalley } from '../support/app.ts';
import { storeMany } from '../support/many-articles.ts';
import { startProcess, temporaryDirectory } from '../support/process.ts';
import { NODE_ARGS, programOf } from '../support/program.ts';

const GALLEY = [process.execPath, ...NODE_ARGS, programOf('src/main.ts')].join(' ');
const sqliteAt = (file: string): StoreAddress => ({ engine: 'sqlite', file });
const titlesIn = (file: string): string[] => {
  const connection = new Database(file, { readonly: true });
  const titles = connection.prepare('select title from articles order by id').pluck().all() as string[];
  connection.close();
  return titles;
};
const nothing = () => ({ authorIds: [], tagIds: [] });

/** A store of so many articles in a directory of its own, that nobody has open. */
const storeIn = async (t: Test, articles: number): Promise<{ directory: string; file: string }> => {
  const directory = temporaryDirectory(t);
  const file = join(directory, 'data/galley.db');
  const store = await openStore(sqliteAt(file));
  await storeMany(store, articles, new Date(), nothing);
  await store.close();
  return { directory, file };
};

/** Makes a file of the backup in a directory, and changes it by hand. */
const make = (directory: string, name: string, change: (connection: Database.Database) => void) => {
  cpSync(join(directory, 'backup.db'), join(directory, name));
  const connection = new Database(join(directory, name));
  connection.pragma('foreign_keys = off');
  change(connection);
  connection.close();
};

/** Runs `galley`, in a directory whose store it is about. */
const galley = async (directory: string, command: string) => {
  const child = spawn('sh', ['-c', command], {
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: directory,
    env: { PATH: process.env.PATH, GALLEY },
  });
  const told = { out: '', err: '' };
  child.stdout.on('data', (text) => {
    told.out += text;
  });
  child.stderr.on('data', (text) => {
    told.err += text;
  });
  const [code] = await once(child, 'close');
  return { code, ...told };
};

test('a backup is the store of one moment, though others write, and one plain file', async (t) => {
  const { store, address } = await startGalley(t);
  await storeMany(store, 250, new Date(), nothing);
  const target = join(temporaryDirectory(t), 'backup.db');
  let writes = 0;
  const write = () =>
    store.transaction(async (tx) => {
      await tx.db.update(tx.tables.articles).set({ title: `Written ${++writes}` });
    });
  const sizes: number[] = [];
  let writing: Promise<unknown> = Promise.resolve();
  const onProgress = ({ copied, total }: { copied: number; total: number }) => {
    sizes.push(copied);
    if (copied < total) writing = Promise.all([writing, write()]);
    if (sizes.length > 100) throw new Error('It begins anew for ever');
  };
  const made = await backUp(address, target, { onProgress });
  await writing;
  t.ok(writes > 2, `${writes} writes meanwhile`);
  t.same(
    sizes,
    [...sizes].sort((a, b) => a - b),
    'it never began anew',
  );
  t.same(new Set(titlesIn(target)).size, 250, 'none of the writes is in it: each changed every title');
  t.match(made, { file: target, articles: 250, bytes: statSync(target).size });
  t.same(readdirSync(join(target, '..')), ['backup.db'], 'no other file is beside it');
  t.equal(new Database(target, { readonly: true }).pragma('journal_mode', { simple: true }), 'delete');
});

test('a backup that is ended, or has no room, leaves nothing, and one stands in nobody’s place', async (t) => {
  const { directory, file } = await storeIn(t, 250);
  const there = () => readdirSync(directory).sort();
  const ending = new AbortController();
  const isEnded = backUp(sqliteAt(file), join(directory, 'a.db'), {
    signal: ending.signal,
    onProgress: () => ending.abort(),
  });
  await t.rejects(isEnded, { name: 'AbortError' });
  t.same(there(), ['data'], 'nothing is left');
  const full = await galley(directory, 'ulimit -f 2000; trap "" XFSZ; exec $GALLEY backup a.db');
  t.match(full, { code: 1, out: '', err: /^galley: .+\n$/ });
  t.same(there(), ['data'], 'nor where there is no room');

  writeFileSync(join(directory, 'b.db'), 'mine');
  await t.rejects(backUp(sqliteAt(file), join(directory, 'b.db')), { code: 'EEXIST', message: /is there already/ });
  t.equal(readFileSync(join(directory, 'b.db'), 'utf8'), 'mine');
  for (const end of ['', '-wal'])
    await t.rejects(backUp(sqliteAt(file), file + end, { force: true }), { message: /is the store itself$/ });
  await t.rejects(backUp(sqliteAt(file), join(directory, 'no/a.db')), { message: /there is no directory/ });
  await t.rejects(backUp(sqliteAt(join(directory, 'no.db')), join(directory, 'a.db')), { code: 'STORE_MISSING' });
  await t.rejects(backUp(sqliteAt(join(directory, 'b.db')), join(directory, 'a.db')), { code: 'SQLITE_NOTADB' });
  const server: StoreAddress = { engine: 'postgres', url: 'postgres://ada:hidden@db.example/it?password=hidden' };
  await t.rejects(backUp(server, "a'b"), {
    message: /^(?!.*hidden).*: pg_dump --format=custom --file='a'\\''b' 'postgres:\/\/ada@db\.example\/it'$/,
  });
  await t.rejects(restore(server, 'a'), { message: /^(?!.*hidden).*pg_restore/ });
  t.same(there(), ['b.db', 'data']);
  t.match(await backUp(sqliteAt(file), join(directory, 'b.db'), { force: true }), { articles: 250 });
  t.equal(titlesIn(join(directory, 'b.db')).length, 250);
});

test('a restore brings a backup back, keeps what was there, and touches nothing that is served', async (t) => {
  const { directory, file } = await storeIn(t, 3);
  const backup = join(directory, 'backup.db');
  await backUp(sqliteAt(file), backup);
  const store = openSqlite(file);
  await store.transaction(async (tx) => {
    await tx.db.update(tx.tables.articles).set({ title: 'Later' });
    await tx.db.insert(tx.tables.purgeTargets).values({ name: 'cache', touchId: 5 });
  });
  await t.rejects(restore(sqliteAt(file), backup), { code: 'STORE_IN_USE', message: /in use: stop Galley/ });
  t.same(titlesIn(file), ['Later', 'Later', 'Later']);
  const later = join(directory, 'later.db');
  await backUp(sqliteAt(file), later);
  await store.close();

  const titles = ['Boats, part 1', 'Boats, part 2', 'Boats, part 3'];
  const restored = await restore(sqliteAt(file), backup);
  t.match(restored, { file, articles: 3, kept: /galley\.db\.before-restore-\d{8}T\d{6}Z$/ });
  t.same(titlesIn(file), titles);
  t.same(titlesIn(restored.kept as string), ['Later', 'Later', 'Later'], 'what was there is kept whole');
  const names = readdirSync(join(directory, 'data'));
  t.equal(names.length, 2, `nothing else is left: ${names}`);

  const again = await galley(directory, '$GALLEY restore later.db --json');
  const { kept } = JSON.parse(again.out);
  t.not(kept, restored.kept, 'nothing that was kept is replaced');
  t.same(titlesIn(join(directory, kept)), titles);
  const connection = new Database(file);
  t.same(connection.prepare('select name, touch_id as upTo from purge_targets').all(), [{ name: 'cache', upTo: -1 }]);
  connection.close();

  const folder = join(directory, 'migrations/meta');
  mkdirSync(folder, { recursive: true });
  const journal = JSON.parse(readFileSync(join(MIGRATIONS, 'meta/_journal.json'), 'utf8'));
  const entries = journal.entries.slice(0, 1);
  writeFileSync(join(folder, '_journal.json'), JSON.stringify({ ...journal, entries }));
  cpSync(join(MIGRATIONS, `${entries[0].tag}.sql`), join(folder, '..', `${entries[0].tag}.sql`));
  const older = new Database(join(directory, 'older.db'));
  migrate(drizzle({ client: older }), { migrationsFolder: join(folder, '..') });
  older.close();
  await restore(sqliteAt(file), join(directory, 'older.db'));
  await (await openStore(sqliteAt(file))).close();
  t.same(titlesIn(file), [], 'one of the first Galley is brought up to date by the next start');

  const other = join(directory, 'new/place/galley.db');
  t.match(await restore(sqliteAt(other), backup), { kept: null });
  t.same(titlesIn(other), titles, 'also where there was none');
});

test('what is no sound backup is not restored, and a damaged store is kept as it is', async (t) => {
  const { directory, file } = await storeIn(t, 40);
  const backup = join(directory, 'backup.db');
  await backUp(sqliteAt(file), backup);
  const at = (name: string) => join(directory, name);
  writeFileSync(at('text'), 'a text of mine\n'.repeat(500));
  writeFileSync(at('empty'), '');
  make(directory, 'newer', (each) =>
    each.exec("insert into __drizzle_migrations (hash, created_at) values ('x', 9999999999999)"),
  );
  make(directory, 'dangling', (each) => each.exec('insert into article_tags values (1, 99, 0, 0, 0)'));
  const foreign = new Database(at('foreign'));
  foreign.exec('create table mine (id integer)');
  foreign.close();
  const bytes = readFileSync(backup);
  bytes.fill(7, bytes.length - 300_000, bytes.length - 100_000);
  writeFileSync(at('holes'), bytes);
  const said: [string, RegExp][] = [
    ['text', /it is no backup of Galley$/],
    ['empty', /it holds nothing$/],
    ['newer', /it was last used by a newer Galley$/],
    ['foreign', /it is the database of another program$/],
    ['dangling', /damaged: row \d+ of article_tags refers to no row of tags$/],
    ['holes', /damaged|malformed/],
    ['missing', /there is no file/],
  ];
  for (const [name, message] of said) await t.rejects(restore(sqliteAt(file), at(name)), { message }, name);
  t.equal(titlesIn(file).length, 40, 'the store is as it was');
  t.same(readdirSync(join(directory, 'data')), ['galley.db']);

  writeFileSync(file, 'a disk that failed');
  writeFileSync(`${file}-wal`, 'and what stood beside');
  const { kept } = await restore(sqliteAt(file), backup);
  t.equal(readFileSync(kept as string, 'utf8'), 'a disk that failed');
  t.equal(readFileSync(`${kept}-wal`, 'utf8'), 'and what stood beside');
  t.equal(titlesIn(file).length, 40);
  t.notOk(existsSync(`${file}-wal`));
});

test('which backups are the service’s own, when one is due, and which go', async (t) => {
  const at = (text: string) => new Date(`2026-11-${text}:00Z`);
  const names = ['22T07:00', '22T09:00', '22T08:00'].map((text) => nameOf('galley.db', at(text)));
  t.equal(names[0], 'galley.db.20261122T070000Z.backup');
  const others = [
    ...['galley.db', 'mine.backup', 'galley.db.backup', 'other.db.20261122T070000Z.backup'],
    ...['galley.db.20261322T070000Z.backup', 'galley.db.20261122T070000Z.backup.gz', 'galley.db.20261122T0700Z.backup'],
    'galley.db.20261122T070000Z.backup.0a1b2c3d.part',
  ];
  const own = ownAmong('galley.db', [...others, ...names]);
  t.same(
    own.map(({ name }) => name),
    [names[1], names[2], names[0]],
    'newest first',
  );
  t.same(
    [...others, ...names].filter((name) => isUnfinished('galley.db', name)),
    others.slice(-1),
  );
  const hour = 3_600_000;
  t.equal(isDue([], hour, at('22T07:00')), true);
  t.equal(isDue(own, hour, at('22T09:59')), false);
  t.equal(isDue(own, hour, at('22T10:00')), true);
  t.equal(isDue(own, hour, at('22T06:00')), true, 'one of a moment to come postpones nothing');
  const gone = (keep: number, now: Date) => surplus(own, keep, now).map(({ name }) => name);
  t.same(gone(2, at('22T10:00')), [names[0]]);
  t.same(gone(1, at('22T08:30')), [names[0], names[1]], 'the newest that is not of a moment to come stays');
});

test('the service backs itself up: once a period, however many do, and deletes only its own', async (t) => {
  const { directory, file } = await storeIn(t, 100);
  const backups = join(directory, 'data/backups');
  const mine = ['galley.db.20200101T000000Z.backup.mine', 'other.db.20200101T000000Z.backup', 'note'];
  mkdirSync(join(backups, 'galley.db.20200101T000000Z.backup'), { recursive: true });
  for (const name of mine) writeFileSync(join(backups, name), 'mine');
  const [oldest, older] = ['galley.db.20200102T000000Z.backup', 'galley.db.20200103T000000Z.backup'];
  for (const name of [oldest, older, `${older}.0a1b2c3d.part`]) writeFileSync(join(backups, name as string), '');
  const kept = new Set([...mine, 'galley.db.20200101T000000Z.backup', '.galley.db.lock']);
  const own = () =>
    readdirSync(backups)
      .filter((name) => !kept.has(name))
      .sort();
  const start = (every: number) =>
    startBackups(sqliteAt(file), { every, keep: 2 }, (error) => t.fail('no backup was made', { error }));
  const until = async (isSo: () => boolean) => {
    while (!isSo()) await sleep(20);
  };

  const hourly = [1, 2].map(() => start(3_600_000));
  t.equal(lastBackupAt(sqliteAt(file))?.toISOString(), '2020-01-03T00:00:00.000Z');
  await until(() => !own().includes(oldest as string));
  await Promise.all(hourly.map(({ stop }) => stop()));
  const [first, second, ...more] = own();
  t.same([first, more], [older, []], 'one was made, the oldest went, and what had no end');
  t.equal(titlesIn(join(backups, second as string)).length, 100);
  t.ok(Number(lastBackupAt(sqliteAt(file))) > Date.now() - 120_000, 'any process can tell when');
  const restarted = start(3_600_000);
  await sleep(100);
  await restarted.stop();
  t.same(own(), [first, second], 'a restart makes no other');

  const often = start(1000);
  await until(() => !own().includes(second as string));
  await often.stop();
  t.equal(own().length, 2);
  t.same(
    [...kept].filter((name) => !existsSync(join(backups, name))),
    [],
    'what is of others stays',
  );
  t.match(await galley(directory, '$GALLEY check'), {
    code: 0,
    out: /^Nothing is wrong: looked at 100 articles/,
    err: '',
  });
});

test('a backup of the service that fails is told, and one that is under way ends with it', async (t) => {
  const { directory, file } = await storeIn(t, 250);
  writeFileSync(join(directory, 'data/backups'), 'no directory');
  const told: Error[] = [];
  const failing = startBackups(sqliteAt(file), { every: 1000, keep: 1 }, (error) => told.push(error as Error));
  while (told.length < 2) await sleep(20);
  t.match(told[0], { code: /^E/ });
  t.equal(lastBackupAt(sqliteAt(file)), null);
  renameSync(join(directory, 'data/backups'), join(directory, 'note'));
  while (lastBackupAt(sqliteAt(file)) === null) await sleep(20);
  await failing.stop();
  t.ok(existsSync(join(directory, 'data/backups')), 'it is made once it can be');

  const process = await startProcess(t, directory, { environment: { BACKUP_EVERY: '1s', BACKUP_KEEP: '1' } });
  await process.ready;
  cpSync(file, join(directory, 'backup.db'));
  await t.rejects(restore(sqliteAt(file), join(directory, 'backup.db')), { code: 'STORE_IN_USE' });
  t.match(await process.stop(), { code: 0 });
  const names = readdirSync(join(directory, 'data/backups'));
  t.same(
    names.filter((name) => !/^galley\.db\.\w+Z\.backup$/.test(name)),
    ['.galley.db.lock'],
    'nothing without an end',
  );
});
