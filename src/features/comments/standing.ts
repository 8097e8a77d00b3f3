/**
 * Carries the status of a comment to all that counts it, in the transaction of its change: the article's count, the
 * parent's, whether everyone sees it and what keeps its place above it, and the groups of answers that hold any of that.
 */
import { articleGroup, commentsGroup } from '../../core/groups.ts';
import type { StoredCommentStatus } from '../../core/statuses.ts';
import type { Origin } from '../../store/events.ts';
import type { Store } from '../../store/store.ts';
import { touch } from '../../store/touches.ts';
import { countMove, isShownAs } from './rules.ts';
import { addToCommentCount, addToReplyCounts, findStand, type Stand, setShown } from './standing-queries.ts';

/** Who is moved: a comment as it was read before its change. */
type Moved = Omit<Stand, 'status'> & { articleId: number };

/** Counts a reply that moved with its parents, as far up as what everyone sees of them changes. */
const carryUp = async (tx: Store, parentId: number | null, approved: number, shown: number): Promise<void> => {
  if (parentId === null || (approved === 0 && shown === 0)) return;
  await addToReplyCounts(tx, parentId, { approved, shown });
  const parent = await findStand(tx, parentId);
  if (!parent) return;
  const isShown = isShownAs(parent.status, parent.shownReplyCount);
  if (isShown === parent.isShown) return;
  await setShown(tx, parentId, isShown);
  await carryUp(tx, parent.parentId, 0, isShown ? 1 : -1);
};

/**
 * Carries a move from one status to another (null: it is not there). `is` is stored already, and a row that is gone is
 * gone; `isShown` of the comment itself is written here.
 */
export const carryStanding = async (
  tx: Store,
  origin: Origin,
  comment: Moved,
  was: StoredCommentStatus | null,
  is: StoredCommentStatus | null,
): Promise<void> => {
  const { id, articleId, parentId } = comment;
  const approved = countMove(was, is);
  const wasShown = was !== null && isShownAs(was, comment.shownReplyCount);
  const isShown = is !== null && isShownAs(is, comment.shownReplyCount);
  if (is !== null && isShown !== comment.isShown) await setShown(tx, id, isShown);
  await carryUp(tx, parentId, approved, Number(isShown) - Number(wasShown));
  if (wasShown || isShown) touch(tx, origin, [commentsGroup(articleId)]);
  if (approved === 0) return;
  await addToCommentCount(tx, articleId, approved);
  touch(tx, origin, [articleGroup(articleId), 'comments']);
};
