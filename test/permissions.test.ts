/** The permission table of the contract (section 3), a test a cell, and every secured door against every key that may not pass. */
import { type Test, test } from 'tap';
import { ROLES, type Role } from '../src/core/access.ts';
import { type Galley, START, startGalley } from './support/app.ts';

const CALLERS = ['anonymous', ...ROLES] as const;
type Caller = (typeof CALLERS)[number];
type Answered = { status: number };

const DAY = 86_400_000;
const tomorrow = new Date(Date.parse(START) + DAY).toISOString();
const keyOf = ({ keys }: Galley, caller: Caller) => (caller === 'anonymous' ? null : keys[caller]);

/** How an article comes to each state, from a draft. `withdrawn`: in the trash, after it was live. */
const STATES: Record<string, readonly (object | 'trash')[]> = {
  draft: [],
  review: [{ status: 'review' }],
  scheduled: [{ status: 'scheduled', publishedAt: tomorrow }],
  published: [{ status: 'published' }],
  archived: [{ status: 'published' }, { status: 'archived' }],
  trashed: ['trash'],
  withdrawn: [{ status: 'published' }, 'trash'],
};
type Whose = 'own' | 'foreign' | 'shared';

/** A newsroom with an author besides the one the keys are bound to, and a verb that makes what a cell is about. */
const startNewsroom = async (t: Test) => {
  const galley = await startGalley(t);
  const { ask, keys, authorId } = galley;
  const make = async (path: string, body: object, key = keys.admin) => (await ask('POST', path, { key, body })).body;
  const { id: otherId } = await make('/v1/authors', { name: 'Another' });
  const authorIds = { own: [authorId], foreign: [otherId], shared: [otherId, authorId] };
  const article = async (whose: Whose, state: string): Promise<number> => {
    const { id } = await make('/v1/articles', { title: 'T', body: 'B', authorIds: authorIds[whose] });
    const url = `/v1/articles/${id}`;
    for (const step of STATES[state] ?? []) {
      if (step === 'trash') await ask('DELETE', url, { key: keys.admin });
      else await ask('PATCH', url, { key: keys.admin, body: step });
    }
    return id;
  };
  const live = await article('foreign', 'published');
  const comment = async (status: string): Promise<number> => {
    const body = { authorName: 'G', authorEmail: 'g@mail.example', body: unique() };
    const { id } = await make(`/v1/articles/${live}/comments`, body);
    await ask('PATCH', `/v1/comments/${id}`, { key: keys.admin, body: { status } });
    return id;
  };
  return { ...galley, otherId, make, article, live, comment };
};
type Newsroom = Awaited<ReturnType<typeof startNewsroom>>;

/** What is done, the status each caller gets (anonymous viewer contributor author editor admin), and how it is done. */
type Row = [what: string, expected: string, act: (newsroom: Newsroom, key: string | null) => Promise<Answered>];

/** Articles that no cell of the table has changed yet: a refusal leaves its article to the next cell. */
const untouched = new Map<string, number | undefined>();

const onArticle =
  (whose: Whose, state: string, method: string, path = '', body?: object): Row[2] =>
  async (newsroom, key) => {
    const id = untouched.get(`${whose} ${state}`) ?? (await newsroom.article(whose, state));
    const answer = await newsroom.ask(method, `/v1/articles/${id}${path}`, { key, body });
    const isTouched = method !== 'GET' && answer.status < 300;
    untouched.set(`${whose} ${state}`, isTouched ? undefined : id);
    return answer;
  };

/** Rows for the same act on articles of several states. */
const forEach = (
  verb: string,
  act: [method: string, path?: string, body?: object],
  rows: [article: `${Whose} ${string}`, expected: string][],
): Row[] =>
  rows.map(([article, expected]) => {
    const [whose, state] = article.split(' ') as [Whose, string];
    return [`${verb} ${whose} ${state}`, expected, onArticle(whose, state, ...act)];
  });

const CREATED = { title: 'T', body: 'B' };
const create =
  (more: object | ((newsroom: Newsroom) => object)): Row[2] =>
  (newsroom, key) => {
    const body = { ...CREATED, ...(typeof more === 'function' ? more(newsroom) : more) };
    return newsroom.ask('POST', '/v1/articles', { key, body });
  };

let serial = 0;
const unique = () => `Thing ${++serial}`;

/** Makes a thing as an admin, then does something with it as the caller. */
const onThing =
  (path: string, body: () => object, method: string, query = '', change?: () => object): Row[2] =>
  async (newsroom, key) => {
    const { id } = await newsroom.make(path, body());
    return newsroom.ask(method, `${path}/${id}${query}`, { key, body: change?.() });
  };
const onComment =
  (status: string, method: string, query = '', body?: object): Row[2] =>
  async (newsroom, key) => {
    const id = await newsroom.comment(status);
    return newsroom.ask(method, `/v1/comments/${id}${query}`, { key, body });
  };
