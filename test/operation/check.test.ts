import { test } from 'tap';
import { openInspection } from '../../src/store/inspecting.ts';
import type { Store } from '../../src/store/store.ts';
import { type Galley, START, startGalley } from '../support/app.ts';
import { faultsOf } from '../support/checked.ts';
import { connectBeside, engine, newDatabase } from '../support/database.ts';

/** Articles 1 to 4 (live, draft, scheduled, in the trash) and a thread of comments, one of them only a place. */
const fill = async ({ ask, keys, authorId }: Galley): Promise<void> => {
  const key = keys.admin;
  const make = async (path: string, body: object) => {
    const { status, body: made } = await ask('POST', path, { key, body });
    if (status !== 201) throw new Error(`${path}: ${status} ${made.detail}`);
    return made;
  };
  const whole = {
    body: 'The *first* boats 日本語 are in, <b>all</b> of them.',
    authorIds: [authorId],
    tags: ['Harbour', 'Été'],
  };
  await make('/v1/articles', { title: 'Boats — 船', subtitle: 'Ships', ...whole, status: 'published' });
  await make('/v1/articles', { title: '!!!', ...whole });
  const publishedAt = new Date(Date.parse(START) + 3_600_000).toISOString();
  await make('/v1/articles', { title: 'Tomorrow', ...whole, status: 'scheduled', publishedAt });
  const { id } = await make('/v1/articles', { title: 'Gone', ...whole, status: 'published' });
  await ask('DELETE', `/v1/articles/${id}`, { key });
  const say = async (body: string, parentId?: number) => {
    const signed = { authorName: 'Kay', authorEmail: 'Kay@Example.org' };
    const said = await make('/v1/articles/1/comments', { body, ...signed, ...(parentId && { parentId }) });
    await ask('PATCH', `/v1/comments/${said.id}`, { key, body: { status: 'approved' } });
    return said;
  };
  const first = await say('Well seen');
  for (const body of ['So it is', 'From the pier?']) await say(body, first.id);
  await say('And I', (await say('Who else?', 2)).id);
  await ask('PATCH', '/v1/comments/3', { key, body: { status: 'spam' } });
  await ask('DELETE', '/v1/comments/1?permanent=true', { key });
  await ask('PATCH', `/v1/authors/${authorId}`, { key, body: { name: 'Ada King' } });
};

/** What is planted, and the lines that name it. */
const PLANTED: [string, string[]][] = [
  ['update authors set article_count = 7 where id = 1', ['counts: author 1: articleCount is 7, and there are 2']],
  ['update tags set article_count = 0 where id = 1', ['counts: tag 1: articleCount is 0, and there are 2']],
  ['update articles set comment_count = 9 where id = 1', ['counts: article 1: commentCount is 9, and there are 3']],
  ['update comments set reply_count = 5 where id = 2', ['counts: comment 2: replyCount is 5, and there are 1']],
  [
    'update comments set shown_reply_count = 3 where id = 4',
    ['counts: comment 4: the count of shown replies is 3, and there are 1'],
  ],
  [
    'update comments set is_shown = not is_shown where id = 3',
    [
      'counts: comment 1: the count of shown replies is 1, and there are 2',
      'copies: comment 3: is shown, or hidden, against its status and its replies',
    ],
  ],
  ['update comments set depth = 4 where id = 5', ['copies: comment 5: does not stand below what it replies to']],
  [
    "update comments set email_folded = 'x' where id = 2",
    ['copies: comment 2: is compared by another email than its own'],
  ],
  [
    "update article_authors set shelf = 'draft' where article_id = 1",
    ['copies: article 1: stands otherwise in the list of author 1'],
  ],
  [
    'update article_tags set sort_at = (select created_at from articles where id = 3) where article_id = 3 and tag_id = 1',
    ['copies: article 3: stands otherwise in the list of tag 1'],
  ],
  [
    'delete from revisions where article_id = 2',
    ['copies: article 2: has no text, or its newest version is not among its revisions'],
  ],
  [
    "update articles set title_folded = 'x' where id = 2",
    ['copies: article 2: is sorted by another title than its own'],
  ],
  ['delete from due_moments where article_id = 3', ['copies: article 3: is due at other moments than its own']],
  [
    'update articles set noted_live = not noted_live where id = 2',
    ['counts: tag 2: articleCount is 1, and there are 2', 'copies: article 2: counts as live'],
  ],
  ['update articles set featured = not featured where id = 1', ['copies: article 1: is listed by an untrue card']],
  [
    "delete from author_words where word = 'king'",
    ['copies: author 1: is looked up by other words than those of its name'],
  ],
  ["update tags set name_folded = 'x' where id = 2", ['copies: tag 2: is sorted by another name than its own']],
];

