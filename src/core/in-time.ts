/** Waiting with an end. */
import { setTimeout as sleep } from 'node:timers/promises';

/** What some work gives, or `tooLate` thrown where it takes longer than so many milliseconds; the work itself goes on. */
export const inTime = async <T>(work: Promise<T>, milliseconds: number, tooLate: string): Promise<T> => {
  const ended = new AbortController();
  const give = async () => {
    await sleep(milliseconds, undefined, { signal: ended.signal });
    throw new Error(tooLate);
  };
  try {
    return await Promise.race([work, give()]);
  } finally {
    ended.abort();
  }
};
