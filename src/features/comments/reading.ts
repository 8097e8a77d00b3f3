/** What is read of comments. */
import { type Caller, may } from '../../core/access.ts';
import type { Slice, Sliced } from '../../core/slice.ts';
import type { Parts } from '../../store/store.ts';
import { demandComment, demandShownArticle, findLive, noComment } from './finding.ts';
import { type CommentRow, findComment, listComments } from './queries.ts';

/** The approved comments of an article that shows them; `not-found` where it is not live or hides them. */
export const listArticleComments = async (
  { store, clock }: Parts,
  articleId: number,
  newestFirst: boolean,
  slice: Slice,
): Promise<Sliced<CommentRow>> => {
  await demandShownArticle(store, articleId, clock());
  return listComments(store, { articleId, statuses: ['approved'] }, newestFirst, slice);
};

/** Reads one comment: an approved one of a live article that shows them, or any as an editor. */
export const readComment = ({ store, clock }: Parts, caller: Caller, id: number): Promise<CommentRow> =>
  demandComment(store, caller, id, clock());

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
