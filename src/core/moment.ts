/** Moments on the wire: RFC 3339, in with any offset, out in UTC with milliseconds. */

/** When a thing that comes from elsewhere was made and last changed there; where it does not say, it is now. */
export type PastMoments = { createdAt?: Date; updatedAt?: Date };

const RFC3339 = /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/;

/**
 * Reads an RFC 3339 date-time of the years 1 to 9999; fractions finer than a millisecond are cut.
 * undefined for anything else, leap seconds and dates that do not exist among it.
 */
export const parseMoment = (text: string): Date | undefined => {
  const match = RFC3339.exec(text);
  if (!match) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const [offsetHours, offsetMinutes] = [Number(match[9] ?? 0), Number(match[10] ?? 0)];
  if (hour > 23 || minute > 59 || second > 59 || offsetHours > 23 || offsetMinutes > 59) return undefined;
  const moment = new Date(0);
  moment.setUTCFullYear(year, month - 1, day);
  if (moment.getUTCMonth() !== month - 1 || moment.getUTCDate() !== day) return undefined;
  moment.setUTCHours(hour, minute, second, Number((match[7] ?? '').slice(0, 3).padEnd(3, '0')));
  const offset = (offsetHours * 60 + offsetMinutes) * 60_000 * (match[8] === '-' ? -1 : 1);
  const instant = new Date(moment.getTime() - offset);
  return instant.getUTCFullYear() >= 1 && instant.getUTCFullYear() <= 9999 ? instant : undefined;
};

/** Writes a moment for the wire, such as `2026-11-22T07:00:00.000Z`; null stays null. */
export const formatMoment = <T extends Date | null>(moment: T): T extends Date ? string : string | null =>
  (moment === null ? null : moment.toISOString()) as T extends Date ? string : string | null;
