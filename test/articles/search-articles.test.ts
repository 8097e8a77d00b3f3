import { type Test, test } from 'tap';
import { searchedText } from '../../src/core/searched-text.ts';
import { encodePage } from '../../src/features/articles/cards.ts';
import { dealCards } from '../../src/features/articles/dealing.ts';
import { type Galley, START, startGalley } from '../support/app.ts';
import { watchStatements } from '../support/database.ts';
import { HOSTILE } from '../support/hostile.ts';
import { insertRows } from '../support/rows.ts';

type Sent = Record<string, unknown>;

/** A Galley and what these tests do with it: make, search as anyone, and tell what was found by title. */
const startSearch = async (t: Test) => {
  const galley = await startGalley(t);
  const { ask, keys, authorId } = galley;
  const make = async (body: Sent) => {
    const answer = await ask('POST', '/v1/articles', {
      key: keys.editor,
      body: { body: 'Text.', status: 'published', authorIds: [authorId], ...body },
    });
    t.equal(answer.status, 201);
    return answer.body;
  };
  const edit = async (id: number, body: Sent) => {
    const answer = await ask('PATCH', `/v1/articles/${id}`, { key: keys.editor, body });
    t.equal(answer.status, 200);
    return answer.body;
  };
  const find = (q: string, more = '', key: string | null = null) =>
    ask('GET', `/v1/articles?q=${encodeURIComponent(q)}${more}`, { key });
  const titles = async (q: string, more = '', key: string | null = null): Promise<string[]> => {
    const { status, body } = await find(q, more, key);
    t.equal(status, 200, q);
    return body.data.map(({ title }: { title: string }) => title);
  };
  return { ...galley, make, edit, find, titles };
};

test('words are found where they stand: in the title first, then in subtitle and names, then in the text, the newest first', async (t) => {
  const { make, titles, find } = await startSearch(t);
  const moment = (day: number) => ({ publishedAt: `2026-10-0${day}T00:00:00Z` });
  await make({ title: 'Old text', body: 'By the *harbour* at night.', ...moment(1) });
  await make({ title: 'New text', body: 'A night, and no harbour.', ...moment(9) });
  await make({ title: 'Subtitled', subtitle: 'Harbour', body: 'At night.', ...moment(5) });
  await make({ title: 'Tagged', tags: ['Harbour'], body: 'At night.', ...moment(4) });
  await make({ title: 'The Harbour at Night', ...moment(2) });
  await make({ title: 'Night in the harbour', ...moment(3) });
  await make({ title: 'Elsewhere', body: 'Nothing of that.', ...moment(8) });
  t.same(await titles('harbour'), [
    ...['Night in the harbour', 'The Harbour at Night'],
    ...['Subtitled', 'Tagged', 'New text', 'Old text'],
  ]);
  t.same(
    await titles('harbour night'),
    ['Night in the harbour', 'The Harbour at Night', 'New text', 'Subtitled', 'Tagged', 'Old text'],
    'a tier has all of the words',
  );
  t.same(await titles('"harbour at night"'), ['The Harbour at Night', 'Old text']);
  t.same(await titles('harbour -night'), []);
  t.same(await titles('night -"at night" -tagged'), ['Night in the harbour', 'New text']);
  t.same(await titles('nig'), await titles('night'), 'the last word may be a beginning');
  t.same(await titles('"nig"'), [], 'but not in quotes');
  t.same(await titles('nig harbour'), [], 'nor before the last');
  t.same(await titles('ni'), [], 'nor of two letters');
  t.same(await titles('"harbour tagged"'), [], 'no phrase goes from one field to the next');
  t.same(await titles('ADA lovelace'), (await titles('ada')).slice(), 'by the names of authors');
  t.equal((await titles('ada')).length, 7);
  t.same(await titles('-night'), [], 'nothing is found by what must not be there alone');
  const { body } = await find('harbour', '&limit=4');
  t.same(body.pagination, { limit: 4, next: null, previous: null, total: 6, page: 1, pages: 2 });
  t.same(await titles('harbour', '&limit=4&page=2'), ['New text', 'Old text']);
  t.same(await titles('harbour', '&limit=4&page=3'), []);
});

