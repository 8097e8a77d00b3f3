/** The full text of both engines beside each other: for the same articles and the same query the same answer. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { and, eq, gt, inArray, lt, or, type SQL } from 'drizzle-orm';
import t, { type Test } from 'tap';
import { Refusal } from '../../src/core/errors.ts';
import { readSearchQuery, type SearchQuery } from '../../src/core/search-query.ts';
import { searchedText } from '../../src/core/searched-text.ts';
import type { Place } from '../../src/core/slice.ts';
import type { Order } from '../../src/store/keyset.ts';
import { postgresSearchRunner } from '../../src/store/postgres-search.ts';
import type { SearchedFields, Wanted } from '../../src/store/search.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import type { Store } from '../../src/store/store.ts';
import type { Tables } from '../../src/store/tables.ts';
import { newDatabase, openTestStore } from '../support/database.ts';
import { type Document, documentsFrom, queriesFrom } from '../support/searched-documents.ts';
import { randomFrom } from '../support/truth/random.ts';

const DOCUMENTS = 1000;
const QUERIES = Number(process.env.TEST_QUERIES ?? 1500);
const SEED = Number(process.env.TEST_SEED ?? 1);

t.setTimeout(300_000);

/** What is compared of an engine. */
type Side = Pick<Store, 'searches' | 'tables' | 'db'>;

/** A PostgreSQL store, on a database of its own. */
const openPostgres = async (t: Test): Promise<Store & { url: string }> => {
  const address = await newDatabase(t);
  if (address.engine !== 'postgres') throw new Error('This is about PostgreSQL alone: npm run test:postgres');
  return { ...(await openTestStore(t, address)), url: address.url };
};

const openOther = (t: Test): Store => {
  const directory = mkdtempSync(join(tmpdir(), 'galley-'));
  const store = openSqlite(join(directory, 'galley.db'));
  t.teardown(async () => {
    await store.close();
    rmSync(directory, { recursive: true });
  });
  return store;
};

const fieldsOf = ({ title, subtitle, names, text }: Document): SearchedFields => ({
  title: searchedText(title),
  subtitle: searchedText(subtitle),
  names: searchedText(names),
  text: searchedText(text),
});

/** Writes documents in the order of `ids`; moments are few, so that many are the same. */
const write = async (
  { db, tables, searches: { articles: search } }: Side,
  documents: Map<number, Document>,
): Promise<void> => {
  const made = new Date('2026-01-01T00:00:00Z');
  for (const [id, document] of documents) {
    const moment = (step: number) => new Date((id % step) * 86_400_123 - 30 * 86_400_000);
    await db.insert(tables.articles).values({
      id,
      version: 1,
      slug: `s${id}`,
      title: document.title,
      titleFolded: document.title.toLowerCase(),
      generatedExcerpt: '',
      bodyFormat: 'markdown',
      status: 'published',
      shelf: id % 7 === 0 ? 'draft' : 'published',
      notedLive: true,
      language: id % 3 === 0 ? 'de' : 'en',
      featured: id % 5 === 0,
      commentCount: 0,
      wordCount: id % 11,
      createdAt: made,
      updatedAt: moment(97),
      sortAt: moment(61),
    });
    await search.write(id, fieldsOf(document));
  }
};

type Asked = {
  query: SearchQuery;
  ids: number[] | null;
  where: ((tables: Tables) => SQL | undefined) | null;
  by: 'sortAt' | 'updatedAt' | 'createdAt' | 'titleFolded' | 'wordCount';
  descending: boolean;
  isRanked: boolean;
  slice: Wanted['slice'];
};

const WHERES: Asked['where'][] = [
  null,
  null,
  ({ articles }) => eq(articles.shelf, 'published'),
  ({ articles }) => and(eq(articles.featured, true), inArray(articles.language, ['en', 'fr'])),
  ({ articles }) => or(gt(articles.sortAt, new Date(0)), lt(articles.wordCount, 3)),
];
const KINDS = {
  sortAt: 'moment',
  updatedAt: 'moment',
  createdAt: 'moment',
  titleFolded: 'text',
  wordCount: 'integer',
} as const;

const find = (
  { searches: { articles: search }, tables }: Side,
  { query, ids, where, by, descending, isRanked, slice }: Asked,
) => {
  const order: Order = { column: tables.articles[by], id: tables.articles.id, kind: KINDS[by], descending };
  return search.find(query, { ids, where: where?.(tables), order, isRanked, slice });
};

