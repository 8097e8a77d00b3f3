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

/**
 * Work that many ask for, as an async function: it is never done twice at a time, and done once more where it was asked
 * for meanwhile. Who asks waits until all of that is done.
 */
export const onceMore = (work: () => Promise<void>): (() => Promise<void>) => {
  let running: Promise<void> | undefined;
  let isWanted = false;
  const runAll = async (): Promise<void> => {
    try {
      while (isWanted) {
        isWanted = false;
        await work();
      }
    } finally {
      running = undefined; // in one go with the look at what is wanted: nobody asks in between
    }
  };
  return () => {
    isWanted = true;
    running ??= runAll();
    return running;
  };
};
