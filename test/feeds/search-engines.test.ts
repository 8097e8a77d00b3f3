/** What search engines read: the sitemap, and articles as JSON-LD. */
import { type Test, test } from 'tap';
import { answerIndex } from '../../src/features/feeds/sitemap-answers.ts';
import { arePublishedMoreThan } from '../../src/features/feeds/sitemap-queries.ts';
import { faultOf } from '../support/feeds/validate.ts';
import { HOME, startNewsstand } from '../support/newsstand.ts';
import { insertRows } from '../support/rows.ts';
import { overTheWire } from '../support/wire.ts';

const startSite = async (t: Test) => {
  const galley = await startNewsstand(t);
  const { ask } = galley;
  /** The addresses of a sitemap that keeps to its standard, with the moments. */
  const sitemap = async (path = '/sitemap.xml'): Promise<string[]> => {
    const { status, headers, text } = await ask('GET', path);
    t.equal(status, 200, path);
    t.equal(headers['content-type'], 'application/xml; charset=utf-8');
    t.equal(faultOf('sitemap', text), undefined);
    return [...text.matchAll(/<loc>(.*?)<\/loc>(?:<lastmod>(.*?)<\/lastmod>)?/g)].map(([, loc, at]) => `${loc} ${at}`);
  };
  return { ...galley, sitemap };
};

test('the sitemap leads to what is live and wants to be found', async (t) => {
  const { publish, write, sitemap, clock, ask } = await startSite(t);
  t.same(
    await sitemap(),
    [`${HOME}/ undefined`],
    'the front page alone at first: an empty one is against the standard',
  );
  const { id } = await publish({ slug: 'one', publishedAt: '2026-11-01T00:00:00Z' });
  await publish({ slug: 'hidden', seo: { noindex: true } });
  await publish({ slug: 'elsewhere', seo: { canonicalUrl: 'https://other.example/elsewhere' } });
  await publish({ slug: 'itself', seo: { canonicalUrl: `${HOME}/itself`, noindex: false } });
  await publish({ slug: 'draft', status: 'draft' });
  await publish({ slug: 'soon', status: 'scheduled', publishedAt: '2026-11-22T08:00:00Z' });
  await publish({ slug: 'ends', unpublishAt: '2026-11-22T08:00:00Z' });
  const slugs = async () => (await sitemap()).map((entry) => entry.slice(HOME.length + 1).split(' ')[0]);
  t.same(await slugs(), ['', 'one', 'itself', 'ends']);
  t.equal((await sitemap())[1], `${HOME}/one 2026-11-22T07:00:00.000Z`, 'when it was last changed');
  clock.advance(3_600_000);
  t.same(await slugs(), ['', 'one', 'itself', 'soon'], 'what has come, and what has ended');
  t.equal((await sitemap())[3], `${HOME}/soon 2026-11-22T08:00:00.000Z`, 'or went live');
  await write('PATCH', `/v1/articles/${id}`, { seo: { noindex: true } });
  t.same(await slugs(), ['', 'itself', 'soon']);
  await write('PATCH', `/v1/articles/${id}`, { seo: null });
  t.same(await slugs(), ['', 'one', 'itself', 'soon']);
  await write('PATCH', '/v1/site', { articleUrlPattern: '/日本/{slug}&{id}' });
  t.equal((await sitemap())[1]?.split(' ')[0], `${HOME}/%E6%97%A5%E6%9C%AC/one&amp;${id}`, 'in ASCII, and escaped');
  await write('PATCH', '/v1/site', {
    articleUrlPattern: `/${'x'.repeat(190)}/{slug}`,
    url: `${HOME}/${'y'.repeat(1850)}`,
  });
  t.same((await sitemap()).length, 1, 'an address of 2,048 characters is none to the standard');
  t.match(await ask('GET', '/sitemap.xml?page=1'), { status: 400 });
});

test('one of several sitemaps has the articles of ten thousand ids, so that each stays in its own', async (t) => {
  const { publish, sitemap, ask, store } = await startSite(t);
  await publish({ slug: 'first' });
  const { articles } = store.tables;
  const [row] = await store.db.select().from(articles);
  const far = { ...row, sourceId: null, slugWasPublic: true } as typeof articles.$inferInsert;
  await store.transaction((tx) =>
    insertRows(tx, tx.tables.articles, [
      { ...far, id: 10_000, slug: 'last' },
      { ...far, id: 20_001, slug: 'other' },
      { ...far, id: 30_001, slug: 'drafted', shelf: 'draft', status: 'draft' },
      { ...far, id: 2_147_483_647, slug: 'very-last' },
    ]),
  );
  const slugs = async (page: number) =>
    (await sitemap(`/sitemap-${page}.xml`)).map((entry) => entry.slice(HOME.length + 1).split(' ')[0]);
  t.same(await slugs(1), ['', 'first', 'last']);
  t.same(await slugs(3), ['other']);
  t.same(await slugs(214_749), ['very-last']);
  for (const page of [2, 4, 100]) {
    const { status, headers } = await ask('GET', `/sitemap-${page}.xml`);
    t.same([status, headers['cache-groups']], [404, undefined], `page ${page}`);
  }
  for (const page of ['0', '214750', '01', 'x', '1.5'])
    t.equal((await ask('GET', `/sitemap-${page}.xml`)).status, 400, page);
  for (const path of ['/sitemap-.xml', '/sitemap-1', '/sitemap-1.txt'])
    t.equal((await ask('GET', path)).status, 404, path);

  const now = new Date('2026-11-22T07:00:00Z');
  t.equal(await arePublishedMoreThan(store, 3, now), true);
  t.equal(await arePublishedMoreThan(store, 4, now), false, 'an index is needed past what one sitemap holds');
  const index = answerIndex([1, 3], 'https://api.example');
  t.equal(faultOf('index', index), undefined);
  t.match(index, '<sitemap><loc>https://api.example/sitemap-3.xml</loc></sitemap>');
  t.not(faultOf('index', answerIndex([], HOME)), undefined, 'the standard is asked');
});

