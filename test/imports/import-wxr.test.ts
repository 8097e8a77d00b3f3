import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import tap, { test } from 'tap';
import type { Found, FoundRecord } from '../../src/features/formats/found.ts';
import { UnreadableFile } from '../../src/features/formats/lines.ts';
import { withParagraphs } from '../../src/features/formats/paragraphs.ts';
import { readWxr } from '../../src/features/formats/wxr.ts';
import { importRecords } from '../../src/features/imports/actions.ts';
import { readEntry } from '../../src/features/imports/reading.ts';
import { emptyReport } from '../../src/features/imports/report.ts';
import { createRenderer } from '../../src/rendering/renderer.ts';
import { startGalley } from '../support/app.ts';
import { author, category, type Item, item, tag, wxr, wxrFrame } from '../support/wxr.ts';

const directory = mkdtempSync(join(tmpdir(), 'galley-wxr-'));
const renderer = createRenderer({ threads: 1, embedHosts: [], timeLimit: 1000 });
tap.teardown(() => {
  rmSync(directory, { recursive: true });
  return renderer.close();
});
let written = 0;
const nextName = () => {
  written += 1;
  return `export-${written}.xml`;
};
const write = (content: string | Buffer, name = nextName()): string => {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
};

const readAll = async (content: string | Buffer, { pages = false } = {}): Promise<Found[]> => {
  const options = { path: write(content), defaultAuthor: null, pages };
  const found: Found[] = [];
  for await (const each of readWxr(options, () => {})) found.push(each);
  for (const each of found) {
    const entry = readEntry(each, options);
    if ('value' in each && 'refused' in entry) throw new Error(`no record: ${JSON.stringify(entry)}`);
  }
  return found;
};

const recordsOf = (found: Found[], kind: string) =>
  found.filter((each): each is FoundRecord => 'value' in each && each.value.kind === kind);
const codesOf = (found: Found | undefined) => {
  const told = !found ? [] : 'value' in found ? (found.altered ?? []) : found.refused;
  return told.map(({ field, code }) => `${field ?? '-'} ${code}`);
};

const ada = author('ada', 'Ada Lovelace', { 'wp:author_id': '3', 'wp:author_email': 'ada@harbour.example' });

