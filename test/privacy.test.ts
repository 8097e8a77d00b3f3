/**
 * What is not live does not exist for the anonymous: by no route, filter, sort, count, tag of an answer or problem.
 * The whole document is walked before and after secrets are planted; no byte may differ. All secret words hold `zq`.
 */
import { createHash, createHmac } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { pino } from 'pino';
import { type Test, test } from 'tap';
import { type Answer, type Asked, type Galley, type Options, START, startGalley } from './support/app.ts';

const DAY = 86_400_000;
const inDays = (days: number) => new Date(Date.parse(START) + days * DAY).toISOString();

/** The highest id that is asked for: past all that is planted. */
const IDS = Array.from({ length: 12 }, (_, i) => i + 1);
const HIDDEN = ['draft', 'review', 'scheduled', 'archived', 'ended', 'trashed', 'withdrawn'] as const;
const EMAILS = [
  'zq-ada@harbour.example',
  'zq-guest@mail.example',
  'zq-lurker@mail.example',
  'zq-hidden@harbour.example',
];

/** A site with two live articles, and on them what only holders of keys may know: an internal tag, sources, emails. */
const startSite = async (t: Test, options: Options = {}) => {
  const galley = await startGalley(t, options);
  const { ask, keys, authorId } = galley;
  const make = async (path: string, body: object) => (await ask('POST', path, { key: keys.admin, body })).body;
  const edit = (path: string, body: object) => ask('PATCH', path, { key: keys.admin, body });
  await edit(`/v1/authors/${authorId}`, { email: EMAILS[0] as string });
  const { id: bob } = await make('/v1/authors', { name: 'Bob' });
  const internal = await make('/v1/tags', { name: 'zq internal', kind: 'internal' });
  const live = await make('/v1/articles', {
    ...{ title: 'Open', body: 'Seen.\n\n<!-- zq in the source -->', status: 'published' },
    ...{ authorIds: [authorId], tags: [{ id: internal.id }, 'Harbour', 'Quay'] },
    source: { system: 'zq-system', id: 'zq-1', url: 'https://zq.example' },
  });
  for (const slug of ['opened', 'open']) await edit(`/v1/articles/${live.id}`, { slug });
  const discreet = await make('/v1/articles', {
    ...{ title: 'Discreet', body: 'Hm.', status: 'published' },
    ...{ authorIds: [bob], tags: ['Harbour'], commentPolicy: 'open' },
  });
  const comment = async (articleId: number, status: string, words: object) => {
    const body = { authorName: 'Guest', authorEmail: EMAILS[1], body: 'Nice.', ...words };
    const { id } = await make(`/v1/articles/${articleId}/comments`, body);
    if (status !== 'pending') await edit(`/v1/comments/${id}`, { status });
  };
  await comment(live.id, 'approved', {});
  await comment(discreet.id, 'approved', { body: 'zq on a page that hides comments', authorName: 'zq hidden guest' });
  await edit(`/v1/articles/${discreet.id}`, { commentPolicy: 'hidden' });
  const { secret } = await make('/v1/keys', { name: 'zq key', role: 'viewer' });
  const webhook = { url: 'https://zq-hooks.example/', description: 'zq hook', events: ['*'] };
  const { id: webhookId, secret: former } = await make('/v1/webhooks', webhook);
  const { secret: latter } = await make(`/v1/webhooks/${webhookId}/rotate-secret`, {});
  const secrets = [secret, ...Object.values(keys), former, latter];
  return { ...galley, make, edit, bob, live, comment, webhookId, secrets };
};
type Site = Awaited<ReturnType<typeof startSite>>;

/** Writes an import whose problems quote what it brought. */
const plantImport = ({ store, clock }: Site) =>
  store.transaction(async ({ db, tables: { imports } }) => {
    const about = { line: 1, kind: 'article', record: 'zq record', outcome: 'skipped', field: '/title', code: 'x' };
    await db.insert(imports).values({
      ...{
        status: 'failed',
        format: 'records',
        options: { name: 'zq-file', defaultAuthor: 'zq-byline', pages: false },
      },
      ...{ bytes: 1, problems: [{ ...about, reason: 'zq quoted' }], problemCount: 1, fault: 'zq fault' },
      createdAt: clock.now,
    });
  });

