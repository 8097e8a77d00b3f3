/** Slugs that were public once lead to what has another by now, of articles, authors and tags. */
import { type Test, test } from 'tap';
import { START, startGalley } from '../support/app.ts';
import { watchStatements } from '../support/database.ts';
import { overTheWire } from '../support/wire.ts';

const HOUR = 3_600_000;
const at = (hours: number) => new Date(Date.parse(START) + hours * HOUR).toISOString();
const LIVE = { status: 'published' };

const startDesk = async (t: Test) => {
  const galley = await startGalley(t);
  const { ask, keys, authorId } = galley;
  const make = async (slug: string, body: object = LIVE): Promise<number> =>
    (
      await ask('POST', '/v1/articles', {
        key: keys.editor,
        body: { title: 'Boats', body: 'Text', authorIds: [authorId], slug, ...body },
      })
    ).body.id;
  const edit = async (id: number, body: object) => {
    const answer = await ask('PATCH', `/v1/articles/${id}`, { key: keys.editor, body });
    if (answer.status !== 200) t.fail(`article ${id}`, answer);
  };
  const trash = (id: number) => ask('DELETE', `/v1/articles/${id}`, { key: keys.editor });
  /** What a slug leads to: the slug of where it goes on, `itself`, or the status of the refusal. */
  const lead = async (slug: string, key: string | null = null, things = 'articles') => {
    const { status, headers, text, body } = await ask('GET', `/v1/${things}/by-slug/${slug}`, { key });
    if (status === 200) return body.slug === slug ? 'itself' : `200 with ${body.slug}`;
    if (status !== 308) return status;
    t.equal(text, '', 'a redirect says nothing beside where to');
    t.equal(headers.etag, undefined);
    t.notOk(headers['content-type']);
    return String(headers.location).replace(`/v1/${things}/by-slug/`, '');
  };
  return { ...galley, make, edit, trash, lead };
};
type Desk = Awaited<ReturnType<typeof startDesk>>;

