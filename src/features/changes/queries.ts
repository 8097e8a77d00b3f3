/** How events are found. */
import { asc, desc, eq, gt, sql } from 'drizzle-orm';
import type { EventType } from '../../core/events.ts';
import { prepared } from '../../store/prepared.ts';
import type { Store } from '../../store/store.ts';

/** An event as the store has it, for the audit. */
export type AuditRow = Store['tables']['events']['$inferSelect'];
/** What is told of it to others. */
export type EventRow = Omit<AuditRow, 'intoId' | 'articleIds' | 'keyId' | 'requestId'>;

/** What is read for others: ten thousand articles that went over with a tag are not. */
const told = ({ tables: { events } }: Store) => {
  const { id, type, at, kind, entityId, articleId, version, slug, live, changedFields } = events;
  return { id, type, at, kind, entityId, articleId, version, slug, live, changedFields };
};

const eventsAfter = prepared((store) =>
  store.db
    .select(told(store))
    .from(store.tables.events)
    .where(gt(store.tables.events.id, sql.placeholder('after')))
    .orderBy(asc(store.tables.events.id))
    .limit(sql.placeholder('limit')),
);

/**
 * The events after one, in the order of their commits, at most `limit`. There is no gap that is filled later: whoever
 * sees an event sees all before it, as `store/events.ts` says why.
 */
export const listEventsAfter = (store: Store, after: number, limit: number): Promise<EventRow[]> =>
  eventsAfter(store, { after, limit });

// By pairs, which the index of types alone answers in order: where the type is one condition of two, PostgreSQL may walk
// all events by their ids for it, and does so where it believes it to be common.
const eventsOfType = prepared((store) => {
  const { events } = store.tables;
  const [pair, type] = [sql`(${events.type}, ${events.id})`, sql.placeholder('type')];
  const isBetween = sql`${pair} > (${type}, ${sql.placeholder('after')}) and ${pair} <= (${type}, ${sql.placeholder('upTo')})`;
  return store.db
    .select(told(store))
    .from(events)
    .where(isBetween)
    .orderBy(asc(events.type), asc(events.id))
    .limit(sql.placeholder('limit'));
});

/** The stretch of events that is looked at: those after one, up to another. */
type Stretch = { after: number; upTo: number };

/**
 * The first events of some types, in their order, at most `limit`. Each type is walked by itself, no further than the
 * last that is shown by then: asked for together they were found by looking at every event, or sorted.
 */
export const listEventsOfTypes = async (
  store: Store,
  types: readonly EventType[],
  { after, upTo }: Stretch,
  limit: number,
): Promise<EventRow[]> => {
  let found: EventRow[] = [];
  let end = upTo;
  for (const type of types) {
    const more = await eventsOfType(store, { type, after, upTo: end, limit });
    found = [...found, ...more].sort((a, b) => a.id - b.id).slice(0, limit);
    if (found.length === limit) end = found.at(-1)?.id ?? end;
  }
  return found;
};

const lastEvent = prepared(({ db, tables: { events } }) =>
  db.select({ id: events.id, at: events.at }).from(events).orderBy(desc(events.id)).limit(1),
);

/** The last event; undefined before the first. */
export const findLastEvent = async (store: Store): Promise<{ id: number; at: Date } | undefined> =>
  (await lastEvent(store, {}))[0];

const eventById = prepared(({ db, tables: { events } }) =>
  db
    .select({ id: events.id, at: events.at })
    .from(events)
    .where(eq(events.id, sql.placeholder('id'))),
);

/** When the event of an id was; undefined where it is not there. */
export const findEvent = async (store: Store, id: number): Promise<{ id: number; at: Date } | undefined> =>
  (await eventById(store, { id }))[0];

const horizon = prepared(({ db, tables: { eventHorizon } }) =>
  db.select({ prunedTo: eventHorizon.prunedTo }).from(eventHorizon).where(eq(eventHorizon.id, 1)),
);

/** Up to which event the record was thinned out; 0: it is whole. */
export const findHorizon = async (store: Store): Promise<number> => (await horizon(store, {}))[0]?.prunedTo ?? 0;