/** Writes all that is not live: of every kind of hidden article one, with an author and a tag of its own, and comments. */
const plant = async (site: Site) => {
  const { ask, keys, make, edit, authorId, bob, live, comment, webhookId, clock, noteDueMoments } = site;
  for (const state of HIDDEN) {
    const author = await make('/v1/authors', { name: `zq ${state} author`, email: EMAILS[3], bio: 'zq bio' });
    const { id } = await make('/v1/articles', {
      ...{ title: `zq ${state}`, subtitle: 'zq subtitle', excerpt: 'zq excerpt', body: 'zq body', featured: true },
      ...{ authorIds: [author.id, authorId, bob], tags: [`zq ${state} tag`, 'Quay'], language: 'en-GB' },
      ...{ source: { system: 'zq', id: state }, translationKey: 'zq-key', metadata: { zq: 1 } },
      slug: `zq-${state}`,
    });
    const url = `/v1/articles/${id}`;
    if (state === 'review') await edit(url, { status: 'review' });
    if (state === 'scheduled') await edit(url, { status: 'scheduled', publishedAt: inDays(9) });
    if (state === 'archived' || state === 'withdrawn') await edit(url, { status: 'published' });
    if (state === 'archived') await edit(url, { status: 'archived' });
    if (state === 'ended') await edit(url, { status: 'published', unpublishAt: inDays(1) });
    if (state !== 'trashed' && state !== 'withdrawn') {
      await make(`${url}/preview-links`, {});
      continue;
    }
    await ask('DELETE', url, { key: keys.admin });
  }
  const { id: guest } = await make('/v1/authors', { name: 'zq copy author', bio: 'zq bio' });
  const waiting = {
    ...{ title: 'zq copy', subtitle: 'zq copy subtitle', excerpt: 'zq copy excerpt', body: 'zq copy body' },
    ...{ authorIds: [guest], tags: ['zq copy tag', 'Quay'], language: 'en-GB', metadata: { zq: 1 } },
    ...{ seo: { title: 'zq copy seo' }, coverImage: { url: 'https://zq.example/copy.jpg', alt: 'zq copy cover' } },
  };
  await edit(`/v1/articles/${live.id}/working-copy`, waiting);
  for (const expiresIn of [60, 2_592_000]) await make(`/v1/articles/${live.id}/preview-links`, { expiresIn });
  for (const status of ['pending', 'spam', 'trash']) {
    await comment(live.id, status, { authorName: `zq ${status}`, body: `zq ${status}`, authorEmail: EMAILS[2] });
  }
  // Old slugs that hidden things take, had, or leave; and a tag that goes into another.
  await make('/v1/articles', { title: 'zq taker', body: 'zq body', authorIds: [bob], slug: 'opened' });
  const former = await make('/v1/tags', { name: 'zq former' });
  await edit(`/v1/tags/${former.id}`, { slug: 'zq-latter' });
  const { id: merged } = await make('/v1/tags', { name: 'zq merged' });
  await make(`/v1/tags/${merged}/merge`, { into: former.id });
  await make('/v1/tags', { name: 'zq unused' });
  await make('/v1/authors', { name: 'zq unused' });
  await make('/v1/keys', { name: 'zq second key', role: 'editor' });
  await make('/v1/webhooks', { url: 'https://zq-hooks.example/second', events: ['*'] });
  await make(`/v1/webhooks/${webhookId}/test`, {});
  await plantImport(site);
  clock.advance(2 * DAY); // “ended” has come to its end
  await noteDueMoments(); // counts may trail a moment by two seconds
};

type Parameter = { name: string; in: string; schema: { type?: string; enum?: string[]; items?: { enum?: string[] } } };

