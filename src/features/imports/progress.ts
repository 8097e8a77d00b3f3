/** How far an import is, as it is kept. */
import type { ImportRow } from './import-queries.ts';
import { type Counts, noCounts, type Problem } from './report.ts';

/** So many problems are kept, from the first on; all are counted. */
export const MOST_KEPT = 1000;
/** What is kept of what a problem says, in UTF-16 units. */
const LONGEST_REASON = 1000;

export type Progress = { counts: Counts; problems: readonly Problem[]; problemCount: number };

/** What was kept so far. */
export const progressOf = ({ counts, problems, problemCount }: ImportRow): Progress => ({
  counts: (counts as Counts | null) ?? noCounts(),
  problems: problems as Problem[], // as they were kept
  problemCount,
});

/** Neither engine keeps NUL alike, and a letter may be cut in two. */
const shorten = (text: string) => text.slice(0, LONGEST_REASON).toWellFormed().replaceAll('\0', '\ufffd');

const keepable = (problem: Problem): Problem => ({
  ...problem,
  record: problem.record && shorten(problem.record),
  field: problem.field && shorten(problem.field),
  reason: shorten(problem.reason),
});

/** The progress after more was done; `counts` are those of all. */
export const advance = (before: Progress, counts: Counts, more: readonly Problem[]): Progress => ({
  counts: structuredClone(counts),
  problems:
    more.length === 0 || before.problems.length >= MOST_KEPT
      ? before.problems
      : [...before.problems, ...more.slice(0, MOST_KEPT - before.problems.length).map(keepable)],
  problemCount: before.problemCount + more.length,
});

/** What of a progress is to be written: its problems only where there are more than before, for they may be long. */
export const changesOf = (before: Progress, now: Progress) => ({
  counts: now.counts as Record<string, unknown>,
  problemCount: now.problemCount,
  ...(now.problems !== before.problems && { problems: [...now.problems] }),
});
