/** What editors do with many comments at once, and what waits for them. */
import { bodyFault, refuseAll } from '../../core/errors.ts';
import type { CommentStatus } from '../../core/statuses.ts';
import type { Origin } from '../../store/events.ts';
import { keepOutcome } from '../../store/outcomes.ts';
import type { Parts, Store } from '../../store/store.ts';
import { breathe } from '../../store/unit.ts';
import { keepChange } from './changing.ts';
import { type CommentRow, findComment, listCommentsById } from './queries.ts';

/** After so many changes others have their turn. */
const AT_ONCE = 10;

/** The comments of some ids, in their order; those that are gone are left out. */
export const readModerated = async (store: Store, ids: readonly number[]): Promise<CommentRow[]> => {
  const found = new Map((await listCommentsById(store, ids)).map((comment) => [comment.id, comment]));
  return ids.flatMap((id) => found.get(id) ?? []);
};

/** Throws `unknown-reference` with every id that no comment has. */
const demandAll = async (tx: Store, ids: readonly number[]): Promise<void> => {
  const known = new Set((await listCommentsById(tx, ids)).map(({ id }) => id));
  const faults = ids.flatMap((id, position) =>
    known.has(id) ? [] : [bodyFault(`/ids/${position}`, 'unknown-reference', `There is no comment ${id}`)],
  );
  if (faults.length > 0) throw refuseAll('unknown-reference', faults);
};

/** Gives one comment a status; as it is read now: the one before it may have stood above it, or below. */
const giveStatus = async (tx: Store, origin: Origin, id: number, status: CommentStatus, now: Date): Promise<void> => {
  const comment = await findComment(tx, id);
  if (!comment || comment.status === status) return;
  await keepChange(tx, origin, comment, { status }, now);
};

/**
 * Gives many comments a status, or none of them; those that have it already stay as they are. Throws
 * `unknown-reference` where one is not there.
 */
export const moderateComments = (
  { store, clock }: Parts,
  origin: Origin,
  ids: readonly number[],
  status: CommentStatus,
): Promise<CommentRow[]> =>
  store.transaction(async (tx) => {
    const now = clock();
    await demandAll(tx, ids);
    for (const [place, id] of ids.entries()) {
      if (place > 0 && place % AT_ONCE === 0) await breathe();
      await giveStatus(tx, origin, id, status, now);
    }
    await keepOutcome(tx, origin, { kind: 'moderated-comments', id: ids[0] as number }, now);
    return readModerated(tx, ids);
  });
