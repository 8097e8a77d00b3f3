import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { sql } from 'drizzle-orm';
import tap, { type Test, test } from 'tap';
import { refuse } from '../../src/core/errors.ts';
import { importRecords } from '../../src/features/imports/actions.ts';
import { emptyReport, formatProblem, formatReport, type Report } from '../../src/features/imports/report.ts';
import { createRenderer } from '../../src/rendering/renderer.ts';
import type { Store } from '../../src/store/store.ts';
import { type Galley, START, startGalley } from '../support/app.ts';

const renderer = createRenderer({ threads: 1, embedHosts: ['www.youtube-nocookie.com'], timeLimit: 1000 });
tap.teardown(() => renderer.close());

type Rec = Record<string, unknown>;
const article = (fields: Rec = {}): Rec => ({
  kind: 'article',
  title: 'The harbour at night',
  summary: 'What the boats do.',
  slug: 'harbour',
  source: 'blog:2025/harbour.md',
  publishedAt: '2025-04-01T09:00:00+02:00',
  updatedAt: '2025-05-01T07:00:00Z',
  authors: ['grace-hopper'],
  tags: ['plain-language'],
  category: 'news',
  body: 'The *first* boats.',
  ...fields,
});
const grace = { kind: 'author', key: 'grace-hopper', name: 'Grace Hopper', bio: 'Finds moths' };

const linesOf = (records: (Rec | string)[]) =>
  records.map((record) => (typeof record === 'string' ? record : JSON.stringify(record))).join('\n');

const writeFile = (t: Test, content: string | Buffer, name = 'export.ndjson'): string => {
  const directory = mkdtempSync(join(tmpdir(), 'galley-import-'));
  t.teardown(() => rmSync(directory, { recursive: true }));
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
};

const importFile = async ({ store, clock }: Galley, path: string, defaultAuthor: string | null = null) => {
  const report = emptyReport();
  await importRecords(
    { store, clock: () => clock.now, renderer },
    { format: 'records', path, defaultAuthor, pages: false, report },
  );
  const { counts } = report;
  for (const tally of [counts, counts.author, counts.tag, counts.article, counts.other]) {
    if (tally.read !== tally.created + tally.unchanged + tally.skipped) throw new Error('the counts do not add up');
  }
  return report;
};

const importAll = (t: Test, galley: Galley, records: (Rec | string)[], defaultAuthor?: string): Promise<Report> =>
  importFile(galley, writeFile(t, linesOf(records)), defaultAuthor);

/** What was said, in short: line, outcome, field, code. */
const told = ({ problems }: Report) =>
  problems.map(({ line, outcome, field, code }) => `${line} ${outcome} ${field ?? '-'} ${code}`);

const bySlug = async ({ ask, keys }: Galley, slug: string) =>
  (await ask('GET', `/v1/articles/by-slug/${slug}`, { key: keys.viewer })).body;

const eventsOf = async ({ store }: Galley): Promise<number> => {
  const [row] = await store.db.select({ n: sql<number>`count(*)` }).from(store.tables.events);
  return row?.n ?? 0;
};

test('authors, tags and articles become what the records say', async (t) => {
  const galley = await startGalley(t);
  const report = await importAll(t, galley, [grace, { kind: 'tag', key: 'Plain-language' }, '', article()]);
  t.match(report.counts, { read: 3, created: 3, unchanged: 0, skipped: 0, made: { authors: 0, tags: 1 } });
  t.same(told(report), ['2 altered /key key-changed']);
  const made = await bySlug(galley, 'harbour');
  t.match(made, {
    title: 'The harbour at night',
    excerpt: 'What the boats do.',
    excerptSource: 'author',
    body: 'The *first* boats.',
    html: '<p>The <em>first</em> boats.</p>\n',
    status: 'published',
    live: true,
    publishedAt: '2025-04-01T07:00:00.000Z',
    firstPublishedAt: '2025-04-01T07:00:00.000Z',
    contentUpdatedAt: '2025-05-01T07:00:00.000Z',
    createdAt: START,
    version: 1,
    source: { system: 'blog', id: '2025/harbour.md' },
    authors: [{ slug: 'grace-hopper', name: 'Grace Hopper', bio: 'Finds moths' }],
    tags: [
      { slug: 'plain-language', name: 'Plain language', kind: 'topic' },
      { slug: 'news', name: 'News', kind: 'section' },
    ],
  });
  const { body: tags } = await galley.ask('GET', '/v1/tags');
  t.same(
    tags.data.map(({ slug, articleCount }: Rec) => [slug, articleCount]),
    [
      ['news', 1],
      ['plain-language', 1],
    ],
    'counted as what the doors make',
  );
});

