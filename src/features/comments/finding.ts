/** Finds comments and the articles they belong to, for who may see them. */
import { type Caller, may } from '../../core/access.ts';
import { refuse } from '../../core/errors.ts';
import { isLive } from '../../core/statuses.ts';
import type { Store } from '../../store/store.ts';
import { commentsAreOpen } from '../articles/rules.ts';
import { readSite } from '../site/actions.ts';
import { type CommentRow, findComment, findDiscussed } from './queries.ts';
import { areShown, canReadComment, type Discussed } from './rules.ts';

/** The refusal of a comment that is not there, or not for the caller. */
export const noComment = (id: number) => refuse('not-found', `There is no comment ${id}`);

/** The article whose comments everyone may ask for; `not-found` where it is not live. */
export const findLive = async (store: Store, articleId: number, now: Date): Promise<Discussed> => {
  const article = await findDiscussed(store, articleId);
  if (article && isLive(article, now)) return article;
  throw refuse('not-found', `There is no article ${articleId}`);
};

/** Throws `comments-closed` where a live article takes no comments, and `not-found` where it is not live. */
export const demandOpenArticle = async (store: Store, articleId: number, now: Date): Promise<void> => {
  const article = await findLive(store, articleId, now);
  if (commentsAreOpen(article, await readSite(store), now)) return;
  throw refuse('comments-closed', `Article ${articleId} takes no comments`);
};

/** Throws `not-found` where an article is not live, or hides its comments. */
export const demandShownArticle = async (store: Store, articleId: number, now: Date): Promise<void> => {
  const article = await findLive(store, articleId, now);
  const site = await readSite(store);
  if (areShown(article, site.commentPolicy, now)) return;
  throw refuse('not-found', `Article ${articleId} shows no comments`);
};

/** A comment that a caller may read: an approved one of a live article that shows them, or any as an editor; else `not-found`. */
export const demandComment = async (store: Store, caller: Caller, id: number, now: Date): Promise<CommentRow> => {
  const comment = await findComment(store, id);
  if (!comment) throw noComment(id);
  if (may(caller, 'moderate comments')) return comment;
  const article = await findDiscussed(store, comment.articleId);
  const site = await readSite(store);
  if (!article || !canReadComment(caller, comment, article, site.commentPolicy, now)) throw noComment(id);
  return comment;
};
