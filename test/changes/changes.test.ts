import { asc } from 'drizzle-orm';
import { test } from 'tap';
import { EVENT_TYPES } from '../../src/core/events.ts';
import { type Galley, START, startGalley } from '../support/app.ts';
import { watchStatements } from '../support/database.ts';
import { followOn, type Told } from '../support/follower.ts';
import { insertRows } from '../support/rows.ts';
import { randomFrom, seedOf } from '../support/truth/random.ts';

const follow = ({ ask, keys }: Galley, query = '') => ask('GET', `/v1/changes${query}`, { key: keys.viewer });
const storedCursors = async ({ store: { db, tables } }: Galley): Promise<string[]> => {
  const { id, at } = tables.events;
  const rows = await db.select({ id, at }).from(tables.events).orderBy(asc(id));
  return rows.map((row) => `${row.id}.${row.at.getTime().toString(36)}`);
};
const cursorsOf = (changes: Told[]): string[] => changes.map(({ cursor }) => cursor);
const typesOf = (changes: Told[]): string[] => changes.map(({ type }) => type);

/** A site on which something of every kind happens; all words that nobody is told by an event hold `zq`. */
const letAllHappen = async ({ ask, keys, clock, noteDueMoments }: Galley): Promise<void> => {
  const key = keys.admin;
  const make = async (path: string, body: object) => (await ask('POST', path, { key, body })).body;
  const edit = (path: string, body: object) => ask('PATCH', path, { key, body });
  const remove = (path: string) => ask('DELETE', path, { key });
  const author = await make('/v1/authors', { name: 'Grace', email: 'zq-grace@harbour.example', bio: 'zq bio' });
  await edit(`/v1/authors/${author.id}`, { email: 'zq-hopper@harbour.example', bio: 'zq other' });
  const heir = await make('/v1/authors', { name: 'Heir' });
  const article = await make('/v1/articles', {
    ...{ title: 'zq title', slug: 'shown', body: 'zq body', excerpt: 'zq excerpt', status: 'published' },
    ...{ tags: ['Kept', 'Merged'], authorIds: [author.id], metadata: { zq: 'zq' }, seo: { title: 'zq seo' } },
    ...{ unpublishAt: new Date(Date.parse(START) + 3_600_000).toISOString() },
  });
  const url = `/v1/articles/${article.id}`;
  await edit(url, { title: 'zq title 2', body: 'zq body 2', source: { system: 'zq', id: 'zq' } });
  const said = { authorName: 'zq guest', authorEmail: 'zq-guest@mail.example', body: 'zq comment' };
  const comment = await make(`${url}/comments`, said);
  for (const status of ['pending', 'approved', 'spam', 'trash', 'approved'])
    await edit(`/v1/comments/${comment.id}`, { status });
  await edit(`/v1/comments/${comment.id}`, { body: 'zq other words' });
  await remove(`/v1/comments/${comment.id}?permanent=true`);
  clock.advance(7_200_000);
  await noteDueMoments();
  await remove(url);
  await ask('POST', `${url}/restore`, { key, body: {} });
  await remove(`/v1/authors/${author.id}?reassignTo=${heir.id}`);
  const { body: tags } = await ask('GET', '/v1/tags', { key });
  const idOf = (slug: string) => tags.data.find((tag: { slug: string }) => tag.slug === slug).id;
  await ask('POST', `/v1/tags/${idOf('merged')}/merge`, { key, body: { into: idOf('kept') } });
  await edit(`/v1/tags/${idOf('kept')}`, { description: 'zq description' });
  await remove(`/v1/tags/${idOf('kept')}`);
  await edit('/v1/site', { title: 'zq site', description: 'zq of it' });
  await remove(`${url}?permanent=true`);
};

