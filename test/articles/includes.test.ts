/** What can be asked for beside an article and beside the summaries of a list. */
import { type Test, test } from 'tap';
import { readPageTexts } from '../../src/features/articles/list-texts.ts';
import { loadArticles } from '../../src/features/articles/queries.ts';
import { type Asked, START, startGalley } from '../support/app.ts';
import { watchStatements } from '../support/database.ts';

const HOUR = 3_600_000;
const at = (hours: number) => new Date(Date.parse(START) + hours * HOUR).toISOString();

const startWith = async (t: Test) => {
  const galley = await startGalley(t);
  const { ask, keys, authorId } = galley;
  const create = async (slug: string, body: object = {}) => {
    const whole = { title: slug, slug, body: `Text of ${slug}`, status: 'published', authorIds: [authorId], ...body };
    const made = await ask('POST', '/v1/articles', { key: keys.admin, body: whole });
    if (made.status !== 201) throw new Error(made.text);
    return made.body;
  };
  const list = async (query: string, asked: Asked = {}) => (await ask('GET', `/v1/articles?${query}`, asked)).body;
  const around = async (slug: string, asked: Asked = {}) =>
    (await ask('GET', `/v1/articles/by-slug/${slug}?include=adjacent,related,translations`, asked)).body;
  return { ...galley, create, list, around };
};

test('a list has what is asked for, and nothing else', async (t) => {
  const { ask, keys, create, list, authorId } = await startWith(t);
  const { id: other } = (await ask('POST', '/v1/authors', { key: keys.admin, body: { name: 'Other' } })).body;
  await create('own', { body: '*own*' });
  await create('foreign', { body: '*foreign*', authorIds: [other] });
  const { id } = await create('draft', { body: '*draft*', status: 'draft', authorIds: [other] });
  const guest = { authorName: 'G', authorEmail: 'g@mail.example', body: 'Hm.' };
  const [foreign] = (await list('')).data;
  const comment = (await ask('POST', `/v1/articles/${foreign.id}/comments`, { body: guest })).body;
  await ask('PATCH', `/v1/comments/${comment.id}`, { key: keys.admin, body: { status: 'approved' } });

  const members = ['html', 'body', 'commentCount'];
  const rows: [query: string, key: string | null, foreign: string[], own: string[]][] = [
    ['', null, [], []],
    ['', keys.admin, [], []],
    ['include=html', null, ['html'], ['html']],
    ['include=commentCount', null, ['commentCount'], ['commentCount']],
    ['include=html,commentCount', null, ['html', 'commentCount'], ['html', 'commentCount']],
    ['include=commentCount&include=html', null, ['html', 'commentCount'], ['html', 'commentCount']],
    ['include=body', keys.viewer, ['body'], ['body']],
    ['include=html,body,commentCount', keys.editor, members, members],
    ['include=body,html', keys.contributor, ['html'], ['html', 'body']],
    ['include=body', keys.author, [], ['body']],
  ];
  for (const [query, key, ofForeign, ofOwn] of rows) {
    const { data } = await list(query, { key });
    const there = data.map((article: object) => members.filter((member) => member in article));
    t.same(there, [ofForeign, ofOwn], `${query} by ${Object.entries(keys).find(([, k]) => k === key)?.[0]}`);
  }
  const { data } = await list('include=html,body,commentCount', { key: keys.viewer });
  t.match(data[0], { html: '<p><em>foreign</em></p>\n', body: '*foreign*', commentCount: 1 });
  t.match(data[1], { html: '<p><em>own</em></p>\n', body: '*own*', commentCount: 0 });
  const drafts = await list('include=body&status=draft', { key: keys.viewer });
  t.same(
    drafts.data.map(({ body }: { body: string }) => body),
    ['*draft*'],
  );
  for (const query of ['include=body', 'include=html,body', 'include=html&include=body', 'include=body&limit=0']) {
    const answer = await ask('GET', `/v1/articles?${query}`);
    t.match(answer, { status: 401, body: { code: 'unauthenticated' } }, `${query} without a key`);
  }
  for (const query of ['include=source', 'include=', 'include=html,', 'include=bodyx']) {
    t.equal((await ask('GET', `/v1/articles?${query}`)).status, 400, query);
    t.equal((await ask('GET', `/v1/articles/${id}?${query}`, { key: keys.admin })).status, 400, query);
  }
  t.equal(authorId, 1);
});

