/** When what was not delivered is tried again, what becomes of a delivery by a try, and who is tried at once. */
import { MOST_ATTEMPTS } from '../../core/deliveries.ts';
import { formatMoment } from '../../core/moment.ts';
import type { Attempt, DeliveryStatus } from '../../store/delivery-tables.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** How long after each try follows the next, in milliseconds: Standard Webhooks' schedule, of about three days. */
export const DELAYS: readonly number[] = [
  ...[5 * SECOND, 5 * MINUTE, 30 * MINUTE],
  ...[2, 5, 10, 14, 20, 24].map((hours) => hours * HOUR),
];

/** What may come on top of each delay: receivers that were away together are not all asked at once. */
const MOST_JITTER = 0.1;

/** How long a try is left to the process that began it, in milliseconds: then others may take it for lost. */
export const LEASE = 60 * SECOND;

/** How long a receiver may take to answer, in milliseconds. */
export const TIME_LIMIT = 15 * SECOND;

/** The status by which a receiver says that it wants no more. */
const GONE = 410;

/** When a delivery is tried again that was tried so many times; null: never. `chance`: from 0 to 1. */
export const nextTryAt = (tries: number, now: Date, chance: number): Date | null => {
  const delay = DELAYS[tries - 1];
  return delay === undefined ? null : new Date(now.getTime() + Math.round(delay * (1 + MOST_JITTER * chance)));
};

/** What came of a try that began at a moment: a status, or the reason why there is none. */
export type Tried = { at: Date; status: number | null; fault: string | null; durationMs: number };

/** What is written of a delivery once a try is over. */
export type Settlement = {
  status: DeliveryStatus;
  attempts: Attempt[];
  dueAt: Date | null;
  endedAt: Date | null;
  lease: null;
};

export const saysGone = ({ status }: Pick<Tried, 'status'>): boolean => status === GONE;

/** What becomes of a delivery by a try: anything but 2xx is a failure, redirects among it. */
export const settledBy = (
  { tries, attempts }: { tries: number; attempts: readonly Attempt[] },
  tried: Tried,
  now: Date,
  chance: number,
): Settlement => {
  const isTaken = tried.status !== null && tried.status >= 200 && tried.status < 300;
  const dueAt = isTaken || saysGone(tried) ? null : nextTryAt(tries, now, chance);
  const unended: DeliveryStatus = isTaken ? 'delivered' : 'failed';
  return {
    status: dueAt === null ? unended : 'pending',
    attempts: [...attempts, { ...tried, at: formatMoment(tried.at) }].slice(-MOST_ATTEMPTS),
    dueAt,
    endedAt: dueAt === null ? now : null,
    lease: null,
  };
};

/** How many tries a process has under way: to one webhook, to all, and to all where a webhook has none but this. */
const MOST_EACH = 4;
const MOST_SHARED = 16;
const MOST_AT_ALL = 64;

/** Webhooks in the order in which they are asked next, when one was the last: those behind it, and then from the first on. */
export const inTurn = <T extends { id: number }>(webhooks: readonly T[], last: number): T[] => [
  ...webhooks.filter(({ id }) => id > last),
  ...webhooks.filter(({ id }) => id <= last),
];

/**
 * How many tries each of these webhooks may begin, given how many are under way of each: all in turn, so that a slow receiver
 * holds up no other. The first try of each comes out of more than the rest, so that not even several of them do.
 */
export const allot = (wanting: readonly number[], underWay: ReadonlyMap<number, number>): Map<number, number> => {
  const allotted = new Map<number, number>();
  let all = [...underWay.values()].reduce((sum, count) => sum + count, 0);
  for (let turn = 0; turn < MOST_EACH; turn++)
    for (const id of wanting) {
      const given = allotted.get(id) ?? 0;
      const own = (underWay.get(id) ?? 0) + given;
      if (own > turn || all >= (own === 0 ? MOST_AT_ALL : MOST_SHARED)) continue;
      allotted.set(id, given + 1);
      all += 1;
    }
  return allotted;
};
