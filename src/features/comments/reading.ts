/** What is read of comments. */
import { type Caller, may } from '../../core/access.ts';
import type { Parts } from '../../store/store.ts';
import { findLive, noComment } from './finding.ts';
import { type CommentRow, findComment } from './queries.ts';
import type { Entry } from './thread-queries.ts';
import { demandShownEntry } from './threads.ts';

/** Reads what is seen of one comment: by editors any, by everyone what stands in a thread that is shown. */
export const readComment = async ({ store, clock }: Parts, caller: Caller, id: number): Promise<Entry> => {
  const comment = may(caller, 'moderate comments') ? await findComment(store, id) : undefined;
  return comment ?? demandShownEntry(store, id, clock());
};

/**
 * Reads a comment for whoever posted it: of any status, though a guest could not read it otherwise, while its article
 * is live; `not-found` after that.
 */
export const readPostedComment = async ({ store, clock }: Parts, caller: Caller, id: number): Promise<CommentRow> => {
  const comment = await findComment(store, id);
  if (!comment) throw noComment(id);
  if (!may(caller, 'moderate comments')) await findLive(store, comment.articleId, clock());
  return comment;
};
