/** What is of PostgreSQL alone: units that raced, connections that are lost, commits out of the order of their ids. */
import { once } from 'node:events';
import { type AddressInfo, createConnection, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { eq, sql } from 'drizzle-orm';
import { type Test, test } from 'tap';
import { refuse } from '../../src/core/errors.ts';
import type { Group } from '../../src/core/groups.ts';
import { openHouse } from '../../src/house.ts';
import { readSettings, SettingsError } from '../../src/settings.ts';
import { openCopy } from '../../src/store/open.ts';
import { connect, preparing } from '../../src/store/postgres-connection.ts';
import type { Store } from '../../src/store/store.ts';
import { connectBeside, newDatabase, openTestStore, urlOf } from '../support/database.ts';
import { addTag, namesOf } from '../support/tags.ts';

/** Longer than a store goes without a look at what others wrote, in ms. */
const A_LOOK = 300;

/** A way to a server that passes everything on until it falls silent, as the host of a server does that is gone. */
const silentProxy = async (t: Test, url: string) => {
  const target = new URL(url);
  const { hostname, port } = target;
  const sockets: Socket[] = [];
  const pairs: [Socket, Socket][] = [];
  const proxy = createServer((near) => {
    const far = createConnection(Number(port), hostname);
    sockets.push(near, far);
    pairs.push([near, far]);
    for (const socket of [near, far]) socket.on('error', () => {}); // those of the test are cut off in the end
    near.pipe(far).pipe(near);
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const end = () => {
    for (const socket of sockets) socket.destroy();
    proxy.close();
  };
  t.teardown(end);
  target.port = String((proxy.address() as AddressInfo).port);
  const fallSilent = () => {
    for (const socket of sockets) socket.pause().unpipe();
  };
  const speakAgain = () => {
    for (const [near, far] of pairs) near.pipe(far).pipe(near);
  };
  return { url: target.href, fallSilent, speakAgain, end };
};

const open = async (t: Test) => {
  const address = await newDatabase(t);
  const store = await openTestStore(t, address);
  return { address, store, beside: await connectBeside(t, address) };
};

const rename = ({ db, tables: { tags } }: Store, name: string, to: string) =>
  db.update(tags).set({ name: to }).where(eq(tags.slug, name));

test('a unit that another writer came before is run again, and sees what that one wrote', async (t) => {
  const { store, beside } = await open(t);
  await store.transaction((tx) => addTag(tx, 'a'));
  let runs = 0;
  await store.transaction(async (tx) => {
    const [name] = await namesOf(tx);
    if (++runs < 3) await beside.run('update tags set name = ?', `changed ${runs}`);
    await rename(tx, 'a', `${name}, kept`);
  });
  t.equal(runs, 3);
  t.same(await namesOf(store), ['changed 2, kept']);
});

test('a unit that stands in a deadlock is run again', async (t) => {
  const { store, beside } = await open(t);
  await store.transaction(async (tx) => {
    await addTag(tx, 'a');
    await addTag(tx, 'b');
  });
  await beside.run("set deadlock_timeout = '20s'"); // so that the unit is the one that finds it
  let runs = 0;
  let other: Promise<unknown> | undefined;
  await store.transaction(async (tx) => {
    runs++;
    if (runs === 1) {
      await beside.run('begin');
      await beside.run("update tags set description = 'other' where slug = 'b'");
    }
    await rename(tx, 'a', 'A');
    other ??= beside.run("update tags set description = 'other' where slug = 'a'").then(() => beside.run('commit'));
    if (runs === 1)
      await sleep(100); // it waits for the unit by now
    else await other;
    await rename(tx, 'b', 'B');
  });
  t.equal(runs, 2);
  t.same((await namesOf(store)).sort(), ['A', 'B']);
  const rows = await beside.run("select slug from tags where description = 'other'");
  t.equal(rows.length, 2, 'the other wrote both');
});

test('a unit that writes what is there by now is run again, and its rules can refuse it', async (t) => {
  const { store, beside } = await open(t);
  await store.transaction((tx) => addTag(tx, 'seed'));
  let runs = 0;
  const unit = store.transaction(async (tx) => {
    runs++;
    if ((await namesOf(tx)).includes('a')) throw refuse('slug-taken', 'It is there');
    if (runs === 1) {
      await beside.run(`insert into tags (version, slug, name, name_folded, kind, article_count, created_at, updated_at)
        values (1, 'a', 'a', 'a', 'topic', 0, now(), now())`);
    }
    await addTag(tx, 'a');
  });
  await t.rejects(unit, { code: 'slug-taken' });
  t.equal(runs, 2);
  runs = 0;
  const blind = store.transaction(async (tx) => {
    runs++;
    await addTag(tx, 'a');
  });
  await t.rejects(blind, { cause: { cause: { code: '23505' } } }, 'one that never looks is told at last');
  t.ok(runs > 1 && runs < 6, `${runs} runs`);
});

test('a unit that loses its connection keeps nothing, also if it goes on, and the store works on', async (t) => {
  const { store, beside } = await open(t);
  const cutOff = () =>
    beside.run(`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid()`);
  const stubborn = store.transaction(async (tx) => {
    await addTag(tx, 'before');
    await cutOff();
    for (let n = 0; n < 5; n++) {
      await addTag(tx, `after ${n}`).catch(() => undefined);
      await sleep(20);
    }
  });
  const error = await stubborn.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  t.equal(store.failureOf(error), 'unreachable', String(error));
  const names = await namesOf(store).catch(() => namesOf(store)); // the readers lost theirs as well
  t.same(names, []);
  await store.transaction((tx) => addTag(tx, 'a'));
  t.same(await namesOf(store), ['a']);
  await store.checkWritable();
});

test('what a unit asks without waiting for it is kept or lost with it', async (t) => {
  const { store } = await open(t);
  await store.transaction(async (tx) => {
    await addTag(tx, 'a');
    void addTag(tx, 'b').then(() => undefined);
  });
  t.same((await namesOf(store)).sort(), ['a', 'b']);
  const unit = store.transaction(async (tx) => {
    await addTag(tx, 'c');
    addTag(tx, 'a').catch(() => undefined); // there already: the server gives up the whole unit
  });
  await t.rejects(unit);
  await store.transaction((tx) => addTag(tx, 'd'));
  t.same((await namesOf(store)).sort(), ['a', 'b', 'd']);
});

test('a copy that has lost its connection does not take the store itself for it', async (t) => {
  const { address, store, beside } = await open(t);
  await store.transaction((tx) => addTag(tx, 'a'));
  const copy = await openCopy(address);
  t.teardown(() => copy.close());
  await copy.transaction((tx) => addTag(tx, 'only in the copy'));
  t.same((await namesOf(copy)).sort(), ['a', 'only in the copy']);
  t.same(await namesOf(store), ['a']);
  await beside.run(`select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()`);
  for (let n = 0; n < 3; n++) await t.rejects(copy.transaction((tx) => addTag(tx, `lost ${n}`)));
  await t.rejects(namesOf(copy));
  t.same(
    (await beside.run('select name from tags')).map(({ name }) => name),
    ['a'],
  );
});

test('a silent server is told in time, and lets others be answered', async (t) => {
  const { address } = await open(t);
  const proxy = await silentProxy(t, urlOf(address));
  const store = await openTestStore(t, { engine: 'postgres', url: proxy.url });
  await store.transaction((tx) => addTag(tx, 'a'));
  await sleep(A_LOOK);
  proxy.fallSilent();
  const since = performance.now();
  const faults = await Promise.all(
    [store.noticeOthers(), store.checkWritable()].map((work) =>
      Promise.resolve(work).then(
        () => undefined,
        (error: unknown) => error,
      ),
    ),
  );
  t.same(faults.map(store.failureOf), ['unreachable', 'unreachable']);
  t.ok(performance.now() - since < 12_000, `after ${Math.round(performance.now() - since)} ms`);
  proxy.end();
  await t.rejects(Promise.resolve(store.noticeOthers()), 'nothing is taken for true until it is known again');
});

test('what a look finds too late is told all the same', async (t) => {
  const { address, beside } = await open(t);
  const proxy = await silentProxy(t, urlOf(address));
  const store = await openTestStore(t, { engine: 'postgres', url: proxy.url });
  const heard: Group[] = [];
  store.onTouched((touched) => heard.push(...(touched === 'all' ? [] : touched)));
  await sleep(A_LOOK);
  await store.noticeOthers(); // its connection is there by now
  await sleep(A_LOOK);
  proxy.fallSilent();
  await beside.run('insert into touches (at, groups) values (statement_timestamp(), ?)', '["article-1"]');
  await t.rejects(Promise.resolve(store.noticeOthers()), 'nobody waits for it');
  proxy.speakAgain();
  await sleep(A_LOOK);
  await store.noticeOthers();
  t.ok(heard.includes('article-1'));
});

test('a turn that does not come is told as a busy store', async (t) => {
  const { store, beside } = await open(t);
  await beside.run('begin');
  await beside.run('lock table turns in exclusive mode');
  const error = await store
    .transaction((tx) => addTag(tx, 'a'))
    .then(
      () => undefined,
      (reason: unknown) => reason,
    );
  t.equal(store.failureOf(error), 'busy', String(error));
  await beside.run('rollback');
  t.same(await namesOf(store), []);
  await store.transaction((tx) => addTag(tx, 'a'));
});

test('units of all that have the store open take turns: none is run twice', async (t) => {
  const { address, store } = await open(t);
  const other = await openTestStore(t, address);
  let [runs, inside] = [0, 0];
  const unit = (on: Store) =>
    on.transaction(async (tx) => {
      runs++;
      t.equal(++inside, 1, 'alone');
      const { length } = await namesOf(tx);
      await addTag(tx, `tag ${length}`);
      inside--;
    });
  await Promise.all(Array.from({ length: 40 }, (_, n) => unit(n % 2 ? store : other)));
  t.equal(runs, 40);
  t.equal((await namesOf(store)).length, 40);
});

test('what others touch is heard once, in whatever order they commit; what it touched itself is not told again', async (t) => {
  const { address, store, beside } = await open(t);
  const late = await connectBeside(t, address);
  const heard: Group[] = [];
  store.onTouched((touched) => heard.push(...(touched === 'all' ? (['all'] as never[]) : touched))); // no group of that name
  const look = async () => {
    await sleep(A_LOOK);
    await store.noticeOthers();
    return heard.splice(0);
  };
  const write = 'insert into touches (at, groups) values (statement_timestamp(), ?)';
  t.same(await look(), [], 'what was before it opened is nothing to it');
  await late.run('begin');
  await late.run(write, '["article-1"]');
  await beside.run(write, '["article-2"]');
  t.same(await look(), ['article-2']);
  await store.transaction(async (tx) => tx.touch(['article-3']));
  t.same(heard.splice(0), ['article-3'], 'its own at once');
  t.same(await look(), [], 'and never again');
  await late.run('commit');
  t.same(await look(), ['article-1'], 'an id below those that were seen');
  t.same(await look(), []);
  await late.run('begin');
  await late.run(write, '["article-4"]');
  await late.run('rollback');
  await beside.run(write, '["article-5"]');
  t.same(await look(), ['article-5']);
  t.same(await look(), []);
});

test('a statement that comes again is prepared, and their number has a bound', async (t) => {
  const address = await newDatabase(t);
  const pool = connect(urlOf(address), 1);
  t.teardown(() => pool.end());
  const client = preparing(pool);
  const prepared = async (): Promise<number> => {
    const { rows } = await pool.query(
      "select count(*)::int as n from pg_prepared_statements where statement like '%watched%'",
    );
    return rows[0].n;
  };
  const ask = async (n: number) =>
    (await client.query({ text: `select $1::int + ${n} as watched` }, [1])).rows[0]?.watched;
  t.equal(await ask(0), 1);
  t.equal(await prepared(), 0, 'not at first');
  t.equal(await ask(0), 1);
  t.equal(await ask(0), 1);
  t.equal(await prepared(), 1);
  for (let n = 1; n < 600; n++) for (let i = 0; i < 2; i++) t.equal(await ask(n), n + 1);
  t.equal(await prepared(), 500);
});

const UNUSABLE: Record<
  string,
  { make: (run: (statement: string) => Promise<unknown>) => Promise<unknown>; reason: RegExp }
> = {
  'the database of another program': {
    make: (run) => run('create table articles (id integer)'),
    reason: /^it is the database of another program$/,
  },
  'another program that migrates by Drizzle': {
    make: async (run) => {
      await run('create schema drizzle');
      await run('create table drizzle.__drizzle_migrations (id serial primary key, hash text, created_at bigint)');
      await run("insert into drizzle.__drizzle_migrations (hash, created_at) values ('x', 1)");
    },
    reason: /^it is the database of another program$/,
  },
};

test('a database that cannot be used is told in one line, and left as it was', async (t) => {
  const refusal = (url: string): Promise<string> =>
    openHouse(readSettings({ DATABASE_URL: url })).then(
      async (house) => {
        await house.close();
        return 'It was opened';
      },
      (error: Error) => {
        t.ok(error instanceof SettingsError, error.message);
        return error.message;
      },
    );
  for (const [name, { make, reason }] of Object.entries(UNUSABLE)) {
    const address = await newDatabase(t, 'empty');
    const { run } = await connectBeside(t, address);
    await make(run);
    const tables = () =>
      run("select schemaname, tablename from pg_tables where schemaname not in ('pg_catalog', 'information_schema')");
    const before = await tables();
    const told = await refusal(urlOf(address));
    t.match(
      told.replace(`DATABASE_URL=${urlOf(address).replace(/\/\/[^/]*@/, '//***@')}: cannot be used: `, ''),
      reason,
      name,
    );
    t.same(await tables(), before, `${name}: nothing was made in it`);
  }

  const newer = await newDatabase(t);
  const { run } = await connectBeside(t, newer);
  await run("insert into drizzle.__drizzle_migrations (hash, created_at) values ('x', 9999999999999)");
  t.match(await refusal(urlOf(newer)), /: cannot be used: it was last used by a newer Galley$/);

  const elsewhere = new URL(urlOf(newer));
  elsewhere.pathname = '/nowhere';
  t.match(await refusal(elsewhere.href), /: cannot be used: database "nowhere" does not exist$/);
  t.match(
    await refusal('postgres://galley:hidden@127.0.0.1:1/galley'),
    /^DATABASE_URL=postgres:\/\/\*\*\*@127\.0\.0\.1:1\/galley: cannot be used: .*ECONNREFUSED/,
  );
  t.notMatch(await refusal('postgres://galley:hidden@127.0.0.1:1/galley?sslpassword=hidden'), /hidden/);
});

test('moments are kept to the millisecond, from the first year to the last', async (t) => {
  const { store } = await open(t);
  const { touches } = store.tables;
  const moments = [
    '0001-01-01T00:00:00.000Z',
    '0099-12-31T23:59:59.001Z',
    '1969-12-31T23:59:59.999Z',
    '9999-12-31T23:59:59.999Z',
  ];
  await store.transaction(async (tx) => {
    for (const at of moments) await tx.db.insert(touches).values({ at: new Date(at), groups: [] });
  });
  const rows = await store.db.select({ at: touches.at }).from(touches).orderBy(touches.at);
  t.same(
    rows.map(({ at }) => at.toISOString()),
    moments,
  );
  const before = await store.db
    .select({ at: touches.at })
    .from(touches)
    .where(sql`${touches.at} > ${sql.param(new Date('0000-12-31T00:00:00Z'), touches.at)}`);
  t.equal(before.length, 4, 'the year before the first can be asked for');
});