test('letters are compared without case and accents, and without spaces where a script has none', async (t) => {
  const { make, titles } = await startSearch(t);
  await make({ title: 'Größe', body: 'Ein Café in İstanbul' });
  await make({ title: '日本語のテキスト', body: '東京の港で' });
  await make({ title: 'ميناء', body: 'عَرَبِيّ 🚢' });
  for (const q of ['grosse', 'GRÖSSE', 'cafe', 'café', 'istanbul']) t.same(await titles(q), ['Größe'], q);
  for (const q of ['日本', '本語', '語', '日本語のテキスト', '港', '"東京の港"'])
    t.same(await titles(q), ['日本語のテキスト'], q);
  for (const q of ['本日', '東港']) t.same(await titles(q), [], q);
  for (const q of ['عربي', '🚢', 'ميناء']) t.same(await titles(q), ['ميناء'], q);
});

test('after each acknowledged write the search is true', async (t) => {
  const { ask, keys, make, edit, titles, indexQueued, store } = await startSearch(t);
  const { id } = await make({ title: 'Before', subtitle: 'Sub', body: 'one' });
  t.same(await titles('one'), ['Before']);
  await edit(id, { title: 'After' });
  t.same([await titles('before'), await titles('after'), await titles('one')], [[], ['After'], ['After']]);
  await edit(id, { body: '<p>two</p>', bodyFormat: 'html' });
  t.same([await titles('one'), await titles('two'), await titles('after')], [[], ['After'], ['After']]);
  await edit(id, { subtitle: null });
  t.same([await titles('sub'), await titles('two')], [[], ['After']]);
  await edit(id, { tags: ['Quay'] });
  t.same([await titles('quay'), await titles('two')], [['After'], ['After']]);
  await edit(id, { tags: null, featured: true });
  t.same([await titles('quay'), await titles('two')], [[], ['After']]);
  const grace = (await ask('POST', '/v1/authors', { key: keys.editor, body: { name: 'Grace' } })).body;
  await edit(id, { authorIds: [grace.id] });
  t.same([await titles('ada'), await titles('grace'), await titles('two')], [[], ['After'], ['After']]);
  await edit(id, { status: 'archived' });
  t.same(await titles('two'), []);
  t.same(await titles('two', '&status=archived', keys.viewer), ['After']);
  await edit(id, { status: 'published' });
  t.same(await titles('two'), ['After']);
  await ask('DELETE', `/v1/articles/${id}`, { key: keys.editor });
  t.same(await titles('two'), []);
  t.same(await titles('two', '&trashed=true', keys.viewer), ['After']);
  await ask('POST', `/v1/articles/${id}/restore`, { key: keys.editor });
  t.same([await titles('two'), await titles('two', '&status=draft', keys.viewer)], [[], ['After']]);
  await ask('DELETE', `/v1/articles/${id}?permanent=true`, { key: keys.admin });
  t.same(await titles('two', '&status=any', keys.viewer), []);
  await indexQueued();
  t.same(await store.db.select().from(store.tables.searchQueue), [], 'nothing waits');
});

test('two writers of one article leave it findable by what is stored', async (t) => {
  const { ask, keys, make, titles } = await startSearch(t);
  const { id } = await make({ title: 'Race', body: 'start' });
  const edits = Array.from({ length: 12 }, (_, i) => (i % 2 ? { title: `Race t${i}x` } : { body: `body b${i}x` }));
  const answers = await Promise.all(
    edits.map((body) => ask('PATCH', `/v1/articles/${id}`, { key: keys.editor, body })),
  );
  t.ok(answers.every(({ status }) => status === 200));
  const { body } = await ask('GET', `/v1/articles/${id}`, { key: keys.editor });
  for (const { title, body: text } of edits) {
    const word = (title ?? text ?? '').split(' ')[1] as string;
    const isStored = body.title.includes(word) || body.body.includes(word);
    t.same(await titles(`"${word}"`), isStored ? [body.title] : [], word);
  }
});

