/** How comments go for good, and what keeps their place meanwhile. */
import { and, eq, isNotNull } from 'drizzle-orm';
import type { Store } from '../../store/store.ts';
import { type CommentRow, deleteCommentRow } from './queries.ts';

/** Whether any comment stands right below one, seen or not. */
export const hasReplies = async ({ db, tables: { comments } }: Store, id: number): Promise<boolean> => {
  const below = and(eq(comments.parentId, id), isNotNull(comments.parentId));
  return (await db.select({ id: comments.id }).from(comments).where(below).limit(1)).length > 0;
};

/** Leaves of a comment nothing but its place. It is written anew, so that whatever the store keeps for its row goes with that. */
export const emptyComment = async (store: Store, comment: CommentRow, at: Date): Promise<void> => {
  const { db, tables } = store;
  const { id, version, articleId, parentId, depth, replyCount, shownReplyCount, isShown, isStaff, createdAt } = comment;
  const { importedAs } = comment; // or the next import would bring back what was removed
  await deleteCommentRow(store, id);
  await db.insert(tables.comments).values({
    ...{
      id,
      version: version + 1,
      articleId,
      parentId,
      depth,
      replyCount,
      shownReplyCount,
      isShown,
      isStaff,
      importedAs,
    },
    ...{ authorName: '', body: '', html: '', status: 'deleted', createdAt, updatedAt: at },
  });
};
