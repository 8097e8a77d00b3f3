/** Keeps a change of a comment, whoever makes it: the row, all that counts it, what is searched of it, and the event. */
import { refuse } from '../../core/errors.ts';
import type { ModerationReason } from '../../store/comment-tables.ts';
import { type Origin, recordEvents } from '../../store/events.ts';
import type { Store } from '../../store/store.ts';
import { indexComment } from './indexing.ts';
import { type CommentRow, type NewComment, replaceComment } from './queries.ts';
import { STATUS_EVENTS, WITHDRAWN } from './rules.ts';
import { carryStanding } from './standing.ts';

/** What an event names of a comment that was changed. */
const TOLD = ['body', 'status', 'authorName', 'authorEmail', 'authorUrl'] as const;

/** Taken out of the trash it is withdrawn no longer. */
const isOfNow = ({ code }: ModerationReason): boolean => code !== WITHDRAWN.code;

/** Writes a change over a comment, within the unit in which it was read. */
export const keepChange = async (
  tx: Store,
  origin: Origin,
  comment: CommentRow,
  change: Partial<NewComment>,
  now: Date,
): Promise<CommentRow> => {
  const isApproved = change.status === 'approved' && comment.status !== 'approved';
  const stored = await replaceComment(tx, comment, {
    ...(comment.status === 'trash' &&
      change.status !== undefined && { moderationReasons: comment.moderationReasons.filter(isOfNow) }),
    ...change,
    ...(isApproved && { approvedAt: now }),
    updatedAt: now,
  });
  if (!stored) throw refuse('version-mismatch', 'The comment was changed meanwhile');
  const changedFields = TOLD.filter((field) => stored[field] !== comment[field]);
  if (changedFields.includes('body') || changedFields.includes('authorName')) await indexComment(tx, stored);
  await carryStanding(tx, origin, comment, comment.status, stored.status);
  const type = changedFields.includes('status') ? STATUS_EVENTS[stored.status] : 'comment.updated';
  const { id: entityId, version, articleId } = stored;
  await recordEvents(tx, origin, [{ type, at: now, entityId, version, articleId, changedFields }]);
  return stored;
};