/** The same with the token of the one who posted it, a guest. */
const onOwnComment =
  (method: string, query = '', body?: object): Row[2] =>
  async ({ ask, live }, key) => {
    const said = { authorName: 'G', authorEmail: 'g@mail.example', body: `${unique()} was said.` };
    const { id, editToken } = (await ask('POST', `/v1/articles/${live}/comments`, { body: said })).body;
    return ask(method, `/v1/comments/${id}${query}`, { key, body, headers: { 'comment-token': editToken } });
  };
const onComments =
  (body: object): Row[2] =>
  async (newsroom, key) => {
    const ids = [await newsroom.comment('pending'), await newsroom.comment('spam')];
    return newsroom.ask('POST', '/v1/comments/moderate', { key, body: { ids, ...body } });
  };
const get =
  (path: string): Row[2] =>
  ({ ask }, key) =>
    ask('GET', path, { key });
const named = () => ({ name: unique() });
const newKey = () => ({ name: 'K', role: 'viewer' });
const newWebhook = () => ({ url: 'https://hooks.harbour.example/', events: ['*'] });
const FILE_DOOR = '/v1/imports?format=records';
const FILE = '{"kind":"tag","key":"fog"}';
const sendFile: Row[2] = ({ ask }, key) => {
  const headers = { 'content-type': 'application/x-ndjson' };
  return ask('POST', FILE_DOOR, { key, body: FILE, headers });
};
/** Does something with a new import. */
const onImport =
  (method: string): Row[2] =>
  async (newsroom, key) => {
    const headers = { 'content-type': 'application/x-ndjson' };
    const sent = await newsroom.ask('POST', FILE_DOOR, { key: newsroom.keys.admin, body: FILE, headers });
    return newsroom.ask(method, `/v1/imports/${sent.body.id}`, { key });
  };
/** Does something with a delivery of a new webhook. */
const onDelivery =
  (method: string, path = ''): Row[2] =>
  async ({ make, ask }, key) => {
    const { id } = await make('/v1/webhooks', newWebhook());
    const { id: deliveryId } = await make(`/v1/webhooks/${id}/test`, {});
    return ask(method, `/v1/webhooks/deliveries/${deliveryId}${path}`, { key });
  };

