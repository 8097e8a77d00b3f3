/** How the counts that a thread and its article keep of comments are moved. */
import { eq, sql } from 'drizzle-orm';
import type { StoredCommentStatus } from '../../core/statuses.ts';
import type { Store } from '../../store/store.ts';

/** What of a comment decides whether everyone sees it. */
export type Stand = {
  id: number;
  parentId: number | null;
  status: StoredCommentStatus;
  shownReplyCount: number;
  isShown: boolean;
};

export const findStand = async ({ db, tables: { comments } }: Store, id: number): Promise<Stand | undefined> => {
  const { parentId, status, shownReplyCount, isShown } = comments;
  return (
    await db
      .select({ id: comments.id, parentId, status, shownReplyCount, isShown })
      .from(comments)
      .where(eq(comments.id, id))
  )[0];
};

export const setShown = async ({ db, tables: { comments } }: Store, id: number, isShown: boolean): Promise<void> => {
  await db.update(comments).set({ isShown }).where(eq(comments.id, id));
};

/** Adds to what a comment counts of its direct replies. */
export const addToReplyCounts = async (
  { db, tables: { comments } }: Store,
  id: number,
  by: { approved: number; shown: number },
): Promise<void> => {
  const { replyCount, shownReplyCount } = comments;
  await db
    .update(comments)
    .set({ replyCount: sql`${replyCount} + ${by.approved}`, shownReplyCount: sql`${shownReplyCount} + ${by.shown}` })
    .where(eq(comments.id, id));
};

/** Adds to the count of approved comments of an article. */
export const addToCommentCount = async (
  { db, tables: { articles } }: Store,
  articleId: number,
  by: number,
): Promise<void> => {
  await db
    .update(articles)
    .set({ commentCount: sql`${articles.commentCount} + ${by}` })
    .where(eq(articles.id, articleId));
};
