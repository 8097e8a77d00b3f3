/** How what has been in the trash for long is found. */
import { and, asc, eq, lte } from 'drizzle-orm';
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
