import { test } from 'tap';
import { type Asked, type Galley, START, startGalley } from '../support/app.ts';

const HOUR = 3_600_000;
const at = (hours: number) => new Date(Date.parse(START) + hours * HOUR).toISOString();

const create = async ({ ask, keys }: Galley, body: object) => {
  const made = await ask('POST', '/v1/articles', { key: keys.editor, body: { body: 'Text', ...body } });
  if (made.status !== 201) throw new Error(made.text);
  return made.body;
};

/** The slugs of a list; they say what was found, and in which order. */
const slugs = async ({ ask }: Galley, query: string, asked: Asked = {}): Promise<string> => {
  const { status, body } = await ask('GET', `/v1/articles${query}`, asked);
  return status === 200 ? body.data.map(({ slug }: { slug: string }) => slug).join(' ') : `${status} ${body.code}`;
};

/** A small house of articles: `a` is the oldest of the live ones, all by Ada but `c`, which is by Grace, and `d`, by both. */
const furnish = async (galley: Galley) => {
  const { ask, keys, authorId: ada } = galley;
  const grace = (await ask('POST', '/v1/authors', { key: keys.editor, body: { name: 'Grace' } })).body.id;
  await ask('POST', '/v1/tags', { key: keys.editor, body: { name: 'Inside', kind: 'internal' } });
  const written: [string, object][] = [
    ['a', { title: 'Zebra', publishedAt: at(-4), authorIds: [ada], tags: ['One', 'Two'], language: 'en' }],
    [
      'b',
      {
        title: 'apple',
        publishedAt: at(-3),
        authorIds: [ada],
        tags: ['One'],
        language: 'en-GB',
        featured: true,
        translationKey: 'pier',
      },
    ],
    ['c', { title: 'Berry', publishedAt: at(-2), authorIds: [grace], tags: ['Two', 'Inside'], language: 'de' }],
    [
      'd',
      {
        ...{ title: 'apple', publishedAt: at(-1), authorIds: [grace, ada], tags: ['Three', 'One', 'Two'] },
        ...{ language: 'enm', translationKey: 'pier' },
      },
    ],
    ['draft', { title: 'Draft', status: 'draft', authorIds: [ada], tags: ['One', 'Unseen'], translationKey: 'secret' }],
    ['other-draft', { title: 'Draft', status: 'draft', authorIds: [grace], tags: ['One'] }],
    ['review', { title: 'Review', status: 'review', authorIds: [grace], publishedAt: at(-9) }],
    ['coming', { title: 'Coming', status: 'scheduled', publishedAt: at(5), authorIds: [ada], tags: ['One'] }],
    ['old', { title: 'Old', status: 'archived', publishedAt: at(-8), authorIds: [grace], tags: ['Two'] }],
    ['ended', { title: 'Ended', publishedAt: at(-7), unpublishAt: at(1), authorIds: [ada], tags: ['Two'] }],
    ['binned', { title: 'Binned', publishedAt: at(-6), authorIds: [grace], tags: ['One'] }],
    ['own-binned', { title: 'Binned', status: 'draft', authorIds: [ada], tags: ['One'] }],
  ];
  const ids: Record<string, number> = {};
  for (const [slug, body] of written) {
    galley.clock.advance(1);
    ids[slug] = (await create(galley, { status: 'published', slug, ...body })).id;
  }
  for (const slug of ['binned', 'own-binned']) await ask('DELETE', `/v1/articles/${ids[slug]}`, { key: keys.editor });
  galley.clock.advance(HOUR);
  for (const slug of ['c', 'a']) {
    galley.clock.advance(1);
    await ask('PATCH', `/v1/articles/${ids[slug]}`, { key: keys.editor, body: { subtitle: 'Touched' } });
  }
  return ids;
};

