/** What is told of an event: to followers, to webhooks, to the audit. */
import type { EventKind, EventType } from '../../core/events.ts';
import { formatMoment } from '../../core/moment.ts';
import type { EventRow } from './queries.ts';

/** A change as everyone who may hear of it hears of it: never content. */
export type Change = {
  cursor: string;
  type: EventType;
  at: string;
  kind: EventKind;
  id: number;
  version: number | null;
  slug: string | null;
  live: boolean | null;
  changedFields: string[];
};

/**
 * Where an event stands in the order of all. Its moment is part of it: in a store that went back to a backup another event
 * may have the number.
 */
export const cursorOf = ({ id, at }: Pick<EventRow, 'id' | 'at'>): string => `${id}.${at.getTime().toString(36)}`;

export const changeOf = (event: EventRow): Change => ({
  cursor: cursorOf(event),
  type: event.type as EventType,
  at: formatMoment(event.at),
  kind: event.kind as EventKind,
  id: event.entityId,
  version: event.version,
  slug: event.slug,
  live: event.live,
  changedFields: event.changedFields,
});