test('a second run changes nothing: no version, no event, no row', async (t) => {
  const galley = await startGalley(t);
  const records = [
    grace,
    { kind: 'tag', key: 'harbour' },
    article(),
    article({ source: 'blog:other', tags: ['new-one'] }),
    article({ source: null, authors: [], slug: null }),
  ];
  const first = await importAll(t, galley, records);
  t.match(first.counts, { created: 5 });
  const events = await eventsOf(galley);
  galley.clock.advance(60_000);
  const second = await importAll(t, galley, records);
  t.match(second.counts, { read: 5, created: 0, unchanged: 5, skipped: 0, made: { authors: 0, tags: 0 } });
  t.same(second.problems, []);
  t.equal(await eventsOf(galley), events);
  t.match(await bySlug(galley, 'harbour'), { version: 1, updatedAt: START });
});

const ALTERED: [string, Rec, string[], Rec][] = [
  [
    'no author: a draft that keeps its date',
    { authors: [] },
    ['/authors not-publishable'],
    { status: 'draft', publishedAt: '2025-04-01T07:00:00.000Z', live: false },
  ],
  ['no date: a draft', { publishedAt: null }, ['/publishedAt not-publishable'], { status: 'draft', publishedAt: null }],
  ['no body: a draft', { body: ' \n' }, ['/body not-publishable'], { status: 'draft', body: ' \n' }],
  ['a date to come: a schedule', { publishedAt: '2027-01-01T00:00:00Z' }, [], { status: 'scheduled', live: false }],
  [
    'an unknown author: made from the key',
    { authors: ['ada-k', 'grace-hopper'] },
    ['/authors author-made'],
    { authors: [{ name: 'Ada K' }, { name: 'Grace Hopper' }] },
  ],
  [
    'an author named twice: once',
    { authors: ['grace-hopper', 'grace-hopper'] },
    [],
    { authors: [{ slug: 'grace-hopper' }] },
  ],
  [
    'a slug with a path',
    { slug: '/guides/Harbour%20walks/' },
    ['/slug slug-changed'],
    { slug: 'guides-harbour-walks' },
  ],
  ['a slug that says nothing', { slug: '🎉' }, ['/slug slug-changed'], { slug: 'the-harbour-at-night' }],
  [
    'a summary beyond the limit',
    { summary: '🛟'.repeat(1001) },
    ['/summary too-long'],
    { excerpt: `${'🛟'.repeat(999)}…` },
  ],
  ['a field that is not known', { image: 'x.jpg' }, ['/image unknown-field'], {}],
  [
    'script',
    { body: 'Hi <script>alert(1)</script>' },
    ['/body sanitised'],
    { body: 'Hi <script>alert(1)</script>', html: '<p>Hi </p>\n' },
  ],
  ['an iframe of a foreign host', { body: '<iframe src="https://evil.example/"></iframe>' }, ['/body sanitised'], {}],
  [
    'an iframe of a host that may',
    { body: '<iframe src="https://www.youtube-nocookie.com/embed/x"></iframe>' },
    [],
    { html: /iframe/ },
  ],
  ['script as an example', { body: '`<script>`' }, [], { html: '<p><code>&lt;script&gt;</code></p>\n' }],
  [
    'no source',
    { source: null },
    ['/source source-made'],
    { source: { system: 'records', id: /^sha256-[0-9a-f]{32}$/ } },
  ],
  [
    'a source that is an address',
    { source: 'https://old.example/a?b' },
    [],
    { source: { system: 'old.example', id: 'https://old.example/a?b', url: 'https://old.example/a?b' } },
  ],
  ['a source without a system', { source: '4711' }, [], { source: { system: 'export', id: '4711' } }],
  [
    'a known tag by another spelling',
    { tags: ['Plain Language', 'plain-language'], category: null },
    [],
    { tags: [{ slug: 'plain-language' }] },
  ],
];

