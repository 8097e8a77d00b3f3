/** How long the event loop is held: one turn of it, in which requests are answered one after the other. */

/** A turn is long from here on, in milliseconds: who comes later in it has waited for as long. */
const LONG = 200;
/** For how long all turns must have been long until the loop counts as pressed, in milliseconds: one slow answer is none of it. */
const PRESSED_AFTER = 1000;

/** So many find their answer in any turn: on a machine that is busy with other things a few are no overload. */
const FEW = 25;

export type LoopTurns = {
  /** Whether a request that begins now comes too late in a turn, one of many long ones. */
  isTooLate(): boolean;
};

/**
 * Watches the turns in which somebody asks; an idle loop costs nothing. While all turns of a second were long, what comes
 * late in a turn is too late: so turns end in time, and the first short one ends it, or a pause in which nobody asks.
 */
export const watchTurns = (now: () => number = () => performance.now()): LoopTurns => {
  let began: number | undefined;
  let ended = Number.NEGATIVE_INFINITY;
  let longSince: number | undefined;
  let asked = 0;
  const endTurn = () => {
    ended = now();
    const start = began as number; // it was set where this was asked for
    began = undefined;
    if (ended - start < LONG) longSince = undefined;
    else longSince ??= start;
  };
  return {
    isTooLate: () => {
      const at = now();
      asked++;
      if (began === undefined) {
        if (at - ended > LONG) longSince = undefined; // nobody asked meanwhile: nobody was kept waiting
        began = at;
        asked = 1;
        setImmediate(endTurn);
        return false;
      }
      return asked > FEW && at - began > LONG && longSince !== undefined && at - longSince > PRESSED_AFTER;
    },
  };
};
