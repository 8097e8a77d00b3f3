/** How events are found. */
import { asc, desc, gt, sql } from 'drizzle-orm';
import { prepared } from '../../store/prepared.ts';
import type { Store } from '../../store/store.ts';

export type EventRow = Store['tables']['events']['$inferSelect'];

const eventsAfter = prepared(({ db, tables: { events } }) =>
  db
    .select()
    .from(events)
    .where(gt(events.id, sql.placeholder('after')))
    .orderBy(asc(events.id))
    .limit(sql.placeholder('limit')),
);

/**
 * The events after one, in the order of their commits, at most `limit`. There is no gap that is filled later: ids are given within units, which
 * take turns on either engine, so whoever sees an event sees all before it.
 */
export const listEventsAfter = (store: Store, after: number, limit: number): Promise<EventRow[]> =>
  eventsAfter(store, { after, limit });

const lastEvent = prepared(({ db, tables: { events } }) =>
  db.select({ id: events.id, at: events.at }).from(events).orderBy(desc(events.id)).limit(1),
);

/** The last event; undefined before the first. */
export const findLastEvent = async (store: Store): Promise<{ id: number; at: Date } | undefined> =>
  (await lastEvent(store, {}))[0];
