/** How comments are found and kept. */
import { and, count, eq, inArray, ne, type SQL } from 'drizzle-orm';
import type { Slice, Sliced } from '../../core/slice.ts';
import { COMMENT_STATUSES, type CommentStatus } from '../../core/statuses.ts';
import { behindPlace, type Order, sorting } from '../../store/keyset.ts';
import type { Store } from '../../store/store.ts';

type StoredComment = Store['tables']['comments']['$inferSelect'];
export type CommentRow = StoredComment & { status: CommentStatus };
/** A comment with the token of who posted it; null: it was given already. */
export type PostedComment = CommentRow & { editToken: string | null };
export type NewComment = Omit<Store['tables']['comments']['$inferInsert'], 'id'>;

/** A comment of any status; undefined where there is none, or nothing but its place. */
export const findComment = async ({ db, tables: { comments } }: Store, id: number): Promise<CommentRow | undefined> => {
  const isThere = and(eq(comments.id, id), ne(comments.status, 'deleted'));
  return (await db.select().from(comments).where(isThere))[0] as CommentRow | undefined;
};

/** What of an article decides whether it has comments, and for whom; undefined: there is none. */
export const findDiscussed = async ({ db, tables: { articles } }: Store, articleId: number) => {
  const { status, publishedAt, unpublishAt, deletedAt, commentPolicy } = articles;
  const columns = { status, publishedAt, unpublishAt, deletedAt, commentPolicy };
  return (await db.select(columns).from(articles).where(eq(articles.id, articleId)))[0];
};

/** Which comments are asked for. */
export type CommentFilter = { articleId?: number | undefined; statuses?: readonly CommentStatus[] | undefined };

/**
 * The conditions whose rows together are those asked for, each one walk down one index in the order of creation: a walk
 * for each status, as one for several of them would have to be sorted.
 */
const walksOf = ({ comments }: Store['tables'], { articleId, statuses }: CommentFilter): (SQL | undefined)[] => {
  const ofArticle = articleId === undefined ? undefined : eq(comments.articleId, articleId);
  return [...new Set(statuses ?? COMMENT_STATUSES)].map((status) => and(ofArticle, eq(comments.status, status)));
};

/** Comments in the order of their creation. */
export const listComments = async (
  { db, tables, mergesUnions }: Store,
  filter: CommentFilter,
  newestFirst: boolean,
  slice: Slice,
): Promise<Sliced<CommentRow>> => {
  const { comments } = tables;
  const { articleId, statuses } = filter;
  const order: Order = { column: comments.createdAt, id: comments.id, kind: 'moment', descending: newestFirst };
  const [first, ...others] = walksOf(tables, filter);
  const walk = (walked: SQL | undefined) => {
    const query = db
      .select()
      .from(comments)
      .where(and(walked, behindPlace(order, slice)))
      .$dynamic();
    // Where the store would read each walk to its end, it is sorted and cut before it is merged.
    if (others.length === 0 || mergesUnions) return query;
    return query.orderBy(...sorting(order, slice)).limit(slice.offset + slice.limit + 1);
  };
  const rows = await others
    .reduce((union, walked) => union.unionAll(walk(walked)), walk(first))
    .orderBy(...sorting(order, slice))
    .limit(slice.limit + 1)
    .offset(slice.offset);
  const found = rows as CommentRow[];
  if (!slice.counted) return { rows: found, total: undefined };
  const wanted = and(
    articleId === undefined ? undefined : eq(comments.articleId, articleId),
    inArray(comments.status, [...(statuses ?? COMMENT_STATUSES)]),
  );
  return { rows: found, total: (await db.select({ n: count() }).from(comments).where(wanted))[0]?.n };
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
  const written = { ...change, version: version + 1 };
  return (await db.update(comments).set(written).where(here).returning())[0] as CommentRow | undefined;
};

export const deleteCommentRow = async ({ db, tables: { comments } }: Store, id: number): Promise<void> => {
  await db.delete(comments).where(eq(comments.id, id));
};
