/** What an import tells: how many records became what, and every record that was skipped, altered or kept. */
import type { Alteration } from '../formats/found.ts';
import { KINDS, type Kind } from '../formats/records.ts';

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
  outcome: Outcome;
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

const OUTCOMES = ['skipped', 'altered', 'kept'] as const;
type Outcome = (typeof OUTCOMES)[number];

/** Hears of each problem as it comes; what it returns is waited for. */
export type TellProblem = (problem: Problem) => void | Promise<void>;

export type Report = {
  counts: Counts;
  /** How often each thing was said. */
  said: Record<Outcome, Map<string, number>>;
  /** All of them where nobody is told as they come; else none, for a large file has more than memory should hold. */
  problems: Problem[];
  onProblem: TellProblem;
};

const noTally = (): Tally => ({ read: 0, created: 0, unchanged: 0, skipped: 0 });

/** Counts where nothing has been read. */
export const noCounts = (): Counts => ({
  ...noTally(),
  site: noTally(),
  author: noTally(),
  tag: noTally(),
  article: noTally(),
  comment: noTally(),
  other: noTally(),
  made: { authors: 0, tags: 0 },
});

/** A report in which nothing has been read. */
export const emptyReport = (onProblem?: TellProblem): Report => {
  const problems: Problem[] = [];
  return {
    counts: noCounts(),
    said: { skipped: new Map(), altered: new Map(), kept: new Map() },
    problems,
    onProblem: onProblem ?? ((problem) => void problems.push(problem)),
  };
};

/** Tells a problem, and counts how often its like was told. */
export const tellProblem = ({ said, onProblem }: Report, problem: Problem): void | Promise<void> => {
  const codes = said[problem.outcome];
  codes.set(problem.code, (codes.get(problem.code) ?? 0) + 1);
  return onProblem(problem);
};

/** Counts a record. */
export const count = (counts: Counts, kind: Kind | null, fate: Fate): void => {
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

/** A problem for people, on a line of its own. */
export const formatProblem = (problem: Problem): string => {
  const { line, outcome, field, reason } = problem;
  return `line ${line}: ${nameOf(problem)}: ${outcome}: ${field === null ? '' : `${field} `}${reason}`;
};

/** How often each thing was said, most often first within an outcome. */
const summaryOf = (said: Report['said']): string[] =>
  OUTCOMES.flatMap((outcome) =>
    [...said[outcome]]
      .sort(([, one], [, other]) => other - one)
      .map(([code, times]) => `${outcome.padEnd(10)}${number(times).padStart(8)}  ${code}`),
  );

/** The report for people, but for the problems themselves: how often each thing was said, then the counts. */
export const formatReport = ({ counts, said }: Report): string => {
  const { authors, tags } = counts.made;
  const made = authors + tags > 0 ? ['', `made because articles name them: ${authors} authors, ${tags} tags`] : [];
  const summary = summaryOf(said);
  return [...summary, ...(summary.length > 0 ? [''] : []), ...tableOf(counts), ...made].join('\n');
};
