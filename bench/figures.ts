/** The figures of a benchmark. */

/** What one load gave. Latencies are in milliseconds. */
export type Load = {
  requests: number;
  perSecond: number;
  p50: number;
  p99: number;
  /** The longest. */
  max: number;
  /** Answers of 400 and more. */
  refused: number;
};
/**
 * A load, and microseconds of the server's processor time for each request; `storeCpu`: of the server of its store, 0
 * where there is none, NaN where it cannot be told.
 */
export type Figures = Load & { cpu: number; storeCpu: number };

/** The middle one; of an even number the mean of both. NaN for none. */
export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
};

/** The value that so much of all are not above. NaN for none. */
export const percentile = (values: readonly number[], share: number): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
};

/** Of each figure the median of the rounds. */
export const medianOf = (rounds: readonly Figures[]): Figures => {
  const of = (name: keyof Figures) => median(rounds.map((round) => round[name]));
  return {
    ...{ requests: of('requests'), perSecond: of('perSecond'), refused: of('refused') },
    ...{ cpu: of('cpu'), storeCpu: of('storeCpu') },
    ...{ p50: of('p50'), p99: of('p99'), max: of('max') },
  };
};