/** What is done to the articles 1, 2, 3, made in that order, and where slugs then lead a stranger and a viewer. */
type Row = [
  what: string,
  act: (desk: Desk) => Promise<unknown>,
  led: Record<string, [stranger: string | number, viewer: string | number]>,
];
const ROWS: Row[] = [
  [
    'a rename',
    async ({ make, edit }) => edit(await make('a'), { slug: 'b' }),
    { a: ['b', 'b'], b: ['itself', 'itself'], c: [404, 404] },
  ],
  [
    'a chain is one step',
    async ({ make, edit }) => {
      const id = await make('a');
      for (const slug of ['b', 'c', 'd']) await edit(id, { slug });
    },
    { a: ['d', 'd'], b: ['d', 'd'], c: ['d', 'd'], d: ['itself', 'itself'] },
  ],
  [
    'back to an own old slug',
    async ({ make, edit }) => {
      const id = await make('a');
      for (const slug of ['b', 'a']) await edit(id, { slug });
    },
    { a: ['itself', 'itself'], b: ['a', 'a'] },
  ],
  [
    'two that exchange their slugs',
    async ({ make, edit }) => {
      const [one, two] = [await make('a'), await make('b')];
      await edit(one, { slug: 'between' });
      await edit(two, { slug: 'a' });
      await edit(one, { slug: 'b' });
    },
    { a: ['itself', 'itself'], b: ['itself', 'itself'], between: ['b', 'b'] },
  ],
  [
    'a slug that only a draft had',
    async ({ make, edit }) => {
      const id = await make('a', {});
      await edit(id, { slug: 'b' });
      await edit(id, { slug: 'c', ...LIVE });
    },
    { a: [404, 404], b: [404, 404], c: ['itself', 'itself'] },
  ],
  [
    'a slug that a draft took after it was live, and left',
    async ({ make, edit }) => {
      const id = await make('a');
      await edit(id, { status: 'draft' });
      for (const slug of ['b', 'c']) await edit(id, { slug });
      await edit(id, LIVE);
    },
    { a: ['c', 'c'], b: [404, 404] },
  ],
  [
    'what was renamed when it was no longer live',
    async ({ make, edit }) => {
      const id = await make('a');
      await edit(id, { status: 'draft' });
      await edit(id, { slug: 'b' });
    },
    { a: [404, 'b'], b: [404, 'itself'] },
  ],
  [
    'a title alone',
    async ({ make, edit }) => edit(await make('a'), { title: 'Ships' }),
    { a: ['itself', 'itself'], ships: [404, 404] },
  ],
  [
    'taken anew by a draft',
    async ({ make, edit }) => {
      await edit(await make('a'), { slug: 'b' });
      await make('a', {});
    },
    { a: ['b', 'itself'] },
  ],
  [
    'taken anew by what is live',
    async ({ make, edit }) => {
      await edit(await make('a'), { slug: 'b' });
      await make('a');
    },
    { a: ['itself', 'itself'] },
  ],
  [
    'taken anew, and left by what is live',
    async ({ make, edit }) => {
      await edit(await make('a'), { slug: 'b' });
      await edit(await make('a'), { slug: 'c' });
    },
    { a: ['c', 'c'] },
  ],
  [
    'taken anew, and left by a draft that was live: nobody sees that',
    async ({ make, edit }) => {
      await edit(await make('a'), { slug: 'b' });
      const second = await make('a');
      await edit(second, { status: 'draft' });
      await edit(second, { slug: 'c' });
    },
    { a: ['b', 'b'], c: [404, 'itself'] },
  ],
  [
    'taken anew by what is in the trash',
    async ({ make, edit, trash }) => {
      await edit(await make('a'), { slug: 'b' });
      await trash(await make('a'));
    },
    { a: ['b', 'itself'] },
  ],
  [
    'what is in the trash',
    async ({ make, edit, trash }) => {
      const id = await make('a');
      await edit(id, { slug: 'b' });
      await trash(id);
    },
    { a: [404, 'b'], b: [410, 'itself'] },
  ],
  [
    'in the trash under a slug that was never public',
    async ({ make, edit, trash }) => {
      const id = await make('a');
      await edit(id, { status: 'draft' });
      await edit(id, { slug: 'b' });
      await trash(id);
    },
    { a: [404, 'b'], b: [404, 'itself'] },
  ],
  [
    'deleted for good',
    async ({ make, edit, trash, ask, keys }) => {
      const id = await make('a');
      await edit(id, { slug: 'b' });
      await trash(id);
      await ask('DELETE', `/v1/articles/${id}?permanent=true`, { key: keys.admin });
    },
    { a: [404, 404], b: [404, 404] },
  ],
  [
    'live by its moment, noted or not',
    async ({ make, edit, clock }) => {
      const id = await make('a', { status: 'scheduled', publishedAt: at(1) });
      clock.advance(HOUR);
      await edit(id, { slug: 'b' });
    },
    { a: ['b', 'b'] },
  ],
  [
    'renamed before its moment',
    async ({ make, edit, clock, noteDueMoments }) => {
      const id = await make('a', { status: 'scheduled', publishedAt: at(1) });
      await edit(id, { slug: 'b' });
      clock.advance(HOUR);
      await noteDueMoments();
    },
    { a: [404, 404], b: ['itself', 'itself'] },
  ],
];

test('an old slug leads to what had it in public, for those who may read that', async (t) => {
  for (const [what, act, led] of ROWS) {
    await t.test(what, async (t) => {
      const desk = await startDesk(t);
      await act(desk);
      for (const [slug, [stranger, viewer]] of Object.entries(led)) {
        t.equal(await desk.lead(slug), stranger, `${slug} to a stranger`);
        t.equal(await desk.lead(slug, desk.keys.viewer), viewer, `${slug} to a viewer`);
      }
    });
  }
});

test('a redirect keeps the query and says who may keep it', async (t) => {
  const { ask, keys, make, edit } = await startDesk(t);
  const id = await make('a');
  await edit(id, { slug: 'b' });
  const query = '?include=adjacent,related&include=translations';
  for (const method of ['GET', 'HEAD']) {
    const answer = await ask(method, `/v1/articles/by-slug/a${query}`);
    t.match(answer, { status: 308, text: '' });
    t.match(answer.headers, {
      location: `/v1/articles/by-slug/b${query}`,
      'cache-control': 'public, max-age=0, s-maxage=60',
      'cache-groups': `"articles", "article-${id}", "site"`,
      vary: 'Authorization, Accept-Encoding',
    });
  }
  const keyed = await ask('GET', '/v1/articles/by-slug/a', { key: keys.viewer });
  t.match([keyed.status, keyed.headers['cache-control']], [308, 'private, no-cache']);
  t.notOk('cache-groups' in keyed.headers);
  for (const tag of ['*', '"1-0123456789abcdef"'])
    t.equal((await ask('GET', '/v1/articles/by-slug/a', { headers: { 'if-none-match': tag } })).status, 308);
  t.equal((await ask('GET', '/v1/articles/by-slug/a?colour=red')).status, 400, 'a fault of the query comes first');
  t.equal(
    (await ask('PATCH', `/v1/articles/${id}`, { key: keys.editor, headers: { 'if-match': '"1"' }, body: {} })).status,
    412,
  );
  await edit(id, { unpublishAt: at(0.005) });
  const soon = await ask('GET', '/v1/articles/by-slug/a');
  t.equal(soon.headers['cache-control'], 'public, max-age=0, s-maxage=18', 'no longer than what it leads to is live');
});

