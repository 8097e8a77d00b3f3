/** Removes comments for good: nothing is left of them, but of one that was replied to an empty place. */
import { type Origin, recordEvents } from '../../store/events.ts';
import type { Store } from '../../store/store.ts';
import { type CommentRow, deleteCommentRow, findComment } from './queries.ts';
import { emptyComment, hasReplies } from './removing-queries.ts';
import { carryStanding } from './standing.ts';
import { findStand } from './standing-queries.ts';

/** Removes the place that was kept above a reply which is gone, as far up as nothing else needs one. */
const sweepUp = async (tx: Store, parentId: number | null): Promise<void> => {
  if (parentId === null) return;
  const parent = await findStand(tx, parentId);
  if (parent?.status !== 'deleted' || (await hasReplies(tx, parentId))) return;
  await deleteCommentRow(tx, parentId);
  await sweepUp(tx, parent.parentId);
};

/**
 * Removes a comment for good, within a unit, and says so. One with replies of any status keeps an empty place above
 * them, which goes with the last of them. What went already is left alone, so that several can be removed in any order,
 * as they were read before the first.
 */
export const removeComment = async (tx: Store, origin: Origin, { id }: CommentRow, now: Date): Promise<void> => {
  const comment = await findComment(tx, id); // its counts may have moved since it was read
  if (!comment) return;
  if (await hasReplies(tx, id)) {
    await emptyComment(tx, comment, now);
    await carryStanding(tx, origin, comment, comment.status, 'deleted');
  } else {
    await deleteCommentRow(tx, id);
    await carryStanding(tx, origin, comment, comment.status, null);
    await sweepUp(tx, comment.parentId);
  }
  const { version, articleId } = comment;
  await recordEvents(tx, origin, [{ type: 'comment.deleted', at: now, entityId: id, version, articleId }]);
};
