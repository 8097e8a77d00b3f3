/** Requests made by chance, good ones and bad ones, that two Galleys are sent alike: what is made of them is up to who sends them. */
import type { Role } from '../../src/core/access.ts';
import { START } from './app.ts';
import { deskRequests } from './desk-requests.ts';
import type { Random } from './truth/random.ts';
import { webhookRequests } from './webhook-requests.ts';

export type Asking = {
  method: string;
  url: string;
  role: Role | null;
  body?: unknown;
  headers?: Record<string, string>;
  /** The comment whose token is sent with it: each Galley has given another. */
  tokenOf?: number;
};

/** What was answered so far, for what is asked next. */
export type Known = {
  articles: { id: number; slug: string; etag: string }[];
  authors: { id: number; slug: string; etag: string }[];
  tags: { id: number; slug: string; etag: string }[];
  comments: { id: number; etag: string; articleId: number }[];
  keys: { id: number }[];
  webhooks: { id: number }[];
  /** The tokens of preview links. */
  tokens: string[];
  /** Slugs that something has, or had. */
  formerSlugs: string[];
  /** What was read, with the tag it had. */
  reads: { url: string; role: Role | null; etag: string }[];
  /** Addresses of lists, with the cursors they gave. */
  cursors: string[];
  now: () => Date;
};

const WORDS = [
  ...['Harbour', 'harbour', 'HARBOUR', 'Éclair', 'e\u0301clair', 'Zürich', 'Straße', 'STRASSE', 'naïve', 'Ångström'],
  ...['İstanbul', 'istanbul', 'ısı', 'ΟΔΟΣ', 'οδός', 'Москва', 'москва', 'Київ', 'שלום', 'مرحبا', 'हिन्दी', 'สวัสดี'],
  ...[
    '日本語',
    '日本',
    'カタカナ',
    'ｶﾀｶﾅ',
    '한국어',
    '中文',
    '漢字',
    '👩‍👩‍👧',
    '🛶',
    '𝒢alley',
    'ﬁsh',
    'fish',
    'ＦＵＬＬ',
    '①',
    '½',
  ],
  ...[
    "O'Brien",
    'O’Brien',
    '"quoted"',
    '100%',
    'a_b',
    'back\\slash',
    '<b>bold</b>',
    '&amp;',
    '--',
    ';drop',
    '$1',
    '?',
    ':x',
  ],
  ...['Zebra', 'apple', 'Apple', 'äpple', 'zebra', '10', '9', 'a', 'b', 'night', 'quay', 'boats'],
];
const LANGUAGES = ['en', 'en-GB', 'fr', 'de-CH', 'zh-Hant'];
const DAY = 86_400_000;
const STATUSES = ['draft', 'review', 'scheduled', 'published', 'archived'];
const SORTS = ['publishedAt', 'updatedAt', 'createdAt', 'title'].flatMap((name) => [name, `-${name}`]);
const ROLES: (Role | null)[] = [
  null,
  null,
  null,
  'viewer',
  'contributor',
  'author',
  'editor',
  'editor',
  'admin',
  'admin',
];