test('a live article is found by one statement, whatever had its slug before', async (t) => {
  const desk = await startDesk(t);
  const { app, make, edit, address } = desk;
  await edit(await make('a'), { slug: 'b' });
  await make('a');
  await desk.ask('GET', '/v1/articles/by-slug/a');
  const { during } = watchStatements(t, address);
  const { answer, ran } = await during(() => app.inject('/v1/articles/by-slug/a'));
  t.equal(answer.statusCode, 200);
  t.equal(ran.length, 1);
});

const HOUSES = [
  ['authors', 'author'],
  ['tags', 'tag'],
] as const;
for (const [things, field] of HOUSES) {
  test(`old slugs of ${things} lead to what they are called now`, async (t) => {
    const desk = await startDesk(t);
    const { ask, keys, make, edit, lead } = desk;
    const add = async (slug: string, body: object = {}): Promise<number> =>
      (await ask('POST', `/v1/${things}`, { key: keys.editor, body: { name: `Name of ${slug}`, slug, ...body } })).body
        .id;
    const rename = (id: number, slug: string) => {
      desk.clock.advance(1);
      return ask('PATCH', `/v1/${things}/${id}`, { key: keys.editor, body: { slug } });
    };
    const naming = (...ids: number[]) =>
      field === 'author' ? { authorIds: [...ids] } : { tags: ids.map((id) => ({ id })) };
    const led = async (slug: string, stranger: string | number, viewer: string | number, what = '') => {
      t.strictSame(
        [await lead(slug, null, things), await lead(slug, keys.viewer, things)],
        [stranger, viewer],
        `${slug} ${what}`,
      );
    };
    const one = await add('a');
    await rename(one, 'b');
    await led('a', 404, 'b', 'of what no live article names');
    const article = await make('x', { ...LIVE, ...naming(one) });
    for (const slug of ['c', 'd']) await rename(one, slug);
    for (const slug of ['b', 'c']) await led(slug, 'd', 'd');
    await led('a', 404, 'd', 'which nobody could know it by');
    const queried = await ask('GET', `/v1/${things}/by-slug/b`);
    t.equal(queried.headers['cache-groups'], `"${things}", "${field}-${one}"`);
    await rename(one, 'a');
    await led('a', 'itself', 'itself');
    await led('d', 'a', 'a');
    const two = await add('d');
    await led('d', 'a', 'itself', 'taken by what the public does not know');
    await rename(two, 'e');
    await led('d', 'a', 'e', 'and left by it: no stranger sees that');
    await rename(two, 'd');
    await edit(article, naming(one, two));
    await led('d', 'itself', 'itself', 'which it knows by now');
    await rename(two, 'f');
    await led('d', 'f', 'f');
    await edit(article, naming(one));
    await led('d', 404, 'f');
    t.equal((await ask('DELETE', `/v1/${things}/${two}`, { key: keys.editor })).status, 204);
    for (const slug of ['d', 'e', 'f']) await led(slug, 404, 404, 'of what is gone');
    const { slugHistory } = desk.store.tables;
    const kept = (await desk.store.db.select().from(slugHistory)).map(({ slug, entityId }) => [slug, entityId]);
    t.strictSame(
      kept.sort(),
      ['a', 'b', 'c', 'd']
        .map((slug) => [slug, one])
        .filter(([slug]) => slug !== 'd')
        .sort(),
    );
  });
}

