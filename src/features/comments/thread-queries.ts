/** How threads are found: what everyone sees of them, in the order of creation. */
import { and, asc, count, eq, inArray, isNotNull, type SQL, sql } from 'drizzle-orm';
import type { Slice, Sliced } from '../../core/slice.ts';
import { behindPlace, type Order, sorting } from '../../store/keyset.ts';
import { prepared } from '../../store/prepared.ts';
import type { Store } from '../../store/store.ts';

/** What stands in a thread: a comment, or the place that is kept of one. */
export type Entry = Store['tables']['comments']['$inferSelect'];

/** An entry of any status, shown or not; undefined where there is none. */
export const findEntry = async ({ db, tables: { comments } }: Store, id: number): Promise<Entry | undefined> =>
  (await db.select().from(comments).where(eq(comments.id, id)))[0];

/** Which entries are meant: all of an article, those on its top, or the direct replies to one. */
export type Within = { articleId: number; onTop: boolean } | { parentId: number };

/** What everyone sees there. The conditions of partial indexes are written out, for only so are those used. */
const shownWithin = ({ comments }: Store['tables'], within: Within): SQL | undefined =>
  'parentId' in within
    ? and(eq(comments.parentId, within.parentId), isNotNull(comments.parentId), eq(comments.isShown, true))
    : and(
        eq(comments.articleId, within.articleId),
        eq(comments.isShown, true),
        within.onTop ? sql`${comments.depth} = 0` : undefined,
      );

/** The entries that everyone sees. */
export const listShown = async (
  { db, tables }: Store,
  within: Within,
  newestFirst: boolean,
  slice: Slice,
): Promise<Sliced<Entry>> => {
  const { comments } = tables;
  const order: Order = { column: comments.createdAt, id: comments.id, kind: 'moment', descending: newestFirst };
  const wanted = shownWithin(tables, within);
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

const listOldest = prepared(({ db, tables: { comments } }) => {
  const ofParent = and(eq(comments.parentId, sql.placeholder('parentId')), isNotNull(comments.parentId));
  return db
    .select()
    .from(comments)
    .where(and(ofParent, eq(comments.isShown, true)))
    .orderBy(asc(comments.createdAt), asc(comments.id))
    .limit(sql.placeholder('most'));
});

const isOlder = (one: Entry, other: Entry) => one.createdAt.getTime() - other.createdAt.getTime() || one.id - other.id;

/**
 * The oldest replies that everyone sees of each of some entries, by its id, at most so many. Those of all who have no
 * more are read together; of any other its own walk is cut, so that nobody waits for the thousands behind.
 */
export const listFirstReplies = async (
  store: Store,
  parents: readonly Pick<Entry, 'id' | 'shownReplyCount'>[],
  most: number,
): Promise<Map<number, Entry[]>> => {
  const { db, tables } = store;
  const { comments } = tables;
  const found = new Map<number, Entry[]>();
  const few = parents.filter(({ shownReplyCount }) => shownReplyCount > 0 && shownReplyCount <= most);
  if (few.length > 0) {
    const ids = few.map(({ id }) => id);
    const ofThese = and(inArray(comments.parentId, ids), isNotNull(comments.parentId), eq(comments.isShown, true));
    const rows = await db.select().from(comments).where(ofThese);
    for (const row of rows.sort(isOlder)) {
      const siblings = found.get(row.parentId as number) ?? []; // it is a reply
      if (siblings.length < most) siblings.push(row);
      found.set(row.parentId as number, siblings);
    }
  }
  for (const { id, shownReplyCount } of parents) {
    if (shownReplyCount > most) found.set(id, await listOldest(store, { parentId: id, most }));
  }
  return found;
};