test('the names of authors and tags are followed', async (t) => {
  const { ask, keys, authorId, make, titles, indexQueued, store } = await startSearch(t);
  const { tags } = await make({ title: 'One', tags: ['Quay', 'Night'] });
  await make({ title: 'Draft', tags: ['Quay'], status: 'draft' });
  const [quay, night] = tags;
  const edit = (path: string, body: Sent) => ask('PATCH', path, { key: keys.editor, body });
  await edit(`/v1/authors/${authorId}`, { name: 'Grace Hopper' });
  await edit(`/v1/tags/${quay.id}`, { name: 'Pier' });
  await indexQueued();
  t.same([await titles('ada'), await titles('hopper')], [[], ['One']]);
  t.same([await titles('quay'), await titles('pier')], [[], ['One']]);
  t.same(await titles('pier', '&status=draft', keys.viewer), ['Draft'], 'of what is not live, too');
  await edit(`/v1/tags/${quay.id}`, { kind: 'internal' });
  await indexQueued();
  t.same(await titles('pier'), [], 'a tag that becomes internal is no word to be found by');
  t.same(await titles('pier', '', keys.admin), [], 'for nobody');
  await edit(`/v1/tags/${quay.id}`, { kind: 'section' });
  await indexQueued();
  t.same(await titles('pier'), ['One']);
  await ask('DELETE', `/v1/tags/${night.id}`, { key: keys.editor });
  await indexQueued();
  t.same(await titles('night'), []);
  const author = async (name: string) => (await ask('POST', '/v1/authors', { key: keys.editor, body: { name } })).body;
  const [from, to] = [await author('Katherine'), await author('Dorothy')];
  await make({ title: 'Two', authorIds: [from.id] });
  const reassigned = await ask('DELETE', `/v1/authors/${from.id}?reassignTo=${to.id}`, { key: keys.admin });
  t.equal(reassigned.status, 204);
  t.equal((await store.db.select().from(store.tables.searchQueue)).length, 1);
  await indexQueued();
  t.same([await titles('katherine'), await titles('dorothy')], [[], ['Two']]);
  await edit(`/v1/authors/${to.id}`, { bio: 'Writes.' });
  t.same(await store.db.select().from(store.tables.searchQueue), [], 'a bio is not searched');
});

test('what waits in the queue outlives whatever happens to it', async (t) => {
  const { ask, keys, authorId, make, edit, titles, indexQueued, store } = await startSearch(t);
  const { id } = await make({ title: 'One' });
  const { id: gone } = await make({ title: 'Gone' });
  const rename = (name: string) => ask('PATCH', `/v1/authors/${authorId}`, { key: keys.editor, body: { name } });
  await rename('Grace');
  await edit(id, { featured: true });
  await ask('DELETE', `/v1/articles/${gone}?permanent=true`, { key: keys.admin });
  await Promise.all([indexQueued(), indexQueued(), edit(id, { body: 'meanwhile' }), rename('Hedy')]);
  await indexQueued();
  t.same(await store.db.select().from(store.tables.searchQueue), []);
  t.same([await titles('grace'), await titles('hedy'), await titles('meanwhile')], [[], ['One'], ['One']]);
});

