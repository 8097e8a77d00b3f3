/** What each version of a thing changed, by the record of what happened. */
import { and, asc, eq, gt } from 'drizzle-orm';
import type { VersionChange } from '../core/expectation.ts';
import type { Store } from './store.ts';

/** The changes of a thing after one of its versions, in the order in which they happened. */
export const listChangesAfter = async (
  { db, tables: { events } }: Store,
  kind: 'author' | 'tag' | 'comment',
  id: number,
  version: number,
): Promise<VersionChange[]> => {
  const here = and(eq(events.kind, kind), eq(events.entityId, id), gt(events.version, version));
  const found = await db
    .select({ version: events.version, changedFields: events.changedFields })
    .from(events)
    .where(here)
    .orderBy(asc(events.id));
  return found.flatMap(({ version, changedFields }) => (version === null ? [] : [{ version, changedFields }]));
};
