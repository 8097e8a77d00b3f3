/** What a comment's record means, and what of it must be altered: pure functions. */
import { bodyFault, type Fault } from '../../core/errors.ts';
import { parseMoment } from '../../core/moment.ts';
import type { StoredCommentStatus } from '../../core/statuses.ts';
import type { ModerationReason } from '../../store/comment-tables.ts';
import { ON_TOP, type Place, placeBelow } from '../comments/thread-rules.ts';
import type { Alteration } from '../formats/found.ts';
import type { ArticleName, CommentRecord } from '../formats/records.ts';
import { type Identity, leftOut, sourceOf } from './rules.ts';
import { cleanSlug } from './slug-rules.ts';

/** A comment as it is to be stored, but for its place and its author, which are still names. */
export type PlannedComment = {
  key: string;
  /** By which its article may be found: the first that is there. */
  articles: Identity[];
  parent: string | null;
  author: string | null;
  isStaff: boolean;
  authorName: string;
  authorEmail: string | null;
  authorUrl: string | null;
  body: string;
  status: StoredCommentStatus;
  createdAt: Date | undefined;
  updatedAt: Date | undefined;
  /** undefined: not said. */
  approvedAt: Date | null | undefined;
  moderation: { score: number; reasons: ModerationReason[] };
  alterations: Alteration[];
};

const required = (field: string): Fault => bodyFault(`/${field}`, 'required', `${field} is required`);

/** What a comment lacks of which more is left than its place. */
export const lacksOfComment = ({ removed, authorName, body }: CommentRecord): Fault[] =>
  removed === true
    ? []
    : [...(authorName == null ? [required('authorName')] : []), ...(body == null ? [required('body')] : [])];

const identitiesOf = (name: ArticleName, path: string): Identity[] => {
  const key = typeof name === 'string' ? name : 'key' in name ? name.key : null;
  const slug = key === null ? null : cleanSlug(key);
  return [
    ...(typeof name === 'object' && 'key' in name ? [] : [sourceOf(name, path, () => '')]),
    ...(slug === null ? [] : [{ slug }]),
  ];
};

const momentOf = (text: string | null | undefined): Date | undefined => (text == null ? undefined : parseMoment(text));

/** What is there of a comment of which nothing but the place is left. */
const NOTHING = {
  authorName: '',
  authorEmail: null,
  authorUrl: null,
  body: '',
  status: 'deleted',
  author: null,
} as const;

/** Plans a comment from a record whose form is right and lacks nothing. `path` is that of its file. */
export const planComment = (record: CommentRecord, path: string): PlannedComment => {
  const { key, parent = null, author = null, approvedAt, moderation } = record;
  return {
    key,
    articles: identitiesOf(record.article, path),
    parent,
    author,
    isStaff: record.isStaff ?? author !== null,
    authorName: record.authorName ?? '',
    authorEmail: record.authorEmail ?? null,
    authorUrl: record.authorUrl ?? null,
    body: record.body ?? '',
    status: record.status ?? 'approved',
    createdAt: momentOf(record.createdAt),
    updatedAt: momentOf(record.updatedAt),
    approvedAt: approvedAt === null ? null : momentOf(approvedAt),
    moderation: { score: moderation?.score ?? 0, reasons: moderation?.reasons ?? [] },
    alterations: leftOut(record),
    ...(record.removed === true && NOTHING),
  };
};

type Stand = Place & { id: number; articleId: number };

/** The place a comment gets, and what of it is otherwise than its record has it. */
export const placeOf = (
  { parent: key }: PlannedComment,
  articleId: number,
  parent: Stand | undefined,
): { place: Place; altered: Alteration[] } => {
  const told = (code: string, reason: string): Alteration[] => [{ field: '/parent', code, reason }];
  if (key === null) return { place: ON_TOP, altered: [] };
  if (parent?.articleId !== articleId)
    return { place: ON_TOP, altered: told('parent-missing', `answers ${key}, which is not there: stands on top`) };
  const place = placeBelow(parent);
  const reason = `answers ${key}, which stands at the last level: stands beside it`;
  return { place, altered: place.parentId === parent.id ? [] : told('too-deep', reason) };
};

type Told = { authorName: string; body: string; status: StoredCommentStatus };

/** Says in what a record differs from the comment that has its key already. */
export const commentDifferences = (planned: Told, stored: Told & { id: number }): Alteration[] =>
  (['authorName', 'body', 'status'] as const)
    .filter((field) => planned[field] !== stored[field])
    .map((field) => ({
      field: `/${field}`,
      code: 'differs',
      reason: `differs from that of comment ${stored.id}, which is there already and stays`,
    }));