test('what cannot be stored as it is written is stored otherwise, and said', async (t) => {
  const galley = await startGalley(t);
  const records = ALTERED.map(([, fields], n) => article({ source: `blog:${n}`, slug: `harbour-${n}`, ...fields }));
  const report = await importAll(t, galley, [grace, ...records]);
  t.match(report.counts.article, { read: ALTERED.length, created: ALTERED.length });
  const { body: list } = await galley.ask('GET', '/v1/articles?status=any&sort=createdAt&limit=100', {
    key: galley.keys.viewer,
  });
  for (const [n, [name, , problems, expected]] of ALTERED.entries()) {
    const line = `${n + 2} `;
    t.same(
      told(report).filter((problem) => problem.startsWith(line)),
      problems.map((problem) => `${line}altered ${problem}`),
      name,
    );
    const stored = await bySlug(galley, list.data[n].slug);
    t.match(stored, expected, name);
    for (const part of ['authors', 'tags'] as const) {
      if (expected[part]) t.equal(stored[part].length, (expected[part] as Rec[]).length, `${name}: no other ${part}`);
    }
  }
});

const SKIPPED: [string, Rec | string, string[]][] = [
  ['malformed JSON', '{"kind":', ['- malformed-json']],
  ['no object', '[1]', ['- invalid-request']],
  ['NUL', '{"kind":"tag","key":"a\\u0000"}', ['/key wrong-format']],
  ['a field twice', '{"kind":"tag","key":"a","key":"b"}', ['/key repeated']],
  ['an unknown kind', { kind: 'page', title: 'X' }, ['/kind unknown-kind']],
  ['no kind', { title: 'X' }, ['/kind unknown-kind']],
  [
    'every fault of an article',
    article({ title: '', publishedAt: '1.4.2025', authors: 'x', tags: [''] }),
    ['/title too-short', '/publishedAt wrong-format', '/authors wrong-type', '/tags/0 too-short'],
  ],
  ['no title', { kind: 'article', source: 'a:b' }, ['/title required']],
  ['too many authors', article({ authors: Array.from({ length: 21 }, (_, n) => `a${n}`) }), ['/authors too-many']],
  ['50 tags and a section', article({ tags: Array.from({ length: 50 }, (_, n) => `t${n}`) }), ['/tags too-many']],
  ['a body beyond the limit', article({ body: 'x'.repeat(500_001) }), ['/body too-long']],
  [
    'a body that cannot be rendered',
    article({ body: '<b>'.repeat(160_000), tags: ['left-behind'] }),
    ['- unrenderable'],
  ],
  ['an author without a key', { kind: 'author', name: 'X' }, ['/key required']],
  ['an author whose key makes no slug', { kind: 'author', key: '𐎀𐎁' }, ['/key wrong-pattern']],
  ['a line beyond the limit', `{"kind":"tag","key":"${'x'.repeat(8 * 1024 * 1024)}"}`, ['- payload-too-large']],
];

test('a record that cannot go in is skipped with all its faults, and its neighbours go in', async (t) => {
  const galley = await startGalley(t);
  const events = await eventsOf(galley);
  const report = await importAll(t, galley, [grace, ...SKIPPED.map(([, record]) => record), article()]);
  t.match(report.counts, { read: SKIPPED.length + 2, created: 2, skipped: SKIPPED.length });
  for (const [n, [name, , problems]] of SKIPPED.entries()) {
    const line = `${n + 2} `;
    const said = told(report).filter((problem) => problem.startsWith(line));
    t.same(said.sort(), problems.map((problem) => `${line}skipped ${problem}`).sort(), name);
  }
  t.equal((await eventsOf(galley)) - events, 5, 'an author, two tags, an article made and published: nothing else');
});

