/** Moments as WordPress writes them: `2010-06-11 22:27:04`, once in GMT and once as the clock of the site showed it. */

const WRITTEN = /^(\d{4})-(\d{2})-(\d{2}) (\d{2}):(\d{2}):(\d{2})$/;

/** Reads a moment as if it were GMT; null for `0000-00-00 00:00:00` and what is no moment. */
const parseWritten = (text: string): Date | null => {
  const parts = WRITTEN.exec(text)?.slice(1).map(Number);
  if (!parts) return null;
  const [year, month, day, hour, minute, second] = parts as [number, number, number, number, number, number];
  const moment = new Date(0);
  moment.setUTCFullYear(year, month - 1, day);
  moment.setUTCHours(hour, minute, second);
  const isReal = moment.getUTCMonth() === month - 1 && moment.getUTCDate() === day && hour < 24 && minute < 60;
  return isReal && year > 0 ? moment : null;
};

/** The offset of the site's clock, learnt from the moments that stand in a file both ways. */
export class Offsets {
  readonly #counts = new Map<number, number>();

  learn(local: string, gmt: string): void {
    const [here, there] = [parseWritten(local), parseWritten(gmt)];
    if (!here || !there) return;
    const offset = here.getTime() - there.getTime();
    if (Math.abs(offset) <= 14 * 3_600_000) this.#counts.set(offset, (this.#counts.get(offset) ?? 0) + 1);
  }

  /** The most frequent one, in milliseconds that the clock is ahead of GMT; 0 where none was learnt. */
  get usual(): number {
    return [...this.#counts].reduce((most, each) => (each[1] > most[1] ? each : most), [0, 0])[0];
  }
}

/** A moment for a record, and whether it had to be worked out from the clock of the site. */
export type Told = { at: string; isDerived: boolean };

/**
 * A moment told twice: GMT where it is there, else the clock of the site less its offset. `feedDate`: the moment as RSS
 * has it, which is GMT and better than the usual offset. Null where there is none.
 */
export const momentOf = (gmt: string, local: string, offset: number, feedDate = ''): Told | null => {
  const exact = parseWritten(gmt);
  if (exact) return { at: exact.toISOString(), isDerived: false };
  const here = parseWritten(local);
  if (!here) return null;
  const fed = new Date(feedDate);
  const isNear = Math.abs(fed.getTime() - here.getTime()) <= 14 * 3_600_000;
  return { at: (isNear ? fed : new Date(here.getTime() - offset)).toISOString(), isDerived: true };
};
