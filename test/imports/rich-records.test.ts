import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asc, eq, ne } from 'drizzle-orm';
import tap, { type Test, test } from 'tap';
import { importRecords } from '../../src/features/imports/actions.ts';
import { emptyReport, type Report } from '../../src/features/imports/report.ts';
import { createRenderer } from '../../src/rendering/renderer.ts';
import { type Galley, START, startGalley } from '../support/app.ts';

const renderer = createRenderer({ threads: 1, embedHosts: [], timeLimit: 30_000 });
tap.teardown(() => renderer.close());

type Rec = Record<string, unknown>;

const importAll = async (t: Test, { store, clock }: Galley, records: Rec[]): Promise<Report> => {
  const directory = mkdtempSync(join(tmpdir(), 'galley-rich-'));
  t.teardown(() => rmSync(directory, { recursive: true }));
  const path = join(directory, 'blog.ndjson');
  writeFileSync(path, records.map((record) => `${JSON.stringify(record)}\n`).join(''));
  const report = emptyReport();
  await importRecords(
    { store, clock: () => clock.now, renderer },
    { format: 'records', path, defaultAuthor: null, pages: false, report },
  );
  return report;
};

/** What was said, in short: kind, outcome, field, code. */
const told = ({ problems }: Report) =>
  problems.map(({ kind, outcome, field, code }) => `${kind} ${outcome} ${field ?? '-'} ${code}`);

const article = (key: string, fields: Rec = {}): Rec => ({
  kind: 'article',
  key,
  title: `On ${key}`,
  publishedAt: '2020-01-02T03:04:05.678Z',
  authors: ['ada'],
  body: 'The *first* boats.',
  ...fields,
});
const comment = (key: string, fields: Rec = {}): Rec => ({
  kind: 'comment',
  key,
  article: 'harbour',
  authorName: '読者',
  authorEmail: 'Reader@Mail.example',
  body: 'What a *night*',
  createdAt: '2020-02-01T00:00:00Z',
  ...fields,
});
/** Where an old slug leads. */
const leads = async ({ ask }: Galley, path: string, key?: string) => {
  const { status, headers } = await ask('GET', path, { ...(key && { key }) });
  return status === 308 ? headers.location : status;
};
const bySlug = async ({ ask, keys }: Galley, slug: string) =>
  (await ask('GET', `/v1/articles/by-slug/${slug}`, { key: keys.editor })).body;

test('the site is named as long as nobody has', async (t) => {
  const galley = await startGalley(t);
  const site = { kind: 'site', title: 'Gazette', language: 'pt-pt', moderation: 'none', moderationWords: ['spam'] };
  t.match((await importAll(t, galley, [site])).counts.site, { created: 1 });
  t.match((await galley.ask('GET', '/v1/site', { key: galley.keys.admin })).body, {
    ...site,
    kind: undefined,
    language: 'pt-PT',
  });
  t.same(told(await importAll(t, galley, [site])), [], 'once more changes nothing');
  const other = await importAll(t, galley, [{ kind: 'site', title: 'Another', moderation: 'none' }]);
  t.match(other.counts.site, { unchanged: 1 });
  t.same(told(other), ['site kept /title differs']);
});