const SLUGS = [...HIDDEN, 'copy'].flatMap((state) => [`zq-${state}`, `zq-${state}-tag`, `zq-${state}-author`]);
/** What is asked for by parameters of the query that are not words of a list or yes and no. A new one needs a row here. */
const SAMPLES: Record<string, string[]> = {
  limit: ['1', '100'],
  page: ['1', '2'],
  cursor: [],
  ids: [IDS.join(',')],
  tag: ['harbour', 'quay', 'zq-internal', 'zq-draft-tag', 'zq-scheduled-tag', 'quay,zq-archived-tag'],
  author: ['ada-lovelace', 'bob', 'zq-draft-author', 'zq-ended-author', 'bob,zq-withdrawn-author'],
  language: ['en', 'en-GB'],
  publishedAfter: ['2000-01-01T00:00:00Z', inDays(1)],
  publishedBefore: ['9999-01-01T00:00:00Z', inDays(5)],
  updatedAfter: ['2000-01-01T00:00:00Z'],
  updatedBefore: ['9999-01-01T00:00:00Z'],
  translationKey: ['zq-key'],
  article: ['1'],
  sameGuestAs: ['1', '3'],
  after: ['now', '0.0'],
  key: ['1', '2'],
  id: ['1', '3'],
  against: ['1', '2'],
  tagsAll: ['harbour,quay', 'quay,zq-internal', 'zq-draft-tag', 'quay,zq-archived-tag'],
  tagsNot: ['quay', 'zq-internal', 'zq-draft-tag', 'harbour,zq-withdrawn-tag'],
  q: [
    'ada',
    'harb',
    'zq',
    'zq draft',
    'zq copy',
    '"copy body"',
    'i',
    'internal',
    'quay',
    'open -draft',
    '"zq body"',
    'subtitle',
    'bo',
    'unused',
  ],
};
/** What is asked for by parameters of the path. */
const PATHS: Record<string, string[]> = {
  id: IDS.map(String),
  slug: ['open', 'opened', 'zq-former', 'zq-merged', 'ada-lovelace', 'harbour', 'zq-internal', 'zq-unused', ...SLUGS],
  code: ['gone'],
  version: ['1', '2'],
  page: ['1', '2'],
  linkId: ['1', '2'],
  token: ['1', `glp_${'A'.repeat(64)}`],
};

const samplesOf = ({ name, schema }: Parameter): string[] => {
  const words = schema.enum ?? schema.items?.enum ?? (schema.type === 'boolean' ? ['true', 'false'] : undefined);
  const samples = SAMPLES[name] ?? words;
  if (!samples) throw new Error(`Say in SAMPLES what this test shall ask for by ${name}`);
  return samples;
};

/** The paths that a template stands for: each of its parameters with each of its values. */
const pathsOf = (template: string): string[] => {
  const [written, parameter] = /\{([^}]+)\}/.exec(template) ?? [];
  if (written === undefined || parameter === undefined) return [template];
  const values = PATHS[parameter];
  if (!values) throw new Error(`Say in PATHS what this test shall ask for at ${template}`);
  return values.flatMap((value) => pathsOf(template.replace(written, value)));
};

/**
 * Every address of every GET in the document, by its template: each parameter alone, numbered, and counted in another
 * order; not `deep`: each parameter alone.
 */
