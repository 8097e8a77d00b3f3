/** How much of each goes out. */
export type Tally = { authors: number; tags: number; articles: number; comments: number };

export const noTally = (): Tally => ({ authors: 0, tags: 0, articles: 0, comments: 0 });

/** Notes that one more went out. */
export type Count = (kind: keyof Tally) => void;