test('everything that happens is told, in its order, and nothing of what was written', async (t) => {
  const galley = await startGalley(t);
  const { ask, keys, store } = galley;
  const begun = await follow(galley, '?after=now');
  t.same(begun.body.data, []);
  await letAllHappen(galley);
  const { status, headers, body } = await follow(galley, `?after=${begun.body.pagination.next}&limit=100`);
  t.equal(status, 200);
  t.equal(headers['cache-control'], 'private, no-cache');
  t.same([...new Set(typesOf(body.data))].sort(), [...EVENT_TYPES].sort(), 'every type of the catalogue');
  t.same(cursorsOf(body.data), (await storedCursors(galley)).slice(1), 'each once, in the order of the store');
  t.equal(body.pagination.next, body.data.at(-1).cursor);
  t.equal(body.pagination.previous, null);
  const { cursor: _, ...first } = body.data[3];
  t.same(first, {
    ...{ type: 'tag.created', at: START, kind: 'tag', id: 1, version: 1, slug: 'kept', live: null },
    ...{ articleId: null, changedFields: [] },
  });
  const ofComments = body.data.filter(({ kind }: Told) => kind === 'comment');
  t.ok(ofComments.length >= 6);
  for (const { articleId } of ofComments) t.equal(articleId, 1, 'the article of a comment, also of one that is gone');
  const ofArticle = body.data.filter(({ kind }: Told) => kind === 'article');
  t.same(typesOf(ofArticle).slice(0, 2), ['article.created', 'article.published'], 'of one write in their order');
  const edited = body.data.find(({ type }: Told) => type === 'article.updated');
  t.match(edited, { kind: 'article', id: 1, version: 2, slug: 'shown', live: true });
  t.same([...edited.changedFields].sort(), ['body', 'source', 'title'], 'the names of fields alone');
  const came = body.data.find(({ type, version }: Told) => type === 'article.unpublished' && version !== null);
  t.match(came, { at: '2026-11-22T09:00:00.000Z', live: false }, 'also what comes by a moment');

  const stored = JSON.stringify(await store.db.select().from(store.tables.events));
  t.ok(stored.includes('"shown"'), 'the rows are there');
  t.notMatch(stored, /zq/, 'no event holds a text, a name of a guest or an address');
  const { text } = await ask('GET', '/v1/audit?limit=100', { key: keys.admin });
  t.notMatch(text, /zq/, 'nor does the audit tell any');
  t.equal((await follow(galley, '?limit=2')).body.data[0].type, 'author.created', 'without `after`: from the first');
  const { etag } = (await follow(galley)).headers;
  const again = await ask('GET', '/v1/changes', { key: keys.viewer, headers: { 'if-none-match': String(etag) } });
  t.equal(again.status, 304);
});

test('what an article is about that is not live, its slug does not tell who may not read it', async (t) => {
  const { ask, keys, authorId } = await startGalley(t);
  const begun = (await ask('GET', '/v1/changes?after=now', { key: keys.viewer })).body.pagination.next;
  const { body: other } = await ask('POST', '/v1/authors', { key: keys.editor, body: { name: 'Grace Hopper' } });
  for (const [title, authorIds] of [
    ['Theirs', [other.id]],
    ['Mine', [authorId]],
  ])
    await ask('POST', '/v1/articles', { key: keys.editor, body: { title, authorIds, body: 'Text' } });
  const { body: shown } = await ask('POST', '/v1/articles', {
    ...{ key: keys.editor, body: { title: 'Shown', body: 'Text', authorIds: [other.id], status: 'published' } },
  });
  await ask('PATCH', `/v1/articles/${shown.id}`, { key: keys.editor, body: { status: 'draft', slug: 'hidden' } });
  const all = ['theirs', 'mine', 'shown', 'shown', 'hidden', 'hidden'];
  const shownOnly = [null, null, 'shown', 'shown', null, null];
  const rows = { viewer: all, contributor: shownOnly, author: shownOnly, editor: all, admin: all };
  for (const [role, slugs] of Object.entries(rows)) {
    const { body } = await ask('GET', `/v1/changes?after=${begun}`, { key: keys[role as keyof typeof rows] });
    const ofArticles = body.data.filter(({ kind }: Told) => kind === 'article');
    t.same(
      ofArticles.map(({ slug }: { slug: string | null }) => slug),
      slugs,
      role,
    );
    t.equal(body.data[0].slug, 'grace-hopper', 'authors are shown to every key');
  }
});