test('every filter, sort and role', async (t) => {
  const galley = await startGalley(t);
  const ids = await furnish(galley);
  const { keys } = galley;
  const idsOf = (...names: string[]) => names.map((name) => ids[name]).join(',');
  /** Milliseconds after the house was furnished and an hour had passed: `c` is touched at the first, `a` at the second. */
  const touched = (milliseconds: number) => new Date(galley.clock.now.getTime() - 2 + milliseconds).toISOString();
  const everyone: [string, string][] = [
    ['', 'd c b a'],
    ['?sort=-publishedAt', 'd c b a'],
    ['?sort=publishedAt', 'a b c d'],
    ['?sort=createdAt', 'a b c d'],
    ['?sort=-createdAt', 'd c b a'],
    ['?sort=updatedAt', 'b d c a'],
    ['?sort=-updatedAt', 'a c d b'],
    ['?sort=title', 'b d c a'],
    ['?sort=-title', 'a c d b'],
    ['?tag=one', 'd b a'],
    ['?tag=one&sort=publishedAt', 'a b d'],
    ['?tag=one&sort=title', 'b d a'],
    ['?tag=one,two', 'd c b a'],
    ['?tag=one&tag=two', 'd c b a'],
    ['?tag=three,two,one', 'd c b a'],
    ['?tag=three,nowhere', 'd'],
    ['?tag=nowhere', ''],
    ['?tag=unseen', ''],
    ['?tag=inside', ''],
    ['?tag=inside,three', 'd'],
    ['?tagsAll=one', 'd b a'],
    ['?tagsAll=one,two', 'd a'],
    ['?tagsAll=two,one,two', 'd a'],
    ['?tagsAll=one,two&sort=publishedAt', 'a d'],
    ['?tagsAll=one,two&sort=title', 'd a'],
    ['?tagsAll=one,two,three', 'd'],
    ['?tagsAll=one&tag=three,nowhere', 'd'],
    ['?tagsAll=two&author=grace', 'd c'],
    ['?tagsAll=one,nowhere', ''],
    ['?tagsAll=one,nowhere&sort=title', ''],
    ['?tagsAll=one,nowhere&sort=title&author=grace', ''],
    ['?tagsAll=one,nowhere&translationKey=pier', ''],
    [`?tagsAll=nowhere&ids=${idsOf('a', 'b')}`, ''],
    ['?tagsAll=inside&tag=two&sort=title', ''],
    ['?tagsAll=two,inside', ''],
    ['?tagsAll=unseen', ''],
    ['?tagsNot=one', 'c'],
    ['?tagsNot=three', 'c b a'],
    ['?tagsNot=three,nowhere&sort=title', 'b c a'],
    ['?tagsNot=nowhere', 'd c b a'],
    ['?tagsNot=unseen', 'd c b a'],
    ['?tagsNot=inside', 'd c b a'],
    ['?tagsNot=one&tag=two', 'c'],
    ['?tagsAll=two&tagsNot=three', 'c a'],
    ['?tagsAll=two&tagsNot=two', ''],
    ['?translationKey=pier', 'd b'],
    ['?translationKey=pier&sort=title', 'b d'],
    ['?translationKey=pier&tag=two', 'd'],
    ['?translationKey=pier&language=en', 'b'],
    ['?translationKey=Pier', ''],
    ['?translationKey=secret', ''],
    [`?translationKey=pier&ids=${idsOf('a', 'b', 'draft')}`, 'b'],
    [`?updatedAfter=${touched(0)}`, 'c a'],
    [`?updatedAfter=${touched(0)}&sort=-updatedAt`, 'a c'],
    [`?updatedAfter=${touched(1)}&sort=updatedAt`, 'c a'],
    [`?updatedAfter=${touched(2)}`, 'a'],
    [`?updatedBefore=${touched(2)}`, 'd c b'],
    [`?updatedBefore=${touched(1)}&sort=title`, 'b d'],
    [`?updatedAfter=${touched(1)}&updatedBefore=${touched(2)}&tag=two`, 'c'],
    [`?updatedAfter=${touched(1)}&ids=${idsOf('a', 'b')}`, 'a'],
    [`?updatedAfter=${touched(3)}`, ''],
    ['?author=ada-lovelace', 'd b a'],
    ['?author=grace', 'd c'],
    ['?author=grace,ada-lovelace', 'd c b a'],
    ['?author=nobody', ''],
    ['?author=grace&tag=two', 'd c'],
    ['?author=ada-lovelace&tag=two&sort=-updatedAt', 'a d'],
    ['?language=en', 'b a'],
    ['?language=EN-gb', 'b'],
    ['?language=en,de', 'c b a'],
    ['?featured=true', 'b'],
    ['?featured=false', 'd c a'],
    [`?ids=${idsOf('a', 'c', 'draft', 'coming', 'old', 'ended', 'binned')}`, 'c a'],
    [`?ids=${idsOf('a', 'c', 'd')}&tag=one&sort=publishedAt`, 'a d'],
    [`?ids=${idsOf('draft')}`, ''],
    ['?ids=999999', ''],
    [`?publishedAfter=${at(-3)}`, 'd c b'],
    [`?publishedBefore=${at(-3)}`, 'a'],
    [`?publishedAfter=${at(-3)}&publishedBefore=${at(-1)}`, 'c b'],
    [`?publishedAfter=${at(-3)}&publishedBefore=${at(-1)}&sort=title`, 'c b'.split(' ').reverse().join(' ')],
    [`?publishedAfter=${at(-3)}&tag=one&author=ada-lovelace`, 'd b'],
    [`?publishedAfter=${at(4)}`, ''],
    [`?publishedAfter=${at(-1)}&publishedBefore=${at(-3)}`, ''],
    ['?trashed=false&mine=false', 'd c b a'],
  ];
  for (const [query, found] of everyone) {
    t.equal(await slugs(galley, query), found, query || 'all');
    if (!query.includes('inside'))
      t.equal(await slugs(galley, query, { key: keys.contributor }), found, `${query} with a key`);
  }
  for (const [query, found] of [
    ['?tag=inside', 'c'],
    ['?tagsAll=two,inside', 'c'],
    ['?tagsNot=inside', 'd b a'],
  ] as const)
    t.equal(await slugs(galley, query, { key: keys.viewer }), found, `${query}: a key knows internal tags`);
  for (const query of [
    '?status=published',
    '?status=any',
    '?trashed=true',
    '?mine=true',
    '?status=draft&cursor=broken',
    '?status=nonsense&limit=0',
  ])
    t.equal(await slugs(galley, query), '401 unauthenticated', query);
  const keyed: [keyof typeof keys, string, string][] = [
    ['viewer', '?status=any', 'coming other-draft draft d c b a ended old review'],
    ['viewer', '?status=any&sort=publishedAt', 'review old ended a b c d draft other-draft coming'],
    ['viewer', '?status=draft', 'other-draft draft'],
    ['viewer', '?status=draft,review', 'other-draft draft review'],
    ['viewer', '?status=review', 'review'],
    ['viewer', '?status=scheduled', 'coming'],
    ['viewer', '?status=published', 'd c b a'],
    ['viewer', '?status=archived', 'ended old'],
    ['viewer', '?status=archived,published,scheduled', 'coming d c b a ended old'],
    ['viewer', '?status=archived,scheduled', 'coming ended old'],
    ['viewer', '?status=archived&tag=two', 'ended old'],
    ['viewer', '?status=archived&tag=two,one', 'ended old'],
    ['viewer', '?status=archived&author=grace', 'old'],
    ['viewer', '?status=any&tag=one', 'coming other-draft draft d b a'],
    ['viewer', '?status=any&tag=one,two,three', 'coming other-draft draft d c b a ended old'],
    ['viewer', '?status=any&tag=unseen', 'draft'],
    ['viewer', '?status=any&tagsAll=one,two,three', 'd'],
    ['viewer', '?status=any&tagsAll=one,unseen', 'draft'],
    ['viewer', '?status=any&tagsNot=one,two', 'review'],
    ['viewer', '?status=any&translationKey=pier', 'd b'],
    ['viewer', '?status=any&translationKey=secret', 'draft'],
    ['viewer', '?status=archived,published&tagsAll=two', 'd c a ended old'],
    ['viewer', `?status=any&updatedAfter=${touched(0)}`, 'c a'],
    ['viewer', `?trashed=true&updatedBefore=${touched(0)}&tagsAll=one`, 'own-binned binned'],
    ['contributor', '?status=any&tagsAll=one', 'coming draft d b a'],
    ['contributor', '?status=any&translationKey=secret', 'draft'],
    ['contributor', '?status=any&sort=title&tagsNot=one', 'c ended'],
    ['viewer', '?status=any&sort=title', 'b d c coming draft other-draft ended old review a'],
    ['viewer', `?status=any&publishedBefore=${at(-4)}`, 'ended old review'],
    ['viewer', `?status=any&ids=${idsOf('a', 'draft', 'coming', 'ended', 'binned')}`, 'coming draft a ended'],
    ['viewer', `?status=archived&ids=${idsOf('a', 'ended', 'old')}`, 'ended old'],
    ['viewer', '?trashed=true', 'own-binned binned'],
    ['viewer', '?trashed=true&status=draft', 'own-binned'],
    ['viewer', '?trashed=true&status=published', 'binned'],
    ['viewer', `?trashed=true&ids=${idsOf('a', 'binned')}`, 'binned'],
    ['viewer', '?trashed=true&tag=one&author=grace', 'binned'],
    ['viewer', '?mine=true', '400 invalid-request'],
    ['contributor', '?status=any', 'coming draft d c b a ended'],
    ['contributor', '?status=any&sort=title', 'b d c coming draft ended a'],
    ['contributor', '?status=any&tag=one', 'coming draft d b a'],
    ['contributor', '?status=any&author=grace', 'd c'],
    ['contributor', '?status=draft', 'draft'],
    ['contributor', '?status=draft,review,archived', 'draft ended'],
    ['contributor', '?status=archived&tag=two', 'ended'],
    ['contributor', `?status=any&ids=${idsOf('a', 'c', 'draft', 'other-draft', 'old')}`, 'draft c a'],
    ['contributor', '?trashed=true', 'own-binned'],
    ['contributor', '?mine=true', 'd b a'],
    ['contributor', '?mine=true&status=any', 'coming draft d b a ended'],
    ['contributor', '?mine=true&status=any&author=grace', 'd'],
    ['contributor', '?mine=true&tag=two&sort=title', 'd a'],
    ['contributor', '?mine=true&trashed=true', 'own-binned'],
    ['author', '?status=draft,review', 'draft'],
    ['editor', '?status=draft', 'other-draft draft'],
  ];
  for (const settled of [false, true]) {
    if (settled) await galley.noteDueMoments();
    for (const [role, query, found] of keyed) {
      t.equal(await slugs(galley, query, { key: keys[role] }), found, `${role} ${query}${settled ? ', settled' : ''}`);
      if (/^\d/.test(found)) continue;
      const counted = await galley.ask('GET', `/v1/articles${query}&count=exact&limit=1`, { key: keys[role] });
      t.equal(counted.body.pagination.total, found.split(' ').length, `${role} ${query}: the count`);
    }
  }
});

