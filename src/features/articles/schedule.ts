/**
 * Knows the next moment at which something goes live, ceases to be or takes no more comments, without asking the store at
 * every read. What was answered before a moment is not true after it: whoever keeps answers is told when one has passed.
 */
import type { Schedule } from '../../core/schedule.ts';
import type { Store } from '../../store/store.ts';
import { readSite } from '../site/actions.ts';
import { findNextMoment, findNextPublication } from './due-queries.ts';
import { openFor } from './rules.ts';

/** How far back a clock must go, in ms, not to be taken for a request that began a little earlier. */
const BACK_IN_TIME = 1000;

/** The first moment after one at which an article grows too old for comments; null where the site lets none do so. */
const findNextClosing = async (store: Store, after: Date): Promise<Date | null> => {
  const span = openFor(await readSite(store));
  if (span === null) return null;
  const publishedAt = await findNextPublication(store, new Date(after.getTime() - span));
  return publishedAt && new Date(publishedAt.getTime() + span);
};

/** The first moment after one at which what is answered to everyone changes by itself; null where none is set. */
const findNext = async (store: Store, after: Date): Promise<Date | null> => {
  const [moment, closing] = [await findNextMoment(store, after), await findNextClosing(store, after)];
  return moment && closing && closing < moment ? closing : (moment ?? closing);
};

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
        const found = await findNext(store, new Date(Math.min(since ?? now.getTime(), now.getTime())));
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
