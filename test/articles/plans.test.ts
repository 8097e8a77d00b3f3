import Database from 'better-sqlite3';
import { test } from 'tap';
import { dealCards } from '../../src/features/articles/dealing.ts';
import type { Asked } from '../support/app.ts';
import { START, startGalley } from '../support/app.ts';
import { watchStatements } from '../support/statements.ts';

const ARTICLES = 10_000;
const AUTHORS = 12;
/** A tag on every article, on every second, … on one. */
const EVERY = [1, 2, 3, 10, 100, 1000, 10_000];
/** What stands on the shelves, by the last digits of the number. */
const standingOf = (i: number): 'published' | 'draft' | 'review' | 'archived' | 'coming' | 'trashed' => {
  const kind = i % 20;
  if (kind < 14) return 'published';
  return (['draft', 'draft', 'review', 'archived', 'coming', 'trashed'] as const)[kind - 14] as 'draft';
};

/** Fills a store by hand, in one transaction: through the doors it would take minutes. */
const fill = (file: string): void => {
  const db = new Database(file);
  const now = Date.parse(START);
  const one = (sql: string) => db.prepare(sql);
  const author =
    one(`insert into authors (version, slug, name, name_folded, links, article_count, created_at, updated_at)
    values (1, ?, ?, ?, '[]', 0, ${now}, ${now})`);
  const tag = one(`insert into tags (version, slug, name, name_folded, kind, article_count, created_at, updated_at)
    values (1, ?, ?, ?, 'topic', ?, ${now}, ${now})`);
  const article = one(`insert into articles (version, slug, title, title_folded, generated_excerpt, body_format, status,
    shelf, published_at, unpublish_at, first_published_at, sort_at, noted_live, language, featured, comment_count,
    word_count, created_at, updated_at, deleted_at)
    values (1, ?, ?, ?, '', 'markdown', ?, ?, ?, ?, null, ?, 0, ?, ?, 0, 1, ?, ?, ?)`);
  const content = one(
    `insert into article_contents (article_id, body, page) values (?, 'x', '{"html":"<p>x</p>","seo":null,"metadata":{}}')`,
  );
  const label = one('insert into article_tags (article_id, tag_id, position, shelf, sort_at) values (?, ?, ?, ?, ?)');
  const byline = one(
    'insert into article_authors (article_id, author_id, position, shelf, sort_at) values (?, ?, 0, ?, ?)',
  );
  db.transaction(() => {
    const authors = Array.from(
      { length: AUTHORS },
      (_, i) => author.run(`author-${i}`, `A ${i}`, `a ${i}`).lastInsertRowid,
    );
    const tags = EVERY.map(
      (n) => [n, tag.run(`every-${n}`, `Every ${n}`, `every ${n}`, ARTICLES / n).lastInsertRowid] as const,
    );
    for (let i = 1; i <= ARTICLES; i++) {
      const standing = standingOf(i);
      const created = now - (ARTICLES - i) * 60_000;
      const isDesk = standing === 'draft' || standing === 'review';
      const published = isDesk ? null : standing === 'coming' ? now + i * 1000 : created;
      const status = standing === 'coming' || standing === 'trashed' ? 'published' : standing;
      const shelf = standing === 'trashed' ? 'trashed' : status;
      const title = `title ${(i * 7919) % ARTICLES}`;
      const ends = i % 400 === 1 ? now - 1 : i % 400 === 2 ? now + 1_000_000 : null;
      const sortAt = published ?? created;
      const row = [`article-${i}`, title, title, status, shelf, published, ends, sortAt, i % 3 ? 'en' : 'de'];
      row.push(i % 7 ? 0 : 1, created, created + 5, standing === 'trashed' ? now : null);
      const { lastInsertRowid: id } = article.run(row);
      content.run(id);
      for (const [position, [n, tagId]] of tags.entries())
        if (i % n === 0) label.run(id, tagId, position, shelf, sortAt);
      byline.run(id, authors[(Math.imul(i, 2_654_435_761) >>> 8) % AUTHORS], shelf, sortAt);
    }
  })();
  db.close();
};

const SEARCH = /^SEARCH \w+ (?:EXISTS )?USING /;
/** Lists of which something is asked that their index does not tell. */
const LOOKS =
  /language|featured|tagsNot|tagsAll=.*,|(?:tag|tagsAll)=.*author=|mine=|trashed=true&|updated|published|status=|sort=.*&(?:tag|author)/;
const COMBINES =
  /^(?:MERGE \(UNION(?: ALL)?\)|LIST SUBQUERY \d+|LEFT|RIGHT|(?:CORRELATED )?(?:SCALAR )?SUBQUERY \d+|CORRELATED SCALAR SUBQUERY \d+)$/;

