/** Work that is done again and again beside the requests. */

export type Repeating = { stop: () => Promise<void> };

/** Does a piece of work every so many milliseconds, never twice at a time, until `stop`; `onError` hears of what failed. */
export const repeat = (work: () => Promise<void>, every: number, onError: (error: unknown) => void): Repeating => {
  let running: Promise<void> | undefined;
  const timer = setInterval(() => {
    running ??= work()
      .catch(onError)
      .finally(() => {
        running = undefined;
      });
  }, every).unref();
  return {
    stop: async () => {
      clearInterval(timer);
      await running;
    },
  };
};

/**
 * Does a piece of work now and every so many milliseconds, never twice at a time, until `stop`; in between it may ask
 * whether it was stopped. `onError` hears of what failed.
 */
export const repeatFromNow = (
  work: (isStopped: () => boolean) => Promise<void>,
  every: number,
  onError: (error: unknown) => void,
): Repeating => {
  let isStopped = false;
  const once = () => work(() => isStopped);
  const atStart = once().catch(onError);
  const later = repeat(() => atStart.then(once), every, onError);
  return {
    stop: async () => {
      isStopped = true;
      await atStart;
      await later.stop();
    },
  };
};
