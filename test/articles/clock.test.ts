/** What the clock of the machine may do, and what moments are given as: what is public follows the moment alone. */
import { type Test, test } from 'tap';
import { START, startGalley } from '../support/app.ts';
import { overTheWire } from '../support/wire.ts';

const HOUR = 3_600_000;
const at = (hours: number) => new Date(Date.parse(START) + hours * HOUR).toISOString();

/** A Galley over a socket, its response cache in front, with one article that is scheduled. */
const startDesk = async (t: Test, publishedAt: string) => {
  const galley = await startGalley(t);
  const { ask, keys, authorId, store } = galley;
  const wire = await overTheWire(t, galley.app);
  const body = { title: 'Later', body: 'Text', authorIds: [authorId], status: 'scheduled', publishedAt };
  const made = await ask('POST', '/v1/articles', { key: keys.editor, body });
  t.equal(made.status, 201);
  const { id } = made.body;
  /** What the public sees, asked twice: from the store, then from what was kept. */
  const seen = async (): Promise<boolean> => {
    const answers: boolean[] = [];
    for (let i = 0; i < 2; i++) {
      const list = JSON.parse((await wire('/v1/articles')).bytes.toString());
      const one = await wire(`/v1/articles/${id}`);
      answers.push(list.data.length === 1, one.status === 200);
    }
    t.equal(new Set(answers).size, 1, `list and article, kept or not, say the same: ${answers}`);
    return answers[0] === true;
  };
  const happened = async () =>
    (await store.db.select().from(store.tables.events).orderBy(store.tables.events.id))
      .filter(({ kind }) => kind === 'article')
      .map(({ type, live }) => `${type.slice(8)}${live ? ' live' : ''}`);
  const counted = async () => (await ask('GET', `/v1/authors/${authorId}`, { key: keys.viewer })).body.articleCount;
  return { ...galley, wire, id, made: made.body, seen, happened, counted };
};

test('a clock put forward brings what has its moment by then, with the first request', async (t) => {
  const desk = await startDesk(t, at(1));
  t.equal(await desk.seen(), false);
  desk.clock.advance(HOUR);
  t.equal(await desk.seen(), true, 'at once, before anything was noted');
  await desk.noteDueMoments();
  await desk.noteDueMoments();
  t.strictSame([await desk.happened(), await desk.counted()], [['created', 'published live'], 1]);
});

test('a clock put back takes what is before its moment again, and brings it at its moment', async (t) => {
  const desk = await startDesk(t, at(1));
  desk.clock.advance(1.5 * HOUR);
  t.equal(await desk.seen(), true);
  await desk.noteDueMoments();
  t.equal(await desk.counted(), 1);
  t.equal(await desk.seen(), true, 'and is kept');

  desk.clock.advance(-HOUR);
  t.equal(await desk.seen(), false, 'nothing that was kept is told before its moment');
  const { headers } = await desk.wire('/v1/articles');
  t.match(headers['cache-control'], /s-maxage=0/, 'nor may another keep what nobody has noted yet');
  await desk.noteDueMoments();
  t.strictSame(
    [await desk.happened(), await desk.counted()],
    [['created', 'published live', 'unpublished'], 0],
    'counts and events follow',
  );
  t.equal(await desk.seen(), false);

  desk.clock.advance(HOUR / 2 - 1);
  t.equal(await desk.seen(), false, 'until the millisecond before');
  desk.clock.advance(1);
  t.equal(await desk.seen(), true, 'and at its moment it is there');
  for (let i = 0; i < 2; i++) await desk.noteDueMoments();
  t.strictSame(
    [await desk.happened(), await desk.counted()],
    [['created', 'published live', 'unpublished', 'published live'], 1],
  );
});

test('a write while the clock is back loses no moment', async (t) => {
  for (const body of [{}, { title: 'Edited' }]) {
    const desk = await startDesk(t, at(1));
    desk.clock.advance(1.5 * HOUR);
    await desk.noteDueMoments();
    desk.clock.advance(-HOUR);
    const answer = await desk.ask('PATCH', `/v1/articles/${desk.id}`, { key: desk.keys.editor, body });
    t.match(answer, { status: 200, body: { status: 'scheduled', live: false } });
    t.equal(await desk.seen(), false);
    await desk.noteDueMoments();
    t.equal(await desk.counted(), 0);
    desk.clock.advance(HOUR);
    t.equal(await desk.seen(), true);
    await desk.noteDueMoments();
    t.equal(await desk.counted(), 1, JSON.stringify(body));
  }
});

test('what has ended stays so when the clock is put back', async (t) => {
  const desk = await startDesk(t, at(1));
  const { ask, keys, clock, id } = desk;
  t.equal((await ask('PATCH', `/v1/articles/${id}`, { key: keys.editor, body: { unpublishAt: at(2) } })).status, 200);
  clock.advance(2 * HOUR);
  t.equal(await desk.seen(), false);
  await desk.noteDueMoments();
  clock.advance(-HOUR / 2);
  await desk.noteDueMoments();
  t.equal(await desk.seen(), false, 'it was withdrawn for good');
  t.match((await ask('GET', `/v1/articles/${id}`, { key: keys.editor })).body, { status: 'archived', live: false });
});

test('a moment is one instant, whatever offset it is given with, and no time zone shifts it', async (t) => {
  // In Berlin the clocks went from 03:00 +02:00 back to 02:00 +01:00 on 2026-10-25, and on 2027-03-28 from 02:00 to 03:00.
  type Row = [given: string, instant: string];
  const rows: Row[] = [
    ['2026-11-22T18:00:00+05:30', '2026-11-22T12:30:00.000Z'],
    ['2026-11-22T18:00:00.999999-03:00', '2026-11-22T21:00:00.999Z'],
    ['2026-11-23T00:15:00+14:00', '2026-11-22T10:15:00.000Z'],
    ['2027-03-28T01:59:59.999+01:00', '2027-03-28T00:59:59.999Z'],
    ['2027-03-28T03:00:00+02:00', '2027-03-28T01:00:00.000Z'],
    ['2027-10-31T02:30:00+02:00', '2027-10-31T00:30:00.000Z'],
    ['2027-10-31T02:30:00+01:00', '2027-10-31T01:30:00.000Z'],
  ];
  for (const [given, instant] of rows) {
    const desk = await startDesk(t, given);
    t.equal(desk.made.publishedAt, instant, given);
    const site = await desk.ask('PATCH', '/v1/site', { key: desk.keys.admin, body: { timeZone: 'Europe/Berlin' } });
    t.equal(site.status, 200);
    desk.clock.now = new Date(Date.parse(instant) - 1);
    t.equal(await desk.seen(), false, `${given}: a millisecond before`);
    desk.clock.advance(1);
    t.equal(await desk.seen(), true, `${given}: at its moment`);
    await desk.noteDueMoments();
    t.equal(await desk.counted(), 1);
  }
});

test('across the change to summer time the public is told for as long as it is true', async (t) => {
  const desk = await startDesk(t, '2027-03-28T03:30:00+02:00');
  desk.clock.now = new Date('2027-03-28T01:59:30+01:00'); // half an hour and thirty seconds to go, not one and a half
  t.match((await desk.wire('/v1/articles')).headers['cache-control'], /s-maxage=60\b/);
  desk.clock.now = new Date('2027-03-28T03:29:18+02:00');
  t.match((await desk.wire('/v1/articles')).headers['cache-control'], /s-maxage=42\b/);
  t.equal(await desk.seen(), false);
  desk.clock.advance(42_000);
  t.equal(await desk.seen(), true);
});