test('slugs of internal tags lead holders of keys alone', async (t) => {
  const { ask, keys, make, lead } = await startDesk(t);
  const make_ = async (body: object) => (await ask('POST', '/v1/tags', { key: keys.editor, body })).body.id;
  const edit = (id: number, body: object) => ask('PATCH', `/v1/tags/${id}`, { key: keys.editor, body });
  const secret = await make_({ name: 'Campaign', kind: 'internal' });
  const open = await make_({ name: 'Harbour' });
  await make('x', { ...LIVE, tags: [{ id: secret }, { id: open }] });
  const led = async (slug: string) => [await lead(slug, null, 'tags'), await lead(slug, keys.viewer, 'tags')];
  await edit(secret, { slug: 'drive' });
  t.strictSame(await led('campaign'), [404, 'drive']);
  await edit(open, { slug: 'port' });
  t.strictSame(await led('harbour'), ['port', 'port']);
  await edit(secret, { slug: 'harbour' });
  t.strictSame(await led('harbour'), ['port', 'itself'], 'an internal tag takes no slug from a public one');
  await edit(secret, { slug: 'push' });
  t.strictSame(await led('harbour'), ['port', 'push']);
  await edit(secret, { kind: 'topic' });
  t.strictSame(await led('drive'), [404, 'push'], 'what it was called among us stays among us');
  await edit(secret, { slug: 'open-push' });
  t.strictSame(await led('push'), ['open-push', 'open-push']);
  await edit(secret, { kind: 'internal' });
  t.strictSame(await led('push'), [404, 'open-push']);
});

test('a redirect that is kept is gone the moment it is not true', async (t) => {
  const desk = await startDesk(t);
  const { ask, keys, make, edit, clock, trash, authorId } = desk;
  const wire = await overTheWire(t, desk.app);
  const { during } = watchStatements(t, desk.address);
  const path = '/v1/articles/by-slug/a';
  /** What strangers are led to, twice, and whether the second answer was kept. */
  const led = async (url = path) => {
    const first = await wire(url);
    const { answer: again, ran } = await during(() => wire(url));
    const head = await wire(url, {}, 'HEAD');
    for (const other of [again, head])
      t.strictSame([other.status, other.headers.location], [first.status, first.headers.location], url);
    t.equal(first.bytes.length === 0, first.status === 308);
    const to = first.headers.location?.replace(/.*\//, '');
    return [first.status === 308 ? to : first.status, ran.length === 0];
  };
  const one = await make('a');
  await edit(one, { slug: 'b' });
  t.strictSame(await led(), ['b', true]);
  await edit(one, { slug: 'c' });
  t.strictSame(await led(), ['c', true], 'renamed');
  t.equal((await wire(path, { 'if-none-match': '*' })).status, 308, 'there is nothing to hold');
  t.match((await wire(path, { 'accept-encoding': 'gzip' })).headers, { 'content-length': '0' });
  t.strictSame(await led(`${path}?include=related`), ['c?include=related', true]);
  const draft = await make('a', {});
  t.strictSame(await led(), ['c', true], 'a draft shows by nothing');
  await edit(draft, LIVE);
  t.strictSame(await led(), [200, true], 'taken by what is live');
  await edit(draft, { status: 'draft' });
  t.strictSame(await led(), ['c', true], 'and given back');
  await edit(draft, { status: 'scheduled', publishedAt: at(1) });
  t.strictSame(await led(), ['c', true]);
  clock.advance(HOUR);
  t.strictSame(await led(), [200, true], 'taken by a moment');
  await desk.noteDueMoments();
  clock.advance(10_000);
  await edit(draft, { slug: 'z' });
  t.strictSame(await led(), ['z', true], 'left: it leads to the last that had it');
  await edit(draft, { unpublishAt: at(2) });
  t.strictSame(await led(), ['z', true]);
  clock.advance(HOUR);
  t.strictSame(await led(), [404, false], 'ended by a moment');
  await desk.noteDueMoments();
  clock.advance(10_000);
  await edit(one, { slug: 'd' });
  t.strictSame(await led('/v1/articles/by-slug/c'), ['d', true]);
  await trash(one);
  t.strictSame(await led('/v1/articles/by-slug/c'), [404, false], 'in the trash');

  const rename = (slug: string) => ask('PATCH', `/v1/authors/${authorId}`, { key: keys.editor, body: { slug } });
  const byline = await make('y');
  const old = '/v1/authors/by-slug/ada-lovelace';
  await rename('ada');
  t.strictSame(await led(old), ['ada', true]);
  await rename('ada-king');
  t.strictSame(await led(old), ['ada-king', true]);
  await edit(byline, { status: 'draft' });
  t.strictSame(await led(old), [404, false], 'nothing of hers is live');
  await edit(byline, LIVE);
  t.strictSame(await led(old), ['ada-king', true]);
  const { body: other } = await ask('POST', '/v1/authors', {
    key: keys.editor,
    body: { name: 'Another', slug: 'ada-lovelace' },
  });
  t.strictSame(await led(old), ['ada-king', true]);
  await edit(byline, { authorIds: [authorId, other.id] });
  t.strictSame(await led(old), [200, true], 'taken by one who is known now');
});
