/** What the errors of PostgreSQL and its driver say, by their codes (PostgreSQL's manual, appendix A). */
import type { Failure } from './store.ts';

type DriverError = { code?: string; message?: string; cause?: DriverError };

/** The error of the driver, which Drizzle may have wrapped. */
const faultOf = (error: unknown): DriverError => (error as DriverError).cause ?? (error as DriverError);
const codeOf = (error: unknown): string => faultOf(error).code ?? '';

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
  /^(?:08.{3}|57P0[1-3]|25006|E(?:CONNREFUSED|CONNRESET|PIPE|TIMEDOUT|HOSTUNREACH|NETUNREACH|NOTFOUND|AI_AGAIN))$/;
/** What the driver says without a code where a connection is lost, or cannot be had in time. */
const LOST =
  /^(?:Connection terminated|Client has encountered a connection error|Client was closed|timeout expired|timeout exceeded when trying to connect)/;

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
  if (BUSY.test(code)) return 'busy';
  if (FULL.test(code)) return 'full';
  return isLost(error) ? 'unreachable' : undefined;
};