test('every filter and sort of lists goes with a search', async (t) => {
  const { ask, keys, authorId, make, find, titles, makeKey } = await startSearch(t);
  const { body: bob } = await ask('POST', '/v1/authors', { key: keys.editor, body: { name: 'Bob' } });
  const moment = (day: number) => ({ publishedAt: `2026-10-0${day}T00:00:00Z` });
  await make({ title: 'Boats a', tags: ['Quay'], language: 'en-GB', featured: true, ...moment(1) });
  await make({ title: 'boats B', tags: ['Night'], language: 'de', ...moment(2) });
  await make({ title: 'Boats c', authorIds: [bob.id], ...moment(3) });
  await make({ title: 'Boats draft', authorIds: [bob.id], status: 'draft' });
  await make({ title: 'Other', tags: ['Quay'], ...moment(4) });
  for (const [more, found] of [
    ['tag=quay', 'Boats a'],
    ['tag=nowhere', ''],
    ['author=bob', 'Boats c'],
    ['language=en', 'Boats c,Boats a'],
    ['featured=true', 'Boats a'],
    ['ids=2,3,5', 'Boats c,boats B'],
    ['publishedAfter=2026-10-02T00:00:00Z', 'Boats c,boats B'],
    ['publishedBefore=2026-10-02T00:00:00Z', 'Boats a'],
    ['sort=publishedAt', 'Boats a,boats B,Boats c'],
    ['sort=title', 'Boats a,boats B,Boats c'],
    ['sort=-title', 'Boats c,boats B,Boats a'],
    ['sort=-createdAt', 'Boats c,boats B,Boats a'],
    ['sort=updatedAt', 'Boats a,boats B,Boats c'],
  ] as const)
    t.same((await titles('boats', `&${more}`)).join(), found, more);
  t.same(await titles('boats', '&status=any', keys.viewer), ['Boats draft', 'Boats c', 'boats B', 'Boats a']);
  const bobs = await makeKey('author', bob.id);
  t.same(await titles('boats', '&status=draft', bobs), ['Boats draft']);
  t.same(await titles('boats', '&status=draft', keys.author), [], 'another’s draft is not found');
  t.same(await titles('boats', '&mine=true', bobs), ['Boats c']);
  t.equal(authorId, 1);
  for (const sort of ['publishedAt', '-publishedAt', 'title', '-title', 'updatedAt', '-createdAt']) {
    const all = await titles('boats', `&sort=${sort}`);
    const first = (await find('boats', `&sort=${sort}&limit=2&count=exact`)).body;
    t.equal(first.pagination.total, 3);
    const second = (await find('boats', `&sort=${sort}&limit=2&cursor=${first.pagination.next}`)).body;
    t.same(
      [...first.data, ...second.data].map(({ title }) => title),
      all,
      `${sort}: by cursor`,
    );
    t.equal(second.pagination.next, null);
    const back = (await find('boats', `&sort=${sort}&limit=2&cursor=${second.pagination.previous}`)).body;
    t.same(back.data, first.data, `${sort}: and back`);
    const numbered = (await find('boats', `&sort=${sort}&limit=2&page=2`)).body;
    t.same(numbered.data, second.data, `${sort}: by number`);
  }
});

test('what a search by relevance does not have is 400', async (t) => {
  const { ask, make, find } = await startSearch(t);
  await make({ title: 'Boats' });
  const { body } = await find('boats', '&sort=title');
  t.equal(body.pagination.next, null);
  const q200 = 'é'.repeat(200);
  for (const [url, status, name] of [
    ['q=boats&sort=relevance', 200],
    [`q=${encodeURIComponent(q200)}`, 200],
    [`q=${encodeURIComponent('🚢'.repeat(200))}`, 200],
    [`q=${encodeURIComponent(`${q200}x`)}`, 400, 'q'],
    ['q=', 400, 'q'],
    ['q=a&q=b', 400, 'q'],
    ['q=%00', 400, 'q'],
    ['q=%ED%A0%80', 400, 'q'],
    ['sort=relevance', 400, 'sort'],
    ['include=highlights', 400, 'include'],
    ['q=boats&include=html5', 400, 'include'],
    ['q=boats&count=exact', 400, 'count'],
    ['q=boats&cursor=WyJib2F0cyIsMiwwLCJnbkFFb2F5ZyJd', 400, 'cursor'],
    ['q=boats&sort=title&cursor=WyJib2F0cyIsMiwwLCJnbkFFb2F5ZyJd', 400, 'cursor'],
    ['q=boats&limit=100&page=10', 200],
    ['q=boats&limit=100&page=11', 400, 'page'],
    ['q=boats&limit=1&page=1001', 400, 'page'],
    ['q=boats&sort=title&limit=100&page=11', 200],
  ] as const) {
    const answer = await ask('GET', `/v1/articles?${url}`);
    t.equal(answer.status, status, url);
    if (name) t.match(answer.body.errors, [{ in: 'query', name }], url);
  }
});

