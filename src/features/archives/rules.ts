/** The months of a time zone, as a calendar there has them. */

/** A month of a calendar; months count from 1. */
export type Month = { year: number; month: number };

/** In seconds: no time zone is further from UTC than this. */
const FURTHEST = 27 * 3600;

/** Tells in which month of a time zone a moment is. */
export type MonthOf = (moment: Date) => Month;

/** `timeZone` is an IANA name. To make the calendar is dear, to ask it is not. */
export const calendarOf = (timeZone: string): MonthOf => {
  const format = new Intl.DateTimeFormat('en', { timeZone, year: 'numeric', month: 'numeric', era: 'narrow' });
  return (moment) => {
    const parts = new Map(format.formatToParts(moment).map(({ type, value }) => [type, value]));
    const year = Number(parts.get('year'));
    // The year before 1 A is 1 B: 0 to those who count.
    return { year: parts.get('era') === 'B' ? 1 - year : year, month: Number(parts.get('month')) };
  };
};

const isBefore = (one: Month, other: Month) =>
  one.year < other.year || (one.year === other.year && one.month < other.month);

/** The first second of a month. Where clocks are set back over midnight, the hour that comes twice is the month’s. */
export const startOf = (monthOf: MonthOf, month: Month): Date => {
  const inUtc = new Date(0).setUTCFullYear(month.year, month.month - 1, 1) / 1000;
  let [before, after] = [inUtc - FURTHEST, inUtc + FURTHEST];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (isBefore(monthOf(new Date(middle * 1000)), month)) before = middle;
    else after = middle;
  }
  return new Date(after * 1000);
};

/** A month as it is written: `2026-11`. */
export const formatMonth = ({ year, month }: Month): string =>
  `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}`;
