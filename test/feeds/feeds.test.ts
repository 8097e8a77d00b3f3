/** Feeds: what stands in them, in each format, and that each keeps to its standard whatever is written. */

import { parseFeed } from 'feedsmith';
import { type Test, test } from 'tap';
import { type Galley, START } from '../support/app.ts';
import { faultOf } from '../support/feeds/validate.ts';
import { HOME, startNewsstand } from '../support/newsstand.ts';

const FORMATS = ['rss', 'atom', 'json'] as const;
type Format = (typeof FORMATS)[number];
const TYPES = { rss: 'application/rss+xml', atom: 'application/atom+xml', json: 'application/feed+json' };

/** A feed that keeps to its standard, as a reader finds it. */
const readFeed = async (t: Test, { ask }: Galley, path: string, format: Format) => {
  const answer = await ask('GET', `${path}.${format}`);
  t.equal(answer.status, 200, `${path}.${format}`);
  t.equal(answer.headers['content-type'], `${TYPES[format]}; charset=utf-8`);
  if (format !== 'json') t.equal(faultOf(format === 'atom' ? 'atom' : 'wellFormed', answer.text), undefined);
  return parseFeed(answer.text).feed;
};
// biome-ignore lint/suspicious/noExplicitAny: feeds of three shapes, as they are found
type Found = any;

/** What each format calls the parts of an item. */
const itemsOf = (format: Format, feed: Found): Found[] => {
  const items: Found[] = (format === 'atom' ? feed.entries : feed.items) ?? [];
  return items.map((item) => {
    if (format === 'rss')
      return {
        id: item.guid.value,
        url: item.link,
        title: item.title,
        html: item.content?.encoded ?? '',
        published: new Date(item.pubDate).getTime(),
        updated: Date.parse(item.atom.updated),
        authors: item.dc.creators ?? [],
        tags: (item.categories ?? []).map(({ name }: Found) => name),
        image: item.media?.contents?.[0]?.url,
        language: item.dc.languages?.[0],
      };
    if (format === 'atom')
      return {
        id: item.id,
        url: item.links[0].href,
        title: item.title.value ?? item.title,
        html: item.content?.value ?? '',
        published: Date.parse(item.published),
        updated: Date.parse(item.updated),
        authors: (item.authors ?? []).map(({ name }: Found) => name),
        tags: (item.categories ?? []).map(({ label }: Found) => label),
        image: item.media?.contents?.[0]?.url,
      };
    return {
      id: item.id,
      url: item.url,
      title: item.title,
      html: item.content_html,
      published: Date.parse(item.date_published),
      updated: Date.parse(item.date_modified),
      authors: (item.authors ?? []).map(({ name }: Found) => name),
      tags: item.tags ?? [],
      image: item.image,
      language: item.language,
    };
  });
};