test('a page ends at 4 MiB of texts, and the next goes on from there', async (t) => {
  const galley = await startWith(t);
  const { ask, keys, create, list } = galley;
  const mega = 'é'.repeat(400_000); // 0.8 MB, and as much again as html
  const names = Array.from({ length: 9 }, (_, i) => `long-${i}`);
  for (const name of names) await create(name, { body: name === 'long-4' ? 'Short' : mega });
  const key = keys.viewer;
  const slugs = (page: { data: { slug: string }[] }) => page.data.map(({ slug }) => slug);
  const newest = [...names].reverse();
  type Page = { data: { slug: string; html?: string }[]; pagination: { next: string | null; previous: string | null } };
  for (const [include, most] of [
    ['html', 5],
    ['html,body', 3],
  ] as const) {
    const pages: Page[] = [];
    let cursor: string | null = '';
    while (cursor !== null && pages.length < 10) {
      const page: Page = await list(`include=${include}&limit=8${cursor && `&cursor=${cursor}`}`, { key });
      pages.push(page);
      cursor = page.pagination.next;
    }
    t.same(pages.flatMap(slugs), newest, `${include}: every article once`);
    t.ok(pages.length > 1 && pages.every(({ data }) => data.length <= most + 1), `${pages.map((p) => p.data.length)}`);
    t.ok(pages.every(({ data }) => data.every(({ html }) => typeof html === 'string')));
    t.ok(pages[0] && JSON.stringify(pages[0]).length <= 4.5 * 1024 * 1024);
    const back: string[] = [];
    let before: string | null | undefined = pages.at(-1)?.pagination.previous;
    while (before && back.length < 20) {
      const page: Page = await list(`include=${include}&limit=8&cursor=${before}`, { key });
      back.unshift(...slugs(page));
      before = page.pagination.previous;
    }
    const last = pages.at(-1);
    t.same([...back, ...(last ? slugs(last) : [])], newest, `${include}: and back again`);
  }
  const whole = await list('include=commentCount&limit=9', { key });
  t.equal(whole.data.length, 9, 'without texts there is room for all');

  const { during } = watchStatements(t, galley.address);
  const { ran } = await during(() => list('include=html,body&limit=9', { key }));
  const reading = ran.filter(({ source }) => /select (?:(?! from ).)*"article_contents"."page"(?! *\))/.test(source));
  t.equal(reading.length, 1, 'texts are read in one statement');
  t.ok((reading[0]?.values.length ?? 9) <= 3, 'and no more of them than there is room for');

  const numbered = await list('include=html&page=1&limit=9', { key });
  t.same(slugs(numbered), newest, 'by number all articles are there');
  const withTexts = numbered.data.filter((article: object) => 'html' in article).length;
  t.ok(withTexts >= 5 && withTexts < 9, `${withTexts} of them with texts`);
  t.same(
    numbered.data.map((article: object) => 'html' in article),
    newest.map((_, i) => i < withTexts),
    'the first ones',
  );
  const huge = await create('huge', { body: '語'.repeat(490_000), bodyFormat: 'html' });
  await create('huger', { body: '語'.repeat(500_000), bodyFormat: 'html' });
  const one = await list('include=html,body&limit=2', { key });
  t.same(slugs(one), ['huger', 'huge'].slice(0, one.data.length));
  t.ok(one.data.length >= 1 && one.pagination.next !== null, 'one article always has room');
  t.equal((await ask('DELETE', `/v1/articles/${huge.id}`, { key: keys.admin })).status, 204);
});

test('texts of another version than the one that is shown are not taken', async (t) => {
  const { ask, keys, create, store } = await startWith(t);
  const { id } = await create('changing');
  const read = await loadArticles(store, [id]);
  t.match((await readPageTexts(store, null, read, ['html']))?.texts.get(id), { html: '<p>Text of changing</p>\n' });
  await ask('PATCH', `/v1/articles/${id}`, { key: keys.admin, body: { body: 'Not for all', status: 'draft' } });
  t.equal(await readPageTexts(store, null, read, ['html']), undefined);
});

