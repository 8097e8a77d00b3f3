/** What can be done with what happened: to follow it, and to look through it. */
import type { EventType } from '../../core/events.ts';
import type { Slice, Sliced } from '../../core/slice.ts';
import type { Store } from '../../store/store.ts';
import { findKeyNames, listAuditRows } from './audit-queries.ts';
import {
  type AuditRow,
  type EventRow,
  findEvent,
  findHorizon,
  findLastEvent,
  listEventsAfter,
  listEventsOfTypes,
} from './queries.ts';
import { type AuditAsked, BEGINNING, checkAudit, checkCursor, cursorOf, idOfCursor, typesOf } from './rules.ts';

/** What a follower wants: what happened after a cursor, or after now; absent: all that is told. */
export type Followed = { after?: string; types?: EventType[]; limit: number };

/** What it is told, and the cursor of the last event that was looked at, wanted or not: there it goes on. */
export type Told = { events: EventRow[]; next: string };

/**
 * Reads on from a place. Each query sees the store a little later than the one before: so what the last event is comes
 * first, and nothing after it counts as looked at, unless it is told.
 */
const readOn = async (store: Store, from: number, { after, types, limit }: Followed): Promise<Told> => {
  const last = await findLastEvent(store);
  const end = last ? cursorOf(last) : (after ?? BEGINNING);
  if (types === undefined) {
    const events = await listEventsAfter(store, from, limit);
    const shown = events.at(-1);
    return { events, next: shown ? cursorOf(shown) : (after ?? end) };
  }
  const events = await listEventsOfTypes(store, types, { after: from, upTo: last?.id ?? from }, limit);
  const shown = events.at(-1);
  return { events, next: shown && events.length === limit ? cursorOf(shown) : end };
};

/** Reads from the oldest event that is told; once more where that one went meanwhile. */
const readAll = async (store: Store, asked: Followed): Promise<Told> => {
  for (;;) {
    const from = await findHorizon(store);
    const found = await readOn(store, from, asked);
    if ((await findHorizon(store)) === from) return found;
  }
};

/**
 * Tells what happened after a cursor, in order and without a gap; `invalid-cursor`, and `cursor-expired` where it is not
 * all known any more. That is looked at last, so that nothing can go between the look and the reading; and the event of
 * the cursor before the horizon, which passes it by when it goes.
 */
export const followChanges = async (store: Store, asked: Followed): Promise<Told> => {
  const { after } = asked;
  const types = typesOf(asked);
  const each: Followed = { ...asked, ...(types && { types }) };
  if (after === undefined) return readAll(store, each);
  if (after === 'now') {
    const last = await findLastEvent(store);
    return { events: [], next: last ? cursorOf(last) : BEGINNING };
  }
  const from = idOfCursor(after);
  const found = await readOn(store, from, each);
  const event = await findEvent(store, from);
  checkCursor(after, { event, prunedTo: await findHorizon(store) });
  return found;
};

/** Looks through all that is stored, what is no longer told to followers too: who did what, the newest first. */
export const listAudit = async (
  store: Store,
  asked: AuditAsked,
  slice: Slice,
): Promise<Sliced<AuditRow & { keyName: string | null }>> => {
  checkAudit(asked);
  const { kind, id, key } = asked;
  const found = await listAuditRows(store, { types: typesOf(asked), kind, id, key }, slice);
  const names = await findKeyNames(store, [...new Set(found.flatMap(({ keyId }) => keyId ?? []))]);
  const rows = found.map((row) => ({ ...row, keyName: row.keyId === null ? null : (names.get(row.keyId) ?? null) }));
  return { rows, total: undefined };
};
