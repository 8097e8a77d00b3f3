/** How what has been in the trash for long is found, and what goes with an article that is deleted for good. */
import { and, asc, eq, inArray, lte } from 'drizzle-orm';
import type { Store } from '../../store/store.ts';

/** The ids of articles that were put in the trash by a moment, the longest there first: nothing writes to them in it. */
export const listTrashedBy = async (
  { db, tables: { articles } }: Store,
  moment: Date,
  limit: number,
): Promise<number[]> =>
  (
    await db
      .select({ id: articles.id })
      .from(articles)
      .where(and(eq(articles.shelf, 'trashed'), lte(articles.updatedAt, moment)))
      .orderBy(asc(articles.updatedAt), asc(articles.id))
      .limit(limit)
  ).map(({ id }) => id);

/** Deletes so many of the comments of an article; tells how many there were. */
export const deleteCommentsOf = async (
  { db, tables: { comments } }: Store,
  articleId: number,
  limit: number,
): Promise<number> => {
  const { id, status, createdAt } = comments;
  const ofArticle = db
    .select({ id })
    .from(comments)
    .where(eq(comments.articleId, articleId))
    .orderBy(asc(status), asc(createdAt), asc(id))
    .limit(limit);
  return (await db.delete(comments).where(inArray(id, ofArticle)).returning({ id })).length;
};
