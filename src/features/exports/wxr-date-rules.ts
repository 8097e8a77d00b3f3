/** Moments as WordPress writes them: to the second, once by the clock of the site and once in GMT. */

/** What stands where there is no moment. */
export const NO_MOMENT = '0000-00-00 00:00:00';

/** A moment in GMT. */
export const wordPressGmt = (at: Date): string => at.toISOString().slice(0, 19).replace('T', ' ');

export type WordPressDates = { local(at: Date): string };

const FIELDS = ['year', 'month', 'day', 'hour', 'minute', 'second'] as const;

/** Tells moments by the clock of a time zone; the formatter is dear, so one is made for all. */
export const wordPressDates = (timeZone: string): WordPressDates => {
  const calendar = new Intl.DateTimeFormat('en-GB', {
    ...{ timeZone, calendar: 'iso8601', numberingSystem: 'latn', hourCycle: 'h23' },
    ...{ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' },
  });
  return {
    local: (at) => {
      const parts = new Map(calendar.formatToParts(at).map(({ type, value }) => [type, value]));
      const [year = '', month, day, hour, minute, second] = FIELDS.map((field) => parts.get(field));
      return `${year.padStart(4, '0')}-${month}-${day} ${hour}:${minute}:${second}`;
    },
  };
};
