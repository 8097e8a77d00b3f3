/** Every move of an article from a status to a status, by every role: which is made, and which is refused with which code. */
import { type Test, test } from 'tap';
import { STATUSES, type Status } from '../../src/core/statuses.ts';
import { type Galley, START, startGalley } from '../support/app.ts';

const HOUR = 3_600_000;
const at = (hours: number) => new Date(Date.parse(START) + hours * HOUR).toISOString();

const CALLERS = ['anonymous', 'viewer', 'contributor', 'author', 'editor', 'admin'] as const;
type Caller = (typeof CALLERS)[number];
/** Where an article stands; the last three by their moments alone, before anything has noted them. */
const PLACES = [...STATUSES, 'trashed', 'withdrawn', 'gone live', 'ended'] as const;
type Place = (typeof PLACES)[number];

/** What a caller is answered who wants draft, review, scheduled, published, archived. */
type Answers = string;
const REFUSED: Record<string, [status: number, code: string]> = {
  ok: [200, ''],
  role: [403, 'forbidden'],
  key: [401, 'unauthenticated'],
  move: [422, 'status-not-reachable'],
  bin: [409, 'trashed'],
};
const every = (word: string): Answers => STATUSES.map(() => word).join(' ');
/** Those who may publish, by place; the others below. */
const PUBLISHERS: Record<Place, Answers> = {
  //           draft review scheduled published archived
  draft: /*     */ 'ok ok ok ok move',
  review: /*    */ 'ok ok ok ok move',
  scheduled: /* */ 'ok move ok ok move',
  published: /* */ 'ok move move ok ok',
  archived: /*  */ 'ok move move ok ok',
  trashed: /*   */ every('bin'),
  withdrawn: /* */ every('bin'),
  'gone live': 'ok move move ok ok',
  ended: /*     */ 'ok move move ok ok',
};
const CONTRIBUTORS: Record<Place, Answers> = {
  draft: /*     */ 'ok ok role role role',
  review: /*    */ 'ok ok role role role',
  scheduled: /* */ every('role'),
  published: /* */ every('role'),
  archived: /*  */ every('role'),
  trashed: /*   */ 'bin bin role role role',
  withdrawn: /* */ every('role'),
  'gone live': every('role'),
  ended: /*     */ every('role'),
};
const ANSWERS: Record<Caller, (place: Place) => Answers> = {
  anonymous: () => every('key'),
  viewer: () => every('role'),
  contributor: (place) => CONTRIBUTORS[place],
  author: (place) => PUBLISHERS[place],
  editor: (place) => PUBLISHERS[place],
  admin: (place) => PUBLISHERS[place],
};

const keyOf = ({ keys }: Galley, caller: Caller) => (caller === 'anonymous' ? null : keys[caller]);

/** How an article comes to its place: what it is made with, and what is done then. */
const MADE: Record<Place, [body: object, isTrashed?: boolean, hoursLater?: number]> = {
  draft: [{}],
  review: [{ status: 'review' }],
  scheduled: [{ status: 'scheduled', publishedAt: at(5) }],
  published: [{ status: 'published' }],
  archived: [{ status: 'archived' }],
  trashed: [{}, true],
  withdrawn: [{ status: 'published' }, true],
  'gone live': [{ status: 'scheduled', publishedAt: at(5) }, false, 6],
  ended: [{ status: 'published', unpublishAt: at(5) }, false, 6],
};

/** Makes articles for a place until a move is made, each but the last for several refusals. */
const articlesIn = (galley: Galley, place: Place) => {
  const [body, isTrashed = false, hoursLater = 0] = MADE[place];
  let free: number | undefined;
  const make = async (): Promise<number> => {
    galley.clock.now = new Date(START);
    const sent = { title: 'The harbour', body: 'Text', authorIds: [galley.authorId], ...body };
    const { id } = (await galley.ask('POST', '/v1/articles', { key: galley.keys.admin, body: sent })).body;
    if (isTrashed) await galley.ask('DELETE', `/v1/articles/${id}`, { key: galley.keys.admin });
    return id;
  };
  return async (use: (id: number) => Promise<boolean>): Promise<void> => {
    const id = free ?? (await make());
    galley.clock.now = new Date(Date.parse(START) + hoursLater * HOUR);
    free = (await use(id)) ? undefined : id;
  };
};

