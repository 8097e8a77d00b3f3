/** How comments are found and kept. */
import { and, count, eq, inArray, sql } from 'drizzle-orm';
import type { Slice, Sliced } from '../../core/slice.ts';
import type { CommentStatus } from '../../core/statuses.ts';
import { behindPlace, type Order, sorting } from '../../store/keyset.ts';
import type { Store } from '../../store/store.ts';

export type CommentRow = Store['tables']['comments']['$inferSelect'];
export type NewComment = Omit<Store['tables']['comments']['$inferInsert'], 'id'>;

export const findComment = async ({ db, tables: { comments } }: Store, id: number): Promise<CommentRow | undefined> =>
  (await db.select().from(comments).where(eq(comments.id, id)))[0];

/** Which comments are asked for. */
export type CommentFilter = { articleId?: number | undefined; statuses?: readonly CommentStatus[] | undefined };

export const listComments = async (
  { db, tables: { comments } }: Store,
  { articleId, statuses }: CommentFilter,
  newestFirst: boolean,
  slice: Slice,
): Promise<Sliced<CommentRow>> => {
  const order: Order = { column: comments.createdAt, id: comments.id, kind: 'moment', descending: newestFirst };
  const wanted = and(
    articleId === undefined ? undefined : eq(comments.articleId, articleId),
    statuses === undefined ? undefined : inArray(comments.status, [...statuses]),
  );
  const rows = await db
    .select()
    .from(comments)
    .where(and(wanted, behindPlace(order, slice)))
    .orderBy(...sorting(order, slice))
    .limit(slice.limit + 1)
    .offset(slice.offset);
  if (!slice.counted) return { rows, total: undefined };
  return { rows, total: (await db.select({ n: count() }).from(comments).where(wanted))[0]?.n };
};

export const insertComment = async ({ db, tables: { comments } }: Store, comment: NewComment): Promise<CommentRow> => {
  const [row] = await db.insert(comments).values(comment).returning();
  return row as CommentRow;
};

/** Writes over the version that was read; undefined where another stands there by now. */
export const replaceComment = async (
  { db, tables: { comments } }: Store,
  { id, version }: CommentRow,
  change: Partial<NewComment>,
): Promise<CommentRow | undefined> => {
  const here = and(eq(comments.id, id), eq(comments.version, version));
  return (
    await db
      .update(comments)
      .set({ ...change, version: version + 1 })
      .where(here)
      .returning()
  )[0];
};

export const deleteCommentRow = async ({ db, tables: { comments } }: Store, id: number): Promise<void> => {
  await db.delete(comments).where(eq(comments.id, id));
};

/** Adds to the count of approved comments of an article. */
export const addToCommentCount = async (
  { db, tables: { articles } }: Store,
  articleId: number,
  by: number,
): Promise<void> => {
  if (by === 0) return;
  await db
    .update(articles)
    .set({ commentCount: sql`${articles.commentCount} + ${by}` })
    .where(eq(articles.id, articleId));
};