test('a file of each version becomes the site, authors, tags, articles, and comments after theirs', async (t) => {
  const parts = [
    ada,
    category('news', 'News &amp; Views', '', 'What is <b>new</b>'),
    tag('boats', 'Boats'),
    item({
      fields: {
        'excerpt:encoded': 'What the boats do.',
        'wp:is_sticky': '1',
        'wp:post_modified_gmt': '2011-01-01 00:00:00',
      },
      terms: [
        ['post_tag', 'boats', 'Boats'],
        ['category', 'news', 'News &amp; Views'],
        ['post_format', 'post-format-aside', 'Aside'],
      ],
      meta: [
        ['_thumbnail_id', '8'],
        ['mood', 'calm'],
        ['_wp_old_slug', 'quay'],
      ],
      comments: [{}, { 'wp:comment_parent': '1', 'wp:comment_user_id': '3', 'wp:comment_author': 'Ada' }],
    }),
    item({
      fields: {
        'wp:post_id': '8',
        'wp:post_type': 'attachment',
        'wp:attachment_url': 'https://harbour.example/quay 1.jpg',
        'excerpt:encoded': 'The <em>quay</em>',
      },
      meta: [['_wp_attachment_image_alt', 'A quay']],
    }),
  ];
  for (const version of ['1.0', '1.1', '1.2']) {
    const found = await readAll(wxr(parts, { version }));
    const values = found.map((each) => ('value' in each ? each.value : each.refused));
    const source = { system: 'harbour.example', id: '7', url: 'https://harbour.example/2010/06/harbour-7/' };
    t.same(
      values,
      [
        {
          kind: 'site',
          title: 'The Harbour Gazette',
          description: 'News from the quay',
          url: 'https://harbour.example',
          language: 'en-GB',
        },
        { kind: 'author', key: 'ada-lovelace', name: 'Ada Lovelace', email: 'ada@harbour.example' },
        { kind: 'tag', key: 'boats', name: 'Boats', description: null, tagKind: 'topic' },
        { kind: 'tag', key: 'news', name: 'News & Views', description: 'What is new', tagKind: 'section' },
        {
          kind: 'article',
          source,
          title: 'The harbour at night',
          slug: 'harbour-7',
          summary: 'What the boats do.',
          body: '<!-- wp:paragraph --><p>The <em>first</em> boats.</p><!-- /wp:paragraph -->',
          bodyFormat: 'html',
          status: 'published',
          publishedAt: '2010-06-12T05:27:04.000Z',
          authors: ['ada-lovelace'],
          tags: ['news', 'boats'],
          featured: true,
          coverImage: { url: 'https://harbour.example/quay%201.jpg', alt: 'A quay', caption: 'The quay' },
          seo: null,
          metadata: { postFormat: 'aside', mood: 'calm' },
          oldSlugs: ['quay'],
          stored: {
            createdAt: '2010-06-12T05:27:04.000Z',
            updatedAt: '2011-01-01T00:00:00.000Z',
            firstPublishedAt: '2010-06-12T05:27:04.000Z',
          },
        },
        {
          kind: 'comment',
          key: 'wp:harbour.example:1',
          article: source,
          parent: null,
          author: null,
          isStaff: false,
          authorName: 'Grace',
          authorEmail: 'grace@mail.example',
          authorUrl: null,
          body: 'What a night.',
          status: 'approved',
          createdAt: '2010-06-13T05:00:00.000Z',
        },
        {
          kind: 'comment',
          key: 'wp:harbour.example:2',
          article: source,
          parent: 'wp:harbour.example:1',
          author: 'ada-lovelace',
          isStaff: true,
          authorName: 'Ada',
          authorEmail: 'grace@mail.example',
          authorUrl: null,
          body: 'What a night.',
          status: 'approved',
          createdAt: '2010-06-13T05:00:00.000Z',
        },
        [{ field: null, code: 'attachment', reason: 'is a file, which stays where it is' }],
      ],
      version,
    );
    t.same(
      found.flatMap((each) => ('value' in each ? codesOf(each) : [])),
      [],
      'and nothing of it had to be altered',
    );
    t.notMatch(JSON.stringify(values), '192.0.2.7', 'addresses of guests stay where they are');
  }
});

