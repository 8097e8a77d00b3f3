import { test } from 'tap';
import { encodePage } from '../../src/features/articles/cards.ts';
import { dealCards } from '../../src/features/articles/dealing.ts';
import { type Asked, type Galley, START, startGalley } from '../support/app.ts';
import { watchStatements } from '../support/database.ts';
import { insertRows } from '../support/rows.ts';

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

const authorAt = (i: number) => (Math.imul(i, 2_654_435_761) >>> 8) % AUTHORS;

/** Fills a store by hand; the numbers of the articles are their ids. */
const fill = ({ store }: Galley): Promise<void> =>
  store.transaction(async (tx) => {
    const { authors, tags, articles, contents, articleTags, articleAuthors } = tx.tables;
    const now = Date.parse(START);
    const stamps = { version: 1, createdAt: new Date(now), updatedAt: new Date(now) };
    const byline = { ...stamps, links: [], articleCount: 0 };
    const named = await tx.db
      .insert(authors)
      .values(
        Array.from({ length: AUTHORS }, (_, i) => ({
          ...byline,
          ...{ slug: `author-${i}`, name: `A ${i}`, nameFolded: `a ${i}` },
        })),
      )
      .returning({ id: authors.id, slug: authors.slug });
    const authorIds = new Map(named.map(({ id, slug }) => [slug, id]));
    const labelled = await tx.db
      .insert(tags)
      .values(
        EVERY.map((n) => ({
          ...{ ...stamps, slug: `every-${n}`, name: `Every ${n}`, nameFolded: `every ${n}` },
          ...{ kind: 'topic' as const, articleCount: Math.floor(ARTICLES / n) },
        })),
      )
      .returning({ id: tags.id, slug: tags.slug });
    const tagIds = new Map(labelled.map(({ id, slug }) => [slug, id]));

    const numbers = Array.from({ length: ARTICLES }, (_, i) => i + 1);
    const rows = numbers.map((i) => {
      const standing = standingOf(i);
      const created = now - (ARTICLES - i) * 60_000;
      const isDesk = standing === 'draft' || standing === 'review';
      const published = isDesk ? null : standing === 'coming' ? now + i * 1000 : created;
      const status = standing === 'coming' || standing === 'trashed' ? ('published' as const) : standing;
      const ends = i % 400 === 1 ? now - 1 : i % 400 === 2 ? now + 1_000_000 : null;
      const title = `title ${(i * 7919) % ARTICLES}`;
      return {
        ...{ id: i, version: 1, slug: `article-${i}`, title, titleFolded: title, generatedExcerpt: '' },
        ...{ bodyFormat: 'markdown' as const, status, shelf: standing === 'trashed' ? standing : status },
        publishedAt: published === null ? null : new Date(published),
        unpublishAt: ends === null ? null : new Date(ends),
        sortAt: new Date(published ?? created),
        ...{ notedLive: false, language: i % 3 ? 'en' : 'de', featured: i % 7 === 0, commentCount: 0, wordCount: 1 },
        ...{ createdAt: new Date(created), updatedAt: new Date(created + 5) },
        deletedAt: standing === 'trashed' ? new Date(now) : null,
      };
    });
    const page = encodePage({ html: '<p>x</p>', seo: null, metadata: {} });
    const placed = rows.map(({ id: articleId, shelf, sortAt }) => ({ articleId, shelf, sortAt }));
    await insertRows(tx, articles, rows);
    await insertRows(
      tx,
      contents,
      numbers.map((articleId) => ({ articleId, body: 'x', page })),
    );
    await insertRows(
      tx,
      articleTags,
      placed.flatMap((place) =>
        [...EVERY.entries()]
          .filter(([, n]) => place.articleId % n === 0)
          .map(([position, n]) => ({ ...place, position, tagId: tagIds.get(`every-${n}`) as number })),
      ),
    );
    await insertRows(
      tx,
      articleAuthors,
      placed.map((place) => ({
        ...{ ...place, position: 0 },
        authorId: authorIds.get(`author-${authorAt(place.articleId)}`) as number,
      })),
    );
  });

