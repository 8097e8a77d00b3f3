/** Keeps what follows from an article being live: the counts of its authors and tags, and the events that say so. */
import type { EventType } from '../../core/events.ts';
import type { Store } from '../../store/store.ts';
import { addToAuthorCounts } from '../authors/queries.ts';
import { addToTagCounts } from '../tags/queries.ts';
import type { Named } from './queries.ts';

/** Whom and what an article names, and whether it counts for them. */
export type Counted = Named & { live: boolean };

const NOBODY: Named = { authorIds: [], tagIds: [] };
const missingFrom = (ids: readonly number[], others: readonly number[]) => ids.filter((id) => !others.includes(id));

/** Moves the counts from what an article counted for before to what it counts for after; null: it is not there. */
export const moveCounts = async (tx: Store, before: Counted | null, after: Counted | null): Promise<void> => {
  const [was, is] = [before?.live ? before : NOBODY, after?.live ? after : NOBODY];
  await addToAuthorCounts(tx, missingFrom(was.authorIds, is.authorIds), -1);
  await addToAuthorCounts(tx, missingFrom(is.authorIds, was.authorIds), 1);
  await addToTagCounts(tx, missingFrom(was.tagIds, is.tagIds), -1);
  await addToTagCounts(tx, missingFrom(is.tagIds, was.tagIds), 1);
};

/** The events of a change of liveness: none where it did not change. */
export const liveEvents = (wasLive: boolean, isLive: boolean): EventType[] => {
  if (wasLive === isLive) return [];
  return [isLive ? 'article.published' : 'article.unpublished'];
};