const zero = '0000-00-00 00:00:00';
/** A post, what is told of it, and what its record says. */
const POSTS: [string, Item, string[], Record<string, unknown>][] = [
  ['a date to come', { fields: { 'wp:status': 'future' } }, [], { status: 'scheduled' }],
  [
    'a draft, without a moment in GMT',
    { fields: { 'wp:status': 'draft', 'wp:post_date_gmt': zero, 'wp:post_name': '' } },
    [],
    { status: 'draft', publishedAt: null, slug: null, oldSlugs: [], stored: { createdAt: '2010-06-12T05:27:04.000Z' } },
  ],
  ['pending', { fields: { 'wp:status': 'pending' } }, [], { status: 'review' }],
  ['private', { fields: { 'wp:status': 'private' } }, ['/status private'], { status: 'draft' }],
  ['with a password', { fields: { 'wp:post_password': 'enter' } }, ['/status password'], { status: 'draft' }],
  ['of a status of a plugin', { fields: { 'wp:status': 'acf-off' } }, ['/status unknown-status'], { status: 'draft' }],
  [
    'in the trash',
    {
      fields: { 'wp:status': 'trash', 'wp:post_name': 'quay__trashed' },
      meta: [
        ['_wp_trash_meta_status', 'publish'],
        ['_wp_trash_meta_time', '1300000000'],
      ],
    },
    [],
    { status: 'published', slug: 'quay', stored: { deletedAt: '2011-03-13T07:06:40.000Z' } },
  ],
  [
    'published without a moment in GMT: by the clock of the others',
    { fields: { 'wp:post_date_gmt': zero } },
    ['/publishedAt date-derived'],
    { publishedAt: '2010-06-12T05:27:04.000Z' },
  ],
  [
    'its moment by RSS',
    { fields: { 'wp:post_date_gmt': zero, pubDate: 'Fri, 11 Jun 2010 21:27:04 +0000' } },
    ['/publishedAt date-derived'],
    { publishedAt: '2010-06-11T21:27:04.000Z' },
  ],
  ['no title', { fields: { title: ' ' } }, ['/title title-made'], { title: '(no title)' }],
  [
    'a title with markup and entities',
    { fields: { title: 'Q&amp;A <em>here</em> &#8211; 1 < 2' } },
    ['/title markup-lost'],
    { title: 'Q&A here – 1 < 2' },
  ],
  ['a long title', { fields: { title: 'x'.repeat(301) } }, ['/title too-long'], { title: `${'x'.repeat(299)}…` }],
  [
    'a slug in another script',
    { fields: { 'wp:post_name': '%e6%97%a5%e6%9c%ac', link: 'https://harbour.example/%E6%97%A5%E6%9C%AC/' } },
    [],
    { slug: '日本', oldSlugs: [] },
  ],
  [
    'another address',
    { fields: { link: 'https://harbour.example/2010/the-old-quay.html' } },
    [],
    { oldSlugs: ['the-old-quay'] },
  ],
  ['no creator', { fields: { 'dc:creator': '' } }, [], { authors: [] }],
  [
    'a creator misspelt as WordPress forgives it',
    { fields: { 'dc:creator': '>ada' } },
    [],
    { authors: ['ada-lovelace'] },
  ],
  ['comments closed', { fields: { 'wp:comment_status': 'closed' } }, [], { commentPolicy: 'closed' }],
  ['an image that is not there', { meta: [['_thumbnail_id', '99']] }, ['/coverImage image-lost'], { coverImage: null }],
  [
    'what search engines are told',
    {
      meta: [
        ['_yoast_wpseo_title', 'Boats'],
        ['_yoast_wpseo_metadesc', '%%excerpt%%'],
        ['_yoast_wpseo_canonical', 'https://a.example/b'],
        ['_yoast_wpseo_meta-robots-noindex', '1'],
      ],
    },
    ['/seo/description template'],
    { seo: { title: 'Boats', canonicalUrl: 'https://a.example/b', noindex: true } },
  ],
  [
    'custom fields',
    {
      meta: [
        ['mood', 'a'],
        ['mood', 'b'],
        ['_edit_last', '1'],
        ['_plugin', 'x'],
        ['long', 'x'.repeat(17_000)],
        ['__proto__', 'y'],
      ],
    },
    ['/metadata hidden-field', '/metadata too-long'],
    { metadata: { mood: ['a', 'b'] } },
  ],
  [
    'other taxonomies',
    { terms: [['genre', 'noir', 'Noir']] },
    [],
    { tags: [], metadata: { taxonomies: { genre: ['Noir'] } } },
  ],
  ['a category that is declared nowhere', { terms: [['category', 'loose', 'Loose']] }, [], { tags: ['loose'] }],
  [
    'too many tags',
    { terms: Array.from({ length: 51 }, (_, n) => ['post_tag', `t${n}`, `T ${n}`]) },
    ['/tags too-many'],
    {},
  ],
  ['CDATA within CDATA', { fields: { 'content:encoded': '<p>a ]]> b</p>' } }, [], { body: '<p>a ]]> b</p>' }],
  [
    'what the classic editor wrote',
    {
      fields: { 'content:encoded': 'One\r\n\r\nTwo\nthree <b>bold</b>\n\n<ul>\n<li>a</li>\n</ul>\n<pre>x\n\ny</pre>' },
    },
    ['/body paragraphs-made'],
    { body: '<p>One</p>\n<p>Two<br />\nthree <b>bold</b></p>\n<ul>\n<li>a</li>\n</ul>\n<pre>x\n\ny</pre>' },
  ],
  [
    'a caption',
    {
      fields: {
        'content:encoded':
          '[caption id="a_1" align="alignleft" width="3"]<a href="/b"><img src="/a.jpg" /></a> The <b>quay</b>[/caption]',
      },
    },
    ['/body captions-made'],
    {
      body: '<figure class="wp-caption alignleft"><a href="/b"><img src="/a.jpg" /></a><figcaption>The <b>quay</b></figcaption></figure>',
    },
  ],
  [
    'shortcodes, and brackets that are none',
    { fields: { 'content:encoded': '<p>[gallery ids="1,2"] [sic] [1] [x-y a=1]z[/x-y] [[audio]]</p>' } },
    ['/body shortcode'],
    {},
  ],
  [
    'several pages, and a block that is empty',
    { fields: { 'content:encoded': '<!-- wp:latest-posts {"a":1} /--><!--nextpage-->' } },
    ['/body empty-block', '/body pages-joined'],
    {},
  ],
];

