/** How a comment is answered. */
import { type Caller, may } from '../../core/access.ts';
import { formatMoment } from '../../core/moment.ts';
import type { ErasureRow } from './erasing-queries.ts';
import type { CommentRow, PostedComment } from './queries.ts';

/** A comment; its source and the email stand in it for editors alone. */
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
  ...(may(caller, 'moderate comments') && { body: comment.body, authorEmail: comment.authorEmail }),
});

/** A comment as whoever posted it is answered. */
export const answerPosted = (comment: PostedComment, caller: Caller) => ({
  ...answerComment(comment, caller),
  editToken: comment.editToken,
  editableUntil: comment.editableUntil === null ? null : formatMoment(comment.editableUntil),
});

/** What was done for somebody who asked that their comments go. */
export const answerErasure = ({ id, mode, at, commentCount, articleIds }: ErasureRow) => ({
  ...{ id, mode, at: formatMoment(at), commentCount, articleIds },
});
