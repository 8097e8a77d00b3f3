/**
 * Tells one cache outside which groups commits have touched: at once, and once more, as it may have fetched an answer just
 * before a commit and stored it just after it was told. All that is kept is up to which touch it has been told twice; what
 * comes after it is told by whoever looks next, so a process that ends loses nothing, and says some of it again.
 */
import { randomUUID } from 'node:crypto';
import { nameOfTarget, type PurgeTarget } from '../../core/purge-targets.ts';
import type { Sender } from '../../outgoing/sender.ts';
import type { Parts, Store } from '../../store/store.ts';
import type { Touched } from '../../store/touches.ts';
import { mergeTouched, purgeRequests } from './presets.ts';
import {
  findNewestTouchId,
  findTarget,
  hasTouch,
  insertTarget,
  leaseTarget,
  listTouchesAfter,
  moveTarget,
} from './queries.ts';

/** After how long it is told again, in milliseconds; what was told within so much is told again together. */
export const AGAIN_AFTER = 5000;
const TOGETHER = 1000;
/** For how long a process has a target to itself, in milliseconds; so long nobody tells it where that one was killed. */
export const LEASE = 10_000;
/** The pauses after it could not be told, in milliseconds: twice as long each time. */
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 60_000;
/** How many touches are read at once. */
const AT_ONCE = 1000;
/** The place of a target of which nobody knows what it holds. */
const NOTHING_KNOWN = -1;

export type PurgeParts = Parts & { sender: Sender };

/** That a cache could not be told; tried again later. */
class NotPurged extends Error {}

/** What was told once, up to a touch, and when it is due again. */
type Told = { upTo: number; touched: Touched; since: Date; dueAt: Date };

/** What this process knows of a target while it has it to itself: told once up to a touch, and twice up to another. */
type Holding = { lease: string; once: number; twice: number; noted: number; again: Told[] };

const after = (moment: Date, milliseconds: number): Date => new Date(moment.getTime() + milliseconds);

/**
 * Whether a moment is still to come; where it is farther away than it can be, the clock was put back, and it is not
 * waited for.
 */
const isAhead = (moment: Date, now: Date, most: number): boolean => moment > now && moment <= after(now, most);

/** What was touched after a touch; undefined: nothing. Everything, where nobody knows it any more. */
const findTouchedAfter = async (store: Store, id: number): Promise<{ last: number; touched: Touched } | undefined> => {
  if (id === NOTHING_KNOWN) return { last: await findNewestTouchId(store), touched: 'all' };
  const rows = await listTouchesAfter(store, { after: id, limit: AT_ONCE });
  const [first, last] = [rows[0], rows.at(-1)];
  if (!first || !last) return undefined;
  // Ids that were given to what was not kept are missing, too.
  const isWhole = first.id === id + 1 || (await hasTouch(store, id));
  return { last: last.id, touched: isWhole ? mergeTouched(rows.map(({ groups }) => new Set(groups))) : 'all' };
};

/** One target as this process tells it: `look` tells what is to be told now, `letGo` leaves the rest to others. */
export const createTeller = ({ store, clock, sender }: PurgeParts, target: PurgeTarget) => {
  const name = nameOfTarget(target);
  let holding: Holding | undefined;
  let failures = 0;
  let pausedUntil = clock();

  /** Takes the target, where there is something to tell and nobody else has it. */
  const take = async (now: Date): Promise<Holding | undefined> => {
    const longest = after(now, LONGEST_PAUSE + LEASE);
    const row = await findTarget(store, name);
    const isLeft =
      row?.lease != null && row.leasedUntil !== null && row.leasedUntil > now && row.leasedUntil <= longest;
    if (isLeft || (row && !(await findTouchedAfter(store, row.touchId)))) return undefined;
    const lease = randomUUID();
    const touchId = await store.transaction(async (tx) => {
      if (!row) await insertTarget(tx, name, NOTHING_KNOWN);
      return leaseTarget(tx, name, { lease, leasedUntil: after(now, LEASE), now, longest });
    });
    return touchId === undefined ? undefined : { lease, once: touchId, twice: touchId, noted: touchId, again: [] };
  };

  /**
   * Notes how far it has been told twice; `until` null gives the target back, which is also over where another has taken
   * it.
   */
  const note = async (held: Holding, until: Date | null): Promise<void> => {
    const move = { touchId: held.twice, leasedUntil: until };
    const isOurs = await store.transaction((tx) => moveTarget(tx, { name, lease: held.lease }, move));
    held.noted = held.twice;
    if (!isOurs || until === null) holding = undefined;
  };

  const send = async (held: Holding, touched: Touched): Promise<void> => {
    const sent = await Promise.all(purgeRequests(target, touched).map((request) => sender.send(request)));
    const bad = sent.find(({ status }) => status === null || status < 200 || status > 299);
    if (!bad) {
      failures = 0;
      return;
    }
    const now = clock();
    const pause = Math.min(FIRST_PAUSE * 2 ** failures, LONGEST_PAUSE);
    failures += 1;
    pausedUntil = after(now, pause);
    await note(held, after(pausedUntil, LEASE));
    throw new NotPurged(`${name} answered ${bad.status ?? `nothing (${bad.fault})`}; it is tried again`);
  };

  /** What was told just now is due again later; where that is soon after what was told before, both together. */
  const tellAgain = (held: Holding, upTo: number, touched: Touched): void => {
    const now = clock();
    const dueAt = after(now, AGAIN_AFTER);
    const before = held.again.at(-1);
    if (before && isAhead(after(before.since, TOGETHER), now, TOGETHER))
      Object.assign(before, { upTo, touched: mergeTouched([before.touched, touched]), dueAt });
    else held.again.push({ upTo, touched, since: now, dueAt });
  };

  const tell = async (held: Holding, now: Date): Promise<void> => {
    const fresh = await findTouchedAfter(store, held.once);
    const waiting = held.again.findIndex(({ dueAt }) => isAhead(dueAt, now, AGAIN_AFTER));
    const due = waiting === -1 ? held.again : held.again.slice(0, waiting);
    const touched = [...due.map((told) => told.touched), ...(fresh ? [fresh.touched] : [])];
    if (touched.length > 0) await send(held, mergeTouched(touched));
    held.again = held.again.slice(due.length);
    held.twice = due.at(-1)?.upTo ?? held.twice;
    if (fresh) {
      held.once = fresh.last;
      tellAgain(held, fresh.last, fresh.touched);
    }
    if (held.again.length === 0) await note(held, null);
    else if (held.twice !== held.noted) await note(held, after(clock(), LEASE));
  };

  return {
    /** Throws where the cache, or the store, did not do its part: then it is tried again at a later look. */
    look: async (): Promise<void> => {
      const now = clock();
      if (isAhead(pausedUntil, now, LONGEST_PAUSE)) return;
      holding ??= await take(now);
      if (holding) await tell(holding, now);
    },
    letGo: async (): Promise<void> => {
      if (holding) await note(holding, null);
    },
  };
};
