/** The record of what happened: one row an event, written in the transaction of its change. */
import type { Caller } from '../core/access.ts';
import type { EventType } from '../core/events.ts';
import type { Group } from '../core/groups.ts';
import type { Retry } from '../core/retry.ts';
import { insertionOfSome } from './prepared.ts';
import type { Store } from './store.ts';

/**
 * Who asked for a change, and in which request: what the audit keeps beside every event; what it touched, to be told; and
 * what is to be kept of a request that may be repeated.
 */
export type Origin = { caller: Caller; requestId: string | null; touched?: Set<Group>; retry?: Retry };

/** The origin of what Galley does by itself, such as noting a moment that came due. */
export const BY_ITSELF: Origin = { caller: null, requestId: null };

export type NewEvent = {
  type: EventType;
  at: Date;
  entityId: number;
  version: number | null;
  slug?: string | null;
  live?: boolean | null;
  /** Names of fields, never their content. */
  changedFields?: string[];
  /** Of a comment: the article it was posted to. */
  articleId?: number;
  /** What a thing became part of, and the ids of the articles that went over. */
  intoId?: number;
  articleIds?: number[];
};

const insertEvents = insertionOfSome(({ events }) => events);

/**
 * Writes events within the transaction of their change. Their ids come in the order of the commits, which a sequence alone
 * would not give: a unit that took a smaller id might commit later. But units take turns before their first query, among
 * all processes: on SQLite by the one write lock (`BEGIN IMMEDIATE`), on PostgreSQL by a lock that is let go only once
 * everyone sees the commit (`postgres-units.ts`). So whoever sees an event sees every event of a smaller id that will ever
 * be; an id that is missing is that of a unit that came to nothing.
 */
export const recordEvents = async (tx: Store, origin: Origin, news: NewEvent[]): Promise<void> => {
  const { caller, requestId } = origin;
  const keyId = caller?.keyId ?? null;
  const rows = news.map(({ changedFields = [], ...told }) => {
    const kind = told.type.slice(0, told.type.indexOf('.'));
    return { ...told, kind, changedFields, keyId, requestId };
  });
  await insertEvents(tx, rows);
};
