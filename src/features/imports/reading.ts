/** Reads what was found into a record, or into the reasons why it is none. */
import { bodyFault, type Fault, type Refusal } from '../../core/errors.ts';
import type { Alteration, Found, ReadOptions } from '../formats/found.ts';
import {
  type ArticleRecord,
  type AuthorRecord,
  type CommentRecord,
  KINDS,
  type Kind,
  type SiteRecord,
  type TagRecord,
} from '../formats/records.ts';
import { lacksOfComment, type PlannedComment, planComment } from './comment-rules.ts';
import type { Problem } from './report.ts';
import { keySlugOf, type PlannedArticle, planArticle } from './rules.ts';
import { faultsOfNewArticle, faultsOfRecord } from './schemas.ts';

/** A line that was read: what it is about, and the record it holds; `article` is planned already. */
export type Entry = {
  line: number;
  record: string | null;
  /** What its reader said of it, told where it is written. */
  altered: readonly Alteration[];
} & (
  | { kind: 'author'; author: AuthorRecord }
  | { kind: 'tag'; tag: TagRecord }
  | { kind: 'article'; article: PlannedArticle }
  | { kind: 'site'; site: SiteRecord }
  | { kind: 'comment'; comment: PlannedComment }
  | { kind: Kind | null; refused: Alteration[] }
);

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
    .map((value) => (typeof value === 'object' && value !== null ? (value as { id?: unknown }).id : value))
    .find((value) => typeof value === 'string');
  return typeof label === 'string' && label !== '' ? label.slice(0, 300) : null;
};

const refused = (line: number, record: string | null, kind: Kind | null, reasons: Alteration[]): Entry => ({
  line,
  record,
  kind,
  altered: [],
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

/** Reads one record, its form judged. */
export const readEntry = (found: Found, { path, defaultAuthor }: ReadOptions): Entry => {
  const { line } = found;
  if ('refused' in found) return refused(line, found.record, found.kind, [...found.refused]);
  const { value, digest, altered = [] } = found;
  const record = labelOf(value);
  const { kind } = value;
  if (!isKind(kind)) {
    const reason = `kind must be one of ${KINDS.join(', ')}`;
    return refused(line, record, null, [{ field: '/kind', code: 'unknown-kind', reason }]);
  }
  const faults = [...faultsOfRecord[kind](value), ...bylineFaults(value)];
  if (kind === 'comment' && faults.length === 0) faults.push(...lacksOfComment(value as CommentRecord));
  if (faults.length > 0) return refused(line, record, kind, faults.map(toldOf));
  const about = { line, record, altered };
  if (kind === 'author') return { ...about, kind, author: value as AuthorRecord };
  if (kind === 'tag') return { ...about, kind, tag: value as TagRecord };
  if (kind === 'site') return { ...about, kind, site: value as SiteRecord };
  if (kind === 'comment') return { ...about, kind, comment: planComment(value as CommentRecord, path) };

  const article = planArticle(value as ArticleRecord, { path, defaultAuthor, digest });
  const { body, ...rest } = article.sent; // a long body is not counted twice, and a key may be as long as a slug
  const broken = faultsOfNewArticle({ ...rest, tags: rest.tags.map((key) => key.slice(0, 100)) });
  return broken.length > 0 ? refused(line, record, kind, broken.map(toldOf)) : { ...about, kind, article };
};

/** The problems of an entry, all of one outcome. */
export const problemsOf = (
  { line, kind, record }: Entry,
  outcome: Problem['outcome'],
  reasons: readonly Alteration[],
): Problem[] => reasons.map((reason) => ({ line, kind, record, outcome, ...reason }));
