import { test } from 'tap';
import { STATUSES, type Status } from '../../src/core/statuses.ts';
import { type Galley, START, startGalley } from '../support/app.ts';

const HOUR = 3_600_000;
const at = (hours: number) => new Date(Date.parse(START) + hours * HOUR).toISOString();

const create = ({ ask, keys }: Galley, body: object) =>
  ask('POST', '/v1/articles', { key: keys.editor, body: { title: 'The harbour', body: 'Text', ...body } });
const patch = ({ ask, keys }: Galley, id: number, body: object) =>
  ask('PATCH', `/v1/articles/${id}`, { key: keys.editor, body });

/** An article in a status, made the shortest way. */
const articleIn = async (galley: Galley, status: Status): Promise<number> => {
  const moment = status === 'scheduled' ? { publishedAt: at(5) } : {};
  return (await create(galley, { authorIds: [galley.authorId], status, ...moment })).body.id;
};

test('every move from one status to another', async (t) => {
  const galley = await startGalley(t);
  const moves: Record<Status, Status[]> = {
    draft: ['draft', 'review', 'scheduled', 'published'],
    review: ['draft', 'review', 'scheduled', 'published'],
    scheduled: ['draft', 'scheduled', 'published'],
    published: ['draft', 'published', 'archived'],
    archived: ['draft', 'published', 'archived'],
  };
  for (const from of STATUSES) {
    for (const to of STATUSES) {
      const id = await articleIn(galley, from);
      const moment = to === 'scheduled' ? { publishedAt: at(9) } : {};
      const answer = await patch(galley, id, { status: to, ...moment });
      const what = `${from} → ${to}`;
      if (moves[from].includes(to)) {
        t.match([answer.status, answer.body.status, answer.body.live], [200, to, to === 'published'], what);
      } else {
        t.match(answer.body, { status: 422, code: 'status-not-reachable', errors: [{ pointer: '/status' }] }, what);
      }
    }
  }
});

test('publishing needs a title, a text and an author, and all that lacks is named', async (t) => {
  const galley = await startGalley(t);
  const { id } = (await create(galley, { body: ' \n\t' })).body;
  const lacks = (answer: { body: { code: string; errors: { pointer: string }[] } }) => [
    answer.body.code,
    ...answer.body.errors.map(({ pointer }) => pointer),
  ];
  t.strictSame(lacks(await patch(galley, id, { status: 'published' })), ['not-publishable', '/body', '/authorIds']);
  const scheduled = await patch(galley, id, { status: 'scheduled', publishedAt: at(1), authorIds: [galley.authorId] });
  t.strictSame(lacks(scheduled), ['not-publishable', '/body']);
  t.strictSame(lacks(await create(galley, { body: null, status: 'published' })), [
    'not-publishable',
    '/body',
    '/authorIds',
  ]);
  const several = await patch(galley, id, { status: 'scheduled', unpublishAt: at(-1), publishedAt: at(-1) });
  t.strictSame(lacks(several), ['invalid-schedule', '/publishedAt', '/unpublishAt', '/body', '/authorIds']);
});

