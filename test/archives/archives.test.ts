/** The archives: how many live articles there are of each month, in the time zone of the site. */
import { test } from 'tap';
import { calendarOf, formatMonth, startOf } from '../../src/features/archives/rules.ts';
import { startGalley } from '../support/app.ts';
import { watchStatements } from '../support/database.ts';

test('live articles are counted by month, newest first', async (t) => {
  const galley = await startGalley(t);
  const { ask, keys, authorId, clock } = galley;
  const create = async (publishedAt: string, more: object = {}) => {
    const body = { title: 'T', body: 'B', authorIds: [authorId], status: 'published', publishedAt, ...more };
    const made = await ask('POST', '/v1/articles', { key: keys.admin, body });
    if (made.status !== 201) throw new Error(made.text);
    return made.body.id as number;
  };
  const months = async (key: string | null = null) =>
    (await ask('GET', '/v1/archives', { key })).body.data
      .map(({ month, count }: { month: string; count: number }) => `${month}:${count}`)
      .join(' ');
  const inZone = (timeZone: string) => ask('PATCH', '/v1/site', { key: keys.admin, body: { timeZone } });

  t.equal(await months(), '', 'none at first');
  await create('2026-11-22T06:59:59.999Z');
  await create('2026-11-01T00:00:00.000Z');
  await create('2026-11-01T00:00:00.000Z');
  await create('2026-10-31T23:59:59.999Z');
  await create('2026-10-31T22:59:59.999Z');
  await create('2024-02-29T12:00:00Z');
  await create('0999-07-01T00:00:00Z');
  await create('0001-01-01T00:00:00Z');
  await create('2026-11-20T00:00:00Z', { unpublishAt: '2026-11-22T08:00:00Z' });
  await create('2026-08-01T00:00:00Z', { unpublishAt: '2026-11-22T08:00:00Z' });
  await create('2026-12-24T00:00:00Z', { status: 'scheduled' });
  await create('2026-11-05T00:00:00Z', { status: 'draft' });
  await create('2026-07-05T00:00:00Z', { status: 'archived' });
  const binned = await create('2026-06-05T00:00:00Z');
  await ask('DELETE', `/v1/articles/${binned}`, { key: keys.admin });

  const old = '2024-02:1 0999-07:1 0001-01:1';
  t.equal(await months(), `2026-11:4 2026-10:2 2026-08:1 ${old}`);
  for (const role of ['viewer', 'admin'] as const) t.equal(await months(keys[role]), await months(), role);
  await inZone('Europe/Lisbon');
  t.equal(
    await months(),
    `2026-11:4 2026-10:2 2026-08:1 ${old.replace('0001-01', '0000-12').replace('0999-07', '0999-06')}`,
  );
  await inZone('Europe/Berlin');
  t.equal(await months(), `2026-11:5 2026-10:1 2026-08:1 ${old}`);
  await inZone('America/New_York');
  t.equal(await months(), '2026-11:2 2026-10:4 2026-07:1 2024-02:1 0999-06:1 0000-12:1');
  await inZone('UTC');
  const { headers } = await ask('GET', '/v1/archives');
  const again = await ask('GET', '/v1/archives', { headers: { 'if-none-match': String(headers.etag) } });
  t.equal(again.status, 304);
  clock.advance(2 * 3_600_000);
  t.equal(await months(), `2026-11:3 2026-10:2 ${old}`, 'what has ended is not counted, also before it is noted');
  await galley.noteDueMoments();
  t.equal(await months(), `2026-11:3 2026-10:2 ${old}`);
  clock.advance(40 * 24 * 3_600_000);
  t.equal(await months(), `2026-12:1 2026-11:3 2026-10:2 ${old}`, 'what has come is');
  t.equal((await ask('GET', '/v1/archives?month=2026-11')).status, 400);

  const { during, planOf } = watchStatements(t, galley.address);
  const { ran } = await during(() => ask('GET', '/v1/archives'));
  const { steps, dear } = await planOf(ran.filter(({ source }) => source.includes('"articles"')));
  t.ok(steps.length > 0);
  t.same(
    dear.filter((step) => /^scan (?!entries$)|^sort|TEMP B-TREE/i.test(step)),
    [],
    'nothing is read through, or sorted',
  );
});

test('an article stands in one month, also where clocks are set back over midnight', async (t) => {
  const galley = await startGalley(t);
  const { ask, keys, authorId } = galley;
  await ask('PATCH', '/v1/site', { key: keys.admin, body: { timeZone: 'America/St_Johns' } });
  // On 1 November 2009, at one minute past midnight, it was one minute past eleven again.
  const moments = ['02:29:00', '02:30:30', '02:31:30', '03:29:00', '03:30:30', '09:00:00'];
  for (const moment of moments) {
    const body = { title: 'T', body: 'B', authorIds: [authorId], status: 'published' };
    await ask('POST', '/v1/articles', { key: keys.admin, body: { ...body, publishedAt: `2009-11-01T${moment}Z` } });
  }
  const { data } = (await ask('GET', '/v1/archives')).body;
  const names = data.map(({ month }: { month: string }) => month);
  t.same(names, ['2009-11', '2009-10']);
  t.equal(data[0].count + data[1].count, moments.length);
});

test('months begin at midnight of the time zone', (t) => {
  const cases: [timeZone: string, moment: string, month: string, begins: string][] = [
    ['UTC', '2026-11-22T07:00:00Z', '2026-11', '2026-11-01T00:00:00.000Z'],
    ['Pacific/Kiritimati', '2026-10-31T10:00:00Z', '2026-11', '2026-10-31T10:00:00.000Z'],
    ['Pacific/Kiritimati', '2026-10-31T09:59:59Z', '2026-10', '2026-09-30T10:00:00.000Z'],
    ['Pacific/Niue', '2026-11-01T10:59:59Z', '2026-10', '2026-10-01T11:00:00.000Z'],
    ['Asia/Kathmandu', '2026-02-28T18:15:00Z', '2026-03', '2026-02-28T18:15:00.000Z'],
    ['Europe/Lisbon', '2026-04-15T00:00:00Z', '2026-04', '2026-03-31T23:00:00.000Z'],
    ['Europe/Paris', '1900-06-15T00:00:00Z', '1900-06', '1900-05-31T23:50:39.000Z'],
    ['Africa/Cairo', '1999-12-31T23:00:00Z', '2000-01', '1999-12-31T22:00:00.000Z'],
    ['Asia/Tokyo', '9999-12-31T23:59:59Z', '10000-01', '9999-12-31T15:00:00.000Z'],
  ];
  for (const [timeZone, moment, month, begins] of cases) {
    const monthOf = calendarOf(timeZone);
    t.equal(formatMonth(monthOf(new Date(moment))), month, `${moment} in ${timeZone}`);
    const start = startOf(monthOf, monthOf(new Date(moment)));
    t.equal(start.toISOString(), begins, `${month} in ${timeZone}`);
    t.same(monthOf(start), monthOf(new Date(moment)));
    t.notSame(monthOf(new Date(start.getTime() - 1)), monthOf(start));
  }
  t.end();
});
