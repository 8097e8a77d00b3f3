/** What authors and tags have in common: names and slugs, patches, conditional writes, lists, and who may see them. */
import { type Test, test } from 'tap';
import { type Galley, type Options, START, startGalley } from '../support/app.ts';

const KINDS = [
  { things: 'authors', one: 'author', field: 'authorIds' },
  { things: 'tags', one: 'tag', field: 'tags' },
] as const;
type Kind = (typeof KINDS)[number];

const HOUR = 3_600_000;
const inHours = (hours: number) => new Date(Date.parse(START) + hours * HOUR).toISOString();

/** A Galley with verbs for one kind of thing, asked as an editor unless said otherwise. */
const startWith = async (t: Test, { things, field }: Kind, options?: Options) => {
  const galley = await startGalley(t, options);
  const { ask, keys, authorId } = galley;
  const path = `/v1/${things}`;
  const make = (body: object) => ask('POST', path, { key: keys.editor, body });
  return {
    ...galley,
    path,
    make,
    /** Makes a thing and returns it. */
    made: async (body: object) => (await make(body)).body,
    patch: (id: number, body: unknown, headers: Record<string, string> = {}) =>
      ask('PATCH', `${path}/${id}`, { key: keys.editor, body, headers }),
    /** Makes an article that names the thing, beside an author in any case. */
    articleWith: async (id: number, more: object) =>
      (
        await ask('POST', '/v1/articles', {
          key: keys.editor,
          body: { title: 'Tides', body: 'In and out.', authorIds: [authorId], [field]: named(field, [id]), ...more },
        })
      ).body,
    namesOf: async (query: string, key?: string) => {
      const { body } = await ask('GET', `${path}?${query}`, { key: key ?? null });
      return body.data.map(({ name }: { name: string }) => name) as string[];
    },
  };
};
const named = (field: Kind['field'], ids: number[]) => (field === 'tags' ? ids.map((id) => ({ id })) : ids);

const eventsOf = async ({ store }: Galley, kind: string) => {
  const { events } = store.tables;
  return (await store.db.select().from(events).orderBy(events.id)).filter((event) => event.kind === kind);
};