test('each format tells the same of the newest articles', async (t) => {
  const site = await startNewsstand(t);
  const { publish, edit, clock, ask, keys } = site;
  for (const format of FORMATS) {
    const feed = await readFeed(t, site, '/feeds/articles', format);
    t.same(itemsOf(format, feed), [], 'none at first');
  }
  const { id } = await publish({
    ...{ title: 'The harbour at night', body: 'The *first* boats: [about](/about).\n\n![](a.jpg)', language: 'pt' },
    ...{ publishedAt: '2026-11-20T12:00:00Z', contentUpdatedAt: '2026-11-21T12:00:00Z', tags: ['Quay', 'Boats & Co'] },
    coverImage: {
      url: 'https://img.example/a.jpg?w=1&h=2',
      alt: 'Boats',
      width: 800,
      height: 600,
      caption: 'At "sea"',
    },
  });
  await publish({ title: 'Draft', status: 'draft' });
  await publish({ title: 'Soon', status: 'scheduled', publishedAt: '2026-11-22T08:00:00Z' });
  const { id: secret } = await site.write('POST', '/v1/tags', { name: 'For us alone', kind: 'internal' });
  await edit(`/v1/articles/${id}`, { tags: ['Quay', { id: secret }, 'Boats & Co'] });

  const expected = {
    id: `tag:harbour.example,2026:article-${id}`,
    url: `${HOME}/the-harbour-at-night`,
    title: 'The harbour at night',
    published: Date.parse('2026-11-20T12:00:00Z'),
    updated: Date.parse('2026-11-21T12:00:00Z'),
    authors: ['Ada Lovelace'],
    tags: ['Quay', 'Boats & Co'],
    image: 'https://img.example/a.jpg?w=1&h=2',
  };
  for (const format of FORMATS) {
    const feed: Found = await readFeed(t, site, '/feeds/articles', format);
    const [item, ...others] = itemsOf(format, feed);
    t.same(others, [], 'what is not live is in no feed');
    t.match(item, format === 'atom' ? expected : { ...expected, language: 'pt' }, format);
    t.match(item.html, `<a href="${HOME}/about">about</a>`, 'links are absolute');
    t.match(item.html, `src="${HOME}/a.jpg"`);
    const text = (await ask('GET', `/feeds/articles.${format}`)).text;
    t.notMatch(text, /us alone|ada@harbour|"body"/, 'internal tags and emails are told to nobody');
    t.match(text, `https://api.example/feeds/articles.${format}`, 'where it is');
    t.equal((await ask('GET', `/feeds/articles.${format}`, { key: keys.admin })).text, text, 'a key changes nothing');
  }
  await edit(`/v1/articles/${id}`, { slug: 'the-harbour-by-night' });
  clock.advance(3_600_000);
  for (const format of FORMATS) {
    const items = itemsOf(format, await readFeed(t, site, '/feeds/articles', format));
    t.same(
      items.map(({ title, url }) => `${title} ${url}`),
      [`Soon ${HOME}/soon`, `The harbour at night ${HOME}/the-harbour-by-night`],
      'what has come is there at once',
    );
    t.equal(items[1].id, expected.id, 'and an id is for ever');
  }
});

test('tags and authors have feeds while a live article names them', async (t) => {
  const site = await startNewsstand(t);
  const { publish, ask, edit, keys, write, clock } = site;
  const { id, tags } = await publish({ title: 'One', tags: ['Quay'], unpublishAt: '2026-11-22T08:00:00Z' });
  await publish({ title: 'Two', authorIds: [(await write('POST', '/v1/authors', { name: 'Bob' })).id] });
  await write('POST', '/v1/tags', { name: 'Unused' });
  const internal = await write('POST', '/v1/tags', { name: 'Internal', kind: 'internal' });
  await edit(`/v1/articles/${id}`, { tags: [tags[0], { id: internal.id }] });
  const statusOf = async (path: string, key: string | null = null) => (await ask('GET', path, { key })).status;

  for (const format of FORMATS) {
    for (const path of ['/feeds/tags/quay', '/feeds/authors/ada-lovelace']) {
      const feed: Found = await readFeed(t, site, path, format);
      t.same(
        itemsOf(format, feed).map(({ title }) => title),
        ['One'],
      );
      t.match(JSON.stringify(feed), /The Harbour: (?:Quay|Ada Lovelace)/);
    }
    for (const path of ['tags/unused', 'tags/internal', 'tags/nothing', 'authors/nobody', 'tags/quay.x', 'tags/a%2Fb'])
      for (const key of [null, keys.admin]) t.equal(await statusOf(`/feeds/${path}.${format}`, key), 404, path);
  }
  for (const path of [
    '/feeds/articles',
    '/feeds/articles.xml',
    '/feeds/tags/quay',
    '/feeds/tags/.rss',
    '/feeds',
    '/sitemap',
  ])
    t.equal(await statusOf(path), 404, path);
  const refused = await ask('POST', '/feeds/articles.rss', { key: keys.admin, body: {} });
  t.match(refused, { status: 405, headers: { allow: 'GET, HEAD' } });
  t.equal(await statusOf('/feeds/articles.rss?limit=3'), 400, 'a feed takes no parameters');

  await edit(`/v1/tags/${tags[0].id}`, { slug: 'pier' });
  const moved = await ask('GET', '/feeds/tags/quay.atom');
  t.match(moved, { status: 308, headers: { location: '/feeds/tags/pier.atom' } });
  t.match(itemsOf('atom', await readFeed(t, site, '/feeds/tags/pier', 'atom')), [{ title: 'One' }]);
  clock.advance(2 * 3_600_000);
  t.equal(await statusOf('/feeds/tags/pier.atom'), 404, 'what has ended takes its tags with it');
});