const tryMoves = async (t: Test, galley: Galley, place: Place, caller: Caller): Promise<void> => {
  const withArticle = articlesIn(galley, place);
  const wanted = ANSWERS[caller](place).split(' ');
  for (const [i, to] of STATUSES.entries()) {
    const [status, code] = REFUSED[wanted[i] as string] as [number, string];
    await withArticle(async (id) => {
      const url = `/v1/articles/${id}`;
      const before = (await galley.ask('GET', url, { key: galley.keys.admin })).body;
      const moments = to === 'scheduled' ? { publishedAt: at(9) } : to === 'published' ? { unpublishAt: null } : {};
      const answer = await galley.ask('PATCH', url, { key: keyOf(galley, caller), body: { status: to, ...moments } });
      const what = `${caller}: ${place} → ${to}`;
      t.strictSame([answer.status, answer.body.code ?? ''], [status, code], what);
      const after = (await galley.ask('GET', url, { key: galley.keys.admin })).body;
      if (status === 200) t.strictSame([answer.body.status, after.status], [to, to], what);
      else t.strictSame(after, before, `${what} leaves all as it was`);
      return status === 200;
    });
  }
};

test('every move by every role', async (t) => {
  const galley = await startGalley(t);
  for (const place of PLACES)
    await t.test(place, async (t) => {
      for (const caller of CALLERS) await tryMoves(t, galley, place, caller);
    });
});

test('every status a new article may be given, by every role', async (t) => {
  const galley = await startGalley(t);
  const firsts: Record<Caller, Answers> = {
    anonymous: every('key'),
    viewer: every('role'),
    contributor: 'ok ok role role role',
    author: every('ok'),
    editor: every('ok'),
    admin: every('ok'),
  };
  const made = async () =>
    (await galley.ask('GET', '/v1/articles?status=any&count=exact', { key: galley.keys.viewer })).body.pagination.total;
  for (const caller of CALLERS)
    for (const [i, to] of STATUSES.entries()) {
      const [status, code] = REFUSED[firsts[caller].split(' ')[i] as string] as [number, string];
      const moments = to === 'scheduled' ? { publishedAt: at(9) } : {};
      const isChooser = caller === 'editor' || caller === 'admin';
      const body = {
        title: 'T',
        body: 'B',
        status: to,
        ...moments,
        ...(isChooser && { authorIds: [galley.authorId] }),
      };
      const before = await made();
      const answer = await galley.ask('POST', '/v1/articles', { key: keyOf(galley, caller), body });
      const what = `${caller}: ${to}`;
      if (status === 200)
        t.match(answer, { status: 201, body: { status: to as Status, live: to === 'published' } }, what);
      else t.strictSame([answer.status, answer.body.code], [status, code], what);
      t.equal(await made(), before + (status === 200 ? 1 : 0), `${what}: nothing is stored of what is refused`);
    }
});

test('own-keys make no move with articles of others, and learn nothing of them', async (t) => {
  const galley = await startGalley(t);
  const { ask, keys } = galley;
  const { id: other } = (await ask('POST', '/v1/authors', { key: keys.admin, body: { name: 'Another' } })).body;
  for (const from of STATUSES) {
    const moments = from === 'scheduled' ? { publishedAt: at(5) } : {};
    const sent = { title: 'T', body: 'B', authorIds: [other], status: from, ...moments };
    const { id } = (await ask('POST', '/v1/articles', { key: keys.admin, body: sent })).body;
    for (const role of ['contributor', 'author'] as const)
      for (const to of STATUSES) {
        const answer = await ask('PATCH', `/v1/articles/${id}`, { key: keys[role], body: { status: to } });
        const wanted = from === 'published' ? [403, 'forbidden'] : [404, 'not-found'];
        t.strictSame([answer.status, answer.body.code], wanted, `${role}: ${from} → ${to}`);
      }
  }
});
