/** What each version of a thing changed, by the record of what happened, and what a writer is told of that who comes too late. */
import { and, asc, eq, gt } from 'drizzle-orm';
import { demandExpected, type Expectation, type VersionChange } from '../core/expectation.ts';
import type { Store } from './store.ts';

type Versioned = 'author' | 'tag' | 'comment';

/** The changes of a thing after one of its versions, in the order in which they happened. */
const listChangesAfter = async (
  { db, tables: { events } }: Store,
  kind: Versioned,
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

/** Throws `version-mismatch` where another version of a thing is stored than is expected, with what was changed meanwhile. */
export const demandVersion = (
  store: Store,
  kind: Versioned,
  expected: Expectation,
  current: { id: number; version: number },
): Promise<void> => demandExpected(expected, current, (version) => listChangesAfter(store, kind, current.id, version));
