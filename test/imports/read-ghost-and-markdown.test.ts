import { createWriteStream, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip, gzipSync } from 'node:zlib';
import { type Test, test } from 'tap';
import { pack } from 'tar-stream';
import type { Found } from '../../src/features/formats/found.ts';
import { readJsonRows } from '../../src/features/formats/json-rows.ts';
import { UnreadableFile } from '../../src/features/formats/lines.ts';
import { type Format, readerOf } from '../../src/features/imports/formats.ts';

type Options = { pages?: boolean; siteUrl?: string };

const directoryOf = (t: Test): string => {
  const directory = mkdtempSync(join(tmpdir(), 'galley-formats-'));
  t.teardown(() => rmSync(directory, { recursive: true }));
  return directory;
};

const read = async (format: Format, path: string, { pages = false, siteUrl }: Options = {}): Promise<Found[]> => {
  const found: Found[] = [];
  const options = { path, defaultAuthor: null, pages, ...(siteUrl !== undefined && { siteUrl }) };
  for await (const each of (await readerOf(format))(options, () => {})) found.push(each);
  return found;
};

/** The one line that a file is refused with. */
const faultOf = (reading: Promise<unknown>): Promise<string> =>
  reading.then(
    () => 'it was read',
    (error) => (error instanceof UnreadableFile ? error.message : `not told: ${error}`),
  );

/** The records of a kind. */
const recordsOf = (found: Found[], kind: string) =>
  found.flatMap((each) => ('value' in each && each.value.kind === kind ? [{ ...each.value, told: each.altered }] : []));
const refusedOf = (found: Found[]) =>
  found.flatMap((each) => ('refused' in each ? [`${each.record}: ${each.refused[0]?.code}`] : []));

const POST = {
  id: '1',
  uuid: 'uuid-1',
  title: 'Harbour',
  slug: 'harbour',
  html: '<p>Boats at <img src="__GHOST_URL__/content/a.jpg"></p>',
  status: 'published',
  visibility: 'public',
  type: 'post',
  featured: 1,
  feature_image: '__GHOST_URL__/content/b.jpg',
  published_at: '2021-01-02 03:04:05',
  created_at: 1_609_556_645_000,
  author_id: 'u1',
  custom_excerpt: null,
};
const ghostData = (more: Record<string, unknown> = {}) => ({
  // posts come before what they name
  posts: [
    POST,
    { ...POST, id: '2', uuid: 'uuid-2', slug: 'members', visibility: 'members', featured: 0 },
    { ...POST, id: '3', uuid: 'uuid-3', slug: 'about', type: 'page' },
    { ...POST, id: '4', uuid: 'uuid-4', slug: 'sent', status: 'sent' },
    {
      ...{ ...POST, id: '5', uuid: 'uuid-5', slug: 'markdown', html: '<p>x</p>', feature_image: null },
      mobiledoc: JSON.stringify({ cards: [['markdown', { markdown: '*日本語*' }]], sections: [[10, 0]] }),
    },
  ],
  posts_tags: [
    { post_id: '1', tag_id: 't2', sort_order: 0 },
    { post_id: '1', tag_id: 't1', sort_order: 1 },
  ],
  posts_authors: [
    { post_id: '1', author_id: 'u2', sort_order: 1 },
    { post_id: '1', author_id: 'u1', sort_order: 0 },
  ],
  posts_meta: [
    { post_id: '1', meta_title: 'Seen', feature_image_alt: 'A boat', feature_image_caption: '<b>By</b> Ada' },
  ],
  users: [
    { id: 'u1', name: 'Ada Lovelace', slug: 'ada', email: 'ada@example.org', website: 'https://ada.example' },
    { id: 'u2', name: 'Grace', slug: 'grace', profile_image: '__GHOST_URL__/g.jpg', twitter: '@grace' },
  ],
  tags: [
    { id: 't1', name: 'Boats', slug: 'boats' },
    { id: 't2', name: '#desk', slug: 'hash-desk', visibility: 'internal' },
  ],
  settings: [
    { key: 'title', value: 'The Tide' },
    { key: 'timezone', value: 'Etc/UTC' },
  ],
  ...more,
});

