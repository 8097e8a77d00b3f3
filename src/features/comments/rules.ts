/** What may be with comments. */
import { type Caller, may } from '../../core/access.ts';
import { bodyFault, type Fault, refuseAll } from '../../core/errors.ts';
import type { EventType } from '../../core/events.ts';
import {
  type CommentPolicy,
  type CommentStatus,
  isLive,
  type Standing,
  type StoredCommentStatus,
} from '../../core/statuses.ts';
import type { ModerationReason } from '../../store/comment-tables.ts';

/** What of an article decides whether its comments are shown. */
export type Discussed = Standing & { commentPolicy: CommentPolicy | null };

/** Whether everyone may read the comments of an article: it is live, and they are not hidden. */
export const areShown = (article: Discussed, sitePolicy: CommentPolicy, now: Date): boolean =>
  isLive(article, now) && (article.commentPolicy ?? sitePolicy) !== 'hidden';

/** Whether a caller may read one comment. */
export const canReadComment = (
  caller: Caller,
  comment: { status: CommentStatus },
  article: Discussed,
  sitePolicy: CommentPolicy,
  now: Date,
): boolean => may(caller, 'moderate comments') || (comment.status === 'approved' && areShown(article, sitePolicy, now));

type Signature = { authorName?: unknown; authorEmail?: unknown };

/** What a guest has left out: name and email. */
export const signatureFaults = (signature: Signature): Fault[] =>
  (['authorName', 'authorEmail'] as const)
    .filter((field) => signature[field] === undefined)
    .map((field) => bodyFault(`/${field}`, 'required', `${field} is required`));

/** Throws 400 where a guest leaves out name or email. */
export const checkSignature = (signature: Signature): void => {
  const faults = signatureFaults(signature);
  if (faults.length > 0) throw refuseAll('invalid-request', faults);
};

/** What is said of a comment that gets a status. */
export const STATUS_EVENTS: Record<CommentStatus, EventType> = {
  pending: 'comment.updated',
  approved: 'comment.approved',
  spam: 'comment.marked-spam',
  trash: 'comment.trashed',
};

/** How the count of approved comments moves between two statuses (null: there is none). */
export const countMove = (from: StoredCommentStatus | null, to: StoredCommentStatus | null): number =>
  Number(to === 'approved') - Number(from === 'approved');

/** Whether everyone sees a comment in its thread: itself, or the place it left above replies that are seen. */
export const isShownAs = (status: StoredCommentStatus, shownReplyCount: number): boolean =>
  status === 'approved' || shownReplyCount > 0;

/** Whether an editor, or its guest, took a comment from its thread. */
export const isGone = ({ status }: { status: CommentStatus }): boolean => status === 'spam' || status === 'trash';

/**
 * The status of a comment whose guest has changed it, of the one that a new comment would get: it may have to wait again,
 * and where it was approved before and waits, that was an editor's word, or is for one to say.
 */
export const statusAfterChange = (
  { status, approvedAt }: { status: CommentStatus; approvedAt: Date | null },
  judged: CommentStatus,
): CommentStatus => (status === 'pending' && approvedAt !== null ? 'pending' : judged);

/** Why a comment is in the trash whose guest has withdrawn it. */
export const WITHDRAWN: ModerationReason = { code: 'withdrawn', detail: 'Withdrawn by whoever posted it' };

/** An email as it is compared. */
export const foldEmail = (email: string): string => email.normalize('NFKC').trim().toLowerCase();