const HOSTILE = `]]> <script>alert(1)</script> & &amp; "quotes" 'too' 😀 日本語 عربي \u0008\u000b\u001f\u0085\ufffe\uffff end`;
/** The same as XML can hold it. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is left out
const HELD = HOSTILE.replaceAll(/[\u0008\u000b\u001f\ufffe\uffff]/g, '');

test('a feed is well-formed and keeps to its standard whatever is written', async (t) => {
  const site = await startNewsstand(t);
  const { publish, edit, authorId, clock, ask } = site;
  await edit('/v1/site', { title: HOSTILE, description: HOSTILE });
  await edit(`/v1/authors/${authorId}`, { name: HOSTILE, bio: HOSTILE, websiteUrl: 'https://a.example/?a=1&b=2' });
  const body = `<p title="]]&gt; >">${HOSTILE.replace(/<.*>/, '')} ]]&gt; ]]></p><pre><code>href="/about" &lt;a href="/about"&gt;</code></pre>`;
  const cover = { url: 'https://a.example/?a=1&b=2', alt: HOSTILE, caption: HOSTILE, credit: HOSTILE };
  await publish({
    title: HOSTILE,
    subtitle: HOSTILE,
    excerpt: HOSTILE,
    body,
    bodyFormat: 'html',
    coverImage: cover,
    tags: ['R&D <b>'],
  });
  clock.advance(1000);
  await publish({ title: 'Long', body: 'a ]]> '.repeat(83_000), bodyFormat: 'html' });
  for (const [year, publishedAt] of [
    ['0001', '0001-01-01T00:00:00Z'],
    ['0999', '0999-07-01T00:00:00.5Z'],
  ] as const)
    await publish({ title: `Of ${year}`, publishedAt });
  for (const path of ['/feeds/articles', '/feeds/authors/ada-lovelace', '/feeds/tags/r-d-b']) {
    for (const format of FORMATS) {
      if ((await ask('GET', `${path}.${format}`)).status === 404) continue;
      const feed = await readFeed(t, site, path, format);
      const item = itemsOf(format, feed).find(({ tags }) => tags.length > 0);
      const wanted = format === 'json' ? HOSTILE : HELD;
      t.equal(item.title.replaceAll(/\s+/g, ' '), wanted.replaceAll(/\s+/g, ' '), `${format}: the title, whole`);
      t.match(item.html, '<code>href="/about" &lt;a href="/about"&gt;</code>', 'a text about links is no link');
      t.match(item.html, ']]&gt; ]]&gt;');
      t.same(item.tags, ['R&D <b>']);
    }
  }
});

test('an author without a letter that XML can hold is none in Atom', async (t) => {
  const site = await startNewsstand(t);
  await site.edit(`/v1/authors/${site.authorId}`, { name: '\ufffe' });
  await site.publish({ title: 'One' });
  for (const format of FORMATS) await readFeed(t, site, '/feeds/articles', format);
});

test('links of a text are absolute in feeds', async (t) => {
  const site = await startNewsstand(t);
  await site.edit('/v1/site', { url: `${HOME}/news`, articleUrlPattern: '/{year}/{slug}' });
  const links = [
    ['<a href="/about?a=1&amp;b=2">x</a>', `href="${HOME}/about?a=1&amp;b=2"`],
    ['<a href="other">x</a>', `href="${HOME}/news/2026/other"`],
    ['<a href="#top">x</a>', `href="${HOME}/news/2026/t#top"`],
    ['<a href="//cdn.example/a">x</a>', 'href="https://cdn.example/a"'],
    ['<a href="mailto:a@b.example">x</a>', 'href="mailto:a@b.example"'],
    ['<a href="https://x.example/%20?q=a b">x</a>', 'href="https://x.example/%20?q=a b"'],
    ['<img src="../a,b.jpg" srcset="/a.jpg 1x, /b,c.jpg 2x">', `srcset="${HOME}/a.jpg 1x, ${HOME}/b,c.jpg 2x"`],
    ['<blockquote cite="/c">x</blockquote>', `cite="${HOME}/c"`],
    ['<video src="v.mp4" poster="/p.jpg" title="a > b"></video>', `poster="${HOME}/p.jpg"`],
  ];
  await site.publish({ bodyFormat: 'html', body: links.map(([html]) => html).join('\n') });
  const [{ html, id }] = itemsOf('json', await readFeed(t, site, '/feeds/articles', 'json'));
  t.equal(id, 'tag:harbour.example,2026:news/article-1', 'another publication of the host has other ids');
  for (const [written, found = ''] of links) t.ok(html.includes(found), `${written} → ${html}`);
});

test('a site without an address has its feeds lead where the API is, and never where a request says', async (t) => {
  const site = await startNewsstand(t);
  await site.edit('/v1/site', { url: null, description: null });
  await site.publish({ title: 'Here' });
  for (const format of FORMATS) {
    const { text } = await site.ask('GET', `/feeds/articles.${format}`, {
      headers: { host: 'evil.example', 'x-forwarded-host': 'evil.example' },
    });
    t.match(text, 'https://api.example/here');
    t.notMatch(text, 'evil.example');
    if (format === 'rss') t.match(text, '<description>The Harbour</description>', 'a channel must have one');
  }
});

test('a feed holds the newest twenty, or what has room', async (t) => {
  const site = await startNewsstand(t);
  for (let i = 1; i <= 22; i++) {
    site.clock.advance(60_000);
    await site.publish({ title: `N ${i}` });
  }
  const titles = async () =>
    itemsOf('json', await readFeed(t, site, '/feeds/articles', 'json')).map(({ title }) => title);
  t.same(
    await titles(),
    Array.from({ length: 20 }, (_, i) => `N ${22 - i}`),
  );
  const body = '😀'.repeat(400_000);
  for (const title of ['Long', 'Longer', 'Longest']) await site.publish({ title, body, bodyFormat: 'html' });
  t.same(await titles(), ['Longest', 'Longer'], 'a page of texts ends at 4 MiB');
});

test('a feed is answered 304 where nothing changed, cached by its groups and until the next moment', async (t) => {
  const site = await startNewsstand(t);
  const { ask, publish, edit, authorId, clock, keys } = site;
  const { id, tags } = await publish({ title: 'One', tags: ['Quay'] });
  await publish({
    title: 'Soon',
    status: 'scheduled',
    publishedAt: new Date(Date.parse(START) + 20_000).toISOString(),
  });
  clock.advance(3000);
  const groups = {
    '/feeds/articles.rss': '"articles", "site"',
    '/feeds/tags/quay.atom': `"articles", "site", "tag-${tags[0].id}"`,
    '/feeds/authors/ada-lovelace.json': `"articles", "site", "author-${authorId}"`,
    '/sitemap.xml': '"articles", "site"',
    [`/v1/articles/${id}/jsonld`]: `"article-${id}", "site", "author-${authorId}", "tag-${tags[0].id}"`,
  };
  for (const [path, told] of Object.entries(groups)) {
    const { headers, text } = await ask('GET', path);
    t.equal(headers['cache-groups'], told, path);
    t.equal(headers['cache-control'], 'public, max-age=0, s-maxage=17');
    const again = await ask('GET', path, { headers: { 'if-none-match': String(headers.etag) } });
    t.match(again, { status: 304, text: '' });
    const head = await ask('HEAD', path);
    t.match(head, { status: 200, text: '', headers: { etag: headers.etag } });
    const keyed = await ask('GET', path, { key: keys.viewer });
    t.match(keyed, { text, headers: { 'cache-control': 'private, no-cache', etag: headers.etag } });
    t.equal((await ask('GET', path, { key: 'glk_wrong' })).status, 401);
  }
  const tagOf = async (path: string) => (await ask('GET', path)).headers.etag;
  const before = await Promise.all(Object.keys(groups).map(tagOf));
  await edit(`/v1/articles/${id}`, { title: 'Another' });
  await clock.advance(1000);
  const after = await Promise.all(Object.keys(groups).map(tagOf));
  for (const [i, path] of Object.keys(groups).entries()) t.not(after[i], before[i], `${path} is another`);
});