test('a follower of some types hears of those alone, and never looks at the others again', async (t) => {
  const galley = await startGalley(t);
  const { ask, keys } = galley;
  const make = (path: string, body: object) => ask('POST', path, { key: keys.admin, body });
  await make('/v1/tags', { name: 'First' });
  for (let n = 0; n < 5; n += 1) await make('/v1/authors', { name: `Author ${n}` });
  const last = (await storedCursors(galley)).at(-1);
  const rare = await follow(galley, '?types=tag.created');
  t.same(typesOf(rare.body.data), ['tag.created']);
  t.equal(rare.body.pagination.next, last, 'it goes on behind all that was looked at');
  const none = await follow(galley, '?types=tag.merged&types=tag.deleted');
  t.same([none.body.data, none.body.pagination.next], [[], last]);
  const both = await follow(galley, '?types=tag.created,author.created&limit=3');
  t.same(typesOf(both.body.data), ['author.created', 'tag.created', 'author.created']);
  t.equal(both.body.pagination.next, both.body.data.at(-1).cursor, 'a full page goes on behind its last');
  const rest = await follow(
    galley,
    `?types=author.created,tag.created,author.created&after=${both.body.pagination.next}`,
  );
  t.same(typesOf(rest.body.data), Array(4).fill('author.created'));
  t.equal((await follow(galley, '?types=tag.moved')).status, 400);
  t.equal((await follow(galley, `?types=${EVENT_TYPES.join(',')}`)).status, 400, 'at most twenty');
  const later = await follow(galley, `?types=tag.created&after=${last}`);
  t.equal(later.body.pagination.next, last, 'nothing since');
});

test('a cursor is one of this store, or refused', async (t) => {
  const galley = await startGalley(t);
  const { store, clock } = galley;
  const given = (await follow(galley, '?after=now')).body.pagination.next;
  for (const after of ['', 'x', '1', '1.', '01.mwrhlr40', '1.MWRH', '99999999999.1', '2147483648.1', 'NOW', '-1.1']) {
    const { status, body } = await follow(galley, `?after=${encodeURIComponent(after)}`);
    t.match({ status, body }, { status: 400, body: { code: 'invalid-cursor', errors: [{ name: 'after' }] } }, after);
  }
  const [id] = given.split('.');
  for (const after of [`${Number(id) + 1}.${given.split('.')[1]}`, `${id}.1`, '2147483647.0', '0.1x']) {
    const { status, body } = await follow(galley, `?after=${after}`);
    const isBeginning = after.startsWith('0.');
    t.match([status, body.code], isBeginning ? [200, undefined] : [410, 'cursor-expired'], after);
    if (!isBeginning) t.match(body.detail, /after=now/, 'it says what to do');
  }
  // What a store that went back to a backup has: an id again, given to something else.
  await store.transaction(async ({ db, tables }) => {
    await db.update(tables.events).set({ at: new Date(clock.now.getTime() + 1) });
  });
  t.match(await follow(galley, `?after=${given}`), { status: 410, body: { code: 'cursor-expired' } });
});

test('an empty store has a cursor, too', async (t) => {
  const galley = await startGalley(t);
  const { store, ask, keys } = galley;
  await store.transaction(async ({ db, tables }) => {
    await db.delete(tables.events);
  });
  for (const query of ['', '?after=now', '?types=tag.created', '?after=0.0', '?after=0.0&types=tag.created']) {
    const { status, body } = await follow(galley, query);
    t.same([status, body], [200, { data: [], pagination: { limit: 20, next: '0.0', previous: null } }], query);
  }
  await ask('POST', '/v1/tags', { key: keys.admin, body: { name: 'First' } });
  const { body } = await follow(galley, '?after=0.0');
  t.same(typesOf(body.data), ['tag.created']);
});

/** Writes what a newsroom writes, each time something else; `ask` may be that of any process. */
const writeSome = async ({ ask, keys, authorId }: Galley, name: string, times: number): Promise<void> => {
  const key = keys.admin;
  for (let n = 0; n < times; n += 1) {
    const { body } = await ask('POST', '/v1/articles', {
      key,
      body: {
        title: `${name} ${n}`,
        body: 'B',
        ...(n % 2 && { status: 'published', authorIds: [authorId], tags: [`${name} ${n % 3}`] }),
      },
    });
    // What is refused leaves ids unused.
    await ask('PATCH', `/v1/articles/${body.id}`, { key, body: { tags: ['New'], authorIds: [99_999] } });
    await ask('PATCH', `/v1/articles/${body.id}`, { key, body: { title: `${name} ${n}!` } });
  }
};

