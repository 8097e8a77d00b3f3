/** The time, handed in wherever it matters, so that tests can stop and move it. */
export type Clock = () => Date;

export const systemClock: Clock = () => new Date();