t.test('both engines answer a search alike', async (t) => {
  const random = randomFrom(SEED);
  const [one, other] = [openOther(t), await openPostgres(t)];
  const documents = documentsFrom(random, DOCUMENTS);
  for (const store of [one, other]) await store.transaction((tx) => write(tx, documents));
  const written = [...documents.keys()];
  // Some are written over, and some forgotten.
  const changes = new Map(
    written.filter((id) => id % 41 === 0).map((id) => [id, fieldsOf(random.one([...documents.values()]))]),
  );
  const change = async ({ searches: { articles: search } }: Side) => {
    for (const [id, fields] of changes) await search.write(id, fields);
    for (const id of written.filter((id) => id % 43 === 0)) await search.remove(id);
  };
  for (const store of [one, other]) await store.transaction(change);

  const seen = { found: 0, phrases: 0, prefixes: 0, none: 0, cursors: 0 };
  let place: Place = { value: 0, id: 1 };
  let kind: string = 'moment';
  for (const q of queriesFrom(random, documents, QUERIES)) {
    const query = readSearchQuery(q);
    const by = random.one(['sortAt', 'updatedAt', 'createdAt', 'titleFolded', 'wordCount'] as const);
    const from = KINDS[by] === kind && random.percent(30) ? { place, before: random.percent(50) } : null;
    const asked: Asked = {
      query,
      ids: random.percent(10) ? written.filter(() => random.percent(20)) : null,
      where: random.one(WHERES),
      by,
      descending: random.percent(60),
      isRanked: random.percent(50),
      slice: {
        limit: random.below(40),
        from,
        offset: random.percent(20) ? random.below(30) : 0,
        counted: random.percent(70),
      },
    };
    const [expected, found] = await Promise.all([find(one, asked), find(other, asked)]);
    if (JSON.stringify(found) !== JSON.stringify(expected)) {
      t.strictSame(
        found,
        expected,
        `seed ${SEED}: ${JSON.stringify({ q, ...asked, where: WHERES.indexOf(asked.where) })}`,
      );
      return;
    }
    const last = expected.rows.length > 0 ? random.one(expected.rows) : undefined;
    if (last) [place, kind] = [last, KINDS[by]];
    if (expected.rows.length > 0) {
      seen.found++;
      if (query.all.some(({ tokens }) => tokens.length > 1)) seen.phrases++;
      if (query.all.some(({ isPrefix }) => isPrefix)) seen.prefixes++;
      if (query.none.length > 0) seen.none++;
      if (from) seen.cursors++;
    }
  }
  t.comment(JSON.stringify(seen));
  for (const [what, times] of Object.entries(seen)) t.ok(times > QUERIES / 50, `${what}: ${times}`);
});

t.test('full text on PostgreSQL', async (t) => {
  const side = await openPostgres(t);
  const { url } = side;
  const search = side.searches.articles;
  const asked = (q: string): Asked => ({
    query: readSearchQuery(q),
    ids: null,
    where: null,
    by: 'sortAt',
    descending: true,
    isRanked: true,
    slice: { limit: 20, from: null, offset: 0, counted: true },
  });
  const ids = async (q: string, from: Side = side) => (await find(from, asked(q))).rows.map(({ id }) => id);
  const document = (title: string, text: string): Document => ({ title, subtitle: '', names: '', text });
  await write(side, new Map([[1, document('Boats', 'In the harbour.')]]));

  await t.test('a unit finds what it wrote itself, others when it is kept', async (t) => {
    await side.transaction(async (unit) => {
      await unit.searches.articles.write(1, fieldsOf(document('Ships', 'In the harbour.')));
      t.same(await ids('ships', unit), [1]);
      t.same(await ids('ships'), []);
    });
    t.same(await ids('ships'), [1]);
  });

  await t.test('a text of more words than an index holds is found by those it holds', async (t) => {
    const letters = [...'ﷲﷴﷵﷶﷷﷸ']; // each stands for four letters
    const random = randomFrom(2);
    const words = Array.from(
      { length: 18_000 },
      () => `ﷻ${Array.from({ length: 6 }, () => random.one(letters)).join('')}`,
    );
    const partOf = (from: number) => searchedText(words.slice(from, from + 9000).join(' '));
    const [text, names] = [partOf(0), partOf(9000)];
    const [first, last] = [names.split(' ')[0], text.split(' ').at(-1)];
    t.ok(Buffer.byteLength(text + names) > 1_100_000);
    await search.write(1, { title: 'boats', subtitle: '', names, text });
    t.same(await ids(`boats ${first}`), [1]);
    t.same(await ids(`"${last}"`), []);
    await search.write(1, { title: 'boats', subtitle: '', names: '', text });
    t.same(await ids(`"${last}"`), [1]);
  });

  await t.test('the server takes the settings of searches, also those that are false', async (t) => {
    const runner = postgresSearchRunner(url);
    t.teardown(() => runner.close());
    const names = ['enable_seqscan', 'jit', 'work_mem', 'statement_timeout', 'lock_timeout'];
    const rows = await runner.run(`select ${names.map((name) => `current_setting('${name}') as ${name}`).join()}`, []);
    t.match(rows[0], {
      enable_seqscan: 'off',
      jit: 'off',
      work_mem: '32MB',
      statement_timeout: '5s',
      lock_timeout: '5s',
    });
  });

  await t.test('a search that takes too long is given up, and too many at once are refused', async (t) => {
    const hasty = postgresSearchRunner(url, 200);
    t.teardown(() => hasty.close());
    await t.rejects(hasty.run('select pg_sleep($1::float8)', [2]), { code: 'unavailable', retryAfter: 2 });
    await t.rejects(hasty.run('select 1 / $1::int', [0]), { code: '22012' }, 'other errors are told as they are');
    const settled = await Promise.allSettled(Array.from({ length: 70 }, () => hasty.run('select 1 as id', [])));
    const refused = settled.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
    t.equal(refused.length, 6);
    t.ok(
      refused.every((reason) => reason instanceof Refusal && reason.code === 'unavailable' && reason.retryAfter === 1),
    );
  });
});