test('an article stands between the live ones before and behind it', async (t) => {
  const galley = await startWith(t);
  const { ask, keys, create, around, clock } = galley;
  await create('first', { publishedAt: at(-9) });
  await create('hidden', { publishedAt: at(-8), status: 'draft' });
  await create('ending', { publishedAt: at(-7), unpublishAt: at(1) });
  await create('twin-a', { publishedAt: at(-6) });
  await create('twin-b', { publishedAt: at(-6) });
  const binned = await create('binned', { publishedAt: at(-5) });
  await ask('DELETE', `/v1/articles/${binned.id}`, { key: keys.admin });
  await create('old', { publishedAt: at(-4), status: 'archived' });
  await create('last', { publishedAt: at(-3) });
  await create('coming', { publishedAt: at(2), status: 'scheduled' });
  const draft = await create('desk', { status: 'draft' });
  const between = async (slug: string, key: string | null = null) => {
    const { adjacent } = await around(slug, { key });
    return `${adjacent.previous?.slug ?? '-'} ${adjacent.next?.slug ?? '-'}`;
  };
  const rows: [slug: string, found: string, key?: string][] = [
    ['first', '- ending'],
    ['ending', 'first twin-a'],
    ['twin-a', 'ending twin-b'],
    ['twin-b', 'twin-a last'],
    ['last', 'twin-b -'],
    ['last', 'twin-b -', keys.admin],
    ['old', 'twin-b last', keys.admin],
    ['hidden', 'first ending', keys.editor],
    ['coming', 'last -', keys.viewer],
    ['desk', 'last -', keys.viewer],
  ];
  for (const [slug, found, key] of rows) t.equal(await between(slug, key), found, slug);
  const { adjacent } = await around('twin-a');
  t.strictSame(Object.keys(adjacent.previous), ['id', 'slug', 'title', 'publishedAt']);
  t.match(adjacent.previous, { slug: 'ending', title: 'ending', publishedAt: at(-7) });
  clock.advance(2 * HOUR);
  t.equal(await between('twin-a'), 'first twin-b', 'what has ended is no neighbour, also before it is noted');
  t.equal(await between('last'), 'twin-b coming', 'what has come is one');
  await galley.noteDueMoments();
  t.equal(await between('twin-a'), 'first twin-b');
  t.equal(await between('last'), 'twin-b coming');
  t.equal((await ask('GET', `/v1/articles/${draft.id}?include=adjacent`)).status, 404);
});

test('related are those that share most public tags, then the newest', async (t) => {
  const galley = await startWith(t);
  const { ask, keys, create, around, clock } = galley;
  await ask('POST', '/v1/tags', { key: keys.admin, body: { name: 'Inside', kind: 'internal' } });
  await create('subject', { publishedAt: at(-1), tags: ['One', 'Two', 'Three', 'Inside'] });
  await create('none', { publishedAt: at(-2), tags: ['Four', 'Inside'] });
  await create('one-old', { publishedAt: at(-9), tags: ['One'] });
  await create('one-new', { publishedAt: at(-3), tags: ['Three', 'Four'] });
  await create('two-old', { publishedAt: at(-20), tags: ['One', 'Two'] });
  await create('three', { publishedAt: at(-30), tags: ['Three', 'Two', 'One'] });
  await create('draft', { status: 'draft', tags: ['One', 'Two', 'Three'] });
  await create('coming', { publishedAt: at(4), status: 'scheduled', tags: ['One', 'Two', 'Three'] });
  await create('ending', { publishedAt: at(-2), unpublishAt: at(1), tags: ['One', 'Two', 'Three'] });
  await create('archived', { publishedAt: at(-2), status: 'archived', tags: ['One', 'Two', 'Three'] });
  const binned = await create('binned', { tags: ['One', 'Two', 'Three'] });
  await ask('DELETE', `/v1/articles/${binned.id}`, { key: keys.admin });
  const related = async (slug: string, key: string | null = null) =>
    (await around(slug, { key })).related.map((article: { slug: string }) => article.slug).join(' ');
  t.equal(await related('subject'), 'ending three two-old one-new one-old');
  t.equal(await related('subject', keys.admin), 'ending three two-old one-new one-old', 'to everyone the same');
  t.equal(await related('none'), 'one-new', 'an internal tag relates nothing');
  t.equal(await related('none', keys.admin), 'one-new');
  t.equal(
    await related('draft', keys.admin),
    'subject ending three two-old one-new',
    'a draft is related to live ones',
  );
  await create('one-newest', { publishedAt: at(-1), tags: ['Two'] });
  t.equal(await related('subject'), 'ending three two-old one-newest one-new', 'five at most');
  clock.advance(2 * HOUR);
  t.equal(await related('subject'), 'three two-old one-newest one-new one-old', 'none that has ended');
  await create('bare', {});
  t.equal(await related('bare'), '');
  const [summary] = (await around('subject')).related;
  const [listed] = (await ask('GET', `/v1/articles?ids=${summary.id}`)).body.data;
  t.strictSame(summary, listed, 'each as a list shows it');
});

