/** How a comment is answered. */
import { type Caller, may } from '../../core/access.ts';
import { formatMoment } from '../../core/moment.ts';
import type { CommentRow } from './queries.ts';

/** A comment; its source, the email and why it waits stand in it for editors alone. */
export const answerComment = (comment: CommentRow, caller: Caller) => ({
  id: comment.id,
  version: comment.version,
  articleId: comment.articleId,
  parentId: comment.parentId,
  depth: comment.depth,
  replyCount: comment.replyCount,
  authorName: comment.authorName,
  authorUrl: comment.authorUrl,
  isStaff: comment.isStaff,
  html: comment.html,
  status: comment.status,
  createdAt: formatMoment(comment.createdAt),
  updatedAt: formatMoment(comment.updatedAt),
  ...(may(caller, 'moderate comments') && {
    body: comment.body,
    authorEmail: comment.authorEmail,
    moderation: { score: comment.moderationScore, reasons: comment.moderationReasons },
  }),
});
