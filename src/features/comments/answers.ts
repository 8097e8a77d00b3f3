/** How a comment is answered. */
import { type Caller, may } from '../../core/access.ts';
import { formatMoment } from '../../core/moment.ts';
import type { ErasureRow } from './erasing-queries.ts';
import type { CommentRow, PostedComment } from './queries.ts';
import type { Entry } from './thread-queries.ts';
import type { Branch } from './thread-rules.ts';

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

/** What keeps the place of a comment that nobody reads any more. */
const answerRemoved = ({ id, articleId, parentId, depth, replyCount, createdAt }: Entry) => ({
  ...{ id, articleId, parentId, depth, replyCount },
  removed: true as const,
  createdAt: formatMoment(createdAt),
});

const isApproved = (entry: Entry): entry is CommentRow => entry.status === 'approved';
const isKept = (entry: Entry): entry is CommentRow => entry.status !== 'deleted';

/** What stands in a thread: the same for everyone, but for what editors alone are told of a comment. */
export const answerEntry = (entry: Entry, caller: Caller) =>
  isApproved(entry) ? answerComment(entry, caller) : answerRemoved(entry);

/** One comment by itself: to editors of any status. */
export const answerOne = (entry: Entry, caller: Caller) =>
  may(caller, 'moderate comments') && isKept(entry) ? answerComment(entry, caller) : answerEntry(entry, caller);

type Tree = ReturnType<typeof answerEntry> & { replies: Tree[]; nextReplies: string | null };

/** What stands in a tree; `cursorOf` tells how its further replies are asked for. */
export const answerBranch = (branch: Branch, caller: Caller, cursorOf: (branch: Branch) => string | null): Tree => ({
  ...answerEntry(branch.entry, caller),
  replies: branch.replies.map((reply) => answerBranch(reply, caller, cursorOf)),
  nextReplies: cursorOf(branch),
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