test('translations are the other live ones with the same key', async (t) => {
  const { ask, keys, create, around, clock } = await startWith(t);
  await create('en', { language: 'en', translationKey: 'pier' });
  const pt = await create('pt', { language: 'pt-BR', translationKey: 'pier' });
  await create('de', { language: 'de', translationKey: 'pier', unpublishAt: at(1) });
  await create('fr', { language: 'fr', translationKey: 'pier', status: 'draft' });
  await create('it', { language: 'it', translationKey: 'Pier' });
  await create('es', { language: 'es', translationKey: 'pier', publishedAt: at(9), status: 'scheduled' });
  await create('alone', {});
  const languages = async (slug: string, key: string | null = null) =>
    (await around(slug, { key })).translations.map(({ language }: { language: string }) => language).join(' ');
  t.strictSame((await around('en')).translations[1], { id: pt.id, slug: 'pt', language: 'pt-BR' });
  t.equal(await languages('en'), 'de pt-BR');
  t.equal(await languages('pt', keys.admin), 'de en');
  t.equal(await languages('fr', keys.admin), 'de en pt-BR');
  t.equal(await languages('it'), '');
  t.equal(await languages('alone'), '');
  clock.advance(2 * HOUR);
  t.equal(await languages('en'), 'pt-BR');
  const bare = (await ask('GET', `/v1/articles/${pt.id}`)).body;
  for (const member of ['adjacent', 'related', 'translations']) {
    t.notOk(member in bare, `${member} is there only where it is asked for`);
    const asked = (await ask('GET', `/v1/articles/${pt.id}?include=${member}`)).body;
    t.same(
      Object.keys(asked).filter((name) => !(name in bare)),
      [member],
    );
  }
});

test('a list takes as many statements for a hundred articles as for one', async (t) => {
  const galley = await startWith(t);
  const { ask, keys, create } = galley;
  for (let i = 0; i < 30; i++)
    await create(`article-${i}`, {
      tags: ['One', 'Two', `T${i % 3}`],
      translationKey: 'same',
      publishedAt: at(-i),
    });
  await ask('POST', '/v1/tags', { key: keys.admin, body: { name: 'One more' } });
  const { during } = watchStatements(t, galley.address);
  /** How many statements a request takes; now and then it is looked for what others have written, which is none of its own. */
  const countFor = async (...asked: Parameters<typeof ask>) =>
    (await during(() => ask(...asked))).ran.filter(({ source }) => !source.includes('touches')).length;
  const lists = [
    '/v1/articles?',
    '/v1/articles?tag=one,two&',
    '/v1/articles?tagsAll=one,two&tagsNot=t2&',
    '/v1/articles?translationKey=same&',
    '/v1/articles?author=ada-lovelace&sort=title&',
    '/v1/articles?updatedAfter=2000-01-01T00:00:00Z&',
    '/v1/articles?count=exact&',
    '/v1/articles?include=html,body,commentCount&',
    '/v1/articles?include=html&page=1&',
    '/v1/articles?status=any&',
    '/v1/authors?',
    '/v1/authors?q=a&count=exact&',
    '/v1/tags?',
    '/v1/tags?q=t&sort=-articleCount&',
  ];
  for (const list of lists) {
    const ranFor = (limit: number) => countFor('GET', `${list}limit=${limit}`, { key: keys.admin });
    await ranFor(1);
    t.equal(await ranFor(100), await ranFor(1), list);
  }
  const around = (slug: string) =>
    countFor('GET', `/v1/articles/by-slug/${slug}?include=adjacent,related,translations`);
  await create('lonely-tags', { tags: ['Only here'], translationKey: 'here', publishedAt: at(-1) });
  await ask('GET', '/v1/site'); // whoever reads first after a publication asks when the next moment is
  t.ok((await around('article-3')) - (await around('lonely-tags')) <= 4, 'what stands around is four statements more');
});
