/** How the first admin comes in, and how the use of keys is noted: what a process does with keys outside of requests. */
import { type Test, test } from 'tap';
import { createKey, ensureAdminKey, findActor, revokeKey } from '../../src/features/keys/actions.ts';
import { startLastUsed } from '../../src/features/keys/last-used.ts';
import { BY_ITSELF } from '../../src/store/events.ts';
import type { Parts } from '../../src/store/store.ts';
import { startGalley } from '../support/app.ts';
import { newDatabase, openTestStore } from '../support/database.ts';

const MINUTE = 60_000;
const ADMIN_KEY = `glk_${'x'.repeat(32)}`;

/** An empty store with a clock, and the ways a second process would come to it. */
const startEmpty = async (t: Test) => {
  const address = await newDatabase(t);
  const time = { now: new Date('2026-11-22T07:00:00.000Z') };
  const open = async (): Promise<Parts> => ({ store: await openTestStore(t, address), clock: () => time.now });
  return { open, time, parts: await open() };
};

const keysOf = ({ store }: Parts) => store.db.select().from(store.tables.keys);
const roleOf = async (parts: Parts, secret: string) => (await findActor(parts, secret))?.role;

test('an empty store gets one admin key, told once', async (t) => {
  const { open, parts } = await startEmpty(t);
  const secret = (await ensureAdminKey(parts, null)) as string;
  t.match(secret, /^glk_[A-Za-z0-9_-]{32}$/);
  t.equal(await roleOf(parts, secret), 'admin');
  t.equal(await ensureAdminKey(parts, null), undefined, 'the next start is told nothing');
  t.equal(await ensureAdminKey(await open(), null), undefined);
  t.equal((await keysOf(parts)).length, 1);
});

test('of two processes that start at once on an empty store, one makes the key', async (t) => {
  const { open } = await startEmpty(t);
  const processes = [await open(), await open(), await open()];
  const told = await Promise.all(processes.map((parts) => ensureAdminKey(parts, null)));
  t.equal(told.filter((secret) => secret !== undefined).length, 1);
  const same = await Promise.all(processes.map((parts) => ensureAdminKey(parts, ADMIN_KEY)));
  t.same(same, [undefined, undefined, undefined]);
  t.equal((await keysOf(processes[0] as Parts)).length, 2);
});

test('ADMIN_KEY is an admin key from the start, and is never told', async (t) => {
  const { parts } = await startEmpty(t);
  t.equal(await ensureAdminKey(parts, ADMIN_KEY), undefined);
  t.equal(await roleOf(parts, ADMIN_KEY), 'admin');
  const [key] = await keysOf(parts);
  t.match(key, { role: 'admin', prefix: 'glk_xxxx', revokedAt: null });
  t.notOk(JSON.stringify(key).includes(ADMIN_KEY));
  await ensureAdminKey(parts, ADMIN_KEY);
  t.equal(await ensureAdminKey(parts, null), undefined, 'nor does a start without it make another');
  t.equal((await keysOf(parts)).length, 1);
});

test('ADMIN_KEY lets one in to a store whose keys are lost, but never revives a revoked one', async (t) => {
  const { parts } = await startEmpty(t);
  const lost = (await ensureAdminKey(parts, null)) as string;
  await ensureAdminKey(parts, ADMIN_KEY);
  t.equal(await roleOf(parts, ADMIN_KEY), 'admin');
  t.equal(await roleOf(parts, lost), 'admin');
  const [, own] = await keysOf(parts);
  await revokeKey(parts, (own as { id: number }).id);
  t.equal(await ensureAdminKey(parts, ADMIN_KEY), undefined);
  t.equal(await roleOf(parts, ADMIN_KEY), undefined);
  t.equal((await keysOf(parts)).length, 2);
});

test('the use of a key is noted outside the request, at most every five minutes', async (t) => {
  const { parts, time } = await startEmpty(t);
  const { key } = await createKey(parts, BY_ITSELF, { name: 'K', role: 'viewer' });
  const other = (await createKey(parts, BY_ITSELF, { name: 'Unused', role: 'viewer' })).key;
  const errors: unknown[] = [];
  const lastUsed = startLastUsed(parts, (error) => errors.push(error));
  const used = async (id = key.id) => (await keysOf(parts)).find((row) => row.id === id)?.lastUsedAt ?? null;
  lastUsed.note(key.id);
  t.equal(await used(), null, 'not within the request');
  await lastUsed.flush();
  t.same(await used(), time.now);
  const first = time.now;
  for (const [minutes, isNoted] of [
    [1, false],
    [3.9, false],
    [0.1, true],
    [4.9, false],
    [0.1, true],
  ] as const) {
    const before = await used();
    time.now = new Date(time.now.getTime() + minutes * MINUTE);
    lastUsed.note(key.id);
    await lastUsed.flush();
    t.same(await used(), isNoted ? time.now : before, `${time.now.getTime() - first.getTime()} ms later`);
  }
  t.equal(await used(other.id), null, 'a key that nobody used is not noted');
  t.same(errors, []);
});

test('a note that could not be written is said, and harms nobody', async (t) => {
  const { parts } = await startEmpty(t);
  const { key } = await createKey(parts, BY_ITSELF, { name: 'K', role: 'viewer' });
  const broken = { ...parts, store: { ...parts.store, transaction: () => Promise.reject(new Error('disk full')) } };
  const said = await new Promise((resolve) => {
    const lastUsed = startLastUsed(broken, resolve);
    lastUsed.note(key.id);
    lastUsed.note(key.id);
    t.teardown(() => lastUsed.flush());
    const keepAwake = setTimeout(() => resolve('nothing'), 3000); // its own timer lets a process end
    t.teardown(() => clearTimeout(keepAwake));
  });
  t.match(said, { message: 'disk full' });
});

test('a request answers before its key is noted', async (t) => {
  const { ask, keys, store } = await startGalley(t);
  const rows = () => store.db.select().from(store.tables.keys);
  await ask('GET', '/v1/me', { key: keys.viewer });
  t.equal((await rows()).find(({ role }) => role === 'viewer')?.lastUsedAt ?? null, null);
  await new Promise((resolve) => setTimeout(resolve, 1200));
  t.type((await rows()).find(({ role }) => role === 'viewer')?.lastUsedAt, Date);
  t.equal((await rows()).find(({ role }) => role === 'editor')?.lastUsedAt ?? null, null);
});