test('what a post says is told in the words of a record, and what it cannot say is told', async (t) => {
  const others = [item({ fields: { 'wp:post_id': '5' } }), item({ fields: { 'wp:post_id': '6' } })];
  const posts = POSTS.map(([, post], n) =>
    item({ ...post, fields: { 'wp:post_id': String(100 + n), 'wp:post_name': `harbour-${100 + n}`, ...post.fields } }),
  );
  const articles = recordsOf(await readAll(wxr([ada, ...others, ...posts])), 'article').slice(2);
  t.equal(articles.length, POSTS.length);
  for (const [n, [name, , told, expected]] of POSTS.entries()) {
    t.same(codesOf(articles[n]), told, name);
    t.match(articles[n]?.value, expected, name);
  }
});

test('a text of very many elements has its paragraphs in a moment', (t) => {
  const since = performance.now();
  t.equal(withParagraphs('<p>a</p>\n'.repeat(50_000)), '<p>a</p>\n'.repeat(50_000));
  t.equal(withParagraphs('<pre>a\n\n<b>b</b></pre>\n\nc\n\nd'), '<pre>a\n\n<b>b</b></pre><p>c</p>\n<p>d</p>');
  t.ok(performance.now() - since < 5000, 'copying what is written with each took 25 seconds');
  t.end();
});

test('names and slugs of tags are unique, told, and the same with every reading', async (t) => {
  const parts = [
    tag('media', 'Media'),
    tag('post-formats', 'Post Formats'),
    category('media-2', 'media'),
    category('post-formats', 'Post Formats'),
    category('parent', 'Parent'),
    category('foo', 'Foo'),
    category('foo-parent', 'Foo', 'parent'),
    category('foo-2', 'Foo'),
    tag('%e6%97%a5%e6%9c%ac', '日本'),
    category('long', 'x'.repeat(120)),
    item({
      terms: [
        ['category', 'media-2', 'media'],
        ['category', 'foo-parent', 'Foo'],
        ['post_tag', 'media-3', 'MEDIA'],
      ],
    }),
    '<wp:term><wp:term_taxonomy>nav_menu</wp:term_taxonomy><wp:term_slug>top</wp:term_slug><wp:term_name>Top</wp:term_name></wp:term>',
  ];
  const found = await readAll(wxr(parts));
  const tags = recordsOf(found, 'tag').map((each) => [
    each.value.key,
    each.value.name,
    each.value.tagKind,
    ...codesOf(each),
  ]);
  t.same(tags, [
    ['media', 'Media', 'topic'],
    ['post-formats', 'Post Formats', 'topic'],
    ['ri-ben', '日本', 'topic', '/key key-changed'],
    ['media-2', 'media (section)', 'section', '/name name-taken'],
    ['post-formats-section', 'Post Formats (section)', 'section', '/name name-taken', '/key slug-taken'],
    ['parent', 'Parent', 'section'],
    ['foo', 'Foo', 'section'],
    ['foo-parent', 'Foo (Parent)', 'section', '/name name-taken'],
    ['foo-2', 'Foo (section)', 'section', '/name name-taken'],
    ['long', `${'x'.repeat(99)}…`, 'section', '/name too-long'],
  ]);
  t.same(
    recordsOf(found, 'article')[0]?.value.tags,
    ['media-2', 'foo-parent', 'media'],
    'a tag of the same name is that tag',
  );
  t.match(
    found.filter((each) => 'refused' in each),
    [{ record: 'nav_menu top', refused: [{ code: 'other-taxonomy' }] }],
  );
});

