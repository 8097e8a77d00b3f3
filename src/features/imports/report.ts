/** What an import tells: how many records became what, and every record that was skipped, altered or kept. */
import type { Alteration } from './found.ts';
import { KINDS, type Kind } from './records.ts';

/** What became of a record. */
export type Fate = 'created' | 'unchanged' | 'skipped';

/** What became of a record that was to be written, and what is to be said of it. */
export type Written = { fate: Fate; altered?: Alteration[]; kept?: Alteration[]; skipped?: Alteration[] };

/**
 * A record that did not go in as it was: `skipped` (nothing of it is stored), `altered` (stored otherwise than written)
 * or `kept` (something else is stored there already, and stays). `record` is its source or key.
 */
export type Problem = Alteration & {
  line: number;
  kind: Kind | null;
  record: string | null;
  outcome: 'skipped' | 'altered' | 'kept';
};

/** read = created + unchanged + skipped. */
export type Tally = { read: number } & Record<Fate, number>;

export type Counts = Tally & {
  site: Tally;
  author: Tally;
  tag: Tally;
  article: Tally;
  comment: Tally;
  /** Records of no known kind; all are skipped. */
  other: Tally;
  /** What was made without a record of its own, because an article names it. */
  made: { authors: number; tags: number };
};

export type Report = { counts: Counts; problems: Problem[] };

const noTally = (): Tally => ({ read: 0, created: 0, unchanged: 0, skipped: 0 });

/** A report in which nothing has been read. */
export const emptyReport = (): Report => ({
  counts: {
    ...noTally(),
    site: noTally(),
    author: noTally(),
    tag: noTally(),
    article: noTally(),
    comment: noTally(),
    other: noTally(),
    made: { authors: 0, tags: 0 },
  },
  problems: [],
});

/** Counts a record. */
export const count = ({ counts }: Report, kind: Kind | null, fate: Fate): void => {
  for (const tally of [counts, counts[kind ?? 'other']]) {
    tally.read += 1;
    tally[fate] += 1;
  }
};

const number = (value: number) => value.toLocaleString('en');

const rowOf = (cells: string[]) =>
  cells
    .map((cell, column) => (column === 0 ? cell.padEnd(10) : cell.padStart(11)))
    .join('')
    .trimEnd();

const tableOf = (counts: Counts): string[] => {
  const columns = ['read', 'created', 'unchanged', 'skipped'] as const;
  const row = (label: string, tally: Tally) => rowOf([label, ...columns.map((column) => number(tally[column]))]);
  return [
    rowOf(['', ...columns]),
    ...KINDS.map((kind) => row(`${kind}s`, counts[kind])),
    ...(counts.other.read > 0 ? [row('other', counts.other)] : []),
    row('all', counts),
  ];
};

const nameOf = ({ kind, record }: Problem) => [kind ?? 'record', record].filter((part) => part !== null).join(' ');

const lineOf = (problem: Problem): string => {
  const { line, outcome, field, reason } = problem;
  return `line ${line}: ${nameOf(problem)}: ${outcome}: ${field === null ? '' : `${field} `}${reason}`;
};

const OUTCOMES = ['skipped', 'altered', 'kept'] as const;

/** How often each thing was said, most often first within an outcome. */
const summaryOf = (problems: Problem[]): string[] =>
  OUTCOMES.flatMap((outcome) => {
    const codes = new Map<string, number>();
    for (const problem of problems)
      if (problem.outcome === outcome) codes.set(problem.code, (codes.get(problem.code) ?? 0) + 1);
    return [...codes]
      .sort(([, one], [, other]) => other - one)
      .map(([code, times]) => `${outcome.padEnd(10)}${number(times).padStart(8)}  ${code}`);
  });

/** The report for people: every problem on a line of its own, then the counts. */
export const formatReport = ({ counts, problems }: Report): string => {
  const { authors, tags } = counts.made;
  const made = authors + tags > 0 ? ['', `made because articles name them: ${authors} authors, ${tags} tags`] : [];
  return [
    ...problems.map(lineOf),
    ...(problems.length > 0 ? ['', ...summaryOf(problems), ''] : []),
    ...tableOf(counts),
    ...made,
  ].join('\n');
};