test('authors and tags come with all their fields and the slugs they had', async (t) => {
  const galley = await startGalley(t);
  const stored = { createdAt: '2010-01-01T00:00:00.000Z', updatedAt: '2011-01-01T00:00:00.000Z' };
  const links = [{ label: 'Home', url: 'https://ada.example/' }];
  const ada = {
    ...{ kind: 'author', key: 'ada', name: 'Ada', bio: 'Engines', email: 'ada@gazette.example', links, stored },
    ...{ avatarUrl: 'https://ada.example/a.jpg', websiteUrl: 'https://ada.example/' },
    oldSlugs: ['countess', { slug: 'secret', at: '2012-01-01T00:00:00Z', hidden: true }],
  };
  const internal = { kind: 'tag', key: 'desk', name: 'Desk', tagKind: 'internal', description: 'x', stored };
  const sea = { kind: 'tag', key: 'sea', oldSlugs: ['ocean', '🎉'] };
  const lake = { kind: 'tag', key: 'lake', oldSlugs: ['ocean'] };
  const records = [ada, internal, sea, lake, article('harbour', { tags: ['sea', 'desk'] })];
  const report = await importAll(t, galley, records);
  t.same(told(report), ['tag altered /oldSlugs/1 slug-changed', 'tag altered /oldSlugs slug-taken']);
  const { editor } = galley.keys;
  const { kind, key, oldSlugs, stored: _, ...shown } = ada;
  const answered = (await galley.ask('GET', '/v1/authors/by-slug/ada', { key: editor })).body;
  t.match(answered, { ...shown, slug: 'ada', ...stored });
  t.equal(await leads(galley, '/v1/authors/by-slug/countess'), '/v1/authors/by-slug/ada');
  t.equal(await leads(galley, '/v1/authors/by-slug/secret'), 404, 'hidden from everyone');
  t.equal(await leads(galley, '/v1/authors/by-slug/secret', editor), '/v1/authors/by-slug/ada');
  t.equal(await leads(galley, '/v1/tags/by-slug/ocean'), '/v1/tags/by-slug/sea');
  t.match((await galley.ask('GET', '/v1/tags/by-slug/desk', { key: editor })).body, { kind: 'internal', ...stored });
  const again = await importAll(t, galley, records);
  t.match(again.counts, { created: 0, unchanged: 5 });
});

test('an article comes with all its fields, its status, its past and its working copy', async (t) => {
  const galley = await startGalley(t);
  const details = {
    ...{ subtitle: 'Seen', language: 'pt-PT', translationKey: 'k', featured: true, commentPolicy: 'closed' },
    coverImage: { url: 'https://x.example/c.jpg', alt: 'Quay' },
    seo: { title: 'S', noindex: true },
    metadata: { deep: { n: [1, null] } },
  };
  const stored = {
    ...{ createdAt: '2010-01-01T00:00:00.000Z', updatedAt: '2011-01-01T00:00:00.000Z' },
    firstPublishedAt: '2010-06-01T00:00:00.000Z',
  };
  const workingCopy = { title: 'Better', body: '<p>日本語</p>', bodyFormat: 'html', tags: ['new-tag'], stored };
  const { firstPublishedAt, ...copyStored } = stored;
  const passed = '2021-01-01T00:00:00.000Z';
  const records = [
    article('harbour', { ...details, stored, oldSlugs: ['quay'], workingCopy: { ...workingCopy, stored: copyStored } }),
    article('page', { bodyFormat: 'html', body: '<p>a<script>b</script></p>' }),
    article('draft', { status: 'draft', publishedAt: null, authors: [], body: '' }),
    article('review', { status: 'review', publishedAt: null }),
    article('later', { status: 'scheduled', publishedAt: '2027-01-01T00:00:00.000Z' }),
    article('old', { status: 'archived', stored: { ...stored, slugWasPublic: false } }),
    article('ended', { unpublishAt: passed }),
    article('gone', { stored: { ...stored, deletedAt: passed } }),
    article('bare', { status: 'published', authors: [], source: 'blog:1', slug: 'bare-one' }),
    article('wrong', { workingCopy: { slug: 'no' } }),
  ];
  const report = await importAll(t, galley, records);
  t.match(report.counts.article, { created: 9, skipped: 1 });
  t.same(told(report), [
    'article altered /authors author-made',
    'article altered /body sanitised',
    'article altered /unpublishAt ended',
    'article altered /authors not-publishable',
    'article skipped /workingCopy/slug unknown-field',
  ]);
  const whole = await bySlug(galley, 'harbour');
  t.match(whole, { ...details, ...stored, version: 1, live: true, publishedAt: '2020-01-02T03:04:05.678Z' });
  t.same(whole.metadata, details.metadata);
  t.equal(await leads(galley, '/v1/articles/by-slug/quay'), '/v1/articles/by-slug/harbour');
  const copy = (await galley.ask('GET', `/v1/articles/${whole.id}/working-copy`, { key: galley.keys.editor })).body;
  t.match(copy, { title: 'Better', html: '<p>日本語</p>', updatedAt: stored.updatedAt, tags: [{ slug: 'new-tag' }] });
  t.same(copy.changedFields, ['title', 'body', 'bodyFormat', 'tags']);
  const statusOf = async (slug: string) => (await bySlug(galley, slug)).status;
  const statuses = ['page', 'draft', 'review', 'later', 'old', 'ended', 'bare-one'].map(statusOf);
  t.same(await Promise.all(statuses), ['published', 'draft', 'review', 'scheduled', 'archived', 'archived', 'draft']);
  t.match(await bySlug(galley, 'ended'), { firstPublishedAt: '2020-01-02T03:04:05.678Z' });
  const { articles, events } = galley.store.tables;
  const [gone] = await galley.store.db.select().from(articles).where(eq(articles.slug, 'gone'));
  t.match(gone, { shelf: 'trashed', status: 'published', deletedAt: new Date(passed), slugWasPublic: true });
  const moments = await galley.store.db.select({ at: events.at }).from(events).where(ne(events.kind, 'key'));
  t.ok(
    moments.every(({ at }) => at >= new Date(START)),
    'what happens, happens now',
  );
  t.match((await importAll(t, galley, records)).counts, { created: 0, unchanged: 9, skipped: 1 });
});