test('authors are called what readers see, never by their login alone, and each by a key of its own', async (t) => {
  const found = await readAll(
    wxr([
      ada,
      author('ada2', 'Ada Lovelace', { 'wp:author_email': 'none' }),
      author('root@harbour.example', ''),
      author('x', '日本'),
      item({ fields: { 'dc:creator': 'grace' } }),
    ]),
  );
  t.same(
    recordsOf(found, 'author').map((each) => [each.value.key, each.value.name, ...codesOf(each)]),
    [
      ['ada-lovelace', 'Ada Lovelace'],
      ['ada-lovelace-2', 'Ada Lovelace', '/key slug-taken', '/email wrong-format'],
      ['root', 'root', '/name name-changed'],
      ['ri-ben', '日本'],
      ['grace', 'grace'],
    ],
  );
});

/** A comment, what is told of it, and what its record says; a refused one says nothing. */
const COMMENTS: [string, Record<string, string>, string[], Record<string, unknown> | null][] = [
  ['waiting', { 'wp:comment_approved': '0' }, [], { status: 'pending' }],
  ['spam', { 'wp:comment_approved': 'spam' }, [], { status: 'spam' }],
  ['in the trash', { 'wp:comment_approved': 'post-trashed' }, [], { status: 'trash' }],
  [
    'HTML',
    {
      'wp:comment_content':
        'A *b*\n\n<strong>c</strong> <a href="https://a.example/b_c">d</a> &amp; https://e.example/f_g_h <del>i</del>',
    },
    ['/body markup-lost'],
    { body: 'A \\*b\\*\n\n**c** [d](https://a.example/b_c) & https://e.example/f_g_h i' },
  ],
  [
    'hopelessly nested',
    { 'wp:comment_content': `${'<b>'.repeat(20_000)}deep` },
    ['/body markup-lost'],
    { body: 'deep' },
  ],
  ['long', { 'wp:comment_content': 'x'.repeat(10_001) }, ['/body too-long'], { body: `${'x'.repeat(9999)}…` }],
  ['empty', { 'wp:comment_content': '<br>' }, ['- empty'], null],
  [
    'a ping',
    { 'wp:comment_type': 'pingback', 'wp:comment_author': 'Quay &laquo; News' },
    ['- ping'],
    { authorName: 'Quay « News' },
  ],
  ['a note of editors', { 'wp:comment_type': 'note' }, ['- other-type'], null],
  [
    'nobody',
    { 'wp:comment_author': '', 'wp:comment_author_email': 'x', 'wp:comment_author_url': 'javascript:x' },
    ['/authorName name-made', '/authorEmail wrong-format', '/authorUrl wrong-format'],
    { authorName: 'Anonymous', authorEmail: null, authorUrl: null },
  ],
  [
    'an author by the address alone: anyone can say that',
    { 'wp:comment_author_email': 'ada@harbour.example' },
    [],
    { isStaff: false, author: null },
  ],
  ['an answer to none', { 'wp:comment_parent': '77' }, ['/parent unknown-parent'], { parent: null }],
];