const walkOf = ({ app }: Galley, deep: boolean): Map<string, string[]> => {
  type Operation = { parameters?: Parameter[] };
  const paths = app.swagger().paths as Record<string, { get?: Operation }>;
  const walk = new Map<string, string[]>();
  for (const [template, { get }] of Object.entries(paths)) {
    if (!get) continue;
    const asked = (get.parameters ?? []).filter((parameter) => parameter.in === 'query');
    const pairs = asked.flatMap((parameter) => samplesOf(parameter).map((sample) => [parameter.name, sample] as const));
    const sort = pairs.findLast(([name]) => name === 'sort')?.[1];
    const counted = { count: 'exact', ...(sort !== undefined && { sort }) };
    const isList = asked.some(({ name }) => name === 'count');
    const more = deep && isList ? [{}, { page: '1', limit: '2' }, counted] : [{}];
    const queries = pairs.flatMap(([name, sample]) => more.map((others) => ({ ...others, [name]: sample })));
    const searches = asked.some(({ name }) => name === 'q')
      ? pairs.map(([name, sample]) => ({ q: 'zq', [name]: sample }))
      : [];
    const texts = [{}, ...queries, ...searches].map((query) => `?${new URLSearchParams(query)}`.replace(/\?$/, ''));
    const bases = pathsOf(template);
    walk.set(template, [...new Set(bases.flatMap((base) => texts.map((text) => base + text)))]);
  }
  return walk;
};

const KEPT_HEADERS = ['etag', 'link', 'cache-control', 'content-type', 'content-length', 'vary', 'location', 'allow'];
/** What an answer tells, besides what the request itself says. */
const told = ({ status, text, headers }: Answer) => ({
  status,
  text,
  headers: Object.fromEntries(KEPT_HEADERS.map((name) => [name, headers[name]])),
});
const FIXED: Asked = { headers: { 'x-request-id': 'fixed' } };

const walk = async (galley: Galley, urls: string[], asked: Asked = FIXED) => {
  const answers = new Map<string, ReturnType<typeof told>>();
  for (const url of urls) answers.set(url, told(await galley.ask('GET', url, asked)));
  return answers;
};

