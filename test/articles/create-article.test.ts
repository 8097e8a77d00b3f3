import { test } from 'tap';
import { answered, type Galley, startGalley } from '../support/app.ts';

/** The code points and faults of a refusal, each as `pointer code`. */
const faultsOf = (body: { errors?: { pointer?: string; code: string }[] }) =>
  (body.errors ?? []).map(({ pointer, code }) => `${pointer} ${code}`);

const create = (galley: Galley, body: object, key = galley.keys.editor) =>
  galley.ask('POST', '/v1/articles', { key, body });

const text = (length: number, letter = 'a') => letter.repeat(length);

test('an editor makes an article, and everyone reads it', async (t) => {
  const galley = await startGalley(t);
  const { ask, authorId } = galley;
  const made = await create(galley, {
    title: 'The harbour at night',
    body: 'The *first* boats.',
    authorIds: [authorId],
    tags: ['Harbour'],
    status: 'published',
  });
  t.equal(made.status, 201);
  t.equal(made.headers.location, `/v1/articles/${made.body.id}`);
  t.match(made.headers.etag, /^"1-[0-9a-f]{16}"$/);
  t.match(made.body, {
    version: 1,
    slug: 'the-harbour-at-night',
    status: 'published',
    live: true,
    html: '<p>The <em>first</em> boats.</p>\n',
    body: 'The *first* boats.',
    excerpt: 'The first boats.',
    excerptSource: 'generated',
    authors: [{ id: authorId, name: 'Ada Lovelace' }],
    tags: [{ slug: 'harbour', name: 'Harbour', kind: 'topic' }],
    firstPublishedAt: made.body.createdAt,
  });
  const read = await ask('GET', `/v1/articles/${made.body.id}`);
  for (const secret of ['body', 'source', 'deletedAt']) t.notOk(secret in read.body, `${secret} is not for everyone`);
  t.notMatch(read.text, /ada@harbour/, 'nor is the email of the author');
  const listed = (await ask('GET', '/v1/articles')).body.data;
  t.equal(listed.length, 1);
  for (const long of ['body', 'html', 'seo', 'metadata', 'source', 'commentCount']) t.notOk(long in listed[0], long);
  t.strictSame(Object.keys(listed[0].tags[0]).sort(), ['id', 'name', 'slug']);
});

test('what is not said is empty, and null clears', async (t) => {
  const galley = await startGalley(t);
  const empty = {
    ...{ subtitle: null, excerpt: '', excerptSource: 'generated', body: '', html: '', bodyFormat: 'markdown' },
    ...{ status: 'draft', live: false, publishedAt: null, unpublishAt: null, firstPublishedAt: null, authors: [] },
    ...{ tags: [], coverImage: null, language: 'en', translationKey: null, featured: false, commentPolicy: null },
    ...{
      contentUpdatedAt: null,
      seo: null,
      metadata: {},
      source: null,
      deletedAt: null,
      commentCount: 0,
      wordCount: 0,
    },
  };
  t.match((await create(galley, { title: 'Bare' })).body, empty);
  const nulls = [
    'slug',
    'subtitle',
    'excerpt',
    'body',
    'publishedAt',
    'unpublishAt',
    'authorIds',
    'tags',
    'coverImage',
  ];
  nulls.push(
    'language',
    'translationKey',
    'featured',
    'commentPolicy',
    'contentUpdatedAt',
    'seo',
    'metadata',
    'source',
  );
  const made = await create(galley, { title: 'Nulls', ...Object.fromEntries(nulls.map((name) => [name, null])) });
  t.equal(made.status, 201);
  t.match(made.body, { ...empty, slug: 'nulls' });
  const refused = await create(galley, { title: null, status: null, bodyFormat: null });
  t.equal(refused.status, 400);
  t.same(
    new Set(faultsOf(refused.body).map((fault) => fault.split(' ')[0])),
    new Set(['/title', '/status', '/bodyFormat']),
  );
});