test('highlights show where the words stand, everything else escaped', async (t) => {
  const { make, find } = await startSearch(t);
  await make({
    title: 'Fish & <Ships>',
    body: `${'Lorem ipsum. '.repeat(60)}\n\nThe *Éclair* &lt;sails&gt; "now". ${'Dolor sit. '.repeat(60)}`,
  });
  const [found] = (await find('ships eclair', '&include=highlights')).body.data;
  t.equal(found.highlights.title, 'Fish &amp; &lt;<mark>Ships</mark>&gt;');
  t.match(found.highlights.snippet, /^….*The <mark>Éclair<\/mark> &lt;sails&gt; &quot;now&quot;\. Dolor .*…$/);
  const { body } = await find('ships', '&sort=title&include=highlights');
  t.match(body.data[0].highlights.snippet, /^Lorem ipsum\. /);
  t.notOk('highlights' in (await find('ships')).body.data[0], 'only where they are asked for');
});

test('garbage is text, never an error', async (t) => {
  const { make, find } = await startSearch(t);
  await make({ title: 'Boats', body: 'AND OR NOT NEAR' });
  const signs = '"\'*:^(){}[]<>-+~\\/%_;|&!?#@`.,=';
  const texts = [
    ...Object.values(HOSTILE).map((text) => Array.from(text).slice(0, 200).join('')),
    ...Array.from(signs, (sign) => `${sign}boats${sign}`),
    ...Array.from(signs, (sign) => sign.repeat(200)),
    ...['AND', 'OR', 'NOT', 'a AND', 'NEAR(boats and, 2)', 'title:boats', '{title}:x', 'boats AND NOT', '"a" OR "'],
    ...['^boats', 'boats*', '*', "'; drop table article_search; --", '\u202e\u0301', '\ue000boats', 'x'.repeat(200)],
    Array.from({ length: 100 }, (_, i) => String.fromCharCode(97 + (i % 26))).join(' '),
    Array.from({ length: 66 }, () => '-a').join(' '),
  ].filter((text) => text !== '' && text.isWellFormed() && !text.includes('\0') && Array.from(text).length <= 200);
  t.ok(texts.length > 80, `${texts.length} texts`);
  for (const text of texts)
    t.equal((await find(text, '&include=highlights')).status, 200, JSON.stringify(text.slice(0, 40)));
  t.equal((await find("'; drop table article_search; --")).status, 200);
  t.equal((await find('*boats*')).body.data.length, 1);
  t.equal((await find('AND OR NEAR')).body.data.length, 1, 'operators are words');
});

test('a draft is never found by a stranger, whatever is asked', async (t) => {
  const { ask, keys, make, edit, find, clock } = await startSearch(t);
  const states: Sent[] = [
    { status: 'draft' },
    { status: 'review' },
    { status: 'scheduled', publishedAt: '2030-01-01T00:00:00Z' },
    { status: 'published', unpublishAt: '2026-11-22T08:00:00Z' },
  ];
  const made = [];
  for (const state of states) made.push(await make({ title: 'Secret plan', body: 'unseen', ...state }));
  const archived = await make({ title: 'Secret plan', body: 'unseen' });
  await edit(archived.id, { status: 'archived' });
  const trashed = await make({ title: 'Secret plan', body: 'unseen' });
  await ask('DELETE', `/v1/articles/${trashed.id}`, { key: keys.editor });
  clock.advance(2 * 3_600_000);
  for (const q of ['secret', '"secret plan"', 'unseen', 'sec', 'secret -seen'])
    for (const more of ['', '&include=highlights', '&sort=title&count=exact', '&page=1', '&sort=-createdAt&page=1']) {
      const { body } = await find(q, more);
      t.same(body.data, [], q + more);
      t.equal(body.pagination.total ?? 0, 0, 'nor counted');
    }
  t.equal((await find('secret', '&status=any', keys.viewer)).body.pagination.total, made.length + 1);
});

test('an article of 500,000 characters is searched in its first 100,000', async (t) => {
  const { make, titles, find } = await startSearch(t);
  const word = (text: string, at: number) => `${'lorem '.repeat(at / 6)}${text} `;
  const body = (word('earlyword', 6000) + word('midword', 90_000) + word('lateword', 60_000)).padEnd(500_000, 'ipsum ');
  await make({ title: 'Long', body: body.slice(0, 500_000) });
  t.same(await titles('earlyword'), ['Long']);
  t.same(await titles('midword'), ['Long']);
  t.same(await titles('lateword'), []);
  const [found] = (await find('midword', '&include=highlights')).body.data;
  t.match(found.highlights.snippet, /<mark>midword<\/mark>/);
});

