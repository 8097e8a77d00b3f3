import { asc, eq } from 'drizzle-orm';
import { test } from 'tap';
import { pruneEvents, startPruning } from '../../src/features/changes/pruning.ts';
import { type Galley, startGalley } from '../support/app.ts';
import { insertRows } from '../support/rows.ts';

const DAY = 86_400_000;
const DAYS = 90;
const partsOf = ({ store, clock }: Galley) => ({ store, clock: () => clock.now });
const prune = (galley: Galley) => pruneEvents(partsOf(galley), DAYS);
const stored = async ({ store: { db, tables } }: Galley) =>
  db.select().from(tables.events).orderBy(asc(tables.events.id));
const horizonOf = async ({ store: { db, tables } }: Galley) =>
  (await db.select().from(tables.eventHorizon))[0]?.prunedTo;
const follow = ({ ask, keys }: Galley, query = '') => ask('GET', `/v1/changes${query}`, { key: keys.viewer });

/** Events of whatever, so many at each of some moments. */
const insertEvents = ({ store }: Galley, moments: Date[], each: number): Promise<void> =>
  store.transaction((tx) =>
    insertRows(
      tx,
      tx.tables.events,
      moments.flatMap((at) =>
        Array.from({ length: each }, () => ({
          ...{ type: 'article.updated', at, kind: 'article', entityId: 1, version: 1, changedFields: ['title'] },
        })),
      ),
    ),
  );

test('events go after so many days, and followers who stood before them are told to begin anew', async (t) => {
  const galley = await startGalley(t);
  const { ask, keys, clock } = galley;
  const make = async (path: string, body: object) => (await ask('POST', path, { key: keys.admin, body })).body;
  const tag = await make('/v1/tags', { name: 'Merged' });
  const into = await make('/v1/tags', { name: 'Into' });
  const early = (await follow(galley, '?after=now')).body.pagination.next;
  await ask('POST', `/v1/tags/${tag.id}/merge`, { key: keys.admin, body: { into: into.id } });
  clock.advance(DAY);
  await make('/v1/authors', { name: 'Gone later' });
  const edge = (await follow(galley, '?after=now')).body.pagination.next;
  clock.advance(DAY);
  await make('/v1/authors', { name: 'Kept' });
  const kept = (await follow(galley, '?after=now')).body.pagination.next;

  clock.advance((DAYS - 2) * DAY - 1);
  await prune(galley);
  t.equal((await stored(galley)).length, 6, 'nothing is that old yet');
  clock.advance(DAY + 1);
  await prune(galley);
  const rows = await stored(galley);
  t.same(
    rows.map(({ type }) => type),
    ['tag.merged', 'author.created'],
    'what a tag became stays, and what is younger',
  );
  t.equal(await horizonOf(galley), Number(edge.split('.')[0]));

  for (const after of [early, '0.0', `1.${early.split('.')[1]}`])
    for (const query of [`?after=${after}`, `?after=${after}&types=author.created`])
      t.match(await follow(galley, query), { status: 410, body: { code: 'cursor-expired' } }, query);
  const merged = rows[0];
  const atMerge = `${merged?.id}.${merged?.at.getTime().toString(36)}`;
  t.equal((await follow(galley, `?after=${atMerge}`)).status, 410, 'also one whose event is kept for its own sake');
  for (const query of [
    '',
    `?after=${edge}`,
    '?types=author.created',
    `?after=${edge}&types=author.created,tag.merged`,
  ]) {
    const { body } = await follow(galley, query);
    t.match(body, { data: [{ cursor: kept }], pagination: { next: kept } }, `“${query}” misses nothing`);
    t.equal(body.data.length, 1, 'and tells no more');
  }
  const { body: audit } = await ask('GET', '/v1/audit', { key: keys.admin });
  t.same(
    audit.data.map(({ type }: { type: string }) => type),
    ['author.created', 'tag.merged'],
    'the audit has all that is stored',
  );

  clock.advance(10 * DAYS * DAY);
  await prune(galley);
  t.equal((await stored(galley)).length, 2, 'the newest stays, however old: it says where followers stand');
  t.match((await follow(galley, `?after=${kept}`)).body, { data: [], pagination: { next: kept } });
  await make('/v1/tags', { name: 'New' });
  t.equal((await follow(galley, `?after=${kept}`)).body.data.length, 1);
  await prune(galley);
  t.equal(await horizonOf(galley), Number(kept.split('.')[0]), 'and goes with the next');
});