test('pages by cursor and by number', async (t) => {
  const galley = await startGalley(t);
  const { ask, keys, authorId } = galley;
  for (let i = 0; i < 23; i++) {
    if (i % 3) galley.clock.advance(1);
    await create(galley, {
      title: `T${i % 4}`,
      tags: i % 2 ? ['One', 'Two'] : ['Two'],
      authorIds: [authorId],
      status: 'published',
    });
  }
  await create(galley, { title: 'Draft', authorIds: [authorId], tags: ['One'] });
  type Page = { data: { slug: string }[]; pagination: { next: string | null; previous: string | null } };
  const get = async (path: string): Promise<Page & { link: string }> => {
    const { body, headers } = await ask('GET', path, { key: keys.viewer });
    return { ...body, link: headers.link };
  };
  const names = ({ data }: Page) => data.map(({ slug }) => slug);
  const lists = [
    '?',
    '?sort=publishedAt&',
    '?sort=title&',
    '?sort=-title&',
    '?sort=-updatedAt&',
    '?tag=one,two&',
    '?status=any&',
  ];
  lists.push('?status=any&tag=one,two&sort=createdAt&', '?author=ada-lovelace&', '?ids=1,2,3,4,5,6,7,8,9,10&');
  for (const list of lists) {
    const whole = names(await get(`/v1/articles${list}limit=100`));
    t.equal(new Set(whole).size, whole.length, `${list} has no doubles`);
    const pages: Page[] = [];
    let path: string | null = `/v1/articles${list}limit=5`;
    while (path) {
      const page: Page & { link: string } = await get(path);
      pages.push(page);
      const { next } = page.pagination;
      path = next && `/v1/articles${list}limit=5&cursor=${next}`;
      const linked = /<([^>]*)>; rel="next"/.exec(page.link)?.[1] ?? null;
      t.equal(linked === null, path === null, 'Link names the next page, or none');
      if (linked) path = linked;
    }
    t.strictSame(pages.flatMap(names), whole, `${list} walked forth`);
    t.equal(pages[0]?.pagination.previous, null);
    for (let i = pages.length - 1; i > 0; i--) {
      const back: Page = await get(`/v1/articles${list}limit=5&cursor=${pages[i]?.pagination.previous}`);
      t.strictSame(names(back), names(pages[i - 1] as Page), `${list} page ${i} from behind`);
      t.equal(back.pagination.previous === null, i === 1, 'the first page has none before it');
    }
    const numbered = [];
    for (let page = 1; page <= pages.length; page++) {
      const { body, headers } = await ask('GET', `/v1/articles${list}limit=5&page=${page}`, { key: keys.viewer });
      numbered.push(...names(body));
      t.match(body.pagination, {
        limit: 5,
        next: null,
        previous: null,
        page,
        total: whole.length,
        pages: pages.length,
      });
      t.match(headers.link, /rel="first"/);
      t.equal(
        /page=(\d+)[^>]*>; rel="next"/.exec(String(headers.link))?.[1],
        page < pages.length ? `${page + 1}` : undefined,
      );
    }
    t.strictSame(numbered, whole, `${list} by number`);
    const past = (await ask('GET', `/v1/articles${list}limit=5&page=99`, { key: keys.viewer })).body;
    t.strictSame([past.data, past.pagination.total], [[], whole.length], 'past the end it is empty');
  }
});