for (const kind of KINDS) {
  const { one, things } = kind;

  test(`the slug of ${one}s is made from a name in any script`, async (t) => {
    const { made } = await startWith(t, kind);
    const cases: [name: string, slug: RegExp][] = [
      ['Łukasz Żółć', /^lukasz-zolc$/],
      ['Straße & Söhne', /^strasse-(?:and-)?sohne$/],
      ['Владимир', /^vladimir$/],
      ['日本語', /^[a-z]+(?:-[a-z]+)*$/],
      ['عَلِيّ', /^[a-z]+(?:-[a-z]+)*$/],
      ["O'Brien’s  --  Café", /^obriens-cafe$/],
      ['🎉', new RegExp(`^${one}$`)],
      ['🎈', new RegExp(`^${one}-2$`)],
      ['—', new RegExp(`^${one}-3$`)],
      ['x'.repeat(100), /^x{100}$/],
    ];
    for (const [name, slug] of cases) t.match((await made({ name })).slug, slug, name);
    t.match(await made({ name: 'Harbour', slug: null }), { slug: 'harbour', name: 'Harbour' });
    t.match(await made({ name: 'Harbour!' }), { slug: 'harbour-2' });
    t.match(await made({ name: 'Quay', slug: 'old-quay' }), { slug: 'old-quay' });
  });

  test(`a taken slug of ${one}s is refused with one that is free`, async (t) => {
    const { make, made, patch } = await startWith(t, kind);
    const first = await made({ name: 'Pier' });
    await made({ name: 'Pier two', slug: 'pier-2' });
    const refused = await make({ name: 'Another pier', slug: 'pier' });
    t.match(refused, { status: 409, body: { code: 'slug-taken', suggestion: 'pier-3' } });
    t.match(await make({ name: 'Another pier', slug: refused.body.suggestion }), { status: 201 });
    const other = await made({ name: 'Mole' });
    t.match(await patch(other.id, { slug: 'pier' }), {
      status: 409,
      body: { code: 'slug-taken', suggestion: 'pier-4' },
    });
    t.match(await patch(other.id, {}), { body: { slug: 'mole', version: 1 } }, 'a refused change stores nothing');
    t.match(await patch(first.id, { slug: 'pier' }), { status: 200, body: { version: 1 } }, 'its own is not taken');
    t.match(
      await patch(first.id, { slug: null }),
      { status: 200, body: { slug: 'pier', version: 1 } },
      'made anew: the same',
    );
    t.match(
      await patch(first.id, { name: 'Wharf' }),
      { body: { slug: 'pier', version: 2 } },
      'a name never changes it',
    );
    t.match(await patch(first.id, { slug: null }), { body: { slug: 'wharf', version: 3 } });
  });

  test(`twenty at once with one slug make one of the ${things}`, async (t) => {
    const { make } = await startWith(t, kind);
    const statuses = (
      await Promise.all(Array.from({ length: 20 }, (_, i) => make({ name: `Crane ${i}`, slug: 'crane' })))
    ).map(({ status }) => status);
    t.same(
      statuses.sort((a, b) => a - b),
      [201, ...Array.from({ length: 19 }, () => 409)],
    );
  });

  test(`a patch of ${one}s that changes nothing changes neither version nor time`, async (t) => {
    const galley = await startWith(t, kind);
    const { made, patch, clock } = galley;
    const thing = await made({ name: 'Buoy' });
    const before = await eventsOf(galley, one);
    clock.advance(HOUR);
    for (const same of [{}, { name: 'Buoy' }, { slug: 'buoy' }, { name: 'Buoy', slug: 'buoy' }]) {
      t.match(
        await patch(thing.id, same),
        { status: 200, body: { version: 1, updatedAt: START } },
        JSON.stringify(same),
      );
    }
    t.same(await eventsOf(galley, one), before, 'and says nothing');
    const changed = await patch(thing.id, { name: 'Bell buoy' });
    t.match(changed.body, { name: 'Bell buoy', version: 2, createdAt: START, updatedAt: inHours(1) });
    const [event] = (await eventsOf(galley, one)).slice(-1);
    t.match(event, { type: `${one}.updated`, entityId: thing.id, version: 2, changedFields: ['name'] });
  });

  test(`a write of ${one}s may name the version it is about`, async (t) => {
    const { ask, keys, made, patch, path } = await startWith(t, kind);
    const thing = await made({ name: 'v1' });
    const read = () => ask('GET', `${path}/${thing.id}`, { key: keys.viewer });
    const etag = String((await read()).headers.etag);
    t.match(etag, /^"1-[0-9a-f]{16}"$/);
    t.equal(
      (await patch(thing.id, { name: 'v2' }, { 'if-match': etag })).status,
      200,
      'the tag of another caller’s form',
    );
    const cases: [ifMatch: string, status: number][] = [
      [etag, 412],
      ['"1"', 412],
      ['"7", "1"', 412],
      ['"2"', 200],
      ['W/"2-0123456789abcdef-gzip"', 200],
      ['"1", "2"', 200],
      ['*', 200],
      ['2', 400],
      ['"2', 400],
    ];
    for (const [ifMatch, status] of cases) {
      const answer = await patch(thing.id, { name: 'v2' }, { 'if-match': ifMatch });
      t.equal(answer.status, status, ifMatch);
      if (status === 412) t.match(answer.body, { code: 'version-mismatch', currentVersion: 2 });
      if (status === 400) t.match(answer.body, { errors: [{ in: 'header', name: /^if-match$/i }] });
    }
    const remove = (ifMatch: string) =>
      ask('DELETE', `${path}/${thing.id}`, { key: keys.editor, headers: { 'if-match': ifMatch } });
    t.equal((await remove('"1"')).status, 412);
    t.equal((await read()).status, 200, 'nothing was deleted');
    t.equal((await remove('"2"')).status, 204);
    t.equal((await read()).status, 404);
    t.equal((await remove('"2"')).status, 404);
    t.equal((await patch(thing.id, { name: 'v3' })).status, 404);
  });

  test(`of twenty writers with one version of ${one}s, one wins`, async (t) => {
    const { made, patch } = await startWith(t, kind);
    const { id } = await made({ name: 'Race' });
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => patch(id, { name: `Racer ${i}` }, { 'if-match': '"1"' })),
    );
    t.equal(answers.filter(({ status }) => status === 200).length, 1);
    t.equal(answers.filter(({ status }) => status === 412).length, 19);
    t.match(await patch(id, {}), { body: { version: 2 } });
  });

  test(`where conditional writes are demanded, ${one}s demand them`, async (t) => {
    const { ask, keys, made, patch, path } = await startWith(t, kind, { settings: { REQUIRE_IF_MATCH: 'true' } });
    const { id } = await made({ name: 'Lock' });
    t.match(await patch(id, { name: 'Key' }), { status: 428, body: { code: 'precondition-required' } });
    t.equal((await patch(999, { name: 'Key' })).status, 404, 'what is not there comes first');
    t.equal((await patch(id, { name: 'Key' }, { 'if-match': '*' })).status, 200);
    t.equal((await ask('DELETE', `${path}/${id}`, { key: keys.editor })).status, 428);
    t.equal((await ask('DELETE', `${path}/${id}`, { key: keys.editor, headers: { 'if-match': '"2"' } })).status, 204);
  });

  test(`${things} are listed by folded name or by how many live articles name them`, async (t) => {
    const { ask, keys, path, made, articleWith, namesOf } = await startWith(t, kind);
    for (const name of ['beacon', 'Anchor', 'Ｃapstan', 'ÉCLUSE', 'anchor two']) await made({ name });
    const expected = ['Anchor', 'anchor two', 'beacon', 'Ｃapstan', 'ÉCLUSE'];
    const own = (names: string[]) => names.filter((name) => name !== 'Ada Lovelace');
    t.same(own(await namesOf('', keys.viewer)), expected);
    t.same(own(await namesOf('sort=name', keys.viewer)), expected);

    const ids = new Map<string, number>();
    for (const { name, id } of (await ask('GET', path, { key: keys.viewer })).body.data) ids.set(name, id);
    for (const [name, articles] of [
      ['beacon', 3],
      ['ÉCLUSE', 2],
      ['anchor two', 2],
    ] as const) {
      for (let i = 0; i < articles; i++) {
        await articleWith(ids.get(name) as number, { title: `${name} ${i}`, status: 'published' });
      }
    }
    const byCount = own(await namesOf('sort=-articleCount&limit=3', keys.viewer));
    t.equal(byCount[0], 'beacon');
    t.same(new Set(byCount.slice(1)), new Set(['ÉCLUSE', 'anchor two']));
    t.equal((await ask('GET', `${path}?sort=articleCount`)).status, 400);
    t.equal((await ask('GET', `${path}?sort=createdAt`)).status, 400);
  });

  test(`a walk through ${things} neither skips nor repeats while others write`, async (t) => {
    const { ask, keys, path, made } = await startWith(t, kind);
    for (let i = 0; i < 9; i++) await made({ name: `n${i}` });
    for (const sort of ['name', '-articleCount']) {
      const walked: string[] = [];
      const backwards: string[] = [];
      let url: string | null = `${path}?sort=${sort}&limit=4&count=exact`;
      let last: string | null = null;
      let pages = 0;
      while (url !== null) {
        const { body, headers }: Awaited<ReturnType<typeof ask>> = await ask('GET', url, { key: keys.viewer });
        walked.push(...body.data.map(({ name }: { name: string }) => name));
        t.type(body.pagination.total, 'number');
        await made({ name: `a ${sort} ${pages++}` }); // sorts before all that is still to come
        const { next, previous } = body.pagination;
        t.equal(String(headers.link).includes('rel="next"'), next !== null);
        url = next === null ? null : `${path}?sort=${sort}&limit=4&count=exact&cursor=${next}`;
        last = previous ?? last;
      }
      const ns = walked.filter((name) => /^n\d$/.test(name));
      t.same(
        [...ns].sort(),
        Array.from({ length: 9 }, (_, i) => `n${i}`),
        sort,
      );
      const back = await ask('GET', `${path}?sort=${sort}&limit=4&cursor=${last}`, { key: keys.viewer });
      backwards.push(...back.body.data.map(({ name }: { name: string }) => name));
      t.ok(
        backwards.every((name) => walked.includes(name)),
        'and goes back the same way',
      );
      const other = sort === 'name' ? '-articleCount' : 'name';
      const foreign = await ask('GET', `${path}?sort=${other}&cursor=${last}`, { key: keys.viewer });
      t.match(foreign, { status: 400, body: { code: 'invalid-cursor' } });
    }
    const page = await ask('GET', `${path}?page=2&limit=5`, { key: keys.viewer });
    t.equal(page.body.data.length, 5);
    t.match(page.body.pagination, { page: 2, next: null, previous: null });
    t.equal(page.body.pagination.pages, Math.ceil(page.body.pagination.total / 5));
    t.same((await ask('GET', `${path}?page=99`, { key: keys.viewer })).body.data, []);
  });

  test(`the anonymous know ${one}s only while a live article names them, also by moments passing`, async (t) => {
    const galley = await startWith(t, kind);
    const { ask, keys, path, made, articleWith, clock } = galley;
    const { id, slug } = await made({ name: 'Lighthouse' });
    const isKnown = async () => {
      const list = await ask('GET', `${path}?count=exact`);
      const listed = list.body.data.some((thing: { id: number }) => thing.id === id);
      const byId = await ask('GET', `${path}/${id}`);
      const bySlug = await ask('GET', `${path}/by-slug/${slug}`);
      const byCount = (await ask('GET', `${path}?sort=-articleCount&page=1`)).body;
      const known = byId.status === 200;
      t.equal(listed, known);
      t.equal(bySlug.status, byId.status);
      t.equal(list.body.pagination.total, list.body.data.length, 'counts tell no more than lists');
      t.equal(byCount.pagination.total, list.body.data.length);
      if (!known) t.match(byId, { status: 404, body: { code: 'not-found' } });
      t.equal((await ask('GET', `${path}/${id}`, { key: keys.viewer })).status, 200, 'holders of keys always know it');
      return known;
    };
    t.equal(await isKnown(), false, 'named by nothing');
    const article = await articleWith(id, { status: 'draft' });
    t.equal(await isKnown(), false, 'named by a draft');
    const move = (body: object) => ask('PATCH', `/v1/articles/${article.id}`, { key: keys.editor, body });
    await move({ status: 'scheduled', publishedAt: inHours(2), unpublishAt: inHours(4) });
    t.equal(await isKnown(), false, 'scheduled');
    clock.advance(2 * HOUR);
    t.equal(await isKnown(), true, 'its moment has come; no job has run');
    await galley.noteDueMoments();
    t.equal(await isKnown(), true);
    clock.advance(2 * HOUR);
    t.equal(await isKnown(), false, 'its end has come; no job has run');
    await galley.noteDueMoments();
    t.equal(await isKnown(), false);
    await move({ status: 'published', publishedAt: null, unpublishAt: null });
    t.equal(await isKnown(), true, 'published again');
    await ask('DELETE', `/v1/articles/${article.id}`, { key: keys.editor });
    t.equal(await isKnown(), false, 'in the trash');
  });

  test(`${one}s that nobody has are not found, and odd ids and slugs are no more`, async (t) => {
    const { ask, keys, path } = await startWith(t, kind);
    for (const [url, status] of [
      [`${path}/999`, 404],
      [`${path}/2147483647`, 404],
      [`${path}/2147483648`, 400],
      [`${path}/0`, 400],
      [`${path}/-1`, 400],
      [`${path}/1e1`, 400],
      [`${path}/by-slug/nobody`, 404],
      [`${path}/by-slug/Not%20A%20Slug`, 404],
      [`${path}/by-slug/${'x'.repeat(201)}`, 400],
      [`${path}/by-slug/a%00b`, 400],
      [`${path}?kinds=topic`, 400],
      [`${path}?limit=0`, 400],
      [`${path}?limit=101`, 400],
    ] as const) {
      t.equal((await ask('GET', url, { key: keys.viewer })).status, status, url);
      t.equal((await ask('GET', url)).status, status, `${url}, anonymous`);
    }
  });
}