const TABLE: Row[] = [
  //                                anon view cont auth edit admi
  ...forEach(
    'read',
    ['GET'],
    [
      ['foreign published', /*     */ '200 200 200 200 200 200'],
      ['own draft', /*             */ '404 200 200 200 200 200'],
      ['own review', /*            */ '404 200 200 200 200 200'],
      ['own scheduled', /*         */ '404 200 200 200 200 200'],
      ['own archived', /*          */ '404 200 200 200 200 200'],
      ['own trashed', /*           */ '404 200 200 200 200 200'],
      ['own withdrawn', /*         */ '410 200 200 200 200 200'],
      ['shared draft', /*          */ '404 200 200 200 200 200'],
      ['foreign draft', /*         */ '404 200 404 404 200 200'],
      ['foreign review', /*        */ '404 200 404 404 200 200'],
      ['foreign scheduled', /*     */ '404 200 404 404 200 200'],
      ['foreign archived', /*      */ '404 200 404 404 200 200'],
      ['foreign trashed', /*       */ '404 200 404 404 200 200'],
      ['foreign withdrawn', /*     */ '410 200 410 410 200 200'],
    ],
  ),
  ...forEach(
    'edit',
    ['PATCH', '', { title: 'Edited' }],
    [
      ['own draft', /*             */ '401 403 200 200 200 200'],
      ['own review', /*            */ '401 403 200 200 200 200'],
      ['own scheduled', /*         */ '401 403 403 200 200 200'],
      ['own published', /*         */ '401 403 403 200 200 200'],
      ['own archived', /*          */ '401 403 403 200 200 200'],
      ['own trashed', /*           */ '401 403 409 409 409 409'],
      ['own withdrawn', /*         */ '401 403 403 409 409 409'],
      ['shared draft', /*          */ '401 403 200 200 200 200'],
      ['shared published', /*      */ '401 403 403 200 200 200'],
      ['foreign draft', /*         */ '401 403 404 404 200 200'],
      ['foreign review', /*        */ '401 403 404 404 200 200'],
      ['foreign scheduled', /*     */ '401 403 404 404 200 200'],
      ['foreign published', /*     */ '401 403 403 403 200 200'],
      ['foreign archived', /*      */ '401 403 404 404 200 200'],
      ['foreign trashed', /*       */ '401 403 404 404 409 409'],
      ['foreign withdrawn', /*     */ '401 403 410 410 409 409'],
    ],
  ),
  ...forEach(
    'trash',
    ['DELETE'],
    [
      ['own draft', /*             */ '401 403 204 204 204 204'],
      ['own review', /*            */ '401 403 204 204 204 204'],
      ['own scheduled', /*         */ '401 403 403 204 204 204'],
      ['own published', /*         */ '401 403 403 204 204 204'],
      ['own archived', /*          */ '401 403 403 204 204 204'],
      ['foreign draft', /*         */ '401 403 404 404 204 204'],
      ['foreign scheduled', /*     */ '401 403 404 404 204 204'],
      ['foreign published', /*     */ '401 403 403 403 204 204'],
      ['foreign withdrawn', /*     */ '401 403 410 410 204 204'],
    ],
  ),
  ...forEach(
    'restore',
    ['POST', '/restore'],
    [
      ['own trashed', /*           */ '401 403 200 200 200 200'],
      ['own withdrawn', /*         */ '401 403 403 200 200 200'],
      ['foreign trashed', /*       */ '401 403 404 404 200 200'],
      ['foreign withdrawn', /*     */ '401 403 410 410 200 200'],
    ],
  ),
  ...forEach(
    'list the versions of',
    ['GET', '/revisions'],
    [
      ['own draft', /*             */ '401 200 200 200 200 200'],
      ['own published', /*         */ '401 200 200 200 200 200'],
      ['own withdrawn', /*         */ '401 200 200 200 200 200'],
      ['shared draft', /*          */ '401 200 200 200 200 200'],
      ['foreign draft', /*         */ '401 200 404 404 200 200'],
      ['foreign scheduled', /*     */ '401 200 404 404 200 200'],
      ['foreign published', /*     */ '401 200 403 403 200 200'],
      ['foreign trashed', /*       */ '401 200 404 404 200 200'],
      ['foreign withdrawn', /*     */ '401 200 410 410 200 200'],
    ],
  ),
  ...forEach(
    'read a version of',
    ['GET', '/revisions/1'],
    [
      ['own review', /*            */ '401 200 200 200 200 200'],
      ['own archived', /*          */ '401 200 200 200 200 200'],
      ['foreign review', /*        */ '401 200 404 404 200 200'],
      ['foreign published', /*     */ '401 200 403 403 200 200'],
    ],
  ),
  ...forEach(
    'compare a version of',
    ['GET', '/revisions/1/diff'],
    [
      ['own draft', /*             */ '401 200 200 200 200 200'],
      ['foreign draft', /*         */ '401 200 404 404 200 200'],
      ['foreign published', /*     */ '401 200 403 403 200 200'],
    ],
  ),
  ...forEach(
    'restore a version of',
    ['POST', '/revisions/1/restore'],
    [
      ['own draft', /*             */ '401 403 200 200 200 200'],
      ['own scheduled', /*         */ '401 403 403 200 200 200'],
      ['own published', /*         */ '401 403 403 200 200 200'],
      ['own trashed', /*           */ '401 403 409 409 409 409'],
      ['own withdrawn', /*         */ '401 403 403 409 409 409'],
      ['foreign draft', /*         */ '401 403 404 404 200 200'],
      ['foreign published', /*     */ '401 403 403 403 200 200'],
      ['foreign withdrawn', /*     */ '401 403 410 410 409 409'],
    ],
  ),
  ...forEach(
    'delete for good',
    ['DELETE', '?permanent=true'],
    [
      ['own draft', /*             */ '401 403 403 403 403 204'],
      ['own trashed', /*           */ '401 403 403 403 403 204'],
      ['foreign draft', /*         */ '401 403 403 403 403 204'],
      ['foreign published', /*     */ '401 403 403 403 403 204'],
    ],
  ),
  ...forEach(
    'hand in',
    ['PATCH', '', { status: 'review' }],
    [
      ['own draft', /*             */ '401 403 200 200 200 200'],
      ['foreign draft', /*         */ '401 403 404 404 200 200'],
    ],
  ),
  ...forEach(
    'take back',
    ['PATCH', '', { status: 'draft' }],
    [
      ['own review', /*            */ '401 403 200 200 200 200'],
      ['own scheduled', /*         */ '401 403 403 200 200 200'],
      ['own published', /*         */ '401 403 403 200 200 200'],
      ['own archived', /*          */ '401 403 403 200 200 200'],
      ['foreign published', /*     */ '401 403 403 403 200 200'],
    ],
  ),
  ...forEach(
    'publish',
    ['PATCH', '', { status: 'published' }],
    [
      ['own draft', /*             */ '401 403 403 200 200 200'],
      ['own review', /*            */ '401 403 403 200 200 200'],
      ['own scheduled', /*         */ '401 403 403 200 200 200'],
      ['own archived', /*          */ '401 403 403 200 200 200'],
      ['foreign draft', /*         */ '401 403 404 404 200 200'],
    ],
  ),
  ...forEach(
    'schedule',
    ['PATCH', '', { status: 'scheduled', publishedAt: tomorrow }],
    [
      ['own draft', /*             */ '401 403 403 200 200 200'],
      ['foreign review', /*        */ '401 403 404 404 200 200'],
    ],
  ),
  ...forEach(
    'archive',
    ['PATCH', '', { status: 'archived' }],
    [
      ['own published', /*         */ '401 403 403 200 200 200'],
      ['foreign published', /*     */ '401 403 403 403 200 200'],
    ],
  ),
  ...forEach(
    'change the working copy of',
    ['PATCH', '/working-copy', { title: 'Waiting' }],
    [
      ['own published', /*         */ '401 403 403 200 200 200'],
      ['shared published', /*      */ '401 403 403 200 200 200'],
      ['foreign published', /*     */ '401 403 403 403 200 200'],
      ['own draft', /*             */ '401 403 409 409 409 409'],
      ['foreign draft', /*         */ '401 403 404 404 409 409'],
      ['own withdrawn', /*         */ '401 403 403 409 409 409'],
      ['foreign withdrawn', /*     */ '401 403 410 410 409 409'],
    ],
  ),
  ...forEach(
    'make a preview link to',
    ['POST', '/preview-links', {}],
    [
      ['own draft', /*             */ '401 403 201 201 201 201'],
      ['own scheduled', /*         */ '401 403 403 201 201 201'],
      ['own published', /*         */ '401 403 403 201 201 201'],
      ['foreign draft', /*         */ '401 403 404 404 201 201'],
      ['foreign published', /*     */ '401 403 403 403 201 201'],
      ['own trashed', /*           */ '401 403 409 409 409 409'],
      ['foreign withdrawn', /*     */ '401 403 410 410 409 409'],
    ],
  ),
  ...forEach(
    'list the preview links of',
    ['GET', '/preview-links'],
    [
      ['own draft', /*             */ '401 403 200 200 200 200'],
      ['own published', /*         */ '401 403 403 200 200 200'],
      ['foreign draft', /*         */ '401 403 404 404 200 200'],
      ['foreign published', /*     */ '401 403 403 403 200 200'],
    ],
  ),
  ...forEach(
    'revoke a preview link of',
    ['DELETE', '/preview-links/900'],
    [
      ['own draft', /*             */ '401 403 404 404 404 404'],
      ['own published', /*         */ '401 403 403 404 404 404'],
      ['foreign published', /*     */ '401 403 403 403 404 404'],
    ],
  ),
  ['create a draft', /*          */ '401 403 201 201 201 201', create({})],
  ['create in review', /*        */ '401 403 201 201 201 201', create({ status: 'review' })],
  [
    'create published',
    /*        */ '401 403 403 201 201 201',
    create((n) => ({ status: 'published', authorIds: [n.authorId] })),
  ],
  [
    'create scheduled',
    /*        */ '401 403 403 201 201 201',
    create((n) => ({ status: 'scheduled', publishedAt: tomorrow, authorIds: [n.authorId] })),
  ],
  ['create with own author', /*  */ '401 403 201 201 201 201', create((n) => ({ authorIds: [n.authorId] }))],
  ['create with other author', /**/ '401 403 403 403 201 201', create((n) => ({ authorIds: [n.otherId] }))],
  ['create with one more', /*    */ '401 403 403 403 201 201', create((n) => ({ authorIds: [n.authorId, n.otherId] }))],
  ['create with no author', /*   */ '401 403 403 403 201 201', create({ authorIds: [] })],
  ['create with a new tag', /*   */ '401 403 422 422 201 201', create(() => ({ tags: [unique()] }))],
  [
    'keep its authors',
    /*        */ '401 403 200 200 200 200',
    async (n, key) => onArticle('shared', 'draft', 'PATCH', '', { authorIds: [n.otherId, n.authorId] })(n, key),
  ],
  [
    'reorder its authors',
    /*     */ '401 403 403 403 200 200',
    async (n, key) => onArticle('shared', 'draft', 'PATCH', '', { authorIds: [n.authorId, n.otherId] })(n, key),
  ],
  [
    'give it away',
    /*            */ '401 403 403 403 200 200',
    async (n, key) => onArticle('own', 'draft', 'PATCH', '', { authorIds: [n.otherId] })(n, key),
  ],
  [
    'take it over',
    /*            */ '401 403 404 404 200 200',
    async (n, key) => onArticle('foreign', 'draft', 'PATCH', '', { authorIds: [n.authorId] })(n, key),
  ],
  [
    'take a live one over',
    /*    */ '401 403 403 403 200 200',
    async (n, key) => onArticle('foreign', 'published', 'PATCH', '', { authorIds: [n.authorId] })(n, key),
  ],
  [
    'clear its authors',
    /*       */ '401 403 403 403 200 200',
    onArticle('own', 'draft', 'PATCH', '', { authorIds: null }),
  ],
  ['list by status', /*          */ '401 200 200 200 200 200', get('/v1/articles?status=any')],
  ['list the trash', /*          */ '401 200 200 200 200 200', get('/v1/articles?trashed=true')],
  ['list mine', /*               */ '401 400 200 200 400 400', get('/v1/articles?mine=true')],
  ['list with bodies', /*        */ '401 200 200 200 200 200', get('/v1/articles?include=html,body')],
  ['list with html', /*          */ '200 200 200 200 200 200', get('/v1/articles?include=html,commentCount')],
  ['list archives', /*           */ '200 200 200 200 200 200', get('/v1/archives')],
  ['read a feed', /*             */ '200 200 200 200 200 200', get('/feeds/articles.rss')],
  ['read a tag’s feed', /*       */ '404 404 404 404 404 404', get('/feeds/tags/nothing.atom')],
  ['read an author’s feed', /*   */ '200 200 200 200 200 200', get('/feeds/authors/another.json')],
  ['read the sitemap', /*        */ '200 200 200 200 200 200', get('/sitemap.xml')],
  ['read one of its pages', /*   */ '200 200 200 200 200 200', get('/sitemap-1.xml')],
  ...forEach(
    'read as JSON-LD',
    ['GET', '/jsonld'],
    [
      ['own draft', /*             */ '404 404 404 404 404 404'],
      ['foreign published', /*     */ '200 200 200 200 200 200'],
      ['own withdrawn', /*         */ '410 410 410 410 410 410'],
    ],
  ),
  ['search articles', /*         */ '200 200 200 200 200 200', get('/v1/articles?q=harbour&include=highlights')],
  ['search by status', /*        */ '401 200 200 200 200 200', get('/v1/articles?q=harbour&status=any')],
  ['search everything', /*       */ '200 200 200 200 200 200', get('/v1/search?q=harbour')],
  ['list authors', /*            */ '200 200 200 200 200 200', get('/v1/authors')],
  [
    'make an author',
    /*          */ '401 403 403 403 201 201',
    ({ ask }, key) => ask('POST', '/v1/authors', { key, body: named() }),
  ],
  ['edit an author', /*          */ '401 403 403 403 200 200', onThing('/v1/authors', named, 'PATCH', '', named)],
  [
    'edit one’s own author',
    /*   */ '401 403 403 403 200 200',
    ({ ask, authorId }, key) => ask('PATCH', `/v1/authors/${authorId}`, { key, body: { bio: 'Me' } }),
  ],
  ['delete an author', /*        */ '401 403 403 403 204 204', onThing('/v1/authors', named, 'DELETE')],
  ['read an unused author', /*   */ '404 200 200 200 200 200', onThing('/v1/authors', named, 'GET')],
  ['list tags', /*               */ '200 200 200 200 200 200', get('/v1/tags')],
  [
    'make a tag',
    /*              */ '401 403 403 403 201 201',
    ({ ask }, key) => ask('POST', '/v1/tags', { key, body: named() }),
  ],
  ['edit a tag', /*              */ '401 403 403 403 200 200', onThing('/v1/tags', named, 'PATCH', '', named)],
  ['delete a tag', /*            */ '401 403 403 403 204 204', onThing('/v1/tags', named, 'DELETE')],
  [
    'merge a tag',
    /*                           */ '401 403 403 403 200 200',
    async ({ ask, make }, key) => {
      const [{ id }, other] = [await make('/v1/tags', named()), await make('/v1/tags', named())];
      return ask('POST', `/v1/tags/${id}/merge`, { key, body: { into: other.id } });
    },
  ],
  ['read an unused tag', /*      */ '404 200 200 200 200 200', onThing('/v1/tags', named, 'GET')],
  [
    'read an internal tag',
    /*    */ '404 200 200 200 200 200',
    onThing('/v1/tags', () => ({ ...named(), kind: 'internal' }), 'GET'),
  ],
  [
    'post a comment',
    /*          */ '201 201 201 201 201 201',
    ({ ask, live }, key) =>
      ask('POST', `/v1/articles/${live}/comments`, {
        key,
        body: { authorName: 'G', authorEmail: 'g@mail.example', body: unique() },
      }),
  ],
  ['list an article’s comments', '200 200 200 200 200 200', (n, key) => get(`/v1/articles/${n.live}/comments`)(n, key)],
  ['read an approved comment', /**/ '200 200 200 200 200 200', onComment('approved', 'GET')],
  ['list the replies to it', /*  */ '200 200 200 200 200 200', onComment('approved', 'GET', '/replies')],
  ['and to a pending one', /*    */ '404 404 404 404 404 404', onComment('pending', 'GET', '/replies')],
  ['read a pending comment', /*  */ '404 404 404 404 200 200', onComment('pending', 'GET')],
  ['read spam', /*               */ '404 404 404 404 200 200', onComment('spam', 'GET')],
  ['read a trashed comment', /*  */ '404 404 404 404 200 200', onComment('trash', 'GET')],
  ['list all comments', /*       */ '401 403 403 403 200 200', get('/v1/comments')],
  ['count comments', /*          */ '401 403 403 403 200 200', get('/v1/comments/summary')],
  ['moderate comments', /*       */ '401 403 403 403 200 200', onComments({ status: 'approved' })],
  [
    'approve a comment',
    /*       */ '401 403 403 403 200 200',
    onComment('pending', 'PATCH', '', { status: 'approved' }),
  ],
  ['edit a comment', /*          */ '401 403 403 403 200 200', onComment('approved', 'PATCH', '', { body: 'Edited' })],
  ['trash a comment', /*         */ '401 403 403 403 204 204', onComment('approved', 'DELETE')],
  ['delete a comment for good', '401 403 403 403 403 204', onComment('trash', 'DELETE', '?permanent=true')],
  ['change one’s own comment', /**/ '200 200 200 200 200 200', onOwnComment('PATCH', '', { body: 'Edited' })],
  ['approve one’s own', /*       */ '403 403 403 403 200 200', onOwnComment('PATCH', '', { status: 'approved' })],
  ['withdraw one’s own', /*      */ '204 204 204 204 204 204', onOwnComment('DELETE')],
  ['delete one’s own for good', '403 403 403 403 403 204', onOwnComment('DELETE', '?permanent=true')],
  [
    'erase comments',
    /*          */ '401 403 403 403 403 200',
    ({ ask }, key) => {
      const body = { authorEmail: `${unique().replace(' ', '')}@mail.example`, mode: 'delete' };
      return ask('POST', '/v1/comments/erase', { key, body });
    },
  ],
  ['read the site', /*           */ '200 200 200 200 200 200', get('/v1/site')],
  [
    'edit the site',
    /*           */ '401 403 403 403 403 200',
    ({ ask }, key) => ask('PATCH', '/v1/site', { key, body: { title: unique() } }),
  ],
  ['list webhooks', /*           */ '401 403 403 403 403 200', get('/v1/webhooks')],
  [
    'make a webhook',
    /*          */ '401 403 403 403 403 201',
    ({ ask }, key) => ask('POST', '/v1/webhooks', { key, body: newWebhook() }),
  ],
  ['read a webhook', /*          */ '401 403 403 403 403 200', onThing('/v1/webhooks', newWebhook, 'GET')],
  [
    'change a webhook',
    /*        */ '401 403 403 403 403 200',
    onThing('/v1/webhooks', newWebhook, 'PATCH', '', () => ({ active: false })),
  ],
  ['delete a webhook', /*        */ '401 403 403 403 403 204', onThing('/v1/webhooks', newWebhook, 'DELETE')],
  [
    'rotate a secret',
    /*         */ '401 403 403 403 403 200',
    onThing('/v1/webhooks', newWebhook, 'POST', '/rotate-secret'),
  ],
  ['test a webhook', /*          */ '401 403 403 403 403 202', onThing('/v1/webhooks', newWebhook, 'POST', '/test')],
  [
    'list deliveries',
    /*         */ '401 403 403 403 403 200',
    onThing('/v1/webhooks', newWebhook, 'GET', '/deliveries'),
  ],
  ['read a delivery', /*         */ '401 403 403 403 403 200', onDelivery('GET')],
  ['replay a delivery', /*       */ '401 403 403 403 403 202', onDelivery('POST', '/replay')],
  ['import a file', /*           */ '401 403 403 403 403 202', sendFile],
  ['list imports', /*            */ '401 403 403 403 403 200', get('/v1/imports')],
  ['read an import', /*          */ '401 403 403 403 403 200', onImport('GET')],
  ['delete an import', /*        */ '401 403 403 403 403 204', onImport('DELETE')],
  ['ask who one is', /*          */ '401 200 200 200 200 200', get('/v1/me')],
  ['follow changes', /*          */ '401 200 200 200 200 200', get('/v1/changes?after=now')],
  ['read the audit', /*          */ '401 403 403 403 403 200', get('/v1/audit')],
  ['list keys', /*               */ '401 403 403 403 403 200', get('/v1/keys')],
  [
    'make a key',
    /*              */ '401 403 403 403 403 201',
    ({ ask }, key) => ask('POST', '/v1/keys', { key, body: newKey() }),
  ],
  ['read a key', /*              */ '401 403 403 403 403 200', onThing('/v1/keys', newKey, 'GET')],
  ['change a key', /*            */ '401 403 403 403 403 200', onThing('/v1/keys', newKey, 'PATCH', '', named)],
  ['revoke a key', /*            */ '401 403 403 403 403 204', onThing('/v1/keys', newKey, 'DELETE')],
];

