/** Reads a line into a record, or into the reasons why it is none. */
import { createHash } from 'node:crypto';
import { bodyFault, type Fault, Refusal, refuse, refuseAll } from '../../core/errors.ts';
import { readJson } from '../../http/json-body.ts';
import { type Line, LONGEST_LINE } from './lines.ts';
import type { Problem } from './report.ts';
import { type Alteration, keySlugOf, type PlannedArticle, planArticle } from './rules.ts';
import {
  type ArticleRecord,
  type AuthorRecord,
  faultsOfNewArticle,
  faultsOfRecord,
  KINDS,
  type Kind,
  type TagRecord,
} from './schemas.ts';

/** A line that was read: what it is about, and the record it holds; `article` is planned already. */
export type Entry = { line: number; record: string | null } & (
  | { kind: 'author'; author: AuthorRecord }
  | { kind: 'tag'; tag: TagRecord }
  | { kind: 'article'; article: PlannedArticle }
  | { kind: Kind | null; refused: Alteration[] }
);

export type ReadOptions = { path: string; defaultAuthor: string | null };

/** What is wrong by a fault, told in the names of the record. */
const toldOf = ({ pointer, code, detail }: Fault): Alteration => ({ field: pointer || null, code, reason: detail });

/** Why a record was refused, one entry a fault. */
export const reasonsOf = ({ code, message, errors }: Refusal): Alteration[] =>
  errors?.map(toldOf) ?? [{ field: null, code, reason: message.replace(/^The body/, 'The line') }];

const isKind = (kind: unknown): kind is Kind => KINDS.some((known) => known === kind);

/** How a record is called in the report: its key, source, slug or title, the first that is there. */
const labelOf = (record: Record<string, unknown>): string | null => {
  const label = ['key', 'source', 'slug', 'title']
    .map((field) => record[field])
    .find((value) => typeof value === 'string');
  return typeof label === 'string' && label !== '' ? label.slice(0, 300) : null;
};

const readObject = ({ bytes }: Line): Record<string, unknown> => {
  if (bytes === null) throw refuse('payload-too-large', `The line is longer than ${LONGEST_LINE} bytes`);
  const { value, faults } = readJson(bytes);
  if (faults.length > 0) throw refuseAll('invalid-request', faults);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw refuse('invalid-request', 'The line is no JSON object');
};

const refused = (line: number, record: string | null, kind: Kind | null, reasons: Alteration[]): Entry => ({
  line,
  record,
  kind,
  refused: reasons,
});

/** An author is found by the slug of the key: a key without one could not be found again. */
const bylineFaults = ({ kind, key, authors }: Record<string, unknown>): Fault[] => {
  const keys =
    kind === 'author'
      ? [['/key', key]]
      : kind === 'article' && Array.isArray(authors)
        ? authors.map((name, at) => [`/authors/${at}`, name])
        : [];
  return keys
    .filter(([, name]) => typeof name === 'string' && name !== '' && keySlugOf(name) === null)
    .map(([pointer, name]) => bodyFault(pointer as string, 'wrong-pattern', `“${name}” has nothing to make a slug of`));
};

/** Reads one line. */
export const readEntry = (line: Line, { path, defaultAuthor }: ReadOptions): Entry => {
  let value: Record<string, unknown>;
  try {
    value = readObject(line);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return refused(line.number, null, null, reasonsOf(error));
  }
  const about = { line: line.number, record: labelOf(value) };
  const { kind } = value;
  if (!isKind(kind)) {
    const reason = `kind must be one of ${KINDS.join(', ')}`;
    return refused(about.line, about.record, null, [{ field: '/kind', code: 'unknown-kind', reason }]);
  }
  const faults = [...faultsOfRecord[kind](value), ...bylineFaults(value)];
  if (faults.length > 0) return refused(about.line, about.record, kind, faults.map(toldOf));
  if (kind === 'author') return { ...about, kind, author: value as AuthorRecord };
  if (kind === 'tag') return { ...about, kind, tag: value as TagRecord };

  const digest = () =>
    createHash('sha256')
      .update(line.bytes as Buffer)
      .digest('hex')
      .slice(0, 32);
  const article = planArticle(value as ArticleRecord, { path, defaultAuthor, digest });
  const broken = faultsOfNewArticle({ ...article.sent, body: null }); // a long body is not counted twice
  return broken.length > 0 ? refused(about.line, about.record, kind, broken.map(toldOf)) : { ...about, kind, article };
};

/** The problems of an entry, all of one outcome. */
export const problemsOf = (
  { line, kind, record }: Entry,
  outcome: Problem['outcome'],
  reasons: readonly Alteration[],
): Problem[] => reasons.map((reason) => ({ line, kind, record, outcome, ...reason }));