test('an export of Ghost: posts with what they name, whatever stands first, wrapped in db or not', async (t) => {
  const directory = directoryOf(t);
  const path = join(directory, 'ghost.json');
  const whole = { db: [{ meta: { version: '5.0.0' }, data: ghostData({ comments: [{ id: 'c1' }, { id: 'c2' }] }) }] };
  writeFileSync(path, JSON.stringify(whole));
  const found = await read('ghost', path, { siteUrl: 'https://tide.example' });
  t.match(recordsOf(found, 'site'), [{ title: 'The Tide', url: 'https://tide.example', timeZone: 'UTC' }]);
  t.match(recordsOf(found, 'author'), [
    { key: 'ada', email: 'ada@example.org', websiteUrl: 'https://ada.example', links: [] },
    { key: 'grace', avatarUrl: 'https://tide.example/g.jpg', links: [{ label: 'X', url: 'https://x.com/grace' }] },
  ]);
  t.match(recordsOf(found, 'tag'), [
    { key: 'boats', tagKind: 'topic' },
    { key: 'hash-desk', name: '#desk', tagKind: 'internal' },
  ]);
  t.match(recordsOf(found, 'article'), [
    {
      source: { system: 'ghost', id: 'uuid-1' },
      body: '<p>Boats at <img src="https://tide.example/content/a.jpg"></p>',
      bodyFormat: 'html',
      status: 'published',
      publishedAt: '2021-01-02T03:04:05.000Z',
      authors: ['ada', 'grace'],
      tags: ['hash-desk', 'boats'],
      featured: true,
      coverImage: { url: 'https://tide.example/content/b.jpg', alt: 'A boat', caption: 'By Ada' },
      seo: { title: 'Seen' },
      stored: { createdAt: '2021-01-02T03:04:05.000Z' },
      told: [],
    },
    { slug: 'members', status: 'draft', told: [{ field: '/status', code: 'not-public' }] },
    { slug: 'sent', status: 'draft', authors: ['ada'], told: [{ field: '/status', code: 'status-changed' }] },
    { slug: 'markdown', body: '*日本語*', bodyFormat: 'markdown', coverImage: null },
  ]);
  t.same(refusedOf(found), ['about: page', 'null: not-taken']);

  writeFileSync(path, gzipSync(JSON.stringify({ meta: {}, data: ghostData() })));
  const bare = await read('ghost', path, { pages: true });
  t.equal(recordsOf(bare, 'article').length, 5);
  t.match(recordsOf(bare, 'article')[2], { slug: 'about', metadata: { type: 'page' }, coverImage: null });
  t.match(recordsOf(bare, 'article')[0]?.told, [{ code: 'without-address' }, { code: 'no-address' }]);
});

test('a file that is no export of Ghost is refused as a whole, with line and column', async (t) => {
  const path = join(directoryOf(t), 'ghost.json');
  const whole = JSON.stringify({ db: [{ data: ghostData() }] }, null, 1);
  const rows: [string, RegExp][] = [
    [`${whole.slice(0, -10)},}`, /it is no JSON: line \d{2,}, column \d+: Unexpected/],
    [whole.slice(0, 400), /line \d+, column \d+: (?:it ends too early|Unterminated|Tokenizer|Parser)/],
    ['{"db":\n [x', /line 2, column 3: Unexpected "x"/],
    ['<html>', /line 1, column 1/],
    ['', /it ends too early/],
    [`${whole} {}`, /Unexpected "\{"/],
    ['{"posts":[]}', /it is no export of Ghost/],
    ['[]', /it is no export of Ghost/],
  ];
  for (const [content, expected] of rows) {
    writeFileSync(path, content);
    t.match(await faultOf(read('ghost', path)), expected, content.slice(0, 20));
  }
});