/** An INSERT of an article that, once prepared, refuses the slug b. */
const refusingB = (query: ReturnType<ReturnType<Store['db']['insert']>['values']>) => ({
  returning: (columns: never) => {
    const prepared = query.returning(columns).prepare();
    return {
      prepare: () => ({
        execute: (values: Rec) => {
          if (values.slug === 'b') throw refuse('source-taken', 'Refused late');
          return prepared.execute(values);
        },
      }),
    };
  },
});

test('a record that a rule refuses while it is written leaves nothing behind, and its neighbours go in', async (t) => {
  const galley = await startGalley(t);
  const records = ['a', 'b', 'c'].map((id) => article({ source: `blog:${id}`, slug: id, tags: [`only-${id}`] }));
  const { store } = galley;
  // The reading of a record sees what its rules would refuse: only a store that is made to can refuse so late.
  const refusing: typeof store = {
    ...store,
    transaction: (work) =>
      store.transaction(async (tx) => {
        const db = Object.assign(Object.create(tx.db), {
          insert: (table: unknown) => {
            const builder = tx.db.insert(table as never);
            return table !== tx.tables.articles
              ? builder
              : { values: (row: never) => refusingB(builder.values(row) as never) };
          },
        });
        return work({ ...tx, db });
      }),
  };
  const report = await importAll(t, { ...galley, store: refusing }, records);
  t.match(report.counts.article, { created: 2, skipped: 1 });
  t.match(
    told(report).filter((problem) => problem.includes('skipped')),
    ['2 skipped - source-taken'],
  );
  const { body } = await galley.ask('GET', '/v1/tags', { key: galley.keys.viewer });
  t.same(
    body.data.map(({ slug }: Rec) => slug),
    ['news', 'only-a', 'only-c'],
  );
});

test('a taken slug gets a number, and the article that holds it is named', async (t) => {
  const galley = await startGalley(t);
  const other = { title: 'Other', slug: 'harbour' };
  const { body: holder } = await galley.ask('POST', '/v1/articles', { key: galley.keys.editor, body: other });
  const report = await importAll(t, galley, [grace, article(), article({ source: 'blog:b' })]);
  t.same(told(report), ['2 altered /slug slug-taken', '3 altered /slug slug-taken']);
  t.match(report.problems[0]?.reason, `harbour is the slug of article ${holder.id}: imported as harbour-2`);
  t.match(await bySlug(galley, 'harbour-3'), { source: { id: 'b' } });
  t.match(await bySlug(galley, 'harbour'), { title: 'Other', version: 1 });
});

test('what is there already and differs stays, and is named', async (t) => {
  const galley = await startGalley(t);
  await importAll(t, galley, [grace, { kind: 'tag', key: 'quay', name: 'The quay' }, article()]);
  const report = await importAll(t, galley, [
    { ...grace, name: 'Admiral Hopper', bio: null },
    { kind: 'tag', key: 'quay', description: 'Stones' },
    article({ title: 'New', summary: null, body: 'New', publishedAt: null }),
  ]);
  t.match(report.counts, { created: 0, unchanged: 3 });
  t.same(told(report), [
    '1 kept /name differs',
    '1 kept /bio differs',
    '2 kept /name differs',
    '2 kept /description differs',
    '3 kept /title differs',
    '3 kept /summary differs',
    '3 kept /body differs',
  ]);
  t.match(await bySlug(galley, 'harbour'), { version: 1, authors: [{ name: 'Grace Hopper' }] });
});

test('one source twice in a file is one article', async (t) => {
  const galley = await startGalley(t);
  const report = await importAll(t, galley, [grace, article(), article(), article({ body: 'Another' })]);
  t.match(report.counts.article, { created: 1, unchanged: 2 });
  t.same(told(report), ['4 kept /body differs']);
});