/** The words of a text that hold `zq` and that the request did not say itself. */
const secretsIn = (text: string, url: string): string[] =>
  (text.match(/[^\s"'<>,/?&=\\]*zq[^\s"'<>,/?&=\\]*/g) ?? []).filter((word) => !url.includes(word));

test('nothing that is not live is told to the anonymous, by any route, filter, sort or count', async (t) => {
  const site = await startSite(t);
  const { ask, keys, store } = site;
  const templates = walkOf(site, true);
  const urls = [...templates.values()].flat();
  t.ok(urls.length > 300, `${urls.length} addresses`);
  const before = await walk(site, urls);
  await plant(site);
  const after = await walk(site, urls);

  const gone: string[] = [];
  for (const [template, addresses] of templates) {
    await t.test(`GET ${template}`, async (t) => {
      for (const url of addresses) {
        const [was, is] = [before.get(url), after.get(url)];
        if (was?.status === 404 && is?.status === 410) gone.push(url);
        // To this machine alone it tells how many of what were asked and are worked on, and never about what.
        else if (template !== '/metrics' && !isDeepStrictEqual(was, is)) t.same(is, was, `${url} has changed`);
        const secrets = secretsIn(JSON.stringify(is), url);
        if (secrets.length > 0) t.same(secrets, [], `${url} tells a secret`);
      }
      t.pass(`${addresses.length} addresses`);
    });
  }
  const articles = await store.db.select().from(store.tables.articles);
  const withdrawn = articles.find(({ slug }) => slug === 'zq-withdrawn')?.id;
  const paths = [...new Set(gone.map((url) => url.split('?', 1)[0]))].sort();
  const expected = [
    ...[`/v1/articles/${withdrawn}`, `/v1/articles/${withdrawn}/jsonld`],
    '/v1/articles/by-slug/zq-withdrawn',
  ];
  t.same(paths, expected.sort(), 'only what was live and was withdrawn says so');

  const statuses = new Set([...after.values()].map(({ status }) => status));
  t.equal(after.get('/v1/articles/by-slug/opened')?.status, 308, 'no draft takes an old slug from what is live');
  t.ok(statuses.has(200) && statuses.has(404) && statuses.has(401), 'the walk met open, hidden and shut doors');
  const asEditor = await walk(site, urls, { key: keys.editor });
  const seen = [...asEditor].filter(([url, { text }]) => secretsIn(text, url).length > 0);
  t.ok(seen.length > 150, `what the anonymous did not see is there: ${seen.length} answers to an editor hold it`);
  const draft = articles.find(({ slug }) => slug === 'zq-draft')?.id;
  await ask('PATCH', `/v1/articles/${draft}`, { key: keys.editor, body: { status: 'published' } });
  t.ok((await ask('GET', '/v1/articles')).text.includes('zq draft'), 'and once published, everyone sees it');
});

/** The tokens of all that was planted. */
const tokensOf = async ({ ask, keys }: Site): Promise<string[]> => {
  const tokens: string[] = [];
  for (const id of IDS) {
    const { body } = await ask('GET', `/v1/articles/${id}/preview-links`, { key: keys.admin });
    for (const { token } of body.data ?? []) tokens.push(token);
  }
  return tokens;
};

test('what waits in a working copy and the tokens of preview links are told to who may edit, and to nobody else', async (t) => {
  const site = await startSite(t);
  const { ask, keys, live } = site;
  await plant(site);
  const tokens = await tokensOf(site);
  t.equal(tokens.length, HIDDEN.length - 2 + 2);
  const urls = [...walkOf(site, false).values()].flat();
  for (const role of ['anonymous', 'viewer', 'contributor', 'author', 'editor'] as const) {
    const answers = await walk(site, urls, { key: role === 'anonymous' ? null : keys[role] });
    const whole = [...answers.values()].map(({ text, headers }) => text + JSON.stringify(headers)).join('\n');
    const mayEdit = role === 'author' || role === 'editor';
    for (const word of ['zq copy body', 'zq copy seo', 'zq copy cover'])
      t.equal(whole.includes(word), mayEdit, `${role}: ${word}`);
    const seen = tokens.filter((token) => whole.includes(token));
    // a contributor may edit what is his own, as long as it is in draft or review
    t.equal(seen.length, role === 'contributor' ? 2 : mayEdit ? tokens.length : 0, `${role}: tokens`);
  }
  const opened = [];
  for (const token of tokens) opened.push(await ask('GET', `/v1/previews/${token}`));
  for (const { status, text, headers } of opened) {
    if (status === 410) continue; // that of a minute
    t.equal(status, 200);
    for (const hidden of ['zq in the source', 'zq-system', 'zq internal', '"body"', '"source"', ...EMAILS])
      t.notOk(text.includes(hidden), hidden);
    t.equal(headers['cache-control'], 'private, no-store');
    t.equal(headers['cache-groups'], undefined);
  }
  t.ok(
    opened.some(({ text }) => text.includes('zq copy body')),
    'the token of a live one shows its copy',
  );
  const after = await walk(site, [`/v1/articles/${live.id}`, '/v1/articles', '/v1/articles?q=zq']);
  for (const [url, { text }] of after) t.same(secretsIn(text, url), [], `${url}, once the previews were read`);
});

test('a hidden slug is answered as one that never was', async (t) => {
  const site = await startSite(t);
  const { ask } = site;
  await plant(site);
  const compare = async (method: string, url: (slug: string) => string, hidden: string) => {
    const never = 'n'.repeat(hidden.length);
    const [there, not] = [await ask(method, url(hidden), FIXED), await ask(method, url(never), FIXED)];
    const [a, b] = [told(there), told(not)].map((answer) =>
      JSON.stringify({ ...answer, headers: { ...answer.headers, etag: undefined } }).replaceAll(hidden, never),
    );
    t.equal(a, b, `${method} ${url(hidden)}`);
  };
  for (const slug of ['zq-internal', 'zq-unused', ...SLUGS]) {
    if (slug === 'zq-withdrawn') continue; // 410 by the contract
    for (const method of ['GET', 'HEAD']) {
      for (const things of ['articles', 'authors', 'tags'])
        await compare(method, (s) => `/v1/${things}/by-slug/${s}`, slug);
      await compare(method, (s) => `/v1/articles?tag=${s}&count=exact`, slug);
      await compare(method, (s) => `/v1/articles?author=${s}&page=1`, slug);
      for (const filter of ['tagsAll', 'tagsNot', 'tagsAll=quay&tagsNot'])
        await compare(method, (s) => `/v1/articles?${filter}=${s}&count=exact`, slug);
      for (const things of ['authors', 'tags']) await compare(method, (s) => `/v1/${things}?q=${s}&count=exact`, slug);
    }
  }
});

test('what the anonymous hold stays valid while drafts are written', async (t) => {
  const site = await startSite(t);
  const { ask } = site;
  const lists = ['/v1/articles', '/v1/authors', '/v1/tags', '/v1/articles?count=exact', '/v1/tags?sort=-articleCount'];
  const urls = [...lists, `/v1/articles/${site.live.id}`, `/v1/articles/${site.live.id}/comments`, '/v1/authors/1'];
  const before = await walk(site, urls);
  await plant(site);
  for (const url of urls) {
    const etag = String(before.get(url)?.headers.etag);
    for (const method of ['GET', 'HEAD']) {
      const again = await ask(method, url, { headers: { 'if-none-match': etag } });
      t.match(again, { status: 304, text: '' }, `${method} ${url}`);
      t.equal(again.headers.etag, etag);
    }
  }
  for (const url of [
    '/v1/articles/by-slug/zq-draft',
    '/v1/authors/by-slug/zq-draft-author',
    '/v1/tags/by-slug/zq-internal',
  ]) {
    t.equal(
      (await ask('GET', url, { headers: { 'if-none-match': '*' } })).status,
      404,
      `${url} is not confirmed by 304`,
    );
  }
});

test('holders of keys who are no editors are told no email, no unapproved comment; nobody is told a key or its hash', async (t) => {
  const site = await startSite(t);
  const { keys, secrets } = site;
  await plant(site);
  const urls = [...walkOf(site, false).values()].flat();
  const hashes = secrets.map((secret) => createHash('sha256').update(secret).digest('hex'));
  for (const role of ['viewer', 'author', 'editor', 'admin'] as const) {
    const answers = await walk(site, urls, { key: keys[role] });
    const whole = [...answers.values()].map(({ text, headers }) => text + JSON.stringify(headers)).join('\n');
    const sees = (word: string) => whole.includes(word);
    for (const word of [...secrets, ...hashes, '"hash"', '"secret"', '"previousSecret"'])
      t.notOk(sees(word), `${role} sees ${word}`);
    const isEditor = role === 'editor' || role === 'admin';
    const private_ = [...EMAILS, '"email":', '"authorEmail":', 'zq pending', 'zq spam', 'zq trash"'];
    for (const word of private_) t.equal(sees(word), isEditor, `${role}: ${word}`);
    t.equal(sees('zq on a page that hides comments'), isEditor, `${role}: a hidden comment`);
    t.equal(sees('zq second key'), role === 'admin', `${role}: names of keys`);
    for (const word of ['zq hook', 'zq-hooks', 'webhook.test', 'msg_'])
      t.equal(sees(word), role === 'admin', `${role}: webhooks and deliveries`);
    for (const word of ['zq record', 'zq quoted', 'zq fault', 'zq-file', 'zq-byline'])
      t.equal(sees(word), role === 'admin', `${role}: what an import says`);
    t.ok(sees('zq internal'), `${role} knows internal tags`);
    t.equal(sees('zq body') || sees('zq draft'), true);
  }
});

test('a refused write tells nothing of what is hidden', async (t) => {
  const site = await startSite(t);
  const { ask, keys, store, make, makeKey } = site;
  await plant(site);
  const { id: stranger } = await make('/v1/authors', { name: 'Stranger' });
  const callers = { contributor: await makeKey('contributor', stranger), author: await makeKey('author', stranger) };
  const articles = await store.db.select().from(store.tables.articles);
  const guest = { authorName: 'G', authorEmail: 'g@mail.example', body: 'Hm.' };
  const hidden = articles.filter(({ slug }) => slug.startsWith('zq-') && slug !== 'zq-withdrawn');
  t.equal(hidden.length, HIDDEN.length - 1);
  const bare = ({ status, text }: Answer) => `${status} ${text.replaceAll(/(articles?[ /])\d+/gi, '$1N')}`;
  const writes: [method: string, path: string, body?: object][] = [
    ['PATCH', '', { title: 'Mine' }],
    ['PATCH', '', { slug: 'open' }],
    ['DELETE', ''],
    ['DELETE', '?permanent=true'],
    ['POST', '/restore'],
    ['POST', '/revisions/1/restore'],
    ['POST', '/comments', guest],
    ['PATCH', '/working-copy', { title: 'Mine' }],
    ['DELETE', '/working-copy'],
    ['POST', '/working-copy/publish'],
    ['POST', '/preview-links', {}],
    ['DELETE', '/preview-links/1'],
  ];
  for (const { id, slug } of hidden) {
    for (const [method, path, body] of writes) {
      for (const [caller, key] of [['anonymous', null], ['viewer', keys.viewer], ...Object.entries(callers)] as const) {
        if (caller === 'viewer' && path === '/comments') continue;
        for (const ifMatch of [undefined, '"99"']) {
          const headers = { 'x-request-id': 'fixed', ...(ifMatch && { 'if-match': ifMatch }) };
          const there = await ask(method, `/v1/articles/${id}${path}`, { key, body, headers });
          const not = await ask(method, `/v1/articles/900${path}`, { key, body, headers });
          t.equal(bare(there), bare(not), `${caller}: ${method} ${slug}${path}`);
          t.ok(there.status >= 401 && there.status <= 404, `${there.status}`);
        }
      }
    }
  }
  for (const [path, body] of [
    ['/v1/articles', { title: 'T', slug: 'zq-draft' }],
    ['/v1/tags', { name: 'zq internal' }],
    ['/v1/tags', { name: 'Other', slug: 'zq-internal' }],
    ['/v1/authors', { name: 'Other', slug: 'zq-draft-author' }],
  ] as const) {
    for (const key of [null, keys.viewer]) {
      const answer = await ask('POST', path, { key, body });
      t.match(answer.status, key ? 403 : 401);
      t.notOk(answer.text.includes('suggestion') || answer.text.includes('zq'), `${path}: no word of what is taken`);
    }
  }
});

test('where a guest comes from and by which email is found by no public route, in no log and in no record', async (t) => {
  const lines: string[] = [];
  const logger = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) });
  const secret = 'not known to anybody, and long enough';
  const settings = { TRUST_PROXY: 'true', SECRET: secret };
  const site = await startSite(t, { parts: { logger }, settings });
  const { ask, keys, live, store } = site;
  const email = 'planted.guest@secret.example';
  const places = ['203.0.113.77', '2001:db8:dead:beef::77'];
  const tokens: string[] = [];
  const url = `/v1/articles/${live.id}/comments`;
  const post = async (n: number, more: object = {}, headers: Record<string, string> = {}) => {
    const body = {
      authorName: 'Guest',
      authorEmail: n % 2 === 0 ? email : email.toUpperCase(),
      body: `Aye ${n}`,
      ...more,
    };
    const answer = await ask('POST', url, {
      body,
      headers: { 'x-forwarded-for': places[n % 2] as string, ...headers },
    });
    if (answer.body.editToken) tokens.push(answer.body.editToken);
    return answer;
  };
  const told: Answer[] = [];
  for (const [n, status] of ['approved', 'pending', 'spam', 'trash', 'approved', 'approved'].entries()) {
    const first = await post(n, {}, { 'idempotency-key': `${n}` });
    const posted = first.body;
    told.push({ ...first, text: first.text.replace(posted.editToken, '') }); // told this once
    told.push(await post(n, {}, { 'idempotency-key': `${n}` }));
    if (status !== 'pending') await site.edit(`/v1/comments/${posted.id}`, { status });
    const headers = { 'comment-token': tokens.at(-1) as string, 'x-forwarded-for': places[0] as string };
    const own = `/v1/comments/${posted.id}`;
    if (n === 4) told.push(await ask('PATCH', own, { headers, body: { body: 'Aye!' } }));
    if (n === 5) told.push(await ask('DELETE', own, { headers }));
    const wrong = { ...headers, 'comment-token': `${tokens.at(-1)}x` };
    for (const method of ['PATCH', 'DELETE', 'GET', 'POST'])
      told.push(await ask(method, own, { headers: wrong, body: { authorEmail: email } }));
  }
  // What is refused, or asked where nobody should, is not told either.
  const [token = ''] = tokens;
  for (const more of [{ authorUrl: email }, { authorEmail: `${email}@` }, { [email]: email }, { parentId: email }])
    told.push(await post(0, more));
  for (const path of [
    `/v1/comments/${token}`,
    `/v1/comments/${email}`,
    `/${token}/${email}`,
    `/v1/comments/1?t=${token}`,
  ]) {
    for (const method of ['GET', 'PATCH', 'DELETE']) {
      const { text, ...rest } = await ask(method, path, { headers: { 'comment-token': token, authorization: token } });
      told.push({ ...rest, text: text.replaceAll(/"(?:name|detail)":"[^"]*"/g, '') }); // a query is named as it was sent
    }
  }
  const erase = { key: keys.admin, body: { authorEmail: 'nobody@secret.example', mode: 'delete' } };
  told.push(await ask('POST', '/v1/comments/erase', erase));

  const digests = (text: string) =>
    ['md5', 'sha1', 'sha256'].map((name) => createHash(name).update(text).digest('hex'));
  const sharers = ['203.0.113.77', '2001:db8:dead:beef::/64'];
  const hashes = sharers.map((place) => createHmac('sha256', secret).update(`address ${place}`).digest('hex'));
  const kept = await store.db.select().from(store.tables.comments).orderBy(store.tables.comments.id);
  t.same(new Set(kept.slice(2).map(({ addressHash }) => addressHash)), new Set(hashes), 'what is looked for is there');
  const ofPlace = [...places, '2001:db8:dead:beef', ...hashes, ...sharers.flatMap(digests), ...places.flatMap(digests)];
  const ofToken = [
    ...tokens.map((each) => each.slice(8, 40)),
    ...tokens.flatMap(digests),
    '"editTokenHash"',
    '"addressHash"',
  ];
  const ofEmail = [email, encodeURIComponent(email), ...digests(email), ...digests(email.toUpperCase())];
  const check = (text: string, what: string, words: readonly string[]) => {
    const lower = text.toLowerCase();
    t.same(
      words.filter((word) => lower.includes(word.toLowerCase())),
      [],
      what,
    );
  };
  const urls = [...walkOf(site, false).values()].flat();
  for (const role of ['anonymous', 'contributor', 'author', 'admin'] as const) {
    const answers = await walk(site, urls, { ...FIXED, key: role === 'anonymous' ? null : keys[role] });
    const whole = [...answers.values()].map(({ text, headers }) => text + JSON.stringify(headers)).join('\n');
    t.ok(whole.includes('Aye'), `${role} sees the comments`);
    check(whole, role, [...ofPlace, ...ofToken, ...(role === 'admin' ? ofEmail.slice(2) : ofEmail)]);
    if (role === 'admin') t.ok(whole.includes(email), 'editors see the email');
  }
  const repeated = told.map(({ text = '', headers = {} }) => text + JSON.stringify(headers)).join('\n');
  check(repeated, 'what is answered to guests', [...ofPlace, ...ofToken, ...digests(email)]);
  const { events, commentErasures, outcomes, touches } = store.tables;
  for (const table of [events, commentErasures, outcomes, touches])
    check(JSON.stringify(await store.db.select().from(table)), 'a record', [...ofPlace, ...ofToken, ...ofEmail]);
  t.ok(lines.length > urls.length, `${lines.length} lines of the log`);
  check(lines.join(''), 'the log', [...ofPlace, ...ofToken, ...ofEmail, 'secret.example']);
});
