/** What is behind an error: a driver's own, which Drizzle and we may have wrapped. */

export type Fault = Error & { code?: string; cause?: Fault };

/** The first cause of an error. */
export const faultOf = (error: unknown): Fault => {
  let fault = error as Fault;
  while (fault.cause instanceof Error) fault = fault.cause;
  return fault;
};
