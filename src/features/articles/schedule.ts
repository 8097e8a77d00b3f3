/**
 * Knows the next moment at which something goes live or ceases to be, without asking the store at every read. What was
 * answered before a moment is not true after it: whoever keeps answers is told when one has passed.
 */
import type { Schedule } from '../../core/schedule.ts';
import type { Store } from '../../store/store.ts';
import { findNextMoment } from './due-queries.ts';

/** How far back a clock must go, in ms, not to be taken for a request that began a little earlier. */
const BACK_IN_TIME = 1000;

/** Keeps the schedule of a store; a commit that moves it makes it unknown until it is asked for again. */
export const keepSchedule = (store: Store): Schedule => {
  let next: Date | null | undefined;
  /** Up to when it is known which moments have passed: the time of the last look, in ms. */
  let since: number | undefined;
  let touches = 0;
  const wentBack = (now: Date) => since !== undefined && now.getTime() < since - BACK_IN_TIME;
  const schedule: Schedule = {
    lastPassed: Number.NEGATIVE_INFINITY,
    peek: (now) => {
      if (next === undefined || (next !== null && next <= now) || wentBack(now)) return undefined;
      since = Math.max(since ?? now.getTime(), now.getTime());
      return next;
    },
    next: async (now) => {
      if (wentBack(now)) {
        // What had its moment has it once more: nothing that was answered holds.
        next = undefined;
        since = now.getTime();
        schedule.lastPassed = since;
        schedule.onPassed?.();
      }
      for (;;) {
        const known = schedule.peek(now);
        if (known !== undefined) return known;
        const seen = touches;
        const found = await findNextMoment(store, new Date(Math.min(since ?? now.getTime(), now.getTime())));
        if (seen !== touches) continue;
        if (found === null || found > now) {
          next = found;
          since = now.getTime();
        } else {
          since = found.getTime();
          schedule.lastPassed = since;
          schedule.onPassed?.();
        }
      }
    },
    close: store.onTouched((touched) => {
      if (touched !== 'all' && !touched.has('schedule')) return;
      touches++;
      next = undefined;
    }),
  };
  return schedule;
};
