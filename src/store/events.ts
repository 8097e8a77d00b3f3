/** The record of what happened: one row an event, written in the transaction of its change. */
import type { Caller } from '../core/access.ts';
import type { Store } from './store.ts';

export type EventType =
  | `article.${'created' | 'updated' | 'published' | 'unpublished' | 'trashed' | 'restored' | 'deleted'}`
  | `author.${'created' | 'updated' | 'deleted'}`
  | `tag.${'created' | 'updated' | 'deleted'}`
  | `comment.${'created' | 'updated' | 'approved' | 'marked-spam' | 'trashed' | 'deleted'}`
  | 'site.updated';

/** Who asked for a change, and in which request: what the audit keeps beside every event. */
export type Origin = { caller: Caller; requestId: string | null };

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
};

/** Writes events within the transaction of their change. */
export const recordEvents = async (tx: Store, origin: Origin, news: NewEvent[]): Promise<void> => {
  if (news.length === 0) return;
  await tx.db.insert(tx.tables.events).values(
    news.map(({ type, at, entityId, version, slug = null, live = null, changedFields = [] }) => ({
      type,
      at,
      kind: type.slice(0, type.indexOf('.')),
      entityId,
      version,
      slug,
      live,
      changedFields,
      keyId: origin.caller?.keyId ?? null,
      requestId: origin.requestId,
    })),
  );
};