test('eight writers on two Galleys of a store, followers cut off by chance: each hears of every event once, in order', async (t) => {
  const first = await startGalley(t);
  const second = await startGalley(t, { address: first.address });
  const random = randomFrom(seedOf('CHANGES_SEED'));
  const before = await storedCursors(first);
  const after = before.at(-1) as string;
  const read = async (query: string) => (await follow(random.below(2) ? first : second, `?${query}`)).body;
  const rare = ['article.published', 'tag.created'];
  let isOver = false;
  const writing = Promise.all(
    Array.from({ length: 8 }, (_, n) => writeSome(n % 2 ? first : second, `writer ${n}`, 8)),
  ).finally(() => {
    isOver = true;
  });
  const [all, some] = await Promise.all([
    followOn(read, random, { after, isOver: () => isOver }),
    followOn(read, random, { after, isOver: () => isOver, more: `&types=${rare.join(',')}` }),
    writing,
  ]);
  const written = (await storedCursors(first)).slice(before.length);
  t.ok(written.length > 150 && all.cuts > 0 && some.cuts > 0, `${written.length} events, ${all.pages} pages`);
  t.strictSame(cursorsOf(all.seen), written);
  const wanted = all.seen.filter(({ type }) => rare.includes(type));
  t.ok(wanted.length > 40 && wanted.length < written.length, `${wanted.length} of some types`);
  t.strictSame(cursorsOf(some.seen), cursorsOf(wanted));
});

const MANY = 10_000;
/** A record of many events: nearly all of one type, by one key; the things they are about come again and again. */
const fill = ({ store }: Galley): Promise<void> =>
  store.transaction(async (tx) => {
    const rows = Array.from({ length: MANY }, (_, n) => {
      const type = n % 500 === 7 ? 'tag.merged' : n % 100 === 3 ? 'author.updated' : 'article.updated';
      return {
        ...{ type, at: new Date(START), kind: type.split('.')[0] as string, entityId: 1 + (n % 300), version: n + 1 },
        ...{ changedFields: [], keyId: n % 50 === 0 ? 3 : 1 },
      };
    });
    await insertRows(tx, tx.tables.events, rows);
  });

test('changes and the audit are found by indexes, in their order, whatever is asked for', async (t) => {
  const galley = await startGalley(t);
  await fill(galley);
  const { during, planOf } = watchStatements(t, galley.address);
  const hold = async (url: string, size: number) => {
    const { answer, ran } = await during(() => galley.ask('GET', url, { key: galley.keys.admin }));
    t.match([answer.status, answer.body.data.length], [200, size], url);
    const found = ran.filter(({ source }) => /from "events"/.test(source));
    t.equal(found.length > 0, size > 0, url);
    // The last of all is read from the end of the table, and no further.
    const { dear } = await planOf(
      found.filter(({ source }) => !/from "events" order by "events"\."id" desc limit/.test(source)),
    );
    t.strictSame(dear, [], `${url}: no scan, no sorting`);
    return answer.body.pagination;
  };
  const { next } = await hold('/v1/changes?limit=100', 100);
  for (const [types, size] of [
    ['tag.merged', 20],
    ['article.updated', 100],
    ['tag.merged,article.updated,author.updated', 100],
    ['tag.merged,site.updated', 20],
  ] as const) {
    await hold(`/v1/changes?limit=100&types=${types}`, size);
    await hold(`/v1/changes?limit=100&after=${next}&types=${types}`, size === 20 ? 19 : 100);
    const audit = `/v1/audit?limit=100&types=${types}`;
    await hold(audit, size);
    await hold(`${audit}&key=1`, size === 20 ? 20 : 100);
    await hold(`${audit}&kind=tag`, types.includes('tag') ? 20 : 0);
  }
  for (const filter of ['', '&key=1', '&key=3', '&kind=article', '&kind=article&id=7', '&kind=article&id=7&key=1']) {
    const found = await hold(`/v1/audit?limit=10${filter}`, 10);
    const second = await hold(`/v1/audit?limit=10${filter}&cursor=${found.next}`, 10);
    await hold(`/v1/audit?limit=10${filter}&cursor=${second.previous}`, 10);
  }
});
