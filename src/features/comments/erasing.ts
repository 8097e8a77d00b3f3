/** Does away with the comments of somebody who asks for it, or with whose they are. */
import { refuse } from '../../core/errors.ts';
import type { ErasureMode } from '../../store/comment-tables.ts';
import type { Origin } from '../../store/events.ts';
import { keepOutcome } from '../../store/outcomes.ts';
import type { Parts, Store } from '../../store/store.ts';
import { breathe } from '../../store/unit.ts';
import { keepChange } from './changing.ts';
import { type ErasureRow, findErasure, insertErasure, listCommentsOfEmail } from './erasing-queries.ts';
import type { CommentRow } from './queries.ts';
import { removeComment } from './removing.ts';
import { foldEmail } from './rules.ts';

/** How many comments are erased before others have the event loop. */
const AT_ONCE = 10;

/** A comment of nobody knows whom. What was found in it goes too: that may quote the name or the email. */
const OF_NOBODY = {
  ...{ authorName: 'Anonymous', authorEmail: null, emailFolded: null, authorUrl: null, authorId: null },
  ...{ addressHash: null, editTokenHash: null, editableUntil: null, moderationReasons: [] },
};

/** Takes from a comment whose it is; its text and its place stay. */
const anonymise = async (tx: Store, origin: Origin, comment: CommentRow, now: Date): Promise<void> => {
  await keepChange(tx, origin, comment, OF_NOBODY, now);
};

const ERASING = { delete: removeComment, anonymise } satisfies Record<ErasureMode, typeof anonymise>;

/**
 * Erases all comments of an email, all or none of them, and keeps a report that does not tell the email. What is
 * deleted leaves an empty place where others have replied.
 */
export const eraseComments = (
  { store, clock }: Parts,
  origin: Origin,
  { authorEmail, mode }: { authorEmail: string; mode: ErasureMode },
): Promise<ErasureRow> =>
  store.transaction(async (tx) => {
    const now = clock();
    const emailFolded = foldEmail(authorEmail);
    const articleIds = new Set<number>();
    let commentCount = 0;
    // Neither mode leaves the email to what it has erased.
    for (;;) {
      const found = await listCommentsOfEmail(tx, emailFolded, AT_ONCE);
      for (const comment of found) {
        await ERASING[mode](tx, origin, comment, now);
        articleIds.add(comment.articleId);
      }
      commentCount += found.length;
      if (found.length < AT_ONCE) break;
      await breathe();
    }
    const sorted = [...articleIds].sort((a, b) => a - b);
    const keyId = origin.caller?.keyId ?? null;
    const erasure = await insertErasure(tx, { mode, commentCount, articleIds: sorted, keyId, at: now });
    await keepOutcome(tx, origin, { kind: 'comment-erasure', id: erasure.id }, now);
    return erasure;
  });

/** Reads the report of an erasure. */
export const readErasure = async ({ store }: Parts, id: number): Promise<ErasureRow> => {
  const erasure = await findErasure(store, id);
  if (!erasure) throw refuse('not-found', `There is no erasure ${id}`);
  return erasure;
};