test('comments keep their places, and are told as they are', async (t) => {
  const found = await readAll(wxr([ada, item({ comments: COMMENTS.map(([, comment]) => comment) })]));
  for (const [n, [name, , told, expected]] of COMMENTS.entries()) {
    const key = `wp:harbour.example:${n + 1}`;
    const comment = found.find((each) => ('value' in each ? each.value.key : each.record) === key);
    t.same(codesOf(comment), told, name);
    if (expected && comment && 'value' in comment) t.match(comment.value, expected, name);
    t.equal(comment && 'value' in comment, expected !== null, name);
  }
  const order = [
    ['5', '3'],
    ['3', '9'],
    ['9', '0'],
    ['1', '2'],
    ['2', '1'],
    ['3', '0'],
  ];
  const threads = await readAll(
    wxr([item({ comments: order.map(([id, parent]) => ({ 'wp:comment_id': id, 'wp:comment_parent': parent })) })]),
  );
  t.same(
    recordsOf(threads, 'comment').map(({ value }) =>
      [value.key, value.parent].map((key) => (key as string | null)?.split(':').at(-1)),
    ),
    [
      ['9', undefined],
      ['3', '9'],
      ['5', '3'],
      ['2', undefined],
      ['1', '2'],
    ],
    'what is answered stands before its answers, and a circle is broken',
  );
  t.match(
    threads.filter((each) => 'refused' in each),
    [{ kind: 'comment', refused: [{ code: 'repeated' }] }],
  );
});

test('pages are told, or taken; what has no place here is told', async (t) => {
  const page = {
    fields: { 'wp:post_type': 'page', 'wp:post_parent': '4', title: 'About' },
    meta: [['_wp_page_template', 'wide.php']],
    comments: [{}],
  } as Item;
  const types = ['revision', 'nav_menu_item', 'wp_block', 'product'].map((type) =>
    item({ fields: { 'wp:post_type': type } }),
  );
  const parts = [
    item(page),
    item({ fields: { 'wp:status': 'auto-draft' } }),
    item({ fields: { 'wp:post_id': '' } }),
    ...types,
  ];
  const told = (await readAll(wxr(parts))).flatMap((each) =>
    'refused' in each ? `${each.kind} ${each.record} ${codesOf(each)}` : [],
  );
  t.same(told, [
    'article harbour.example:7 - page',
    'comment wp:harbour.example:1 - no-article',
    'article harbour.example:7 - auto-draft',
    'article harbour.example: - no-id',
    'null harbour.example:7 - revision',
    'null harbour.example:7 - nav-menu-item',
    'null harbour.example:7 - wp-block',
    'null harbour.example:7 - other-type',
  ]);
  const taken = await readAll(wxr(parts), { pages: true });
  t.match(recordsOf(taken, 'article')[0]?.value, {
    title: 'About',
    metadata: { type: 'page', pageTemplate: 'wide.php', parent: '4' },
  });
  t.equal(recordsOf(taken, 'comment').length, 1);
});

const [start, end] = wxrFrame();
const lines = start.split('\n').length;
const bomb = `<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>${start.slice(start.indexOf('<rss'))}`;
/** A file that cannot be read, and what is said of it after its name. */
const BROKEN: [string, string | Buffer, RegExp][] = [
  [
    'an end too early',
    start + item(),
    new RegExp(`^line ${(start + item()).split('\n').length}, column 7: unclosed tag: channel$`),
  ],
  [
    'crossing tags',
    `${start}<item>\n<title>a</item>${end}`,
    new RegExp(`^line ${lines + 1}, column 15: unexpected close tag$`),
  ],
  [
    'a control character',
    `${start}<item><title>a\u0008</title></item>${end}`,
    new RegExp(`^line ${lines}, column 15: disallowed character$`),
  ],
  [
    'an unknown entity',
    `${start}<item><title>a&nbsp;</title></item>${end}`,
    new RegExp(`^line ${lines}, column 20: undefined entity$`),
  ],
  [
    'no UTF-8',
    Buffer.concat([
      Buffer.from(`${start}<item><title>日本\ufffd`),
      Buffer.from([0xe9]),
      Buffer.from(`x</title></item>${end}`),
    ]),
    new RegExp(`^line ${lines}, column 16: it is not the UTF-8 that it says it is$`),
  ],
  ['half a character', Buffer.concat([Buffer.from(start), Buffer.from([0xe6, 0x97])]), /it is not the UTF-8/],
  ['an encoding of its own', wxr([], { encoding: 'x-mine' }), /it is not the x-mine \(which is not known here\)/],
  ['entities that grow', bomb, /^line 1, column \d+: a DOCTYPE, which no WXR file has/],
  ['more than one root', `${start}${end}<rss/>`, /documents may contain only one root/],
  ['a deep nest', `${start}<item>${'<a>'.repeat(60)}`, /elements stand more than 50 deep/],
  ['RSS', start.replace(/<wp:wxr_version>.*/, '') + end, /^it is no WXR file: its channel has no wp:wxr_version$/],
  ['RSS with items', start.replace(/<wp:wxr_version>.*/, '') + item() + end, /its channel has no wp:wxr_version$/],
  ['a version to come', wxr([], { version: '2.0' }), /^it is WXR 2\.0; 1\.0, 1\.1, 1\.2 can be read$/],
  ['a page', '<!DOCTYPE html><html><p>hi<br></html>', /^it is a page of HTML; a WXR file is what WordPress writes/],
  ['JSON', '{"db":[]}', /^it is no XML: line 1, column \d+: .*; a WXR file is what WordPress writes/],
  ['another root', '<feed xmlns="http://www.w3.org/2005/Atom"/>', /^its outermost element is <feed>;/],
  ['nothing', '', /^it is empty;/],
  ['gzip that breaks off', gzipSync(wxr([item()])).subarray(0, 400), /^it is gzip that ends too early$/],
];