const titleOf = (i: number) => (i % 1000 === 0 ? `Rare ${i}` : `Title ${i}`);
const textOf = (i: number) => `common ${i % 2 ? 'odd' : 'even'} text of number${i}`;

/** Fills a store by hand. The last `queued` are not indexed. */
const fill = ({ store }: Galley, count: number, queued: number): Promise<void> =>
  store.transaction(async (tx) => {
    const { articles, contents, searchQueue } = tx.tables;
    const ids = Array.from({ length: count }, (_, i) => i + 1);
    await insertRows(
      tx,
      articles,
      ids.map((id) => {
        const at = new Date(Date.parse(START) - id * 1000); // the oldest ids are the newest articles
        return {
          ...{ id, version: 1, slug: `a-${id}`, title: titleOf(id), titleFolded: titleOf(id).toLowerCase() },
          ...{ generatedExcerpt: '', bodyFormat: 'markdown' as const, status: 'published' as const },
          ...{ shelf: 'published' as const, notedLive: true, language: 'en', featured: false },
          ...{ commentCount: 0, wordCount: 1, publishedAt: at, sortAt: at, createdAt: at, updatedAt: at },
        };
      }),
    );
    const pageOf = (id: number) => encodePage({ html: `<p>${textOf(id)}</p>`, seo: null, metadata: {} });
    await insertRows(
      tx,
      contents,
      ids.map((articleId) => ({ articleId, body: 'common', page: pageOf(articleId) })),
    );
    await insertRows(
      tx,
      searchQueue,
      ids.slice(count - queued).map((articleId) => ({ articleId })),
    );
    const write = (id: number) => {
      const [title, text] = [searchedText(titleOf(id)), searchedText(textOf(id))];
      return tx.searches.articles.write(id, { title, subtitle: '', names: '', text });
    };
    for (let i = 0; i < count - queued; i += 100)
      await Promise.all(
        ids
          .slice(i, i + 100)
          .filter((id) => id <= count - queued)
          .map(write),
      );
  });

test('in 10,000 articles a search begins at the words and scans nothing', async (t) => {
  const galley = await startSearch(t);
  await fill(galley, 10_000, 100);
  await dealCards(galley);
  const { find, titles } = galley;
  t.same((await find('common')).body.pagination.total, 9900);
  await galley.indexQueued();
  const first = (await find('common', '&limit=3')).body;
  t.equal(first.pagination.total, 10_000);
  t.same(
    first.data.map(({ title }: { title: string }) => title),
    ['Title 1', 'Title 2', 'Title 3'],
    'the newest first, whatever their ids',
  );
  t.same(
    await titles('rare'),
    Array.from({ length: 10 }, (_, i) => `Rare ${1000 * (i + 1)}`),
  );
  t.same(await titles('number77 '), await titles('number77'));
  t.same(await titles('"number77"'), ['Title 77']);
  t.equal((await find('common odd')).body.pagination.total, 5000);
  t.same(await titles('common even -rare', '&sort=title&limit=1'), ['Title 10']);

  const { during, planOf } = watchStatements(t, galley.address);
  for (const query of [
    'q=rare',
    'q=common',
    'q=common&sort=title',
    'q=%22common+odd%22+-rare',
    'q=common&status=any',
  ]) {
    const key = query.includes('status') ? galley.keys.viewer : null;
    const { answer, ran } = await during(() => galley.ask('GET', `/v1/articles?${query}`, { key }));
    t.equal(answer.status, 200);
    const searches = ran.filter(({ source }) => source.includes('article_search'));
    t.equal(searches.length, 1, `${query}: one statement, its count within`);
    const { seeks, dear } = await planOf(searches);
    t.match(seeks.join('\n'), /^article_search \(words\)$/m, `${query}: from the words`);
    t.ok(seeks.includes('articles (id=?)'), `${query}: to each article by its id`);
    const scans = dear.filter((step) => /^scan (?!walked$|hits$)/i.test(step));
    t.same(scans, [], `${query}: and scans no table`);
  }
});
