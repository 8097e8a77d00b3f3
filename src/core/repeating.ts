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
