/** What the search of comments finds, beside the words themselves. */
import { and, asc, eq, gt, inArray, ne, or, type SQL } from 'drizzle-orm';
import type { SearchQuery } from '../../core/search-query.ts';
import type { Slice, Sliced } from '../../core/slice.ts';
import { COMMENT_STATUSES } from '../../core/statuses.ts';
import type { Hit } from '../../store/search.ts';
import type { Store } from '../../store/store.ts';
import type { CommentFilter, CommentRow, GuestMarks } from './queries.ts';

/** The comments of a guest; none where nothing is known of the guest. */
const ofGuest = ({ comments }: Store['tables'], { emailFolded, addressHash }: GuestMarks): SQL | undefined => {
  const isSame = [
    ...(emailFolded === null ? [] : [eq(comments.emailFolded, emailFolded)]),
    ...(addressHash === null ? [] : [eq(comments.addressHash, addressHash)]),
  ];
  return isSame.length === 0 ? inArray(comments.id, []) : or(...isSame);
};

const wantedOf = (tables: Store['tables'], { articleId, statuses, guest }: CommentFilter) => {
  const { comments } = tables;
  return and(
    guest && ofGuest(tables, guest),
    articleId === undefined ? undefined : eq(comments.articleId, articleId),
    inArray(comments.status, [...(statuses ?? COMMENT_STATUSES)]),
  );
};

/** Those of the comments asked for that have the words, the newest first. */
export const searchCommentIds = (
  { searches, tables }: Store,
  filter: CommentFilter,
  query: SearchQuery,
  slice: Slice,
): Promise<Sliced<Hit>> => {
  const { comments } = tables;
  const order = { column: comments.createdAt, id: comments.id, kind: 'moment', descending: true } as const;
  return searches.comments.find(query, { ids: null, where: wantedOf(tables, filter), order, isRanked: false, slice });
};

/** The comments of some ids that are still asked for, in the order of the ids. */
export const loadComments = async (
  { db, tables }: Store,
  filter: CommentFilter,
  ids: readonly number[],
): Promise<CommentRow[]> => {
  const { comments } = tables;
  if (ids.length === 0) return [];
  const isWanted = and(inArray(comments.id, [...ids]), wantedOf(tables, filter));
  const rows = (await db.select().from(comments).where(isWanted).orderBy(asc(comments.id))) as CommentRow[];
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.flatMap((id) => byId.get(id) ?? []);
};

/** The ids of comments behind one of them, at most `limit`; those of which only the place is kept are left out. */
export const listIdsAfter = async (
  { db, tables: { comments } }: Store,
  after: number,
  limit: number,
): Promise<number[]> => {
  const isWanted = and(gt(comments.id, after), ne(comments.status, 'deleted'));
  const rows = await db
    .select({ id: comments.id })
    .from(comments)
    .where(isWanted)
    .orderBy(asc(comments.id))
    .limit(limit);
  return rows.map(({ id }) => id);
};