test('comments come in their threads, with their states, and once', async (t) => {
  const galley = await startGalley(t);
  const deep = Array.from({ length: 7 }, (_, n) =>
    comment(`deep-${n}`, { parent: n === 0 ? null : `deep-${n - 1}`, article: { key: 'harbour' } }),
  );
  const moderation = { score: 3, reasons: [{ code: 'links', detail: 'Full of links' }] };
  const records = [
    article('harbour', { source: { system: 'old', id: '1' } }),
    { kind: 'author', key: 'ada', name: 'Ada' },
    ...deep,
    comment('removed', { removed: true, authorName: undefined, body: undefined, article: 'old:1' }),
    comment('below', { parent: 'removed', author: 'ada', updatedAt: '2020-03-01T00:00:00Z' }),
    comment('waiting', { status: 'pending', moderation }),
    comment('junk', { status: 'spam', authorEmail: null }),
    comment('stray', { parent: 'nobody', author: 'nobody' }),
    comment('lost', { article: 'nowhere' }),
    comment('mute', { body: null }),
    comment('below', { body: 'twice' }),
  ];
  const report = await importAll(t, galley, records);
  t.match(report.counts.comment, { read: 15, created: 12, unchanged: 1, skipped: 2 });
  t.same(told(report), [
    'article altered /authors author-made',
    'comment altered /parent too-deep',
    'comment altered /parent parent-missing',
    'comment altered /author author-missing',
    'comment skipped /article unknown-reference',
    'comment skipped /body required',
    'comment kept /body differs',
  ]);
  const { id, commentCount } = await bySlug(galley, 'harbour');
  t.equal(commentCount, 9);
  const { comments, events } = galley.store.tables;
  const rows = await galley.store.db.select().from(comments).orderBy(asc(comments.id));
  const row = (key: string) => rows.find(({ importedAs }) => importedAs === key);
  t.same(
    rows.slice(0, 7).map(({ depth }) => depth),
    [0, 1, 2, 3, 4, 5, 5],
  );
  t.equal(row('deep-6')?.parentId, row('deep-4')?.id, 'beside what it answers');
  t.match(row('below'), {
    isStaff: true,
    html: '<p>What a <em>night</em></p>\n',
    depth: 1,
    emailFolded: 'reader@mail.example',
  });
  t.same(row('below')?.approvedAt, new Date('2020-02-01T00:00:00Z'));
  t.match(row('waiting'), { moderationScore: 3, moderationReasons: moderation.reasons, approvedAt: null });
  const top = (await galley.ask('GET', `/v1/articles/${id}/comments?view=tree`)).body.data;
  t.match(
    top.find((entry: { removed?: true }) => entry.removed),
    { replyCount: 1, replies: [{ authorName: '読者' }] },
  );
  const found = await galley.ask('GET', '/v1/comments?q=night&status=pending', { key: galley.keys.editor });
  t.equal(found.body.data.length, 1, 'is searched');
  const said = await galley.store.db.select().from(events).where(eq(events.kind, 'comment'));
  t.same([...new Set(said.map(({ type }) => type))], ['comment.created']);
  t.equal(said.length, 11, 'one for each but the empty place');
  t.match((await importAll(t, galley, records)).counts, { created: 0, skipped: 2 });
  t.equal((await galley.store.db.select().from(comments)).length, 12);
});