test('old versions still find what a merged tag and a deleted author became', async (t) => {
  const galley = await startGalley(t);
  const { ask, keys, clock } = galley;
  const make = async (path: string, body: object) => (await ask('POST', path, { key: keys.admin, body })).body;
  const gone = await make('/v1/authors', { name: 'Gone' });
  const heir = await make('/v1/authors', { name: 'Heir' });
  const article = await make('/v1/articles', { title: 'One', body: 'B', authorIds: [gone.id], tags: ['Old'] });
  const into = await make('/v1/tags', { name: 'Into' });
  await ask('PATCH', `/v1/articles/${article.id}`, { key: keys.admin, body: { title: 'Two' } });
  await ask('POST', `/v1/tags/${article.tags[0].id}/merge`, { key: keys.admin, body: { into: into.id } });
  await ask('DELETE', `/v1/authors/${gone.id}?reassignTo=${heir.id}`, { key: keys.admin });
  await ask('PATCH', `/v1/articles/${article.id}`, { key: keys.admin, body: { authorIds: null, tags: [] } });
  clock.advance(2 * DAYS * DAY);
  await prune(galley);
  t.equal((await stored(galley)).length, 3, 'all went but those two and the newest');
  const { body } = await ask('POST', `/v1/articles/${article.id}/revisions/1/restore`, { key: keys.admin, body: {} });
  t.match(body, { title: 'One', authors: [{ id: heir.id }], tags: [{ id: into.id }] });
});

test('who comes too late is told what changed, or nothing where that is no longer all known', async (t) => {
  const galley = await startGalley(t);
  const { ask, keys, clock } = galley;
  const { body: tag } = await ask('POST', '/v1/tags', { key: keys.admin, body: { name: 'Tag' } });
  const edit = (body: object, version = '*') =>
    ask('PATCH', `/v1/tags/${tag.id}`, { key: keys.admin, body, headers: { 'if-match': version } });
  await edit({ description: 'First' });
  clock.advance(DAY);
  await edit({ name: 'Second' });
  t.match(await edit({ name: 'Late' }, '"1"'), { status: 412, body: { changedFields: ['description', 'name'] } });
  clock.advance(DAYS * DAY - 1);
  await prune(galley);
  const { status, body } = await edit({ name: 'Late' }, '"1"');
  t.match([status, body.currentVersion, body.changedFields], [412, 3, undefined], 'half of it would be no answer');
  t.match(await edit({ name: 'Late' }, '"2"'), { status: 412, body: { changedFields: ['name'] } });
});

test('it goes by small units, waits for webhooks that are active, and leaves off when it is stopped', async (t) => {
  const galley = await startGalley(t);
  const { store, clock } = galley;
  const old = clock.now;
  await insertEvents(galley, [old], 1000);
  clock.advance((DAYS + 1) * DAY);
  await insertEvents(galley, [clock.now], 3);
  const webhook = (seenEventId: number, active: boolean) => ({
    ...{ url: 'https://harbour.example', events: ['*' as const], active, secret: 'whsec_', seenEventId },
    ...{ createdAt: old, updatedAt: old },
  });
  await store.transaction((tx) =>
    insertRows(tx, tx.tables.webhooks, [webhook(500, true), webhook(900, true), webhook(3, false)]),
  );
  let asked = 0;
  await pruneEvents(partsOf(galley), DAYS, () => ++asked > 2);
  t.equal(await horizonOf(galley), 400, 'two units of two hundred');
  await prune(galley);
  t.equal(await horizonOf(galley), 500, 'what a webhook has not been told yet stays');
  await store.transaction(async ({ db, tables }) => {
    await db.update(tables.webhooks).set({ active: false }).where(eq(tables.webhooks.seenEventId, 500));
  });
  const running = startPruning(partsOf(galley), DAYS, (error) => t.fail('it failed', { error }));
  await running.stop();
  await Promise.all([prune(galley), prune(galley)]);
  t.equal(await horizonOf(galley), 900);
  await store.transaction(async ({ db, tables }) => {
    await db.delete(tables.webhooks);
  });
  await prune(galley);
  t.equal(await horizonOf(galley), 1001);
  t.equal((await stored(galley)).length, 3);
});

test('a follower who reads while events go is told all of them, or that some are gone', async (t) => {
  const galley = await startGalley(t);
  const { clock } = galley;
  const moments = Array.from({ length: 40 }, (_, n) => new Date(clock.now.getTime() + n * DAY));
  await insertEvents(galley, moments, 20);
  const { pagination } = (await follow(galley)).body;
  let after = pagination.next;
  let [told, expired] = [0, 0];
  const all = await stored(galley);
  clock.advance(DAYS * DAY);
  for (let n = 0; n < 40; n += 1) {
    clock.advance(DAY);
    const [{ status, body }] = await Promise.all([follow(galley, `?after=${after}&limit=30`), prune(galley)]);
    if (status === 410) {
      expired += 1;
      after = (await follow(galley, '?limit=1')).body.pagination.next;
      continue;
    }
    told += 1;
    const ids = body.data.map(({ cursor }: { cursor: string }) => Number(cursor.split('.')[0]));
    const from = Number(after.split('.')[0]);
    const expected = all.filter(({ id }) => id > from).slice(0, 30);
    t.same(
      ids,
      expected.map(({ id }) => id),
      `after ${from}`,
    );
    if (n % 3) after = body.pagination.next;
  }
  t.ok(told > 5 && expired > 0, `${told} pages, ${expired} times it was to begin anew`);
});