test('the permission table', async (t) => {
  const newsroom = await startNewsroom(t);
  for (const [what, expected, act] of TABLE) {
    const statuses = expected.split(' ').map(Number);
    for (const [column, caller] of CALLERS.entries()) {
      await t.test(`${what}, as ${caller}`, async (cell) => {
        cell.equal((await act(newsroom, keyOf(newsroom, caller))).status, statuses[column]);
      });
    }
  }
});

test('lists hold what each may read, and no more', async (t) => {
  const newsroom = await startNewsroom(t);
  const { ask, article } = newsroom;
  const made = new Map<number, string>([[newsroom.live, 'foreign published']]);
  for (const whose of ['own', 'foreign', 'shared'] as const) {
    for (const state of Object.keys(STATES)) made.set(await article(whose, state), `${whose} ${state}`);
  }
  const listed = async (query: string, caller: Caller): Promise<string[]> => {
    const { body } = await ask('GET', `/v1/articles?limit=100&count=exact&${query}`, { key: keyOf(newsroom, caller) });
    t.equal(body.pagination.total, body.data.length, `${query} as ${caller}`);
    return body.data.map(({ id }: { id: number }) => made.get(id)).sort();
  };
  const where = (wanted: (state: string, whose: string) => boolean) =>
    [...made.values()].filter((label) => wanted(label.split(' ')[1] ?? '', label.split(' ')[0] ?? '')).sort();
  const isTrash = (state: string) => state === 'trashed' || state === 'withdrawn';
  const isOwn = (whose: string) => whose !== 'foreign';

  for (const caller of CALLERS) {
    t.same(
      await listed('', caller),
      where((state) => state === 'published'),
      `live, ${caller}`,
    );
    const ids = `ids=${[...made.keys()].join(',')}`;
    t.same(
      await listed(ids, caller),
      where((state) => state === 'published'),
      `by ids, ${caller}`,
    );
    if (caller === 'anonymous') continue;
    const all = caller !== 'contributor' && caller !== 'author';
    t.same(
      await listed('status=any', caller),
      where((state, whose) => !isTrash(state) && (all || isOwn(whose) || state === 'published')),
      `any, ${caller}`,
    );
    t.same(
      await listed('trashed=true', caller),
      where((state, whose) => isTrash(state) && (all || isOwn(whose))),
    );
    t.same(
      await listed('status=draft,archived', caller),
      where((state, whose) => (state === 'draft' || state === 'archived') && (all || isOwn(whose))),
      `draft and archived, ${caller}`,
    );
  }
});