/** What is said of a file that cannot be read; throws where it is read, or where something was found before. */
const faultOf = async (content: string | Buffer): Promise<string> => {
  const path = write(content, 'broken.xml');
  let found = 0;
  try {
    for await (const _ of readWxr({ path, defaultAuthor: null, pages: true }, () => {})) found += 1;
  } catch (error) {
    if (!(error instanceof UnreadableFile) || found > 0) throw error;
    const told = `cannot read ${path}: `;
    if (!error.message.startsWith(told) || error.message.includes('\n')) throw error;
    return error.message.slice(told.length);
  }
  return found > 0 ? 'is read' : 'holds nothing';
};

test('a broken file is told in one line, with line and column, before anything is found', async (t) => {
  for (const [name, content, told] of BROKEN) t.match(await faultOf(content), told, name);
});

test('wherever a file is cut or spoilt, it is read or told', async (t) => {
  const whole = Buffer.from(
    wxr([ada, category('news', 'News'), item({ comments: [{}, {}], terms: [['category', 'news', 'News']] }), item()]),
  );
  const step = process.env.SEEDS === 'any' ? 7 : 97;
  for (let at = 0; at < whole.lastIndexOf('</rss>') + 5; at += step) {
    t.not(await faultOf(whole.subarray(0, at)), 'is read', `cut at ${at}`);
    const spoilt = Buffer.from(whole);
    spoilt[at] = (at * 31) % 256;
    t.type(await faultOf(spoilt), 'string', `spoilt at ${at}`);
  }
});

test('a file is read whatever encoding it says it has, gzip or not', async (t) => {
  const titled = (encoding: string) => wxr([item({ fields: { title: 'Café – “quay”' } })], { encoding });
  const files: [string, Buffer][] = [
    ['a byte order mark', Buffer.from(`\ufeff${titled('UTF-8')}`)],
    [
      'ISO-8859-1',
      Buffer.from(
        titled('ISO-8859-1').replaceAll('–', '\x96').replaceAll('“', '\x93').replaceAll('”', '\x94'),
        'latin1',
      ),
    ],
    ['UTF-16', Buffer.from(`\ufeff${titled('UTF-16')}`, 'utf16le')],
    ['gzip', gzipSync(titled('UTF-8'))],
  ];
  for (const [name, file] of files)
    t.equal(recordsOf(await readAll(file), 'article')[0]?.value.title, 'Café – “quay”', name);
});

