import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { test } from 'tap';
import { newDatabase, openTestStore } from '../support/database.ts';
import { moduleOf, NODE_ARGS } from '../support/program.ts';
import { addTag, namesOf } from '../support/tags.ts';

test('a unit is kept whole, or not at all', async (t) => {
  const store = await openTestStore(t);
  await store.transaction(async (tx) => {
    await addTag(tx, 'a');
    await addTag(tx, 'b');
  });
  const failing = store.transaction(async (tx) => {
    await addTag(tx, 'c');
    throw new Error('cut off in the middle');
  });
  await t.rejects(failing, { message: 'cut off in the middle' });
  t.same(await namesOf(store), ['a', 'b']);
  await store.transaction((tx) => addTag(tx, 'd'));
  t.same(await namesOf(store), ['a', 'b', 'd'], 'the next unit is not harmed');
});

test('a queue of writers lets others in between', async (t) => {
  const store = await openTestStore(t);
  let others = 0;
  const timer = setInterval(() => others++, 1);
  t.teardown(() => clearInterval(timer));
  await Promise.all(Array.from({ length: 200 }, (_, i) => store.transaction((tx) => addTag(tx, `tag-${i}`))));
  t.ok(others > 5, 'timers ran while the queue was worked off', { others });
});

test('a transaction inside a transaction joins it', async (t) => {
  const store = await openTestStore(t);
  const failing = store.transaction(async (tx) => {
    await tx.transaction((inner) => addTag(inner, 'inner'));
    throw new Error('the outer one fails');
  });
  await t.rejects(failing);
  t.same(await namesOf(store), []);
});

test('units one after the other see what the one before kept, and a read never sees half of one', async (t) => {
  const store = await openTestStore(t);
  const units = Array.from({ length: 20 }, (_, i) =>
    store.transaction(async (tx) => {
      const before = (await namesOf(tx)).length;
      await addTag(tx, `first-${i}`);
      const seen = (await namesOf(store)).length;
      await addTag(tx, `second-${i}`);
      t.equal((await namesOf(tx)).length, before + 2, 'a unit sees its own writes');
      return { before, seen };
    }),
  );
  const kept = await Promise.all(units);
  t.same(
    kept.map(({ before }) => before).sort((a, b) => a - b),
    Array.from({ length: 20 }, (_, i) => 2 * i),
    'as if there had been one at a time',
  );
  for (const { seen } of kept) t.equal(seen % 2, 0, 'whole units alone are seen');
  t.equal((await namesOf(store)).length, 40);
});

test('processes that start together on an empty database all open it', async (t) => {
  const address = await newDatabase(t, 'empty');
  const script = `const { openStore } = await import(${JSON.stringify(moduleOf('src/store/open.ts'))});
    await (await openStore(${JSON.stringify(address)})).close(); console.log('open');`;
  const start = () => promisify(execFile)(process.execPath, [...NODE_ARGS, '--input-type=module', '-e', script]);
  const started = await Promise.all([start(), start(), start(), start()]);
  t.same(
    started.map(({ stdout }) => stdout.trim()),
    ['open', 'open', 'open', 'open'],
  );
});