/** Lists of which something is asked that their index does not tell. */
const LOOKS =
  /language|featured|tagsNot|tagsAll=.*,|(?:tag|tagsAll)=.*author=|mine=|trashed=true&|updated|published|status=|sort=.*&(?:tag|author)/;
test('every list of 10,000 articles is found by indexes, in their order', async (t) => {
  const galley = await startGalley(t);
  const { ask, keys, authorId } = galley;
  await fill(galley);
  await dealCards(galley);
  const { during, planOf } = watchStatements(t, galley.address);
  const own = await galley.makeKey('contributor', authorId + 1);

  /** Asks for a list and its neighbours by cursor, and holds their plans to what an index allows. */
  const hold = async (query: string, asked: Asked, rules: { index: RegExp; size?: number; sorted?: false }) => {
    const size = rules.size ?? 20;
    const get = async (more: string) => {
      const url = `/v1/articles?${query}${more}`;
      const { answer, ran } = await during(() => ask('GET', url, asked));
      // Those that give the value a list is sorted by, or its cards in their order.
      const found = ran.filter(({ source }) => /as "value"|"card".* order by /.test(source));
      const what = `${query || 'all'}${more.slice(0, 8)}`;
      t.equal(answer.status, 200, what);
      // Where something is asked of each article, a stretch is looked at after another.
      t.ok(found.length === 1 || (found.length > 1 && LOOKS.test(query)), `${what}: one search`);
      const { seeks, dear } = await planOf(found);
      t.strictSame(dear, rules.sorted === false ? ['sort'] : [], `${what}: no scan, no sorting`);
      t.match(seeks.join('\n'), rules.index, `${what}: by its index`);
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
  const few = /^articles \(id=\?\)/m;
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
  for (const sort of ['', '&sort=title']) await hold(`ids=${ids}${sort}`, everyone, { index: few, sorted });
});

test('what stands around an article is found by indexes, and no tag is read whole', async (t) => {
  const galley = await startGalley(t);
  await fill(galley);
  const { during, planOf } = watchStatements(t, galley.address);
  const url = '/v1/articles/6000?include=adjacent,related,translations';
  const { answer, ran } = await during(() => galley.ask('GET', url));
  t.equal(answer.body.related.length, 5);
  t.equal(answer.body.adjacent.previous.id, 5993);
  const { seeks, dear } = await planOf(ran);
  t.same(
    dear.filter((step) => /^scan (?!newest_\d+$)/i.test(step)),
    [],
    'no scan',
  );
  const byTag = seeks.filter((step) => step.startsWith('article_tags_by_moment'));
  t.ok(byTag.length > 0);
  for (const step of byTag) t.equal(step, 'article_tags_by_moment (tag_id=? AND shelf=? AND sort_at<?)', 'its newest');
  t.ok(seeks.includes('article_tags (article_id=?)'), 'and of those their tags');
});

test('the longest list that can be asked for is one statement still', async (t) => {
  const galley = await startGalley(t);
  await fill(galley);
  const twenty = (name: string) => Array.from({ length: 20 }, (_, i) => `${name}-${i}`).join(',');
  const query = `status=any&tag=${twenty('every')}&author=${twenty('author')}&count=exact`;
  const { store } = galley;
  const moment = new Date(START);
  await store.transaction((tx) =>
    insertRows(
      tx,
      tx.tables.tags,
      Array.from({ length: 20 }, (_, i) => i)
        .filter((i) => !EVERY.includes(i))
        .map((i) => ({
          ...{ version: 1, slug: `every-${i}`, name: `e${i}`, nameFolded: `e${i}`, kind: 'topic' as const },
          ...{ articleCount: 0, createdAt: moment, updatedAt: moment },
        })),
    ),
  );
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
  await fill(galley);
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
    ['author=author-3,author-4', reckon((id) => [3, 4].includes(authorAt(id)))],
    ['author=author-3&tag=every-3', reckon((id) => authorAt(id) === 3 && id % 3 === 0)],
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