test('every list of 10,000 articles is found by indexes, in their order', async (t) => {
  const galley = await startGalley(t);
  const { ask, keys, authorId } = galley;
  fill(galley.file);
  await dealCards(galley);
  const { during, planOf } = watchStatements(t, galley.file);
  const own = await galley.makeKey('contributor', authorId + 1);

  /** Asks for a list and its neighbours by cursor, and holds their plans to what an index allows. */
  const hold = async (query: string, asked: Asked, rules: { index: RegExp; size?: number; sorted?: false }) => {
    const size = rules.size ?? 20;
    const get = async (more: string) => {
      const url = `/v1/articles?${query}${more}`;
      const { answer, ran } = await during(() => ask('GET', url, asked));
      // Those that give the value a list is sorted by.
      const found = ran.filter(({ source }) => source.includes('as "value"')).map(planOf);
      const what = `${query || 'all'}${more.slice(0, 8)}`;
      t.equal(answer.status, 200, what);
      // Where something is asked of each article, a stretch is looked at after another.
      t.ok(found.length === 1 || (found.length > 1 && LOOKS.test(query)), `${what}: one search`);
      const steps = found.flat();
      const bad = steps.filter((step) => !SEARCH.test(step) && !COMBINES.test(step));
      const allowed = rules.sorted === false ? ['USE TEMP B-TREE FOR ORDER BY'] : [];
      t.strictSame(bad, allowed, `${what}: no scan, no sorting`);
      t.match(steps.join('\n'), rules.index, `${what}: by its index`);
      return answer.body;
    };
    const first = await get('');
    t.equal(first.data.length, size, `${query}: ${size} rows`);
    if (first.pagination.next === null) return;
    const second = await get(`&cursor=${first.pagination.next}`);
    const back = await get(`&cursor=${second.pagination.previous}`);
    t.strictSame(back.data, first.data, `${query}: back again`);
  };

  const byMoment = /articles_by_moment \(shelf=\? AND (?:sort_at>\? AND )?sort_at<\?\)/;
  const byTag = /article_tags_by_moment \(tag_id=\? AND shelf=\?/;
  const byAuthor = /article_authors_by_moment \(author_id=\? AND shelf=\?/;
  const few = /^SEARCH articles USING INTEGER PRIMARY KEY/;
  const sorted = false;
  const everyone = { key: null };
  const viewer = { key: keys.viewer };
  for (const direction of ['', 'sort=publishedAt&']) {
    await hold(direction, everyone, { index: byMoment });
    for (const n of [1, 2, 100]) await hold(`${direction}tag=every-${n}`, everyone, { index: byTag });
    await hold(`${direction}tag=every-1,every-2,every-1000`, everyone, { index: byTag });
    await hold(`${direction}author=author-1`, everyone, { index: byAuthor });
    await hold(`${direction}author=author-1,author-2,author-3`, everyone, { index: byAuthor });
    await hold(`${direction}tag=every-3&author=author-1`, everyone, { index: byTag });
    await hold(`${direction}tagsAll=every-1,every-2`, everyone, { index: byTag });
    await hold(`${direction}tagsAll=every-10,every-3,every-2&tag=every-1`, everyone, { index: byTag });
    await hold(`${direction}tagsAll=every-2&author=author-1`, everyone, { index: byTag });
    await hold(`${direction}tagsNot=every-2,every-3`, everyone, { index: byMoment });
    await hold(`${direction}tag=every-1&tagsNot=every-2`, everyone, { index: byTag });
    await hold(`${direction}tagsNot=every-1000&author=author-2`, everyone, { index: byAuthor });
    await hold(`${direction}updatedAfter=2026-11-17T00:00:00Z`, everyone, { index: byMoment });
    await hold(`${direction}updatedAfter=2026-11-17T00:00:00Z&tag=every-2`, everyone, { index: byTag });
    await hold(`${direction}language=de&featured=true`, everyone, { index: byMoment });
    for (const status of [
      'draft',
      'review',
      'scheduled',
      'published',
      'archived',
      'draft,review',
      'archived,scheduled',
      'any',
    ]) {
      await hold(`${direction}status=${status}`, viewer, { index: /articles_by_moment \(shelf=\?/ });
      await hold(`${direction}status=${status}`, { key: own }, { index: status === 'published' ? byMoment : byAuthor });
      await hold(`${direction}status=${status}&tag=every-1,every-2`, viewer, { index: byTag });
      await hold(`${direction}status=${status}&tagsAll=every-1,every-3`, viewer, { index: byTag });
    }
    await hold(`${direction}trashed=true`, viewer, { index: /articles_by_moment \(shelf=\?/ });
    await hold(`${direction}trashed=true&status=published`, viewer, { index: /articles_by_moment \(shelf=\?/ });
    await hold(`${direction}mine=true`, { key: own }, { index: byAuthor });
  }
  await hold('tag=every-1000', everyone, { index: byTag, size: 10 });
  const span = 'publishedAfter=2026-11-18T00:00:00Z&publishedBefore=2026-11-20T00:00:00Z';
  await hold(span, everyone, { index: /articles_by_moment \(shelf=\? AND sort_at>\? AND sort_at<\?\)/ });
  await hold(`${span}&sort=publishedAt`, everyone, { index: /sort_at>\? AND sort_at<\?/ });
  const changed = 'updatedAfter=2026-11-18T00:00:00Z&updatedBefore=2026-11-20T00:00:00Z';
  const byChange = /articles_by_update \(shelf=\? AND updated_at>\? AND updated_at<\?\)/;
  await hold(`${changed}&sort=updatedAt`, everyone, { index: byChange });
  await hold(`${changed}&sort=-updatedAt&tagsNot=every-3`, everyone, { index: byChange });
  await hold(`${changed}&status=any&sort=-updatedAt`, viewer, { index: byChange });
  // What few articles have is found by that, and then sorted.
  await hold('translationKey=a', everyone, {
    index: /articles_by_translation \(translation_key=\?\)/,
    sorted,
    size: 0,
  });
  await hold('translationKey=a&status=any', viewer, { index: /articles_by_translation/, sorted, size: 0 });
  await hold('sort=title&tag=every-100', everyone, { index: few, sorted });
  await hold('sort=title&tagsAll=every-1,every-100', everyone, { index: few, sorted });
  await hold('sort=-updatedAt&publishedAfter=2026-11-22T06:00:00Z&publishedBefore=2026-11-22T07:00:00Z', everyone, {
    index: few,
    sorted,
  });
  await hold('updatedAfter=2026-11-22T06:00:00Z', everyone, { index: few, sorted });
  for (const [sort, index] of [
    ['updatedAt', /articles_by_update \(shelf=\?/],
    ['createdAt', /articles_by_creation \(shelf=\?/],
    ['title', /articles_by_title \(shelf=\?/],
  ] as const) {
    for (const direction of ['', '-']) {
      await hold(`sort=${direction}${sort}`, everyone, { index });
      await hold(`sort=${direction}${sort}&tag=every-2`, everyone, { index });
      await hold(`sort=${direction}${sort}&author=author-1&${span}`, everyone, { index: few, sorted });
      await hold(`sort=${direction}${sort}&status=any`, viewer, { index });
      await hold(`sort=${direction}${sort}&status=draft,review`, { key: own }, { index });
      await hold(`sort=${direction}${sort}&trashed=true`, viewer, { index });
    }
  }
  const ids = Array.from({ length: 100 }, (_, i) => i * 100 + 3).join(',');
  for (const sort of ['', '&sort=title'])
    await hold(`ids=${ids}${sort}`, everyone, { index: /^SEARCH articles USING INTEGER PRIMARY KEY/, sorted: false });
});

test('what stands around an article is found by indexes, and no tag is read whole', async (t) => {
  const galley = await startGalley(t);
  fill(galley.file);
  const { during, planOf } = watchStatements(t, galley.file);
  const url = '/v1/articles/6000?include=adjacent,related,translations';
  const { answer, ran } = await during(() => galley.ask('GET', url));
  t.equal(answer.body.related.length, 5);
  t.equal(answer.body.adjacent.previous.id, 5993);
  const steps = ran.flatMap(planOf).filter((step) => step.startsWith('S'));
  t.same(
    steps.filter((step) => !SEARCH.test(step) && !/^SCAN newest_\d+$/.test(step)),
    [],
    'no scan',
  );
  const byTag = steps.filter((step) => step.includes('article_tags_by_moment'));
  t.ok(byTag.length > 0);
  for (const step of byTag) t.match(step, /\(tag_id=\? AND shelf=\? AND sort_at<\?\)/, 'the newest of a tag');
  t.ok(
    steps.some((step) => /article_tags USING INDEX sqlite_autoindex_article_tags_1 \(article_id=\?\)/.test(step)),
    'and of those their tags',
  );
});

test('the longest list that can be asked for is one statement still', async (t) => {
  const galley = await startGalley(t);
  fill(galley.file);
  const twenty = (name: string) => Array.from({ length: 20 }, (_, i) => `${name}-${i}`).join(',');
  const query = `status=any&tag=${twenty('every')}&author=${twenty('author')}&count=exact`;
  const db = new Database(galley.file);
  for (let i = 0; i < 20; i++)
    db.exec(`insert or ignore into tags (version, slug, name, name_folded, kind, article_count, created_at, updated_at)
      values (1, 'every-${i}', 'e${i}', 'e${i}', 'topic', 0, 0, 0)`);
  db.close();
  for (const key of Object.values(galley.keys)) {
    const answer = await galley.ask('GET', `/v1/articles?${query}`, { key });
    t.equal(answer.status, 200);
    t.equal(answer.body.data.length, 20);
  }
});

/** What a list of the store is to hold, reckoned from its rows; the numbers of the articles are their ids. */
const reckon = (has: (id: number) => boolean, statuses: readonly string[] = ['published']): number[] => {
  const now = Date.parse(START);
  const answered = (id: number): string => {
    const standing = standingOf(id);
    if (standing === 'coming') return 'scheduled';
    return standing === 'published' && id % 400 === 1 ? 'archived' : standing;
  };
  const momentOf = (id: number) => (standingOf(id) === 'coming' ? now + id * 1000 : now - (ARTICLES - id) * 60_000);
  return Array.from({ length: ARTICLES }, (_, i) => i + 1)
    .filter((id) => statuses.includes(answered(id)) && has(id))
    .sort((a, b) => momentOf(b) - momentOf(a) || b - a);
};

test('a list is whole and counted right, in however many statements it is read', async (t) => {
  const galley = await startGalley(t);
  const { ask, keys } = galley;
  fill(galley.file);
  const authorOf = (id: number) => (Math.imul(id, 2_654_435_761) >>> 8) % AUTHORS;
  const any = ['draft', 'review', 'scheduled', 'published', 'archived'];
  const lists: [query: string, ids: number[], key?: string][] = [
    ['', reckon(() => true)],
    ['tag=every-1', reckon(() => true)],
    ['tag=every-1,every-2,every-3', reckon(() => true)],
    ['tag=every-2,every-3', reckon((id) => id % 2 === 0 || id % 3 === 0)],
    ['tagsAll=every-2,every-3', reckon((id) => id % 6 === 0)],
    ['tagsNot=every-3,every-10', reckon((id) => id % 3 > 0 && id % 10 > 0)],
    ['tagsNot=every-1', []],
    ['language=de', reckon((id) => id % 3 === 0)],
    ['language=fr', []],
    ['featured=true&language=de', reckon((id) => id % 21 === 0)],
    ['author=author-3,author-4', reckon((id) => [3, 4].includes(authorOf(id)))],
    ['author=author-3&tag=every-3', reckon((id) => authorOf(id) === 3 && id % 3 === 0)],
    ['updatedBefore=2026-11-16T00:00:00Z', reckon((id) => id < 940)],
    ['updatedBefore=2026-11-18T00:00:00Z', reckon((id) => id < 3820)],
    ['status=any', reckon(() => true, any), keys.viewer],
    ['status=any&tagsAll=every-3', reckon((id) => id % 3 === 0, any), keys.viewer],
    ['status=archived,scheduled', reckon(() => true, ['archived', 'scheduled']), keys.viewer],
  ];
  for (const [query, ids, key] of lists) {
    const get = async (more: string) => (await ask('GET', `/v1/articles?${query}${more}`, { key: key ?? null })).body;
    const idsOf = ({ data }: { data: { id: number }[] }) => data.map(({ id }) => id);
    const counted = await get('&count=exact&limit=1');
    t.equal(counted.pagination.total, ids.length, `${query}: how many`);
    const middle = Math.floor(ids.length / 200);
    for (const page of [1, middle + 1, Math.ceil(ids.length / 100), Math.ceil(ids.length / 100) + 60]) {
      if (page === 0) continue;
      const shown = idsOf(await get(`&limit=100&page=${page}`));
      t.strictSame(shown, ids.slice((page - 1) * 100, page * 100), `${query}: page ${page}`);
    }
    const forth = await get('&limit=100');
    t.strictSame(idsOf(forth), ids.slice(0, 100), `${query}: by cursor`);
    if (forth.pagination.next === null) continue;
    const second = await get(`&limit=100&cursor=${forth.pagination.next}`);
    t.strictSame(idsOf(second), ids.slice(100, 200), `${query}: the next`);
    t.strictSame(
      idsOf(await get(`&limit=100&cursor=${second.pagination.previous}`)),
      ids.slice(0, 100),
      `${query}: back`,
    );
  }
  const titles = Array.from({ length: ARTICLES }, (_, i) => i + 1)
    .filter((id) => standingOf(id) === 'published' && id % 400 !== 1 && id % 3 === 0)
    .map((id) => `title ${(id * 7919) % ARTICLES}`)
    .sort();
  for (const page of [1, 12, 22]) {
    const { body } = await ask('GET', `/v1/articles?sort=title&language=de&limit=100&page=${page}`);
    const shown = body.data.map(({ title }: { title: string }) => title);
    t.strictSame(shown, titles.slice((page - 1) * 100, page * 100), `by title: page ${page}`);
  }
});