const FILES: Record<string, string> = {
  '_posts/2024-05-06-the-harbour.md':
    '---\ntitle: "The harbour"\nauthor: Ada Lovelace and Grace\ntags: boats night\ncategories: [News]\ndate: 2024-05-06 07:08:09 +0200\nfoo: bar\nredirect_from: [/2020/old-harbour.html]\n---\n\nBoats *come*.\n',
  '_posts/2024-5-7-dated-by-its-name.md': '---\ntitle: Dated\ncategories: News\npublished: false\n---\nx',
  '_drafts/no-matter.md': '# Heading first\n\ntext',
  'content/bundle/index.md':
    '+++\ntitle = "Bündel"\ndate = 2024-01-02\nlastmod = 2024-02-03T04:05:06+01:00\ntags = ["a b"]\n[params]\nx=1\n+++\nHello {{< fig >}}\n',
  'src/日本語.mdx':
    "---\ntitle: 日本語の記事\npubDate: 'Jul 08 2022'\nheroImage: { src: /hero.jpg, alt: Boot }\ncanonicalURL: https://a.example/x\ndraft: true\n---\n本文\n",
  'src/json.md': '{"title":"json","date":"2024-01-01","comments":false}\n\nbody',
  'src/broken.md': '---\ntitle: [unclosed\n---\nx',
  'src/broken-toml.md': '+++\na = 1\nb = \n+++\nx',
  'about.md': '---\nlayout: page\ntitle: About\n---\nabout',
  'node_modules/x/README.md': '# no',
  '.github/x.md': '# no',
  'notes.txt': 'no',
};

test('a folder of Markdown, by the habits of Jekyll, Hugo and Astro; a tar of it is the same', async (t) => {
  const directory = directoryOf(t);
  const folder = join(directory, 'site');
  const tar = pack();
  const packed = pipeline(tar, createGzip(), createWriteStream(join(directory, 'site.tgz')));
  for (const [name, content] of Object.entries({ ...FILES, 'binary.md': '\xff' }).sort()) {
    const bytes = Buffer.from(content, name === 'binary.md' ? 'latin1' : 'utf8');
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), bytes);
    tar.entry({ name: `./${name}` }, bytes);
  }
  tar.finalize();
  await packed;

  const found = await read('markdown', folder, { siteUrl: 'https://a.example' });
  t.match(recordsOf(found, 'tag'), [{ key: 'News', tagKind: 'section' }], 'a section is told once');
  t.match(recordsOf(found, 'article'), [
    { slug: 'no-matter', title: 'Heading first', body: 'text', status: 'draft' },
    {
      source: { system: 'markdown', id: '_posts/2024-05-06-the-harbour.md' },
      title: 'The harbour',
      slug: 'the-harbour',
      body: 'Boats *come*.\n',
      publishedAt: '2024-05-06T05:08:09.000Z',
      authors: ['Ada Lovelace', 'Grace'],
      tags: ['boats', 'night', 'News'],
      metadata: { foo: 'bar' },
      oldSlugs: ['old-harbour'],
      told: [],
    },
    { slug: 'dated-by-its-name', publishedAt: '2024-05-07T00:00:00.000Z', status: 'draft', tags: ['News'] },
    {
      slug: 'bundle',
      publishedAt: '2024-01-02T00:00:00.000Z',
      updatedAt: '2024-02-03T03:05:06.000Z',
      tags: ['a b'],
      metadata: { params: { x: 1 } },
      told: [{ code: 'shortcode' }],
    },
    { slug: 'json', body: 'body', commentPolicy: 'closed' },
    {
      ...{ title: '日本語の記事', publishedAt: '2022-07-08T00:00:00.000Z', status: 'draft' },
      coverImage: { url: 'https://a.example/hero.jpg', alt: 'Boot' },
      seo: { canonicalUrl: 'https://a.example/x' },
    },
  ]);
  t.same(refusedOf(found), [
    'about.md: page',
    'binary.md: not-utf-8',
    'src/broken-toml.md: front-matter',
    'src/broken.md: front-matter',
  ]);
  t.match(
    found.flatMap((each) => ('refused' in each ? (each.refused[0]?.reason ?? []) : [])),
    [/taken with --pages/, /UTF-8/, /line 3, column 5/, /line 2, column \d+/],
  );
  const byPath = (all: Found[]) => all.map((each) => JSON.stringify(each)).sort();
  t.same(byPath(await read('markdown', join(directory, 'site.tgz'), { siteUrl: 'https://a.example' })), byPath(found));
  t.match(await read('markdown', join(folder, 'src/json.md')), [{ value: { source: { id: 'json.md' } } }]);
  t.match(recordsOf(await read('markdown', folder, { pages: true }), 'article').at(3), { metadata: { type: 'page' } });
  t.match(
    await faultOf(read('markdown', join(folder, 'notes.txt'))),
    /it is no whole tar; a single file is one by its name/,
  );
  t.match(await faultOf(read('markdown', join(folder, 'nowhere'))), /there is no such file/);
});

