/** Which events have had their time, and how they go. */
import { and, asc, eq, gt, isNull, lte, min } from 'drizzle-orm';
import type { Store } from '../../store/store.ts';
import { findHorizon } from './queries.ts';

/** Up to which event it is settled for every webhook that is active whether it is to be delivered; null: there is none. */
const findSettled = async ({ db, tables: { webhooks } }: Store): Promise<number | null> =>
  (
    await db
      .select({ seen: min(webhooks.seenEventId) })
      .from(webhooks)
      .where(eq(webhooks.active, true))
  )[0]?.seen ?? null;

/**
 * The last of the oldest events, at most so many, that are to go: those up to a moment that no webhook waits for, and
 * never the newest of all, which says where followers stand. Undefined where there is none. What was noted by a clock
 * that ran ahead holds up those behind it, until its moment comes: rather too long than too short.
 */
export const findLastToPrune = async (store: Store, lastKept: Date, atOnce: number): Promise<number | undefined> => {
  const { events } = store.tables;
  const settled = (await findSettled(store)) ?? Number.POSITIVE_INFINITY;
  const oldest = await store.db
    .select({ id: events.id, at: events.at })
    .from(events)
    .where(gt(events.id, await findHorizon(store)))
    .orderBy(asc(events.id))
    .limit(atOnce + 1);
  const older = oldest.slice(0, -1);
  const end = older.findIndex(({ id, at }) => at > lastKept || id > settled);
  return (end === -1 ? older.at(-1) : older[end - 1])?.id;
};

/**
 * Thins out the record up to an event, and notes it. What a tag or an author became stays: old versions of articles and
 * working copies that wait name them by it (`store/successors.ts`).
 */
export const pruneUpTo = async (tx: Store, id: number): Promise<void> => {
  const { events, eventHorizon } = tx.tables;
  const isPassed = and(gt(events.id, await findHorizon(tx)), lte(events.id, id));
  await tx.db.delete(events).where(and(isPassed, isNull(events.intoId)));
  const prunedTo = { prunedTo: id };
  await tx.db
    .insert(eventHorizon)
    .values({ id: 1, ...prunedTo })
    .onConflictDoUpdate({ target: eventHorizon.id, set: prunedTo });
};
