/** The moments to come at which what everyone may read changes by itself. */
export type Schedule = {
  /** The first moment after `now`, null where none is set; undefined where that has to be asked of the store. */
  peek(now: Date): Date | null | undefined;
  /** The same, asked of the store where need be. */
  next(now: Date): Promise<Date | null>;
  /** The last moment that was found to have passed, in ms since 1970. */
  lastPassed: number;
  /** Is called when a moment was found to have passed. */
  onPassed?: () => void;
  /** Ends the keeping. */
  close(): void;
};