test('what is no page is refused', async (t) => {
  const galley = await startGalley(t);
  const { ask, keys, authorId } = galley;
  for (let i = 0; i < 3; i++) await create(galley, { title: 'T', authorIds: [authorId], status: 'published' });
  const { next } = (await ask('GET', '/v1/articles?limit=1')).body.pagination;
  const decoded = JSON.parse(Buffer.from(next, 'base64url').toString());
  const forged = (change: (parts: unknown[]) => void) => {
    const parts = structuredClone(decoded);
    change(parts);
    return Buffer.from(JSON.stringify(parts)).toString('base64url');
  };
  const cursors = [
    'x',
    '%20',
    next.slice(0, -4),
    `${next.slice(0, 8)}!${next.slice(9)}`,
    Buffer.from('[]').toString('base64url'),
  ];
  cursors.push(Buffer.from('{}').toString('base64url'), Buffer.from('null').toString('base64url'));
  cursors.push(
    forged((parts) => parts.splice(0, 1, 'text')),
    forged((parts) => parts.splice(0, 1, 1e300)),
    forged((parts) => parts.splice(0, 1, Date.parse('0000-12-31T23:59:59.999Z'))),
    forged((parts) => parts.splice(0, 1, Date.parse('9999-12-31T23:59:59.999Z') + 1)),
  );
  cursors.push(
    forged((parts) => parts.splice(1, 1, 0)),
    forged((parts) => parts.splice(1, 1, 2 ** 31)),
  );
  cursors.push(
    forged((parts) => parts.splice(1, 1, '1 or 1=1')),
    forged((parts) => parts.splice(2, 1, 2)),
  );
  for (const cursor of cursors)
    t.match(
      (await ask('GET', `/v1/articles?limit=1&cursor=${cursor}`)).body,
      { status: 400, code: 'invalid-cursor' },
      cursor,
    );
  for (const edge of ['0001-01-01T00:00:00.000Z', '9999-12-31T23:59:59.999Z']) {
    const cursor = forged((parts) => parts.splice(0, 1, Date.parse(edge)));
    t.equal((await ask('GET', `/v1/articles?limit=1&cursor=${cursor}`)).status, 200, edge);
  }
  for (const other of ['?sort=title', '?sort=publishedAt', '?tag=one', '?featured=true', '?ids=1'])
    t.equal(
      (await ask('GET', `/v1/articles${other}&cursor=${next}`)).body.code,
      'invalid-cursor',
      `a cursor in ${other}`,
    );
  for (const elsewhere of ['/v1/authors', '/v1/tags'])
    t.equal((await ask('GET', `${elsewhere}?cursor=${next}`, { key: keys.viewer })).body.code, 'invalid-cursor');
  t.equal((await ask('GET', `/v1/articles?limit=2&cursor=${next}`)).status, 200, 'another limit is no other list');
  const refused = [
    'limit=0',
    'limit=101',
    'limit=-1',
    'limit=1e1',
    'limit=0x10',
    'limit=%2020',
    'limit=1&limit=2',
    'limit=',
  ];
  refused.push(
    'page=0',
    'page=1001&limit=100',
    `page=1&cursor=${next}`,
    'count=all',
    'sort=id',
    'sort=title&sort=-title',
  );
  refused.push('status=live', 'tag=', `tag=${Array(21).fill('x').join(',')}`, 'ids=0', 'ids=x', 'ids=2147483648');
  refused.push(
    `ids=${Array.from({ length: 101 }, (_, i) => i + 1).join(',')}`,
    'featured=1',
    'language=e',
    'q2=x',
    'include=body2',
  );
  refused.push(
    'publishedAfter=yesterday',
    'publishedBefore=2026-11-22',
    'trashed=maybe',
    'mine=1',
    'tag=%00',
    'author=%00',
  );
  for (const query of refused) {
    const answer = await ask('GET', `/v1/articles?${query}`, { key: keys.contributor });
    t.match(answer.body, { status: 400, code: 'invalid-request', errors: [{ in: 'query' }] }, query);
  }
  t.equal((await ask('GET', '/v1/articles?page=1000&limit=100')).status, 200, 'page × limit may be 100,000');
});

