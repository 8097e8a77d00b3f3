/** Moments in the names of files: in UTC, to the second, and so that names sort as moments do. */

const STAMP = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;

/** Writes a moment, such as `20261122T070000Z`. */
export const stampOf = (moment: Date): string => moment.toISOString().replaceAll(/[-:]|\.\d+/g, '');

/** Reads one that `stampOf` wrote; undefined for anything else. */
export const momentOfStamp = (text: string): Date | undefined => {
  const moment = new Date(text.replace(STAMP, '$1-$2-$3T$4:$5:$6Z'));
  return STAMP.test(text) && !Number.isNaN(moment.getTime()) && stampOf(moment) === text ? moment : undefined;
};
