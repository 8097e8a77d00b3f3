/** What can be done with comments. */
import type { Caller } from '../../core/access.ts';
import { demand, may } from '../../core/access.ts';
import { refuse } from '../../core/errors.ts';
import type { Expectation } from '../../core/expectation.ts';
import { articleGroup, commentsGroup } from '../../core/groups.ts';
import type { Slice, Sliced } from '../../core/slice.ts';
import { type CommentStatus, isLive } from '../../core/statuses.ts';
import { type EventType, type Origin, recordEvents } from '../../store/events.ts';
import { keepOutcome } from '../../store/outcomes.ts';
import type { Store } from '../../store/store.ts';
import { touch } from '../../store/touches.ts';
import { demandVersion } from '../../store/version-changes.ts';
import type { ArticleParts } from '../articles/actions.ts';
import { commentsAreOpen } from '../articles/rules.ts';
import { findAuthor } from '../authors/queries.ts';
import { readSite } from '../site/actions.ts';
import {
  addToCommentCount,
  type CommentRow,
  deleteCommentRow,
  findComment,
  findDiscussed,
  insertComment,
  listComments,
  replaceComment,
} from './queries.ts';
import {
  areShown,
  canReadComment,
  checkSignature,
  countMove,
  type Discussed,
  firstStatus,
  STATUS_EVENTS,
} from './rules.ts';

export type CommentInput = { authorName?: string; authorEmail?: string; authorUrl?: string | null; body: string };

const notFound = (id: number) => refuse('not-found', `There is no comment ${id}`);

const record = (
  tx: Store,
  origin: Origin,
  type: EventType,
  at: Date,
  { id, version }: CommentRow,
  changedFields: string[] = [],
) => recordEvents(tx, origin, [{ type, at, entityId: id, version, changedFields }]);

/** Says what a change of a comment touches: nothing, unless the public saw it or sees it now. The article tells how many there are. */
const touchComment = (
  tx: Store,
  origin: Origin,
  { articleId }: CommentRow,
  was: CommentStatus | null,
  is: CommentStatus | null,
): void => {
  if (was !== 'approved' && is !== 'approved') return;
  touch(tx, origin, [commentsGroup(articleId)]);
  if (was !== is) touch(tx, origin, [articleGroup(articleId), 'comments']);
};

/** Who signs a comment: the author of the caller's key, or a guest by name and email. */
const signatureOf = async (tx: Store, caller: Caller, input: CommentInput) => {
  const author = caller?.authorId == null ? undefined : await findAuthor(tx, caller.authorId);
  if (!author) checkSignature(input);
  return {
    authorName: input.authorName ?? (author?.name as string),
    authorEmail: input.authorEmail ?? author?.email ?? null,
    authorUrl: input.authorUrl === undefined ? (author?.websiteUrl ?? null) : input.authorUrl,
    authorId: author?.id ?? null,
    isStaff: author !== undefined,
  };
};

/** The article whose comments everyone may ask for; `not-found` where it is not live. */
const findLive = async (store: Store, articleId: number, now: Date): Promise<Discussed> => {
  const article = await findDiscussed(store, articleId);
  if (article && isLive(article, now)) return article;
  throw refuse('not-found', `There is no article ${articleId}`);
};

/** Throws `comments-closed` where a live article takes no comments. */
const demandOpenArticle = async (store: Store, articleId: number, now: Date): Promise<void> => {
  const article = await findLive(store, articleId, now);
  const site = await readSite(store);
  if (!commentsAreOpen(article, site.commentPolicy, now)) {
    throw refuse('comments-closed', `Article ${articleId} takes no comments`);
  }
};

/** Posts a comment to a live article that takes them. Guests wait for approval, staff do not. */
export const postComment = async (
  { store, clock, renderer }: ArticleParts,
  origin: Origin,
  articleId: number,
  input: CommentInput,
): Promise<CommentRow> => {
  if (origin.caller?.authorId == null) checkSignature(input);
  await demandOpenArticle(store, articleId, clock()); // before any work is done for it
  const { html } = await renderer.renderComment(input.body);
  return store.transaction(async (tx) => {
    const now = clock();
    await demandOpenArticle(tx, articleId, now);
    const signature = await signatureOf(tx, origin.caller, input);
    const status = firstStatus(signature.isStaff);
    const thread = { parentId: null, depth: 0, replyCount: 0 };
    const { body } = input;
    const comment = await insertComment(tx, {
      version: 1,
      articleId,
      ...thread,
      ...signature,
      body,
      html,
      status,
      createdAt: now,
      updatedAt: now,
    });
    await addToCommentCount(tx, articleId, countMove(null, status));
    touchComment(tx, origin, comment, null, status);
    await record(tx, origin, 'comment.created', now, comment);
    await keepOutcome(tx, origin, { kind: 'comment', id: comment.id }, now);
    return comment;
  });
};