test('moments and status fit together', async (t) => {
  const galley = await startGalley(t);
  type Row = [from: object, change: object, wanted: object | string];
  const live = { status: 'published', publishedAt: at(-9) };
  const scheduled = { status: 'scheduled', publishedAt: at(5) };
  const rows: Row[] = [
    // published without a moment in the same request: null or future becomes now, past stays
    [{}, { status: 'published' }, { status: 'published', publishedAt: START, firstPublishedAt: START, live: true }],
    [{ publishedAt: at(3) }, { status: 'published' }, { status: 'published', publishedAt: START }],
    [{ publishedAt: at(-3) }, { status: 'published' }, { publishedAt: at(-3), firstPublishedAt: at(-3) }],
    [{}, { status: 'published', publishedAt: at(-1) }, { status: 'published', publishedAt: at(-1) }],
    [{}, { status: 'published', publishedAt: at(1) }, { status: 'scheduled', publishedAt: at(1), live: false }],
    [{}, { status: 'published', publishedAt: null }, { status: 'published', publishedAt: START }],
    // scheduled needs a moment to come
    [{}, { status: 'scheduled' }, 'invalid-schedule /publishedAt'],
    [{}, { status: 'scheduled', publishedAt: START }, 'invalid-schedule /publishedAt'],
    [{ publishedAt: at(1) }, { status: 'scheduled' }, { status: 'scheduled', firstPublishedAt: null }],
    [scheduled, { publishedAt: at(6) }, { status: 'scheduled', publishedAt: at(6) }],
    [scheduled, { publishedAt: at(-1) }, 'invalid-schedule /publishedAt'],
    [scheduled, { publishedAt: null }, 'invalid-schedule /publishedAt'],
    [scheduled, { status: 'published' }, { status: 'published', publishedAt: START, live: true }],
    [scheduled, { status: 'draft' }, { status: 'draft', publishedAt: at(5), firstPublishedAt: null }],
    // what is live goes nowhere else
    [live, { publishedAt: at(1) }, 'status-not-reachable /status'],
    [live, { status: 'published', publishedAt: at(1) }, 'status-not-reachable /status'],
    [live, { publishedAt: null }, 'invalid-schedule /publishedAt'],
    [live, { publishedAt: at(-5) }, { publishedAt: at(-5), firstPublishedAt: at(-9) }],
    [live, { status: 'published' }, { publishedAt: at(-9), version: 1 }],
    [live, { status: 'archived' }, { status: 'archived', live: false, publishedAt: at(-9), firstPublishedAt: at(-9) }],
    // the end
    [live, { unpublishAt: at(-9) }, 'invalid-schedule /unpublishAt'],
    [live, { unpublishAt: at(-10) }, 'invalid-schedule /unpublishAt'],
    [live, { unpublishAt: at(-1) }, { status: 'archived', live: false }],
    [live, { unpublishAt: at(1) }, { status: 'published', live: true, unpublishAt: at(1) }],
    [{}, { status: 'published', unpublishAt: START }, 'invalid-schedule /unpublishAt'],
    [scheduled, { unpublishAt: at(4) }, 'invalid-schedule /unpublishAt'],
    [{ publishedAt: at(2), unpublishAt: at(3) }, { publishedAt: at(3) }, 'invalid-schedule /unpublishAt'],
    [{ ...live, status: 'archived', unpublishAt: at(-1) }, { status: 'published' }, 'invalid-schedule /unpublishAt'],
    [{ ...live, status: 'archived', unpublishAt: at(-1) }, { status: 'published', unpublishAt: null }, { live: true }],
  ];
  for (const [from, change, wanted] of rows) {
    const made = await create(galley, { authorIds: [galley.authorId], ...from });
    t.equal(made.status, 201, JSON.stringify(from));
    const { body } = await patch(galley, made.body.id, change);
    const what = `${JSON.stringify(from)} + ${JSON.stringify(change)}`;
    if (typeof wanted === 'string') t.equal(`${body.code} ${body.errors?.[0].pointer}`, wanted, what);
    else t.match(body, wanted, what);
  }
});

test('a schedule is kept by the clock alone', async (t) => {
  const galley = await startGalley(t);
  const { ask, keys, clock, authorId } = galley;
  const body = {
    authorIds: [authorId],
    tags: ['Harbour'],
    status: 'scheduled',
    publishedAt: at(1),
    unpublishAt: at(2),
  };
  const { id, slug } = (await create(galley, body)).body;
  const doors = [
    `/v1/articles/${id}`,
    `/v1/articles/by-slug/${slug}`,
    `/v1/authors/${authorId}`,
    '/v1/tags/by-slug/harbour',
  ];
  const lists = [
    '/v1/articles',
    '/v1/articles?tag=harbour',
    '/v1/articles?author=ada-lovelace',
    '/v1/authors',
    '/v1/tags',
  ];
  const seen = async () => [
    ...(await Promise.all(doors.map(async (door) => (await ask('GET', door)).status === 200))),
    ...(await Promise.all(lists.map(async (list) => (await ask('GET', list)).body.data.length === 1))),
  ];
  const asEditor = async () => (await ask('GET', `/v1/articles/${id}`, { key: keys.editor })).body;
  const listedAs = async (status: string) =>
    (await ask('GET', `/v1/articles?status=${status}&count=exact`, { key: keys.viewer })).body.pagination.total;
  const hidden = Array(9).fill(false);
  const shown = Array(9).fill(true);
  t.strictSame(await seen(), hidden, 'before its moment it is nowhere');
  t.match(await asEditor(), { status: 'scheduled', live: false, firstPublishedAt: null });
  t.strictSame([await listedAs('scheduled'), await listedAs('published'), await listedAs('archived')], [1, 0, 0]);
  clock.advance(HOUR - 1);
  t.strictSame(await seen(), hidden, 'a millisecond before, too');
  clock.advance(1);
  t.strictSame(await seen(), shown, 'at its moment it is everywhere');
  t.match(await asEditor(), { status: 'published', live: true, firstPublishedAt: at(1), version: 1, updatedAt: START });
  t.strictSame([await listedAs('scheduled'), await listedAs('published'), await listedAs('archived')], [0, 1, 0]);
  clock.advance(HOUR - 1);
  t.strictSame(await seen(), shown, 'until the millisecond before its end');
  clock.advance(1);
  t.strictSame(await seen(), hidden, 'and then nowhere');
  t.match(await asEditor(), { status: 'archived', live: false, firstPublishedAt: at(1), version: 1 });
  t.strictSame([await listedAs('scheduled'), await listedAs('published'), await listedAs('archived')], [0, 0, 1]);
  await galley.noteDueMoments();
  t.match(await asEditor(), { status: 'archived', live: false, firstPublishedAt: at(1), version: 1, updatedAt: START });
  t.strictSame([await listedAs('scheduled'), await listedAs('published'), await listedAs('archived')], [0, 0, 1]);
});