/** The same of the full text, whatever the engine keeps there. */
const plantWords = async ({ searches: { articles, comments } }: Store): Promise<string[]> => {
  await articles.remove(2);
  await articles.write(1, { title: 'boats 船', subtitle: 'ships', names: 'ada king', text: 'the first boat' });
  await articles.write(77, { title: 'nobody', subtitle: '', names: '', text: '' });
  await comments.remove(4);
  await comments.write(5, { title: 'kay', subtitle: '', names: '', text: 'i and' });
  return [
    'search: article 2: is not in the full text',
    'search: article 1: is found by other words than its own',
    'search: article 77: is in the full text, and nowhere else',
    'search: comment 4: is not in the full text',
    'search: comment 5: is found by other words than its own',
  ];
};

test('a check finds nothing in a sound store, and names every fault that is planted, and no other', async (t) => {
  const galley = await startGalley(t);
  const { store, address, clock, indexQueued } = galley;
  await fill(galley);
  t.same(await faultsOf(t, address, clock.now), [], 'sound, while the new name of an author is not searched yet');
  await indexQueued();
  t.same(await faultsOf(t, address, clock.now), [], 'sound');
  const beside = await connectBeside(t, address);
  for (const [statement] of PLANTED) await beside.run(statement);
  const ofWords = await store.transaction(plantWords);
  const lines = [...PLANTED.flatMap(([, told]) => told), ...ofWords];
  t.same((await faultsOf(t, address, clock.now)).sort(), lines.sort());
});

test('a check finds nothing wrong with what a schedule published or ended, before it is noted and after', async (t) => {
  const { store, address, clock, ask, keys, authorId, noteDueMoments, indexQueued } = await startGalley(t);
  const at = (hours: number) => new Date(Date.parse(START) + hours * 3_600_000).toISOString();
  const given = { title: 'Boats', body: 'Boats', tags: ['Harbour'], authorIds: [authorId] };
  for (const moments of [
    { status: 'published', unpublishAt: at(2) },
    { status: 'scheduled', publishedAt: at(1) },
    { status: 'scheduled', publishedAt: at(1), unpublishAt: at(2) },
  ])
    t.equal((await ask('POST', '/v1/articles', { key: keys.admin, body: { ...given, ...moments } })).status, 201);
  await indexQueued();
  for (let n = 0; n < 3; n++) {
    clock.advance(3_600_000);
    t.same(await faultsOf(t, address, clock.now), [], `not noted yet, hour ${n + 1}`);
    await noteDueMoments();
    t.same(await faultsOf(t, address, clock.now), [], `noted, hour ${n + 1}`);
  }
  const { articles } = store.tables;
  const rows = await store.db
    .select({ shelf: articles.shelf, names: articles.cardNames })
    .from(articles)
    .orderBy(articles.id);
  t.same(
    rows.map(({ shelf, names }) => [shelf, names !== null]),
    [
      ['archived', false],
      ['published', true],
      ['archived', false],
    ],
  );
});

test('a check also names what the engine finds, while nobody can write, and looks at no store of another time', async (t) => {
  const { address, ask, keys, authorId } = await startGalley(t);
  await ask('POST', '/v1/articles', { key: keys.admin, body: { title: 'Boats', authorIds: [authorId] } });
  const beside = await connectBeside(t, address);
  const isFile = address.engine === 'sqlite';
  await beside.run(isFile ? 'pragma foreign_keys = off' : 'set session_replication_role = replica');
  await beside.run('delete from authors where id = 1');
  await beside.run('delete from author_words');
  const letGo = await engine.holdWrites(address); // nobody can write: who looks need not
  const told = isFile
    ? /^integrity: row \d+ of article_authors refers to no row of authors$/
    : /^integrity: 1 rows of article_authors refer to no row of authors$/;
  const faults = await faultsOf(t, address, new Date(START));
  t.ok(
    faults.some((line) => told.test(line)),
    faults.join('\n'),
  );
  await letGo();
  const migrations = isFile ? '__drizzle_migrations' : 'drizzle.__drizzle_migrations';
  await beside.run(`delete from ${migrations} where created_at = (select max(created_at) from ${migrations})`);
  await t.rejects(openInspection(address), { code: 'STORE_OLDER' });
  await t.rejects(openInspection(await newDatabase(t, 'empty')), { code: 'STORE_MISSING' });
});
