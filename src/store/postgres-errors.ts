/** What the errors of PostgreSQL and its driver say, by their codes (PostgreSQL's manual, appendix A). */
import type { Failure } from './store.ts';

/** The code of an error, which Drizzle may have wrapped. */
const codeOf = (error: unknown): string => {
  const { cause, code } = error as { cause?: { code?: string }; code?: string };
  return cause?.code ?? code ?? '';
};

/** Serialisation failure and deadlock: the unit is to be run again. */
const RACED = /^(?:40001|40P01)$/;
/**
 * A value that is there already, a row that is gone: rules look for both before they write, so another unit came
 * between; the next run sees it and refuses.
 */
const OVERTAKEN = /^(?:23505|23503)$/;
/** Lock, statement and idle timeouts, and no connection left. */
const BUSY = /^(?:40001|40P01|55P03|57014|25P03|53300)$/;
/** No room, no memory. */
const FULL = /^(?:53100|53200)$/;
/** The server stops or starts, is a standby by now, or cannot be reached. */
const UNREACHABLE =
  /^(?:08.{3}|57P0[1-3]|25006|CONNECTION_(?:CLOSED|ENDED|DESTROYED)|CONNECT_TIMEOUT|E(?:CONNREFUSED|CONNRESET|PIPE|TIMEDOUT|HOSTUNREACH|NOTFOUND|AI_AGAIN))$/;

/** Whether a unit is to be run again, since others were in its way. */
export const isRaced = (error: unknown): boolean => RACED.test(codeOf(error));

/** Whether a unit met what was not there when it looked. */
export const isOvertaken = (error: unknown): boolean => OVERTAKEN.test(codeOf(error));

/** Whether the server gave a statement up for its time. */
export const isGivenUp = (error: unknown): boolean => codeOf(error) === '57014';

/** What an error says of the store. */
export const failureOf = (error: unknown): Failure | undefined => {
  const code = codeOf(error);
  if (BUSY.test(code)) return 'busy';
  if (FULL.test(code)) return 'full';
  return UNREACHABLE.test(code) ? 'unreachable' : undefined;
};