test('an author whose record comes after its articles gets its name and bio', async (t) => {
  const galley = await startGalley(t);
  const report = await importAll(t, galley, [article(), grace]);
  t.same(told(report), ['1 altered /authors author-made', '2 altered - completed']);
  const grown = await galley.ask('GET', '/v1/authors/by-slug/grace-hopper');
  t.match(grown.body, { bio: 'Finds moths', articleCount: 1 });
  t.match((await importAll(t, galley, [article(), grace])).counts, { created: 0, unchanged: 2 });
});

test('a default author signs what names none', async (t) => {
  const galley = await startGalley(t);
  const report = await importAll(t, galley, [article({ authors: [] })], 'the-team');
  t.same(told(report), ['1 altered /authors author-given', '1 altered /authors author-made']);
  t.match(await bySlug(galley, 'harbour'), { live: true, authors: [{ name: 'The Team' }] });
});

test('many records, more than a transaction takes, keep their order and lose none', async (t) => {
  const galley = await startGalley(t);
  const records = Array.from({ length: 350 }, (_, n) =>
    article({ source: `blog:${n}`, slug: `a-${n}`, title: `Article ${n}` }),
  );
  const path = writeFile(t, gzipSync(linesOf([grace, ...records, '{"kind":']))); // gzip without its ending in the name
  const report = await importFile(galley, path);
  t.match(report.counts, { read: 352, created: 351, skipped: 1, article: { created: 350 } });
  t.same(told(report), ['352 skipped - malformed-json']);
  const { body } = await galley.ask('GET', '/v1/articles?sort=createdAt&limit=100&page=4&count=exact');
  t.equal(body.pagination.total, 350);
  t.equal(body.data.at(-1).title, 'Article 349');
  t.match(report.problems.map(formatProblem), [/^line 352: record: skipped: .*JSON/]);
  t.match(formatReport(report), /^skipped +1 {2}malformed-json\n\n/);
  t.match(formatReport(report), /articles\s+350\s+350\s+0\s+0\n/);
});

test('a byte order mark, CRLF and a last line without an end are read', async (t) => {
  const galley = await startGalley(t);
  const report = await importFile(
    galley,
    writeFile(t, `\ufeff${JSON.stringify(grace)}\r\n\r\n${JSON.stringify(article())}`),
  );
  t.match(report.counts, { read: 2, created: 2 });
});

test('a file that ends within its gzip tells so, and what came before is kept for the next run', async (t) => {
  const galley = await startGalley(t);
  const noise = Array.from({ length: 400 }, (_, n) =>
    article({ source: `blog:${n}`, slug: `a-${n}`, body: `${n * 7919} ${Math.sin(n)}` }),
  );
  const whole = gzipSync(linesOf([grace, ...noise]));
  const path = writeFile(t, whole.subarray(0, whole.length - 2000), 'cut.ndjson.gz');
  await t.rejects(importFile(galley, path), { message: /cut.ndjson.gz: it is gzip that ends too early/ });
  const { body } = await galley.ask('GET', '/v1/articles?count=exact');
  const before = body.pagination.total;
  t.ok(before > 200 && before < 400, `${before} articles came before the cut`);
  const report = await importFile(galley, writeFile(t, whole, 'whole.ndjson.gz'));
  t.match(report.counts.article, { read: 400, unchanged: before, created: 400 - before });
});

test('the import stops between two transactions when it is told to', async (t) => {
  const galley = await startGalley(t);
  const records = Array.from({ length: 300 }, (_, n) => article({ source: `blog:${n}`, slug: `a-${n}` }));
  const ending = new AbortController();
  const report = emptyReport();
  const path = writeFile(t, linesOf(records));
  const options = {
    format: 'records',
    path,
    defaultAuthor: null,
    pages: false,
    report,
    signal: ending.signal,
  } as const;
  await importRecords(
    { store: galley.store, clock: () => galley.clock.now, renderer },
    { ...options, onProgress: () => ending.abort() },
  );
  const { body } = await galley.ask('GET', '/v1/articles?count=exact');
  t.ok(report.counts.created > 0 && report.counts.created < 300);
  t.equal(body.pagination.total, report.counts.created, 'what is told is what is stored');
});