test('each field holds to its limits', async (t) => {
  const galley = await startGalley(t);
  const cover = { url: 'https://harbour.example/a.jpg', alt: '' };
  const deep = (levels: number): unknown => (levels === 0 ? 1 : { d: deep(levels - 1) });
  const accepted: [string, unknown, unknown?][] = [
    ['title', text(300, '🚢')],
    ['slug', text(200)],
    ['subtitle', text(500, '港')],
    ['excerpt', text(1000)],
    ['tags', Array.from({ length: 50 }, (_, i) => `Tag ${i}`)],
    ['coverImage', cover],
    ['coverImage', { ...cover, caption: text(1000), credit: text(500), width: 1, height: 100_000 }],
    ['language', 'en-gb', 'en-GB'],
    ['language', 'zh-hant-tw', 'zh-Hant-TW'],
    ['translationKey', text(100)],
    ['commentPolicy', 'hidden'],
    ['contentUpdatedAt', '2020-02-29T23:30:00.98765-01:30', '2020-03-01T01:00:00.987Z'],
    ['publishedAt', '0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
    ['publishedAt', '9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
    ['seo', { title: 'T', description: text(500), noindex: true }],
    ['metadata', { a: [1, null, { b: 'c' }], ключ: false }],
    ['metadata', { kept: null }],
    ['metadata', deep(10)],
    ['metadata', { x: text(16 * 1024 - 8) }],
    ['source', { system: text(100), id: text(500), url: 'https://old.example/1' }],
    ['source', { system: '\ud83d\ude80', id: ' 1 ', url: null }],
    ['coverImage', { ...cover, url: "https://a.example/%C3%A4(1);v=2,'x'!*$&?q=1,2&r#f/?" }],
    ['coverImage', { ...cover, url: 'http://[2001:db8::1]:8080' }],
  ];
  for (const [field, value, wanted = answered(field, value)] of accepted) {
    const made = await create(galley, { title: 'Limits', [field]: value });
    t.equal(made.status, 201, `${field} ${JSON.stringify(value).slice(0, 60)}`);
    const got = field === 'tags' ? made.body.tags.map(({ name }: { name: string }) => name) : made.body[field];
    t.strictSame(got, wanted, `${field} comes back`);
  }
  const stored = (await galley.ask('GET', '/v1/articles?status=any&count=exact&limit=1', { key: galley.keys.viewer }))
    .body;

  const refused: [string, unknown, string?][] = [
    ...(['', '   ', ' \t\n', text(301), text(301, '🚢'), 5, {}].map((value) => ['title', value]) as [
      string,
      unknown,
    ][]),
    ...(['A', 'a--b', '-a', 'a-', 'a b', 'ä', 'a_b', '', text(201)].map((v) => ['slug', v]) as [string, unknown][]),
    ['subtitle', text(501)],
    ['excerpt', text(1001)],
    ['body', text(500_001)],
    ['body', 'nul \0'],
    ['bodyFormat', 'asciidoc'],
    ['status', 'live'],
    ['publishedAt', '2026-11-22'],
    ['publishedAt', '2026-11-22T07:00:00'],
    ['publishedAt', '2026-02-30T07:00:00Z'],
    ['publishedAt', '2016-12-31T23:59:60Z'],
    ['publishedAt', '0000-12-31T23:59:59Z'],
    ['publishedAt', '+10000-01-01T00:00:00Z'],
    ['unpublishAt', 1_800_000_000],
    ['authorIds', [1, 1]],
    ['authorIds', Array.from({ length: 21 }, (_, i) => i + 1)],
    ['authorIds', [0], '/authorIds/0'],
    ['authorIds', [2_147_483_648], '/authorIds/0'],
    ['authorIds', ['1'], '/authorIds/0'],
    ['tags', Array.from({ length: 51 }, () => 'x')],
    ['tags', [''], '/tags/0'],
    ['tags', [text(101)], '/tags/0'],
    ['tags', ['ok', { kind: 'topic' }], '/tags/1'],
    ['tags', [{}], '/tags/0'],
    ['coverImage', { alt: 'no url' }, '/coverImage/url'],
    ['coverImage', { url: 'https://a.example/' }, '/coverImage/alt'],
    ['coverImage', { ...cover, url: 'ftp://a.example/' }, '/coverImage/url'],
    ['coverImage', { ...cover, url: 'javascript:alert(1)' }, '/coverImage/url'],
    // Addresses that a browser would take, but that are no URI (RFC 3986), and one that shows a password to everyone.
    ...['ä.png', 'a|b', '{a}', 'a[1]', '%zz', 'a^b', 'a\\\\b', 'a`b', '#a#b'].map((path): [string, unknown, string] => [
      'coverImage',
      { ...cover, url: `https://a.example/${path}` },
      '/coverImage/url',
    ]),
    ['coverImage', { ...cover, url: 'https://münchen.example' }, '/coverImage/url'],
    ['coverImage', { ...cover, url: 'https://u:p@a.example/' }, '/coverImage/url'],
    ['seo', { canonicalUrl: 'https://a.example/ä' }, '/seo/canonicalUrl'],
    ['seo', { imageUrl: 'https://a.example/ä' }, '/seo/imageUrl'],
    ['source', { system: 's', id: '1', url: 'https://a.example/ä' }, '/source/url'],
    ['coverImage', { ...cover, url: `https://a.example/${text(2048)}` }, '/coverImage/url'],
    ['coverImage', { ...cover, width: 0 }, '/coverImage/width'],
    ['coverImage', { ...cover, size: 1 }, '/coverImage/size'],
    ['language', 'en_GB'],
    ['language', 'x'],
    ['translationKey', text(101)],
    ['translationKey', ''],
    ['featured', 'true'],
    ['commentPolicy', 'shut'],
    ['seo', { keywords: 'a' }, '/seo/keywords'],
    ['metadata', []],
    ['metadata', deep(11)],
    ['metadata', { x: text(16 * 1024 - 7) }],
    ['metadata', { x: text(4096, '🚢') }],
    ['source', { system: 'wp' }, '/source/id'],
    ['source', { system: text(101), id: '1' }, '/source/system'],
    ['source', { system: 'wp', id: text(501) }, '/source/id'],
    ['headline', 'unknown'],
    ...(['id', 'version', 'live', 'html', 'authors', 'url', 'wordCount', 'excerptSource', 'commentCount'].map(
      (name) => [name, 1],
    ) as [string, unknown][]),
  ];
  for (const [field, value, pointer = `/${field}`] of refused) {
    const answer = await create(galley, { title: 'Limits', [field]: value });
    const what = `${field} ${JSON.stringify(value).slice(0, 60)}`;
    t.equal(answer.status, 400, what);
    t.equal(answer.body.code, 'invalid-request', what);
    t.ok(
      answer.body.errors?.some((fault: { pointer: string }) => fault.pointer === pointer),
      `${what} names ${pointer}`,
    );
  }
  const still = await galley.ask('GET', '/v1/articles?status=any&count=exact&limit=1', { key: galley.keys.viewer });
  t.equal(still.body.pagination.total, stored.pagination.total, 'nothing of it is stored');
  t.ok(
    faultsOf((await create(galley, { title: 'x', html: '<p>', live: true })).body).every((f) =>
      f.endsWith('read-only'),
    ),
  );
});

test('all faults of a level are told together', async (t) => {
  const galley = await startGalley(t);
  const form = await create(galley, { title: '', slug: 'A', featured: 1, colour: 'red', id: 4 });
  t.strictSame(faultsOf(form.body).sort(), [
    '/colour unknown-field',
    '/featured wrong-type',
    '/id read-only',
    '/slug wrong-pattern',
    '/title too-short',
    ...faultsOf(form.body).filter((fault) => fault === '/title wrong-pattern'),
  ]);
  const merged = await create(galley, { title: 'x', metadata: { x: text(17_000) }, authorIds: [77] });
  t.equal(merged.status, 400, 'the form comes before what it names');
  const rules = await create(
    galley,
    { title: 'x', authorIds: [98, galley.authorId, 99], tags: ['Nowhere', { id: 5 }], status: 'scheduled' },
    galley.keys.editor,
  );
  t.equal(rules.status, 422);
  t.equal(rules.body.code, 'unknown-reference');
  t.strictSame(faultsOf(rules.body), [
    '/authorIds/0 unknown-reference',
    '/authorIds/2 unknown-reference',
    '/tags/1 unknown-reference',
    '/publishedAt invalid-schedule',
    '/body not-publishable',
  ]);
  const tags = await galley.ask('GET', '/v1/tags', { key: galley.keys.editor });
  t.strictSame(tags.body.data, [], 'a refused article makes no tag');
  await create(galley, { title: 'First', slug: 'first', source: { system: 'wp', id: '1' } });
  const both = await create(galley, { title: 'Second', slug: 'first', source: { system: 'wp', id: '1' } });
  t.equal(both.status, 409);
  t.strictSame(faultsOf(both.body), ['/slug slug-taken', '/source source-taken']);
  t.equal(both.body.suggestion, 'first-2');
});

test('slugs are made from titles in any script', async (t) => {
  const galley = await startGalley(t);
  const rows: [string, RegExp][] = [
    ['Crème brûlée & Straße', /^creme-brulee-strasse$/],
    ['Москва слезам не верит', /^moskva-slezam-ne-verit$/],
    ['日本語の記事', /^[a-z0-9]+(-[a-z0-9]+)*$/],
    ['مرحبا بالعالم', /^[a-z0-9]+(-[a-z0-9]+)*$/],
    ['한국어 제목', /^hangugeo-jemog$/],
    ['🚢🌊', /^article$/],
    ['!!!', /^article-2$/],
    ['—', /^article-3$/],
    ["Don't panic", /^dont-panic$/],
    ['  --Edge__case--  ', /^edge-case$/],
    ['C++ in 2026', /^c-in-2026$/],
    [`${text(199)} and more`, /^a{199}$/],
    [text(300, 'b'), /^b{200}$/],
    [text(300, 'b'), /^b{198}-2$/],
    ['Twice', /^twice$/],
    ['Twice', /^twice-2$/],
    ['twice!', /^twice-3$/],
  ];
  for (const [title, slug] of rows) t.match((await create(galley, { title })).body.slug, slug, title.slice(0, 40));
  const trashed = (await create(galley, { title: 'Binned' })).body;
  await galley.ask('DELETE', `/v1/articles/${trashed.id}`, { key: galley.keys.editor });
  t.equal((await create(galley, { title: 'Binned' })).body.slug, 'binned-2', 'a trashed article keeps its slug');
  const taken = await create(galley, { title: 'Other', slug: 'twice' });
  t.match([taken.status, taken.body.code], [409, 'slug-taken']);
  const { suggestion } = taken.body;
  t.equal((await create(galley, { title: 'Other', slug: suggestion })).status, 201, `${suggestion} is free`);
  const long = await create(galley, { title: 'Other', slug: text(200, 'b') });
  t.equal(long.status, 409);
  t.equal((await create(galley, { title: 'Other', slug: long.body.suggestion })).status, 201);
});

test('the source comes back byte for byte', async (t) => {
  const galley = await startGalley(t);
  const bodies = [
    'a\r\nb\rc\n',
    '\tcode\t  \n\n\n',
    '  \u00a0x\u2028\u2029\ufeff',
    'é e\u0301 \u202e ﷺ',
    '<b>x</i>',
    '\u0001\u007f',
  ];
  for (const [i, body] of bodies.entries()) {
    for (const bodyFormat of ['markdown', 'html']) {
      const made = await create(galley, { title: 'Bytes', body, bodyFormat });
      t.ok(made.body.body === body, `body ${i} in the answer`);
      const read = await galley.ask('GET', `/v1/articles/${made.body.id}`, { key: galley.keys.viewer });
      t.ok(read.body.body === body, `body ${i} when read`);
    }
  }
});

test('a body may have 500,000 characters, whatever they are', async (t) => {
  const galley = await startGalley(t);
  for (const letter of ['🚢', '港']) {
    const made = await create(galley, { title: 'Long', body: text(500_000, letter) });
    // On a machine that is busy the two seconds of the renderer may pass.
    t.ok(made.status === 201 || made.body.code === 'unrenderable', `${letter}: ${made.status}`);
    if (made.status === 201) t.ok(made.body.body === text(500_000, letter), 'and comes back');
    const more = await create(galley, { title: 'Longer', body: text(500_001, letter) });
    t.strictSame(faultsOf(more.body), ['/body too-long']);
  }
});

test('tags are found by folded name, then slug, and made by editors alone', async (t) => {
  const galley = await startGalley(t);
  const { ask, keys } = galley;
  const tagOf = async (body: object) => (await ask('POST', '/v1/tags', { key: keys.editor, body })).body;
  const port = await tagOf({ name: 'Port', slug: 'harbour' });
  const harbour = await tagOf({ name: 'Harbour', slug: 'harbour-life' });
  const named = async (tags: unknown, key = keys.editor) => {
    const made = await create(galley, { title: 'Tagged', tags }, key);
    return made.status === 201 ? made.body.tags.map(({ id }: { id: number }) => id) : faultsOf(made.body);
  };
  t.strictSame(await named(['  HARBOUR ']), [harbour.id], 'the name, folded, comes first');
  t.strictSame(await named(['harbour']), [harbour.id], 'also where it is the slug of another');
  t.strictSame(await named(['harbour-life']), [harbour.id], 'then the slug');
  t.strictSame(await named([{ slug: 'harbour' }]), [port.id], 'an object says which is meant');
  t.strictSame(await named([{ id: port.id, name: 'Nonsense' }]), [port.id], 'the id of an object counts first');
  t.strictSame(await named([harbour, port]), [harbour.id, port.id], 'what was answered can be sent, in its order');
  t.strictSame(
    await named(['Port', 'port', { id: port.id }, 'Harbour']),
    [port.id, harbour.id],
    'each tag stands once',
  );
  const [quay, ...others] = await named(['Night Quay', 'night  quay', 'night-quay', { name: 'NIGHT QUAY' }]);
  t.strictSame(others, [], 'a new name makes one tag');
  t.strictSame(await named(['ｎｉｇｈｔ ｑｕａｙ']), [quay], 'folding takes wide letters for narrow');
  const unknown = ['/tags/1 unknown-reference', '/tags/2 unknown-reference'];
  t.strictSame(await named(['Port', 'Newly', { name: 'Named' }], keys.author), unknown);
  t.strictSame(await named(['Port', { slug: 'not-there' }, { id: 999 }]), unknown, 'a slug or id makes no tag');
  const count = (await ask('GET', '/v1/tags?count=exact', { key: keys.viewer })).body.pagination.total;
  t.equal(count, 3);
});

test('an author’s and a contributor’s articles are their own', async (t) => {
  const galley = await startGalley(t);
  const { ask, keys, authorId } = galley;
  const other = (await ask('POST', '/v1/authors', { key: keys.editor, body: { name: 'Grace' } })).body.id;
  for (const key of [keys.contributor, keys.author]) {
    for (const authorIds of [undefined, null, [authorId]]) {
      const made = await create(galley, { title: 'Own', ...(authorIds !== undefined && { authorIds }) }, key);
      t.match([made.status, made.body.authors?.map(({ id }: { id: number }) => id)], [201, [authorId]]);
    }
    for (const authorIds of [[], [other], [authorId, other]]) {
      t.equal((await create(galley, { title: 'Not own', authorIds }, key)).status, 403, JSON.stringify(authorIds));
    }
  }
  const body = { title: 'Out', body: 'Text', status: 'published' };
  t.equal((await create(galley, body, keys.contributor)).status, 403, 'a contributor does not publish');
  t.equal((await create(galley, { ...body, status: 'review' }, keys.contributor)).status, 201);
  t.equal((await create(galley, body, keys.author)).status, 201);
  t.equal((await create(galley, body, keys.viewer)).status, 403);
  t.equal((await ask('POST', '/v1/articles', { body })).status, 401);
});
