/** How the hashes of addresses that were kept long enough are found and erased. */
import { and, asc, inArray, isNotNull, lte } from 'drizzle-orm';
import type { Store } from '../../store/store.ts';

/** The ids of comments that were posted by a moment and still know an address, the oldest first. */
export const listWithAddress = async (
  { db, tables: { comments } }: Store,
  moment: Date,
  limit: number,
): Promise<number[]> =>
  (
    await db
      .select({ id: comments.id })
      .from(comments)
      .where(and(isNotNull(comments.addressHash), lte(comments.createdAt, moment)))
      .orderBy(asc(comments.createdAt), asc(comments.id))
      .limit(limit)
  ).map(({ id }) => id);

/** Erases where comments came from, and by which token they could be changed. Nobody is answered either: no version is written. */
export const eraseMarks = async ({ db, tables: { comments } }: Store, ids: number[]): Promise<void> => {
  const nothing = { addressHash: null, editTokenHash: null, editableUntil: null };
  await db.update(comments).set(nothing).where(inArray(comments.id, ids));
};
