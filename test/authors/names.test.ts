/** Authors and tags are looked up by the beginnings of the words of their names. */
import { ne } from 'drizzle-orm';
import { type Test, test } from 'tap';
import { fillNameWords } from '../../src/store/name-words.ts';
import { type Galley, startGalley } from '../support/app.ts';
import { watchStatements } from '../support/database.ts';
import { insertRows } from '../support/rows.ts';

const KINDS = ['authors', 'tags'] as const;
type Kind = (typeof KINDS)[number];

const NAMES = [
  'José Ångström',
  'Anna-Maria Öst',
  'angst',
  'O’Brien',
  '日本 太郎',
  '+++',
  'Straße',
  'ＦＵＬＬ width',
  'N°5',
];

const startWith = async (t: Test, things: Kind) => {
  const galley = await startGalley(t);
  const { ask, keys } = galley;
  const made = async (name: string, more: object = {}) => {
    const { status, body, text } = await ask('POST', `/v1/${things}`, { key: keys.editor, body: { name, ...more } });
    if (status !== 201) throw new Error(text);
    return body.id as number;
  };
  const found = async (q: string, more = '', key: string | null = keys.viewer) => {
    const { body } = await ask('GET', `/v1/${things}?q=${encodeURIComponent(q)}${more}`, { key });
    return (body.data.map(({ name }: { name: string }) => name) as string[]).join(', ');
  };
  return { ...galley, made, found };
};

const wordRows = async ({ store: { db, tables } }: Galley, things: Kind): Promise<number> =>
  (await db.select().from(things === 'authors' ? tables.authorWords : tables.tagWords)).length;

/** Writes things by hand, as they were kept before words were; nothing is left of the words there are. */
const insertThings = ({ store, clock }: Galley, things: Kind, named: { slug: string; name: string; count: number }[]) =>
  store.transaction(async (tx) => {
    const { authors, tags, authorWords, tagWords } = tx.tables;
    const rows = named.map(({ slug, name, count }) => ({
      ...{ version: 1, slug, name, nameFolded: name.toLowerCase(), articleCount: count },
      ...{ createdAt: clock.now, updatedAt: clock.now },
    }));
    if (things === 'authors')
      await insertRows(
        tx,
        authors,
        rows.map((row) => ({ ...row, links: [] })),
      );
    else
      await insertRows(
        tx,
        tags,
        rows.map((row) => ({ ...row, kind: 'topic' as const })),
      );
    await tx.db.delete(things === 'authors' ? authorWords : tagWords);
  });

