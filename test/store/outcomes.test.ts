import { test } from 'tap';
import { findOutcome, forgetOutcomes, keepOutcome } from '../../src/store/outcomes.ts';
import { START } from '../support/app.ts';
import { newDatabase, openTestStore, watchStatements } from '../support/database.ts';
import { countRows, insertRows } from '../support/rows.ts';

const HOUR = 3_600_000;
const retry = { keyId: 1, path: '/v1/tags', idempotencyKey: 'x', fingerprint: 'f', status: 201 };

test('what came of a request is found under all that it is known by, and for a day', async (t) => {
  const store = await openTestStore(t);
  const now = new Date(START);
  await store.transaction((tx) => keepOutcome(tx, { retry }, { kind: 'tag', id: 7 }, now));
  const find = (other = {}, after = 0) => findOutcome(store, { ...retry, ...other }, new Date(now.getTime() + after));
  const kept = { fingerprint: 'f', status: 201, kind: 'tag', id: 7 };
  t.same(await find(), kept);
  t.same(await find({ fingerprint: 'g' }), kept, 'whatever the body: it is for others to compare');
  for (const other of [{ keyId: 0 }, { path: '/v1/tag' }, { idempotencyKey: 'X' }, { idempotencyKey: 'x ' }])
    t.equal(await find(other), undefined, JSON.stringify(other));
  t.same(await find({}, 24 * HOUR - 1), kept);
  t.equal(await find({}, 24 * HOUR), undefined);
});

test('of two effects of one request the second is none', async (t) => {
  const store = await openTestStore(t);
  const now = new Date(START);
  const keep = (id: number, at: Date) =>
    store.transaction(async (tx) => {
      await tx.db.insert(tx.tables.secrets).values({ name: `made ${id}`, value: '' });
      await keepOutcome(tx, { retry }, { kind: 'tag', id }, at);
    });
  await keep(7, now);
  await t.rejects(keep(8, now), { code: 'idempotency-in-progress', retryAfter: 1 });
  t.match(await findOutcome(store, retry, now), { id: 7 });
  t.equal((await countRows(store)).secrets, 1, 'all of it is undone');
  const late = new Date(now.getTime() + 24 * HOUR);
  await keep(9, late);
  t.match(await findOutcome(store, retry, late), { id: 9 }, 'one that has had its time is in nobody’s way');
});

test('those that have had their time are forgotten, by an index and some at a time', async (t) => {
  const address = await newDatabase(t);
  const store = await openTestStore(t, address);
  const { outcomes } = store.tables;
  const now = new Date(START);
  const rows = Array.from({ length: 1300 }, (_, n) => ({
    ...{ keyId: 1, path: '/v1/tags', idempotencyKey: `x${n}`, fingerprint: 'f', status: 201, kind: 'tag', entityId: n },
    at: new Date(now.getTime() - 24 * HOUR + Math.floor((n - 1249) / 3)),
  }));
  await store.transaction((tx) => insertRows(tx, outcomes, rows));
  const { during, planOf } = watchStatements(t, address);
  let units = 0;
  const transaction: typeof store.transaction = (work) => {
    units++;
    return store.transaction(work);
  };
  const { ran } = await during(() => forgetOutcomes({ store: { ...store, transaction }, clock: () => now }));
  const left = await store.db.select().from(outcomes).orderBy(outcomes.entityId);
  t.ok(left.length > 0 && left.length < 60, `${left.length} are left`);
  t.ok(left.every(({ at }) => at.getTime() > now.getTime() - 24 * HOUR));
  t.equal(
    left.length,
    rows.filter(({ at }) => at.getTime() > now.getTime() - 24 * HOUR).length,
    'and no others are gone',
  );
  t.equal(units, 3);
  const { dear, seeks } = await planOf(ran.filter(({ source }) => source.startsWith('select')));
  t.same(dear, []);
  t.ok(
    seeks.every((seek) => seek.startsWith('outcomes_by_moment')),
    seeks.join(', '),
  );
  await forgetOutcomes({ store: { ...store, transaction }, clock: () => now });
  t.equal(units, 3, 'where there are none, nothing is written');
});
