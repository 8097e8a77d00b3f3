/** What took the place of a thing that is gone: a tag that was merged, an author whose articles were reassigned; by the record of what happened. */
import { and, asc, eq, inArray, isNotNull } from 'drizzle-orm';
import type { Kind } from './name-words.ts';
import type { Store } from './store.ts';

const listNext = async ({ db, tables: { events } }: Store, kind: Kind, ids: number[]) =>
  db
    .select({ id: events.entityId, intoId: events.intoId })
    .from(events)
    .where(and(eq(events.kind, kind), inArray(events.entityId, ids), isNotNull(events.intoId)))
    .orderBy(asc(events.id));

/**
 * The ids of things as they are now, each in its place: for one that went over into another that other. One that is gone
 * without, or longer ago than events are kept, stays as it is.
 */
export const listPresentIds = async (store: Store, kind: Kind, ids: readonly number[]): Promise<number[]> => {
  let present = [...ids];
  while (present.length > 0) {
    const next = new Map((await listNext(store, kind, present)).map(({ id, intoId }) => [id, intoId as number]));
    if (next.size === 0) break;
    present = present.map((id) => next.get(id) ?? id);
  }
  return present;
};