test('a new article of a contributor or author is by the author of the key', async (t) => {
  const { ask, keys, authorId } = await startNewsroom(t);
  for (const role of ['contributor', 'author'] as const) {
    const { body } = await ask('POST', '/v1/articles', { key: keys[role], body: CREATED });
    t.same(
      body.authors.map(({ id }: { id: number }) => id),
      [authorId],
      role,
    );
  }
  const { body } = await ask('POST', '/v1/articles', { key: keys.editor, body: CREATED });
  t.same(body.authors, [], 'an editor says whose it is');
});

/** The least role that passes each secured door. A door that is not here fails the test below. */
const LEAST: Record<string, Role> = {
  createArticle: 'contributor',
  editArticle: 'contributor',
  deleteArticle: 'contributor',
  restoreArticle: 'contributor',
  listRevisions: 'viewer',
  readRevision: 'viewer',
  compareRevisions: 'viewer',
  restoreRevision: 'contributor',
  readWorkingCopy: 'contributor',
  editWorkingCopy: 'contributor',
  deleteWorkingCopy: 'contributor',
  publishWorkingCopy: 'contributor',
  createPreviewLink: 'contributor',
  listPreviewLinks: 'contributor',
  readPreviewLink: 'contributor',
  revokePreviewLink: 'contributor',
  createAuthor: 'editor',
  editAuthor: 'editor',
  deleteAuthor: 'editor',
  createTag: 'editor',
  editTag: 'editor',
  deleteTag: 'editor',
  mergeTag: 'editor',
  listComments: 'editor',
  summarizeComments: 'editor',
  moderateComments: 'editor',
  editComment: 'editor',
  deleteComment: 'editor',
  eraseComments: 'admin',
  editSite: 'admin',
  listWebhooks: 'admin',
  createWebhook: 'admin',
  readWebhook: 'admin',
  editWebhook: 'admin',
  deleteWebhook: 'admin',
  rotateWebhookSecret: 'admin',
  testWebhook: 'admin',
  listDeliveries: 'admin',
  readDelivery: 'admin',
  replayDelivery: 'admin',
  createImport: 'admin',
  listImports: 'admin',
  readImport: 'admin',
  deleteImport: 'admin',
  listChanges: 'viewer',
  listAudit: 'admin',
  listKeys: 'admin',
  createKey: 'admin',
  readKey: 'admin',
  editKey: 'admin',
  revokeKey: 'admin',
  readMe: 'viewer',
};

