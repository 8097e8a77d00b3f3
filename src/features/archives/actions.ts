/** What can be done with archives: they are listed, month by month. */
import { setImmediate as pause } from 'node:timers/promises';
import type { Parts } from '../../store/store.ts';
import { countLive, findNewestBefore } from '../articles/count-queries.ts';
import { readSite } from '../site/actions.ts';
import { calendarOf, formatMonth, startOf } from './rules.ts';

/** A month in which articles were published that are live, and how many. */
export type ArchiveMonth = { month: string; count: number };

/** The months with live articles, newest first, in the time zone of the site. Months without any cost nothing. */
export const listArchives = async ({ store, clock }: Parts): Promise<ArchiveMonth[]> => {
  const now = clock();
  const monthOf = calendarOf((await readSite(store)).timeZone);
  const months: ArchiveMonth[] = [];
  for (let until = new Date(now.getTime() + 1); ; await pause()) {
    const newest = await findNewestBefore(store, until);
    if (newest === undefined) return months;
    const month = formatMonth(monthOf(newest));
    const begins = startOf(monthOf, monthOf(newest));
    // Where clocks were set back over midnight a month has two beginnings, and what is between them comes next.
    const start = new Date(Math.min(begins.getTime(), newest.getTime()));
    const count = await countLive(store, start, until, now);
    const later = months.at(-1);
    if (later?.month === month) later.count += count;
    else if (count > 0) months.push({ month, count });
    until = start;
  }
};