/** The approved comments of an article that shows them; `not-found` where it is not live or hides them. */
export const listArticleComments = async (
  { store, clock }: ArticleParts,
  articleId: number,
  newestFirst: boolean,
  slice: Slice,
): Promise<Sliced<CommentRow>> => {
  const now = clock();
  const article = await findLive(store, articleId, now);
  const site = await readSite(store);
  if (!areShown(article, site.commentPolicy, now)) throw refuse('not-found', `Article ${articleId} shows no comments`);
  return listComments(store, { articleId, statuses: ['approved'] }, newestFirst, slice);
};

const demandComment = async (store: Store, caller: Caller, id: number, now: Date): Promise<CommentRow> => {
  const comment = await findComment(store, id);
  if (!comment) throw notFound(id);
  if (may(caller, 'moderate comments')) return comment;
  const article = await findDiscussed(store, comment.articleId);
  const site = await readSite(store);
  if (!article || !canReadComment(caller, comment, article, site.commentPolicy, now)) throw notFound(id);
  return comment;
};

/** Reads one comment: an approved one of a live article that shows them, or any as an editor. */
export const readComment = ({ store, clock }: ArticleParts, caller: Caller, id: number): Promise<CommentRow> =>
  demandComment(store, caller, id, clock());

/**
 * Reads a comment for whoever posted it: of any status, though a guest could not read it otherwise, while its article
 * is live; `not-found` after that.
 */
export const readPostedComment = async (
  { store, clock }: ArticleParts,
  caller: Caller,
  id: number,
): Promise<CommentRow> => {
  const comment = await findComment(store, id);
  if (!comment) throw notFound(id);
  if (!may(caller, 'moderate comments')) await findLive(store, comment.articleId, clock());
  return comment;
};

/** Changes text or status of a comment; what is sent as it was changes nothing. */
export const editComment = async (
  { store, clock, renderer }: ArticleParts,
  origin: Origin,
  id: number,
  expected: Expectation,
  patch: { body?: string; status?: CommentStatus },
): Promise<CommentRow> => {
  await demandVersion(store, 'comment', expected, await demandComment(store, origin.caller, id, clock())); // before any work is done for it
  const html = patch.body === undefined ? undefined : (await renderer.renderComment(patch.body)).html;
  return store.transaction(async (tx) => {
    const now = clock();
    const comment = await demandComment(tx, origin.caller, id, now);
    await demandVersion(tx, 'comment', expected, comment);
    const changed = (['body', 'status'] as const).filter(
      (field) => patch[field] !== undefined && patch[field] !== comment[field],
    );
    if (changed.length === 0) return comment;
    const stored = await replaceComment(tx, comment, { ...patch, ...(html !== undefined && { html }), updatedAt: now });
    if (!stored) throw refuse('version-mismatch', 'The comment was changed meanwhile');
    await addToCommentCount(tx, comment.articleId, countMove(comment.status, stored.status));
    touchComment(tx, origin, comment, comment.status, stored.status);
    const type = changed.includes('status') ? STATUS_EVENTS[stored.status] : 'comment.updated';
    await record(tx, origin, type, now, stored, changed);
    return stored;
  });
};

/** Puts a comment in the trash. */
export const trashComment = async (
  parts: ArticleParts,
  origin: Origin,
  id: number,
  expected: Expectation,
): Promise<void> => {
  await editComment(parts, origin, id, expected, { status: 'trash' });
};

/** Deletes a comment for good. */
export const deleteComment = (
  { store, clock }: ArticleParts,
  origin: Origin,
  id: number,
  expected: Expectation,
): Promise<void> =>
  store.transaction(async (tx) => {
    const now = clock();
    demand(origin.caller, 'delete permanently');
    const comment = await demandComment(tx, origin.caller, id, now);
    await demandVersion(tx, 'comment', expected, comment);
    await deleteCommentRow(tx, id);
    await addToCommentCount(tx, comment.articleId, countMove(comment.status, null));
    touchComment(tx, origin, comment, comment.status, null);
    await record(tx, origin, 'comment.deleted', now, comment);
  });