type Operation = { operationId: string; security: object[]; requestBody?: object };
type Door = { method: string; path: string; operation: Operation; isSecured: boolean };

/** Every operation of the document. */
const doorsOf = ({ app }: Galley): Door[] => documented(app).flatMap(withHead);

/** What GET opens, HEAD opens too, for the same callers. */
const withHead = (door: Door): Door[] => (door.method === 'GET' ? [door, { ...door, method: 'HEAD' }] : [door]);

const documented = (app: Galley['app']): Door[] => {
  const paths = app.swagger().paths as Record<string, Record<string, Operation>>;
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({
      ...{ method: method.toUpperCase(), path, operation },
      isSecured: operation.security.length > 0 && operation.security.every((way) => Object.keys(way).length > 0),
    })),
  );
};

const TOO_LONG = `{"x":"${'x'.repeat(4 * 1024 * 1024)}"}`;
const TOO_DEEP = '['.repeat(10_000);

/** Ways to ask that are wrong in other respects too: a key that may not pass is told that alone. */
const waysOf = ({ path, operation, method }: Door) => {
  const fill = (value: string) => path.replaceAll(/\{[^}]+\}/g, value);
  const json = { 'content-type': 'application/json' };
  const repeated = { ...json, 'idempotency-key': ' ', prefer: 'x' };
  const takesBody = operation.requestBody !== undefined || method === 'DELETE';
  return [
    { url: fill('1') },
    { url: `${fill('999')}?unknown=1&limit=0` },
    { url: fill('not-an-id') },
    { url: fill('%00'), headers: { 'if-none-match': '*', 'if-match': 'broken' } },
    { url: fill('2147483648'), headers: { origin: 'https://evil.example', cookie: 'key=x', 'x-forwarded-for': '::1' } },
    ...(takesBody
      ? [
          { url: fill('1'), body: '{"broken', headers: json },
          { url: fill('1'), body: '{"unknown":1}', headers: { ...json, 'if-match': 'broken' } },
          { url: fill('999'), body: 'a=1', headers: { 'content-type': 'text/plain' } },
          { url: fill('1'), body: TOO_LONG, headers: json },
          { url: fill('1'), body: TOO_DEEP, headers: repeated },
          { url: fill('1'), body: '{}', headers: { ...json, 'content-encoding': 'gzip' } },
        ]
      : []),
  ];
};