test('what was kept from readers stays so, in whatever words', async (t) => {
  const path = join(directoryOf(t), 'a.md');
  const rows: [matter: string, record: object][] = [
    ['draft: yes', { status: 'draft' }],
    ['draft: "true"', { status: 'draft' }],
    ['published: no', { status: 'draft', publishedAt: '2024-01-02T00:00:00.000Z' }],
    ['status: private', { status: 'draft', told: [{ code: 'status-changed' }] }],
    ['status: draft', { status: 'draft', told: [] }],
    ['published: true', { status: undefined, publishedAt: '2024-01-02T00:00:00.000Z' }],
    ['status: Published\ndraft: no', { status: undefined }],
  ];
  for (const [matter, record] of rows) {
    writeFileSync(path, `---\ntitle: A\ndate: 2024-01-02\n${matter}\n---\nx`);
    t.match(recordsOf(await read('markdown', path), 'article')[0], record, matter);
  }
});

test('hostile files are read, or refused alone, in a time that grows with their length', async (t) => {
  const path = join(directoryOf(t), 'a.md');
  const n = 400_000;
  const rows: [what: string, content: string, reason: RegExp | undefined][] = [
    ['a text in JSON that never ends', `{"${'\\"'.repeat(n)}`, undefined],
    ['JSON too deep', `{"a":${'['.repeat(n)}${']'.repeat(n)}}`, /stands too deep/],
    ['YAML that holds itself', '---\na: &a\n  b: *a\n---\nx', /holds itself/],
    ['TOML too deep', `+++\n${'a.'.repeat(20_000)}b = 1\n+++\nx`, /stands too deep/],
    ['front matter without end', `---\n${'a: b\n'.repeat(n)}---\nx`, /longer than/],
    ['marks that begin and never end', '{{<{%'.repeat(n), undefined],
    ['a heading of spaces', `# a${' '.repeat(n)}b`, undefined],
    ['a list of spaces', `---\ntags: "a,${' '.repeat(200_000)}b"\n---\nx`, undefined],
  ];
  const since = performance.now();
  for (const [what, content, reason] of rows) {
    writeFileSync(path, content);
    const [found] = await read('markdown', path);
    if (reason === undefined) t.match(found, { value: { kind: 'article' } }, what);
    else t.match(found, { refused: [{ code: 'front-matter', reason }] }, what);
  }
  t.ok(performance.now() - since < 20_000, 'one of them took minutes, one ended the import');
});

test('what would fill the memory is refused before it does', async (t) => {
  const directory = directoryOf(t);
  const bomb = join(directory, 'bomb');
  const pieces = function* () {
    const megabyte = Buffer.alloc(1024 * 1024, 'a');
    for (let n = 0; n < 70; n++) yield megabyte;
  };
  await pipeline(pieces, createGzip({ level: 1 }), createWriteStream(bomb));
  t.match(await faultOf(read('records', bomb)), /unpacks to more than 200 times its size/);

  const file = join(directory, 'rows.json');
  const rowsIn = async (content: string) => {
    writeFileSync(file, content);
    const rows: unknown[] = [];
    const paths = ['$.db.*.data.posts.*', '$.data.posts.*'];
    for await (const { value } of readJsonRows(file, paths, () => {}, 600_000)) rows.push(value);
    return rows;
  };
  const long = 'a'.repeat(1_500_000);
  for (const head of [
    '{"db":[{"data":{"posts":[{"html":"',
    '{"data":{"posts":[{"a":[1,[{"b":"',
    '{"data":"',
    '{"x":[1,"',
  ])
    t.match(
      await faultOf(rowsIn(head + long)),
      /line 1, column \d+: what begins here has more than 600000 bytes/,
      head,
    );
  const nested = `{"data":{"posts":[{"a":${JSON.stringify(Array.from({ length: 200_000 }, () => [1]))}`;
  t.match(await faultOf(rowsIn(nested)), /what begins here/, 'a row of many small things');
  const table = JSON.stringify(Array.from({ length: 60_000 }, () => ({ a: [1, 'x'] })));
  for (const at of [
    `{"db":[{"data":{"sessions":${table},"posts":[{"id":1}]}}]}`,
    `{"x":${table},"data":{"posts":[{"id":1}]}}`,
  ])
    t.same(await rowsIn(at), [{ id: 1 }], 'a long table is no long row');
});