test('a sitemap that weighs more than is kept in memory is an index, and then kept', async (t) => {
  const { publish, write, ask, app, store } = await startSite(t);
  const { id } = await publish({ slug: 'first' });
  const { articles } = store.tables;
  const [row] = await store.db.select().from(articles);
  const { id: _, ...like } = row as typeof articles.$inferSelect;
  const rows = Array.from({ length: 4200 }, (_, i) => ({ ...like, id: id + 1 + i, slug: `article-${i}` }));
  await store.transaction((tx) => insertRows(tx, tx.tables.articles, rows));
  await write('PATCH', '/v1/site', { url: `${HOME}/${'y'.repeat(1850)}` });
  const index = await ask('GET', '/sitemap.xml');
  t.equal(faultOf('index', index.text), undefined);
  t.match(index.text, '<sitemap><loc>https://api.example/sitemap-1.xml</loc></sitemap></sitemapindex>');
  const page = await ask('GET', '/sitemap-1.xml');
  t.equal(faultOf('sitemap', page.text), undefined);
  t.equal(page.text.split('<url>').length - 1, 1 + 1 + rows.length, 'the front page, and every article');

  await write('PATCH', '/v1/site', { url: `${HOME}/${'y'.repeat(1750)}` });
  const wire = await overTheWire(t, app);
  const whole = await wire('/sitemap.xml');
  t.equal(whole.bytes.toString().split('<url>').length - 1, 1 + 1 + rows.length);
  const again = await wire('/sitemap.xml', { 'accept-encoding': 'gzip' });
  t.equal(again.headers['content-encoding'], 'gzip', 'only what is kept is answered compressed');
});

test('an article is told as schema.org’s NewsArticle', async (t) => {
  const { publish, write, ask, keys, authorId, clock } = await startSite(t);
  await write('PATCH', `/v1/authors/${authorId}`, { websiteUrl: 'https://ada.example', email: 'ada@harbour.example' });
  await write('POST', '/v1/tags', { name: 'Local', kind: 'section' });
  await write('POST', '/v1/tags', { name: 'Internal', kind: 'internal' });
  const { id } = await publish({
    ...{ title: 'A </script><!-- night', subtitle: 'Boats', excerpt: 'In short', body: 'one two three', slug: 'night' },
    ...{ tags: ['Local', 'Quay', 'Internal'], language: 'en-GB', contentUpdatedAt: '2026-11-22T06:30:00Z' },
    coverImage: { url: 'https://img.example/a.jpg', alt: '', width: 8, caption: 'At sea' },
    seo: { description: 'For engines', imageUrl: 'https://img.example/s.jpg', canonicalUrl: 'https://other.example/n' },
    publishedAt: '2026-11-21T00:00:00Z',
  });
  const url = `/v1/articles/${id}/jsonld`;
  const { status, headers, text, body } = await ask('GET', url);
  t.equal(status, 200);
  t.equal(headers['content-type'], 'application/ld+json; charset=utf-8');
  t.match(headers.etag, /^"1-[0-9a-f]{16}"$/);
  t.notMatch(text, '<', 'it may stand in a script element');
  t.same(body, {
    '@context': 'https://schema.org',
    '@type': 'NewsArticle',
    mainEntityOfPage: { '@type': 'WebPage', '@id': 'https://other.example/n' },
    url: `${HOME}/night`,
    headline: 'A </script><!-- night',
    alternativeHeadline: 'Boats',
    description: 'For engines',
    image: [
      { '@type': 'ImageObject', url: 'https://img.example/s.jpg' },
      { '@type': 'ImageObject', url: 'https://img.example/a.jpg', width: 8, caption: 'At sea' },
    ],
    datePublished: '2026-11-21T00:00:00.000Z',
    dateModified: '2026-11-22T06:30:00.000Z',
    author: [{ '@type': 'Person', name: 'Ada Lovelace', url: 'https://ada.example' }],
    publisher: { '@type': 'Organization', name: 'The Harbour', url: `${HOME}/` },
    inLanguage: 'en-GB',
    keywords: ['Quay'],
    articleSection: ['Local'],
    wordCount: 3,
    isAccessibleForFree: true,
  });
  const plain = await publish({ title: 'Plain', unpublishAt: '2026-11-22T08:00:00Z' });
  const { body: least } = await ask('GET', `/v1/articles/${plain.id}/jsonld`);
  t.same(
    Object.keys(least).filter((name) => ['image', 'keywords', 'articleSection', 'alternativeHeadline'].includes(name)),
    [],
  );
  t.equal(least.dateModified, least.datePublished);

  const draft = await publish({ status: 'draft' });
  const statuses = async (of: number) =>
    Promise.all(
      [null, keys.viewer, keys.admin].map(
        async (key) => (await ask('GET', `/v1/articles/${of}/jsonld`, { key })).status,
      ),
    );
  t.same(await statuses(draft.id), [404, 404, 404], 'what is not live is not told, whoever asks');
  clock.advance(3_600_000);
  t.same(await statuses(plain.id), [404, 404, 404]);
  await ask('DELETE', `/v1/articles/${id}`, { key: keys.admin });
  t.same(await statuses(id), [410, 410, 410]);
});