test('an import ends at once, also in the walk that only looks whether all of a file can be read', async (t) => {
  const { store, clock } = await startGalley(t);
  const path = write(wxr([item()]).slice(0, -10));
  const parts = { store, clock: () => clock.now, renderer };
  for (const format of ['wxr', 'ghost', 'markdown'] as const) {
    const options = { format, path, defaultAuthor: null, pages: false, report: emptyReport() };
    await t.rejects(importRecords(parts, options), { message: /^cannot read/ }, `${format}: it is broken`);
    await t.resolves(importRecords(parts, { ...options, signal: AbortSignal.abort() }), 'which nobody came to see');
  }
});

test('what was exported is read as it was by everyone, and a second import changes nothing', async (t) => {
  const galley = await startGalley(t);
  const { ask, keys, store, clock } = galley;
  const hidden: [string, Item['fields'], string][] = [
    ['draft', { 'wp:status': 'draft', 'wp:post_date_gmt': zero }, 'draft'],
    ['pending', { 'wp:status': 'pending' }, 'review'],
    ['private', { 'wp:status': 'private' }, 'draft'],
    ['password', { 'wp:post_password': 'enter' }, 'draft'],
    ['future', { 'wp:status': 'future', 'wp:post_date_gmt': '2030-01-01 00:00:00' }, 'scheduled'],
  ];
  const reply = { 'wp:comment_parent': '1', 'wp:comment_user_id': '3' };
  const path = write(
    gzipSync(
      wxr([
        ada,
        category('news', 'News'),
        tag('news-tag', 'News'),
        item({
          terms: [['category', 'news', 'News']],
          meta: [['_wp_old_slug', 'quay']],
          comments: [{}, reply, { 'wp:comment_approved': '0' }],
        }),
        ...hidden.map(([slug, fields], n) =>
          item({ fields: { 'wp:post_id': String(20 + n), 'wp:post_name': slug, ...fields } }),
        ),
        item({ fields: { 'wp:post_id': '30', 'wp:post_name': 'gone__trashed', 'wp:status': 'trash' } }),
      ]),
    ),
  );
  const run = async () => {
    const report = emptyReport();
    const parts = { store, clock: () => clock.now, renderer };
    await importRecords(parts, { format: 'wxr', path, defaultAuthor: null, pages: false, report });
    return report;
  };
  const first = await run();
  t.match(first.counts, {
    tag: { created: 2 },
    article: { created: 7 },
    comment: { created: 3 },
    skipped: 0,
  });
  const { body: list } = await ask('GET', '/v1/articles');
  t.same(
    list.data.map(({ slug }: { slug: string }) => slug),
    ['harbour-7'],
    'one is public',
  );
  const { body: read } = await ask('GET', '/v1/articles/by-slug/harbour-7');
  t.match(read, {
    html: '<p>The <em>first</em> boats.</p>',
    publishedAt: '2010-06-12T05:27:04.000Z',
    createdAt: '2010-06-12T05:27:04.000Z',
    authors: [{ slug: 'ada-lovelace', name: 'Ada Lovelace' }],
    tags: [{ slug: 'news', name: 'News (section)', kind: 'section' }],
    commentCount: 2,
  });
  t.equal((await ask('GET', '/v1/articles/by-slug/quay')).status, 308, 'its old address leads to it');
  for (const [slug, , status] of hidden) {
    t.equal((await ask('GET', `/v1/articles/by-slug/${slug}`)).status, 404, slug);
    t.match((await ask('GET', `/v1/articles/by-slug/${slug}`, { key: keys.editor })).body, { status }, slug);
  }
  const { body: comments } = await ask('GET', `/v1/articles/${read.id}/comments`);
  t.match(comments.data, [
    { isStaff: false, parentId: null },
    { isStaff: true, parentId: comments.data[0].id },
  ]);
  t.equal(comments.data.length, 2);

  const { events } = store.tables;
  const before = await store.db.select().from(events).orderBy(events.id);
  clock.advance(60_000);
  const second = await run();
  t.match(second.counts, { read: 14, created: 0, unchanged: first.counts.read, skipped: 0 });
  t.same(second.problems, []);
  t.same(await store.db.select().from(events).orderBy(events.id), before);
});