/** A small generator, so that a failing run can be run again. */
const randomFrom = (seed: number) => () => {
  seed = (seed * 1_664_525 + 1_013_904_223) % 4_294_967_296;
  return seed / 4_294_967_296;
};

test('a walk neither skips nor repeats while others publish', async (t) => {
  const galley = await startGalley(t);
  const { ask, keys, clock, authorId } = galley;
  const random = randomFrom(7);
  const tick = () => random() < 0.5 && clock.advance(1);
  const live: number[] = [];
  const drafts: number[] = [];
  for (let i = 0; i < 40; i++) {
    tick();
    const { id } = await create(galley, {
      title: `T${i}`,
      authorIds: [authorId],
      tags: ['One'],
      ...(i % 4 && { status: 'published' }),
    });
    (i % 4 ? live : drafts).push(id);
  }
  const disturb = async () => {
    tick();
    const dice = random();
    if (dice < 0.4) await create(galley, { title: 'New', authorIds: [authorId], tags: ['One'], status: 'published' });
    else if (dice < 0.7 && drafts.length > 0)
      await ask('PATCH', `/v1/articles/${drafts.pop()}`, { key: keys.editor, body: { status: 'published' } });
    else
      await ask('PATCH', `/v1/articles/${live[Math.floor(random() * live.length)]}`, {
        key: keys.editor,
        body: { subtitle: `${dice}` },
      });
  };
  for (const list of [
    'sort=-publishedAt',
    'sort=publishedAt',
    'sort=-createdAt',
    'sort=createdAt',
    'tag=one',
    'tag=one&sort=createdAt',
  ]) {
    const there = (await ask('GET', `/v1/articles?${list}&limit=100`)).body.data.map(({ id }: { id: number }) => id);
    const seen: number[] = [];
    let cursor: string | null = '';
    while (cursor !== null && seen.length < 400) {
      const { body } = await ask('GET', `/v1/articles?${list}&limit=3${cursor && `&cursor=${cursor}`}`);
      seen.push(...body.data.map(({ id }: { id: number }) => id));
      cursor = body.pagination.next;
      await disturb();
    }
    t.equal(new Set(seen).size, seen.length, `${list} repeats none of ${seen.length}`);
    t.strictSame(
      there.filter((id: number) => !seen.includes(id)),
      [],
      `${list} skips none`,
    );
  }
});

test('titles however long make cursors that are taken back', async (t) => {
  const galley = await startGalley(t);
  const { ask, authorId } = galley;
  for (const letter of ['ﷺ', '🚢', '"', '\u0001'])
    for (let i = 0; i < 2; i++)
      await create(galley, { title: `${letter.repeat(298)}x${i}`, authorIds: [authorId], status: 'published' });
  const seen = [];
  let cursor: string | null = '';
  while (cursor !== null && seen.length < 20) {
    const answer = await ask('GET', `/v1/articles?sort=title&limit=1${cursor && `&cursor=${cursor}`}`);
    t.equal(answer.status, 200);
    if (answer.status !== 200) return;
    seen.push(answer.body.data[0].id);
    cursor = answer.body.pagination.next;
  }
  t.equal(new Set(seen).size, 8);
});
