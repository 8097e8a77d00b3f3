/** What is told of an event: to followers, to webhooks, to the audit. */
import { type Caller, may } from '../../core/access.ts';
import { type Fault, refuse, refuseAll } from '../../core/errors.ts';
import { EVENT_TYPES, type EventKind, type EventType } from '../../core/events.ts';
import { formatMoment } from '../../core/moment.ts';
import type { EventRow } from './queries.ts';

/** A change as everyone who may hear of it hears of it: never content. */
export type Change = {
  cursor: string;
  type: EventType;
  at: string;
  kind: EventKind;
  id: number;
  articleId: number | null;
  version: number | null;
  slug: string | null;
  live: boolean | null;
  changedFields: string[];
};

type Place = Pick<EventRow, 'id' | 'at'>;

/**
 * Where an event stands in the order of all. Its moment is part of it: in a store that went back to a backup another event
 * may have the number.
 */
export const cursorOf = ({ id, at }: Place): string => `${id}.${at.getTime().toString(36)}`;

/** The cursor of a store in which nothing has happened yet. */
export const BEGINNING = cursorOf({ id: 0, at: new Date(0) });

const MAX_ID = 2 ** 31 - 1;

/** The id of the event that a cursor names; `invalid-cursor` for what is none. */
export const idOfCursor = (cursor: string): number => {
  const [, digits] = /^(0|[1-9]\d{0,9})\.-?[0-9a-z]{1,11}$/.exec(cursor) ?? [];
  if (digits !== undefined && Number(digits) <= MAX_ID) return Number(digits);
  const detail = 'after must be a cursor of a change or a `next` of this list, or `now`';
  throw refuseAll('invalid-cursor', [{ in: 'query', name: 'after', code: 'invalid-cursor', detail }]);
};

/** What the store has at the place of a cursor: the event there, where there is one, and up to which it was thinned out. */
type Found = { event: Place | undefined; prunedTo: number };

/**
 * Throws `cursor-expired` where what followed a cursor is not all there: it is older than events are kept, or it is of
 * events that this store does not have, as after it went back to a backup.
 */
export const checkCursor = (cursor: string, { event, prunedTo }: Found): void => {
  const id = idOfCursor(cursor);
  const isThere = event ? cursorOf(event) === cursor : id === prunedTo;
  if (isThere && id >= prunedTo) return;
  throw refuse(
    'cursor-expired',
    'What happened after this cursor is no longer all known: take a new one by `after=now`, then read everything, and follow on from it',
  );
};

export const changeOf = (event: EventRow): Change => ({
  cursor: cursorOf(event),
  type: event.type as EventType,
  at: formatMoment(event.at),
  kind: event.kind as EventKind,
  id: event.entityId,
  articleId: event.articleId,
  version: event.version,
  slug: event.slug,
  live: event.live,
  changedFields: event.changedFields,
});

/**
 * A change as a caller may hear of it by its key: of an article that was not live, the slug, which is made of its title,
 * is for those who may read every article.
 */
export const changeFor = (caller: Caller, event: EventRow): Change => {
  const change = changeOf(event);
  return event.live === false && !may(caller, 'read unpublished') ? { ...change, slug: null } : change;
};

/** What an audit is about: some types of events, those of a kind, of one thing of that kind, of one key. */
export type AuditAsked = { types?: EventType[]; kind?: EventKind; id?: number; key?: number };

/** Throws where the id of a thing comes without its kind. */
export const checkAudit = ({ kind, id }: AuditAsked): void => {
  if (id === undefined || kind !== undefined) return;
  const fault: Fault = { in: 'query', name: 'id', code: 'not-allowed', detail: 'id goes with kind' };
  throw refuseAll('invalid-request', [fault]);
};

/** The types that are asked for, each once; undefined: all. */
export const typesOf = ({ types, kind }: Pick<AuditAsked, 'types' | 'kind'>): EventType[] | undefined => {
  if (types === undefined && kind === undefined) return undefined;
  const ofKind = EVENT_TYPES.filter((type) => kind === undefined || type.startsWith(`${kind}.`));
  return types === undefined ? ofKind : ofKind.filter((type) => types.includes(type));
};
