/** How comments are found and kept. */
import { and, asc, count, eq, inArray, isNull, ne, or, type SQL } from 'drizzle-orm';
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

/** By what a guest is told from others: the email as it is compared, and where a comment came from; null: not known. */
export type GuestMarks = { emailFolded: string | null; addressHash: string | null };

/** Which comments are asked for. `guest`: those of one guest, by the same email or from the same address. */
export type CommentFilter = {
  articleId?: number | undefined;
  statuses?: readonly CommentStatus[] | undefined;
  guest?: GuestMarks | undefined;
};

/** The marks of whoever posted a comment; none where there is no such comment. */
export const findGuest = async ({ db, tables: { comments } }: Store, id: number): Promise<GuestMarks> => {
  const { emailFolded, addressHash } = comments;
  const [guest] = await db.select({ emailFolded, addressHash }).from(comments).where(eq(comments.id, id));
  return guest ?? { emailFolded: null, addressHash: null };
};

/** The walks of a guest's comments: by the email, and from the address by other emails. */
const walksOfGuest = (
  { comments }: Store['tables'],
  { emailFolded, addressHash }: GuestMarks,
  wanted: SQL | undefined,
): (SQL | undefined)[] => {
  const walks: (SQL | undefined)[] = [];
  if (emailFolded !== null) walks.push(and(eq(comments.emailFolded, emailFolded), wanted));
  const byOthers =
    emailFolded === null ? undefined : or(isNull(comments.emailFolded), ne(comments.emailFolded, emailFolded));
  if (addressHash !== null) walks.push(and(eq(comments.addressHash, addressHash), byOthers, wanted));
  return walks;
};

/**
 * The conditions whose rows together are those asked for, each one walk down one index in the order of creation: a walk
 * for each status, as one for several of them would have to be sorted. None: there are no such rows.
 */
const walksOf = (tables: Store['tables'], filter: CommentFilter): (SQL | undefined)[] => {
  const { comments } = tables;
  const { articleId, guest } = filter;
  const statuses = [...new Set(filter.statuses ?? COMMENT_STATUSES)];
  const ofArticle = articleId === undefined ? undefined : eq(comments.articleId, articleId);
  if (guest) return walksOfGuest(tables, guest, and(ofArticle, inArray(comments.status, statuses)));
  return statuses.map((status) => and(ofArticle, eq(comments.status, status)));
};

/** Comments in the order of their creation. */
export const listComments = async (
  { db, tables, mergesUnions }: Store,
  filter: CommentFilter,
  newestFirst: boolean,
  slice: Slice,
): Promise<Sliced<CommentRow>> => {
  const { comments } = tables;
  const order: Order = { column: comments.createdAt, id: comments.id, kind: 'moment', descending: newestFirst };
  const walks = walksOf(tables, filter);
  if (walks.length === 0) return { rows: [], total: slice.counted ? 0 : undefined };
  const [first, ...others] = walks;
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
  const counting = (walked: SQL | undefined) => db.select({ n: count() }).from(comments).where(walked).$dynamic();
  const counts = await others.reduce((union, walked) => union.unionAll(counting(walked)), counting(first));
  return { rows: found, total: counts.reduce((sum, { n }) => sum + n, 0) };
};

/** The comments of some ids, of any status. */
export const listCommentsById = async (
  { db, tables: { comments } }: Store,
  ids: readonly number[],
): Promise<CommentRow[]> => {
  const areThere = and(inArray(comments.id, [...ids]), ne(comments.status, 'deleted'));
  return (await db.select().from(comments).where(areThere).orderBy(asc(comments.id))) as CommentRow[];
};

/** How many comments have each status. */
export const countByStatus = async ({ db, tables: { comments } }: Store): Promise<Record<CommentStatus, number>> => {
  const counts = { pending: 0, approved: 0, spam: 0, trash: 0 };
  const found = await db
    .select({ status: comments.status, n: count() })
    .from(comments)
    .groupBy(comments.status)
    .orderBy(asc(comments.status));
  for (const { status, n } of found) if (status !== 'deleted') counts[status] = n;
  return counts;
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