/** What is no key, however it is sent. */
const NO_KEY: Record<string, string | undefined> = {
  nothing: undefined,
  'another scheme': 'Basic YWRtaW46YWRtaW4=',
  'no scheme': `glk_${'x'.repeat(32)}`,
  'a scheme alone': 'Bearer',
  'several keys': `Bearer glk_${'x'.repeat(32)}, glk_${'y'.repeat(32)}`,
};

const opensByToken = ({ operation }: Door) => operation.security.some((way) => 'commentToken' in way);

test('every secured door is shut to whoever may not pass, before anything else is looked at', async (t) => {
  const newsroom = await startNewsroom(t);
  const { ask, keys, make } = newsroom;
  const expired = await make('/v1/keys', { name: 'E', role: 'admin', expiresAt: tomorrow });
  const revoked = await make('/v1/keys', { name: 'R', role: 'admin' });
  await ask('DELETE', `/v1/keys/${revoked.id}`, { key: keys.admin });
  newsroom.clock.advance(DAY);
  const wrong = { unknown: `glk_${'x'.repeat(32)}`, expired: expired.secret, revoked: revoked.secret };
  const stored = async () => {
    const { db, tables } = newsroom.store;
    const kept = await db.select().from(tables.keys).orderBy(tables.keys.id);
    return [
      await db.select().from(tables.events).orderBy(tables.events.id),
      kept.map(({ lastUsedAt: _, ...key }) => key), // noted a second after the use, of whoever used one before
    ];
  };
  const before = await stored();

  const doors = doorsOf(newsroom);
  const secured = doors.filter(({ isSecured }) => isSecured);
  const names = new Set(secured.map(({ operation }) => operation.operationId));
  t.same([...names].sort(), Object.keys(LEAST).sort());
  for (const door of doors) {
    const { method, operation, isSecured } = door;
    if (operation.operationId === 'getMetrics') continue; // no key has a part in it: its own token has (metrics.test.ts)
    const refused = (code: string) => ({
      status: code === 'forbidden' ? 403 : 401,
      ...(method !== 'HEAD' && { body: { code, errors: undefined } }),
    });
    await t.test(`${method}: ${operation.operationId}`, async (t) => {
      for (const { url, ...asked } of waysOf(door)) {
        for (const [what, key] of Object.entries(wrong)) {
          const answer = await ask(method, url, { ...asked, key });
          t.match(answer, refused('unauthenticated'), `${what} key, ${url}`);
          t.equal(answer.headers['www-authenticate'], 'Bearer');
        }
        if (!isSecured) continue;
        for (const [what, authorization] of Object.entries(NO_KEY)) {
          const headers = { ...asked.headers, ...(authorization !== undefined && { authorization }) };
          t.match(await ask(method, url, { ...asked, headers }), refused('unauthenticated'), `${what}, ${url}`);
        }
        for (const role of ROLES.slice(0, ROLES.indexOf(LEAST[operation.operationId] as Role))) {
          const lower = await ask(method, url, { ...asked, key: keys[role] });
          t.match(lower, refused('forbidden'), `${role}, ${url}`);
        }
        // A token in the place of a key opens its own doors, and makes up for no wrong key even there.
        for (const token of ['glc_none', `glc_${'x'.repeat(43)}`, keys.admin]) {
          const headers = { ...asked.headers, 'comment-token': token };
          const anyKey = await ask(method, url, { ...asked, headers, key: wrong.revoked });
          t.match(anyKey, refused('unauthenticated'), `token and a wrong key, ${url}`);
          if (opensByToken(door)) continue;
          t.match(await ask(method, url, { ...asked, headers }), refused('unauthenticated'), `token, ${url}`);
        }
      }
    });
  }
  t.same(await stored(), before, 'and nothing was changed');
});

test('the document says of every door whether a key is needed', async (t) => {
  const newsroom = await startNewsroom(t);
  for (const door of documented(newsroom.app)) {
    const { method, path, operation, isSecured } = door;
    if (method === 'GET' && !isSecured) {
      const { status } = await newsroom.ask('GET', path.replaceAll(/\{[^}]+\}/g, '999'));
      t.not(status, 401, `${operation.operationId} is open`);
    }
    const isOpen = operation.security.length === 0 || operation.security.some((way) => Object.keys(way).length === 0);
    t.equal(isOpen, !isSecured, operation.operationId);
    t.equal(
      opensByToken(door),
      ['editComment', 'deleteComment'].includes(operation.operationId),
      operation.operationId,
    );
  }
});
