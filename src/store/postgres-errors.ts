/** What the errors of PostgreSQL and its driver say, by their codes (PostgreSQL's manual, appendix A). */
import { faultOf } from './faults.ts';
import type { Failure } from './store.ts';
import { isQueuedTooLong } from './unit.ts';

const codeOf = (error: unknown): string => faultOf(error).code ?? '';

/** Serialisation failure and deadlock: the unit is to be run again. */
const RACED = /^(?:40001|40P01)$/;
/**
 * A value that is there already, a row that is gone: rules look for both before they write, so another unit came
 * between; the next run sees it and refuses.
 */
const OVERTAKEN = /^(?:23505|23503)$/;
/** Lock, statement and idle timeouts, and no memory or connection left. */
const BUSY = /^(?:40001|40P01|55P03|57014|25P03|53200|53300)$/;
/** No room on the disk. */
const FULL = /^53100$/;
/** The server stops or starts, is a standby by now, lets nobody in, or cannot be reached. */
const UNREACHABLE =
  /^(?:08.{3}|28.{3}|57P0[1-5]|25006|3D000|E(?:NOENT|HOSTDOWN|CONNREFUSED|CONNRESET|PIPE|TIMEDOUT|HOSTUNREACH|NETUNREACH|NOTFOUND|AI_AGAIN))$/;
/** What the driver says without a code where a connection is lost, or cannot be had in time. */
const LOST =
  /^(?:Connection terminated|Client has encountered a connection error|Client was closed|Query read timeout|The store did not answer|timeout expired|timeout exceeded when trying to connect)/;

/** Whether a unit is to be run again, since others were in its way. */
export const isRaced = (error: unknown): boolean => RACED.test(codeOf(error));

/** Whether a unit met what was not there when it looked. */
export const isOvertaken = (error: unknown): boolean => OVERTAKEN.test(codeOf(error));

/** Whether the server gave a statement up for its time. */
export const isGivenUp = (error: unknown): boolean => codeOf(error) === '57014';

/** Whether an error says that a connection was lost or could not be had. */
export const isLost = (error: unknown): boolean => {
  const { code, message = '' } = faultOf(error);
  return code === undefined ? LOST.test(message) : UNREACHABLE.test(code);
};

/** What an error says of the store. */
export const failureOf = (error: unknown): Failure | undefined => {
  const code = codeOf(error);
  if (BUSY.test(code) || isQueuedTooLong(error)) return 'busy';
  if (FULL.test(code)) return 'full';
  return isLost(error) ? 'unreachable' : undefined;
};