for (const things of KINDS) {
  test(`${things} are found by the beginning of each word`, async (t) => {
    const galley = await startWith(t, things);
    const { ask, keys, made, found } = galley;
    for (const name of NAMES) await made(name);
    const cases: [q: string, names: string][] = [
      ['ang', 'angst, José Ångström'],
      ['ÅNG', 'angst, José Ångström'],
      ['ångs', 'angst, José Ångström'],
      ['angstr', 'José Ångström'],
      ['jose', 'José Ångström'],
      ['jo an', 'José Ångström'],
      ['an jo', 'José Ångström'],
      ['an jo x', ''],
      ['  maria  ', 'Anna-Maria Öst'],
      ['ost', 'Anna-Maria Öst'],
      ['an', 'angst, Anna-Maria Öst, José Ångström'],
      ['brien', 'O’Brien'],
      ["o'b", 'O’Brien'],
      ['日', '日本 太郎'],
      ['太', '日本 太郎'],
      ['本', ''],
      ['+', '+++'],
      ['+++', '+++'],
      ['strasse', ''],
      ['straß', 'Straße'],
      ['full', 'ＦＵＬＬ width'],
      ['WIDTH', 'ＦＵＬＬ width'],
      ['rien', ''],
      ['%', ''],
      ['_', ''],
      ['"', ''],
      ["' or 1=1 --", ''],
      ['\u{10ffff}', ''],
    ];
    for (const [q, names] of cases) {
      t.equal(await found(q), names, q);
      const counted = await ask('GET', `/v1/${things}?q=${encodeURIComponent(q)}&count=exact&limit=1`, {
        key: keys.viewer,
      });
      const n = names === '' ? 0 : names.split(', ').length;
      t.equal(counted.body.pagination.total, n, `${q}: how many`);
    }
    for (const q of ['', ' ', '\u200b', 'x'.repeat(201), 'a\0'])
      t.equal((await ask('GET', `/v1/${things}?q=${encodeURIComponent(q)}`, { key: keys.viewer })).status, 400);
    t.equal((await ask('GET', `/v1/${things}?q=a&q=b`, { key: keys.viewer })).status, 400, 'once');
    t.equal(await found('x '.repeat(100)), '', 'as many words as can be asked for');

    const walked: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null && walked.length < 9) {
      const url = `/v1/${things}?q=an&limit=1${cursor && `&cursor=${cursor}`}`;
      const { body } = await ask('GET', url, { key: keys.viewer });
      walked.push(body.data[0].name);
      cursor = body.pagination.next;
    }
    t.same(walked, ['angst', 'Anna-Maria Öst', 'José Ångström'], 'by cursor');
    const { next } = (await ask('GET', `/v1/${things}?q=an&limit=1`, { key: keys.viewer })).body.pagination;
    const other = await ask('GET', `/v1/${things}?q=ang&limit=1&cursor=${next}`, { key: keys.viewer });
    t.equal(other.body.code, 'invalid-cursor', 'a cursor is for one search');
    t.equal(await found('an', '&sort=-articleCount&page=2&limit=2').then((names) => names.split(', ').length), 1);
  });

  test(`the words of ${things} follow their names`, async (t) => {
    const galley = await startWith(t, things);
    const { ask, keys, made, found, store } = galley;
    const before = await wordRows(galley, things);
    const id = await made('Old Harbour Harbour');
    t.equal(await wordRows(galley, things), before + 2, 'each word once');
    await ask('PATCH', `/v1/${things}/${id}`, { key: keys.editor, body: { slug: 'another' } });
    t.equal(await found('harb'), 'Old Harbour Harbour');
    await ask('PATCH', `/v1/${things}/${id}`, { key: keys.editor, body: { name: 'New Quay' } });
    t.equal(await found('harb'), '');
    t.equal(await found('qu'), 'New Quay');
    t.equal(await found('qu', '', null), '', 'whom no live article names is not found by strangers');
    await ask('DELETE', `/v1/${things}/${id}`, { key: keys.editor });
    t.equal(await found('qu'), '');
    t.equal(await wordRows(galley, things), before, 'none is left behind');

    await store.transaction(async (tx) => {
      const { authors, tags } = tx.tables;
      if (things === 'authors') await tx.db.delete(authors).where(ne(authors.id, galley.authorId));
      else await tx.db.delete(tags);
    });
    const early = Array.from({ length: 1200 }, (_, i) => ({ slug: `early-${i}`, name: `Early Bird${i}`, count: 0 }));
    await insertThings(galley, things, early);
    t.equal(await found('bird7'), '');
    await fillNameWords(store);
    t.equal((await found('bird7', '&limit=100')).split(', ').length, 100, 'as many as a page holds');
    t.equal(await found('bird1199 ear'), 'Early Bird1199', 'names from before words were kept');
    t.equal(await wordRows(galley, things), 2400 + (things === 'authors' ? 2 : 0));
    await made('Late');
    await fillNameWords(store);
    t.equal(await found('late'), 'Late');
  });

  test(`a search among 10,000 ${things} reads no name that it does not find`, async (t) => {
    const galley = await startWith(t, things);
    const { ask, keys, store } = galley;
    const many = Array.from({ length: 10_000 }, (_, i) => ({ slug: `n-${i}`, name: `Name N${i}`, count: i }));
    await insertThings(galley, things, many);
    await fillNameWords(store);
    const { during, planOf } = watchStatements(t, galley.address);
    for (const [q, key] of [
      ['n77', keys.viewer],
      ['n77', null],
      ['n77 name', keys.viewer],
      ['n77&sort=-articleCount', keys.viewer],
      ['n77&count=exact', keys.viewer],
    ] as const) {
      const { ran } = await during(() => ask('GET', `/v1/${things}?q=${q.replace(' ', '%20')}`, { key }));
      const searches = ran.filter(({ source }) => source.includes('_words'));
      t.ok(searches.length > 0);
      const { seeks, dear } = await planOf(searches);
      t.same(
        dear.filter((step) => /^scan/i.test(step)),
        [],
        q,
      );
      t.match(seeks.join('\n'), /_words_by_word \(word>\? AND word<\?\)/, q);
      t.ok(seeks.includes(`${things} (id=?)`), q);
    }
  });
}