/** Makes requests for what is known. */
export const createRequests = (random: Random, known: Known) => {
  const { one, some, below, percent } = random;
  const maybe = <T>(chance: number, make: () => T): T | undefined => (percent(chance) ? make() : undefined);
  const words = (most: number) => some(WORDS, 1 + below(most)).join(one([' ', ' ', '-', '  ', '\u00a0']));
  const moment = (spread = 20 * DAY): string => {
    const at = new Date(known.now().getTime() + below(2 * spread) - spread + (percent(20) ? 0.4 : 0));
    return percent(20) ? at.toISOString().replace('Z', '+02:00') : at.toISOString();
  };
  const momentOdd = () =>
    one(['0000-12-31T23:00:00Z', '0001-01-01T00:00:00Z', '1969-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z']);
  /** Something good, and now and then something else. */
  const bad = <T, B>(good: T, others: readonly B[]): T | B => (percent(3) ? one(others) : good);
  const idOf = (things: { id: number }[]): number | string => {
    if (things.length === 0 || percent(3)) return one([999, 2_147_483_647, 2_147_483_648, 0, 'x', '1e1', '%20']);
    return one(things).id;
  };
  const realIds = (things: { id: number }[], most: number) => some(things, 1 + below(most)).map(({ id }) => id);
  const slugOf = (things: { slug: string }[]) =>
    things.length === 0 || percent(6) ? one(['nothing', 'x-y', 'A']) : one(things).slug;
  const slugs = (things: { slug: string }[]) => Array.from({ length: 1 + below(3) }, () => slugOf(things)).join(',');
  const editing = (): Role | null => (percent(93) ? one(['editor', 'admin'] as const) : one(ROLES));
  const compact = (fields: Record<string, unknown>) =>
    Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
  const condition = (things: { etag: string }[]): Record<string, string> =>
    percent(45) && things.length > 0 ? { 'if-match': one([one(things).etag, '"1"', '"2"', '*', '"x"', '2']) } : {};

  const text = () =>
    `${words(6)} *${words(2)}* ${one(['', `\n\n## ${words(2)}`, `\n\n- ${words(1)}`, '<script>x</script>'])}`;
  const json = () =>
    one([{ a: 1.5, b: [null, true, words(1)] }, { z: 1, a: { '': 'x' } }, {}, { n: 1e21, m: -0, ü: 0.1 }]);
  const tagInput = () => (percent(60) || known.tags.length === 0 ? words(1) : { id: bad(one(known.tags).id, [999]) });
  const articleFields = () =>
    compact({
      title: maybe(60, () => bad(words(4), ['', '   ', 'x'.repeat(301)])),
      slug: maybe(15, () => bad(one([`slug-${below(40)}`, 'the-one', slugOf(known.articles), null]), ['Not A Slug'])),
      subtitle: maybe(20, () => one([words(3), null])),
      excerpt: maybe(20, () => one([words(8), null])),
      body: maybe(50, () =>
        bad(one([text(), text(), text(), '', null, 'x\u0085\ufeffy\u2028z']), ['\u0000', 'a\ud800']),
      ),
      bodyFormat: maybe(15, () => one(['markdown', 'html'])),
      status: maybe(55, () => one([...STATUSES, 'published', 'published', 'published'])),
      publishedAt: maybe(25, () =>
        bad(one([moment(), moment(), moment(), momentOdd(), null]), ['soon', '2026-02-30T00:00:00Z']),
      ),
      unpublishAt: maybe(15, () => one([moment(), null])),
      authorIds: maybe(50, () => bad(realIds(known.authors, 3), [[999]])),
      tags: maybe(50, () => Array.from({ length: below(4) }, tagInput)),
      language: maybe(20, () => bad(one(LANGUAGES), ['not a language'])),
      translationKey: maybe(20, () => one(['one', 'two', 'ἕν', null])),
      featured: maybe(25, () => percent(50)),
      commentPolicy: maybe(25, () => one(['open', 'open', 'closed', 'hidden', null])),
      contentUpdatedAt: maybe(10, () => one([moment(), null])),
      metadata: maybe(20, json),
      coverImage: maybe(15, () =>
        bad(one([{ url: 'https://a.example/x.png', alt: words(1), width: 10 }, null]), [{ alt: 'x' }]),
      ),
      seo: maybe(15, () => one([{ title: words(2), noindex: true }, null, {}])),
      source: maybe(12, () => ({ system: one(['wp', 'blog']), id: String(below(6)), url: null })),
    });
  const nameFields = () =>
    compact({
      name: maybe(80, () => bad(one([words(2), words(3)]), ['', 'x'.repeat(121)])),
      slug: maybe(15, () => one(['the-name', slugOf(known.authors), slugOf(known.tags)])),
    });
  const patchable = () => compact({ ...articleFields(), unknown: maybe(1, () => 1) });

  /** What a guest does with one of the latest comments: mostly their own. */
  const asGuest = (method: string, body?: object): Asking => {
    const latest = known.comments.slice(-3); // no token lives for long where days pass
    const id = idOf(latest);
    const own = typeof id === 'number' && percent(85) ? id : idOf(latest);
    const tokenOf = typeof own === 'number' && percent(97) ? own : undefined;
    const asking = { method, url: `/v1/comments/${id}`, role: one([null, null, 'author'] as const) };
    return { ...asking, ...(body && { body }), ...(tokenOf && { tokenOf }), headers: condition(latest) };
  };
  const writes: [weight: number, make: () => Asking][] = [
    [
      16,
      () => ({
        method: 'POST',
        url: '/v1/articles',
        role: editing(),
        body: { title: words(4), body: text(), authorIds: realIds(known.authors, 3), ...articleFields() },
      }),
    ],
    [
      22,
      () => ({
        method: 'PATCH',
        url: `/v1/articles/${idOf(known.articles)}`,
        role: editing(),
        body: patchable(),
        headers: condition(known.articles),
      }),
    ],
    [
      8,
      () => ({
        method: 'PATCH',
        url: `/v1/articles/${idOf(known.articles)}`,
        role: 'editor',
        body: { status: 'published', authorIds: realIds(known.authors, 2), body: text() },
      }),
    ],
    [
      5,
      () => ({
        method: 'DELETE',
        url: `/v1/articles/${idOf(known.articles)}${one(['', '', '', '?permanent=true'])}`,
        role: editing(),
        headers: condition(known.articles),
      }),
    ],
    [4, () => ({ method: 'POST', url: `/v1/articles/${idOf(known.articles)}/restore`, role: editing() })],
    [
      5,
      () => ({ method: 'POST', url: '/v1/authors', role: editing(), body: { ...nameFields(), bio: maybe(30, text) } }),
    ],
    [
      5,
      () => ({
        method: 'PATCH',
        url: `/v1/authors/${idOf(known.authors)}`,
        role: editing(),
        body: nameFields(),
        headers: condition(known.authors),
      }),
    ],
    [
      2,
      () => ({
        method: 'DELETE',
        url: `/v1/authors/${idOf(known.authors)}${one(['', `?reassignTo=${idOf(known.authors)}`])}`,
        role: editing(),
      }),
    ],
    [
      2,
      () => ({
        method: 'POST',
        url: `/v1/tags/${idOf(known.tags)}/merge`,
        role: editing(),
        body: { into: idOf(known.tags) },
        headers: condition(known.tags),
      }),
    ],
    [
      4,
      () => ({
        method: 'POST',
        url: '/v1/tags',
        role: editing(),
        body: { ...nameFields(), kind: maybe(40, () => one(['topic', 'section', 'internal', 'other'])) },
      }),
    ],
    [
      5,
      () => ({
        method: 'PATCH',
        url: `/v1/tags/${idOf(known.tags)}`,
        role: editing(),
        body: { ...nameFields(), ...(percent(30) && { kind: one(['topic', 'section', 'internal']) }) },
      }),
    ],
    [2, () => ({ method: 'DELETE', url: `/v1/tags/${idOf(known.tags)}`, role: editing() })],
    [
      10,
      () => ({
        method: 'POST',
        url: `/v1/articles/${idOf(known.articles)}/comments`,
        role: one([null, null, 'author', 'editor'] as const),
        body: compact({
          authorName: maybe(90, () => words(2)),
          authorEmail: maybe(90, () => one(['g@mail.example', 'G@mail.example', 'h@mail.example'])),
          body: maybe(95, text),
          parentId: maybe(10, () => idOf(known.comments)),
        }),
      }),
    ],
    [
      10,
      () => {
        const { id, articleId } = known.comments.length > 0 ? one(known.comments) : { id: 1, articleId: 1 };
        const body = { authorName: words(2), authorEmail: 'g@mail.example', body: text(), parentId: id };
        return {
          method: 'POST',
          url: `/v1/articles/${articleId}/comments`,
          role: one(['author', 'author', null] as const),
          body,
        };
      },
    ],
    [
      7,
      () => ({
        method: 'PATCH',
        url: `/v1/comments/${idOf(known.comments)}`,
        role: editing(),
        body: one([{ status: one(['pending', 'approved', 'approved', 'spam', 'trash']) }, { body: text() }, {}]),
        headers: condition(known.comments),
      }),
    ],
    [
      2,
      () => ({
        method: 'DELETE',
        url: `/v1/comments/${idOf(known.comments)}${one(['', '?permanent=true'])}`,
        role: editing(),
      }),
    ],
    [12, () => asGuest('PATCH', bad<object, object>({ body: text() }, [{ status: 'approved' }, {}, { body: '' }]))],
    [3, () => asGuest('DELETE')],
    [
      1,
      () => ({
        method: 'POST',
        url: '/v1/comments/erase',
        role: one(['admin', 'admin', 'editor'] as const),
        body: {
          authorEmail: one(['g@mail.example', 'h@mail.example', 'H@mail.example', 'nobody@mail.example']),
          mode: bad(one(['delete', 'anonymise']), ['both']),
        },
      }),
    ],
    [
      2,
      () => ({
        method: 'POST',
        url: '/v1/comments/moderate',
        role: editing(),
        body: {
          ids: bad(percent(80) ? realIds(known.comments, 6) : [idOf(known.comments), 998], [[], [1, 1]]),
          status: one(['pending', 'approved', 'approved', 'spam', 'trash']),
        },
      }),
    ],
    [
      2,
      () => ({
        method: 'POST',
        url: '/v1/keys',
        role: one(['admin', 'admin', 'editor'] as const),
        body: compact({
          name: words(2),
          role: one(['viewer', 'author', 'editor', 'none']),
          authorId: maybe(50, () => idOf(known.authors)),
          expiresAt: maybe(30, moment),
        }),
      }),
    ],
    [1, () => ({ method: 'PATCH', url: `/v1/keys/${idOf(known.keys)}`, role: 'admin', body: { name: words(2) } })],
    [1, () => ({ method: 'DELETE', url: `/v1/keys/${idOf(known.keys)}`, role: 'admin' })],
    [
      2,
      () => ({
        method: 'PATCH',
        url: '/v1/site',
        role: 'admin',
        body: one([
          { title: words(2) },
          { timeZone: one(['UTC', 'Pacific/Auckland', 'Asia/Kathmandu', 'Nowhere']) },
          { url: one([null, 'https://news.example']) },
          { commentPolicy: one(['open', 'open', 'open', 'closed']) },
          { moderation: one(['all', 'first-time', 'none']) },
          {
            moderationWords: one([[], ['night', '日本', 'Straße'], ['a', 'a']]),
            commentsCloseAfterDays: one([null, 3, 0]),
          },
          { articleUrlPattern: one(['/{slug}', '/{year}/{month}/{slug}', '/x']) },
        ]),
      }),
    ],
  ];

  /** A page of a list, as far as its place goes. */
  const place = () =>
    one([
      '',
      '',
      'limit=1',
      'limit=3',
      'limit=100',
      'page=1&limit=4',
      'page=2&limit=3',
      'page=9',
      'limit=0',
      'count=exact',
      'count=exact&limit=2',
      'cursor=nonsense',
    ]);
  const query = () =>
    one([
      words(1),
      words(1),
      words(2),
      `"${words(2)}"`,
      `${words(1)} -${words(1)}`,
      words(1).slice(0, 2),
      words(1).slice(0, 3),
      '-',
      '""',
      '*',
      '%',
      '',
    ]);
  const articleList = () => {
    const filters: (() => string)[] = [
      () => `sort=${one(SORTS)}`,
      () => `sort=${one(SORTS)}`,
      () => `tag=${slugs(known.tags)}`,
      () => `tagsAll=${slugs(known.tags)}`,
      () => `tagsNot=${slugs(known.tags)}`,
      () => `author=${slugs(known.authors)}`,
      () => `status=${one([...STATUSES, 'any', 'draft,review', 'published,archived', 'gone'])}`,
      () => `language=${one(['en', 'fr', 'de', 'zh-Hant'])}`,
      () => `featured=${one(['true', 'false', 'yes'])}`,
      () => `ids=${[...realIds(known.articles, 5), ...realIds(known.articles, 2)].join(',')}`,
      () => `translationKey=${encodeURIComponent(one(['one', 'two', 'ἕν']))}`,
      () => `publishedAfter=${encodeURIComponent(one([moment(), momentOdd()]))}`,
      () => `publishedBefore=${encodeURIComponent(moment())}`,
      () => `updatedAfter=${encodeURIComponent(moment(DAY))}`,
      () => `updatedBefore=${encodeURIComponent(one([moment(DAY), momentOdd()]))}`,
      () => `include=${one(['html', 'body', 'commentCount', 'html,body,commentCount', 'highlights', 'x'])}`,
      () => 'trashed=true',
      () => 'mine=true',
      () => `q=${encodeURIComponent(query())}`,
      place,
      place,
    ];
    return `/v1/articles?${some(filters, 1 + below(4))
      .map((make) => make())
      .filter(Boolean)
      .join('&')}`;
  };
  const read = (url: () => string) => (): Asking => ({
    method: percent(4) ? 'HEAD' : 'GET',
    url: url(),
    role: one(ROLES),
  });
  const reads: [weight: number, make: () => Asking][] = [
    [40, read(articleList)],
    [
      12,
      read(
        () =>
          `/v1/articles/${idOf(known.articles)}${one(['', '', '?include=adjacent,related,translations', '?include=related', '?include=adjacent'])}`,
      ),
    ],
    [
      6,
      read(
        () => `/v1/articles/by-slug/${slugOf(known.articles)}${one(['', '?include=adjacent,related,translations'])}`,
      ),
    ],
    [
      10,
      read(
        () =>
          `/v1/articles?q=${encodeURIComponent(query())}${one(['', '&count=exact', '&sort=title', '&include=highlights', '&status=any', '&limit=2'])}`,
      ),
    ],
    [
      6,
      read(
        () =>
          `/v1/search?q=${encodeURIComponent(query())}${one(['', '&types=tags', '&types=authors,tags', '&types=articles', '&limit=3'])}`,
      ),
    ],
    [
      6,
      read(
        () =>
          `/v1/${one(['authors', 'tags'])}?${[one(['', `q=${encodeURIComponent(query())}`]), one(['', 'sort=-articleCount', 'sort=name', 'sort=-name', 'sort=articleCount']), place()].filter(Boolean).join('&')}`,
      ),
    ],
    [3, read(() => `/v1/tags?kind=${one(['topic', 'section', 'internal'])}&${place()}`)],
    [4, read(() => `/v1/authors/${one([idOf(known.authors), `by-slug/${slugOf(known.authors)}`])}`)],
    [4, read(() => `/v1/tags/${one([idOf(known.tags), `by-slug/${slugOf(known.tags)}`])}`)],
    [
      6,
      read(() =>
        `/v1/articles/${idOf(known.articles)}/comments?${one(['', 'sort=-createdAt', 'view=tree', 'view=tree&sort=-createdAt'])}&${place()}`
          .replace(/\?&/, '?')
          .replace(/[?&]$/, ''),
      ),
    ],
    [
      5,
      () => ({
        method: 'GET',
        url: `/v1/comments?${[one(['', 'status=pending', 'status=approved,spam', `article=${idOf(known.articles)}`, `sameGuestAs=${idOf(known.comments)}`]), maybe(40, () => `q=${encodeURIComponent(query())}`), place()].filter(Boolean).join('&')}`,
        role: 'editor',
      }),
    ],
    [2, read(() => `/v1/comments/${idOf(known.comments)}`)],
    [4, read(() => `/v1/comments/${idOf(known.comments)}/replies?${place()}`.replace(/\?$/, ''))],
    [1, () => ({ method: 'GET', url: '/v1/comments/summary', role: 'editor' })],
    [
      2,
      () => ({
        method: 'GET',
        url: `/v1/keys${one(['', '?limit=2', '?count=exact', `/${idOf(known.keys)}`])}`,
        role: 'admin',
      }),
    ],
    [
      3,
      () => ({
        method: 'GET',
        url: `/v1/changes?${[one(['', 'after=now', 'after=0.0', 'after=x']), one(['', 'types=article.published,tag.merged', 'types=author.updated', 'types=none']), one(['', 'limit=3', 'limit=100'])].filter(Boolean).join('&')}`,
        role: one(ROLES),
      }),
    ],
    [
      3,
      () => ({
        method: 'GET',
        url: `/v1/audit?${[one(['', 'types=article.updated,comment.created', 'kind=comment', `kind=article&id=${idOf(known.articles)}`, 'id=1']), one(['', `key=${idOf(known.keys)}`]), maybe(50, () => 'limit=2')].filter(Boolean).join('&')}`,
        role: 'admin',
      }),
    ],
    [3, read(() => '/v1/archives')],
    [
      6,
      read(
        () =>
          `/feeds/${one(['articles', `tags/${slugOf(known.tags)}`, `authors/${slugOf(known.authors)}`])}.${one(['rss', 'atom', 'json'])}`,
      ),
    ],
    [2, read(() => one(['/sitemap.xml', '/sitemap-1.xml', '/sitemap-2.xml']))],
    [3, read(() => `/v1/articles/${idOf(known.articles)}/jsonld`)],
    [1, read(() => '/v1/site')],
    [1, read(() => '/v1/me')],
    [
      12,
      () => ({
        method: 'GET',
        url: known.cursors.length > 0 ? one(known.cursors.slice(-30)) : '/v1/articles',
        role: one(ROLES),
      }),
    ],
    [
      6,
      () => {
        const { url, role, etag } =
          known.reads.length > 0 ? one(known.reads.slice(-40)) : { url: '/v1/site', role: null, etag: '*' };
        return { method: 'GET', url, role, headers: { 'if-none-match': etag } };
      },
    ],
  ];
  const desk = deskRequests({ random, known, idOf, editing, condition, articleFields });
  const hooks = webhookRequests({ random, known, idOf });
  writes.push(...desk.writes, ...hooks.writes);
  reads.push(...desk.reads, ...hooks.reads);
  const pick = (choices: [weight: number, make: () => Asking][]): Asking => {
    let left = below(choices.reduce((sum, [weight]) => sum + weight, 0));
    for (const [weight, make] of choices) {
      left -= weight;
      if (left < 0) return make();
    }
    throw new Error('Some weight is missing');
  };
  /** The requests that were sent under an `Idempotency-Key`. */
  const sentUnderKey: Asking[] = [];
  let keys = 0;
  /** A POST, now and then under a key: of its own, of another request, or one that none can be. */
  const mayBeRepeated = (asking: Asking): Asking => {
    if (asking.method !== 'POST' || !percent(45)) return asking;
    const name = bad(percent(90) ? `key-${++keys}` : `key-${1 + below(10)}`, [
      '',
      'a b',
      'x'.repeat(256),
      'x'.repeat(255),
    ]);
    const named = { ...asking, headers: { ...asking.headers, 'idempotency-key': name } };
    sentUnderKey.push(named);
    return named;
  };
  /** A request that was sent already, mostly as it was. */
  const again = (): Asking => {
    const asking = one(sentUnderKey.slice(-6));
    if (percent(80)) return asking;
    return percent(50) ? { ...asking, role: one(ROLES) } : { ...asking, body: pick(writes).body };
  };
  const next = (): Asking => {
    if (sentUnderKey.length > 0 && percent(8)) return again();
    return percent(40) ? mayBeRepeated(pick(writes)) : pick(reads);
  };
  return { next, begins: START };
};
