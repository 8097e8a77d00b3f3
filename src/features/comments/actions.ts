/** What can be done with comments: posting, changing, removing. */
import { type Caller, demand } from '../../core/access.ts';
import type { EventType } from '../../core/events.ts';
import type { Expectation } from '../../core/expectation.ts';
import type { Rate } from '../../core/rate.ts';
import type { CommentStatus } from '../../core/statuses.ts';
import { type Origin, recordEvents } from '../../store/events.ts';
import { keepOutcome } from '../../store/outcomes.ts';
import { signingSecret } from '../../store/secrets.ts';
import type { Store } from '../../store/store.ts';
import { demandVersion } from '../../store/version-changes.ts';
import type { ArticleParts } from '../articles/actions.ts';
import { findAuthor } from '../authors/queries.ts';
import { keepChange } from './changing.ts';
import { demandComment, demandOpenArticle } from './finding.ts';
import { markComment } from './guests.ts';
import { indexComment } from './indexing.ts';
import { demandNew, judgeComment } from './judging.ts';
import { type CommentRow, insertComment, type PostedComment } from './queries.ts';
import { removeComment } from './removing.ts';
import { checkSignature, foldEmail, isShownAs, STATUS_EVENTS } from './rules.ts';
import { carryStanding } from './standing.ts';
import { placeComment } from './threads.ts';

/**
 * `secret`: what addresses are hashed with; null: that of the store. `flood`: how many comments one address may post;
 * null: any number. `retentionDays`: how long the hash of an address is kept.
 */
export type CommentParts = ArticleParts & { secret: string | null; flood: Rate; retentionDays: number };

export type CommentInput = {
  authorName?: string;
  authorEmail?: string;
  authorUrl?: string | null;
  body: string;
  parentId?: number | null;
};

/** Who signs a comment: the author of the caller's key, or a guest by name and email. */
const signatureOf = async (tx: Store, caller: Caller, input: CommentInput) => {
  const author = caller?.authorId == null ? undefined : await findAuthor(tx, caller.authorId);
  if (!author) checkSignature(input);
  const authorEmail = input.authorEmail ?? author?.email ?? null;
  return {
    authorName: input.authorName ?? (author?.name as string),
    authorEmail,
    emailFolded: authorEmail === null ? null : foldEmail(authorEmail),
    authorUrl: input.authorUrl === undefined ? (author?.websiteUrl ?? null) : input.authorUrl,
    authorId: author?.id ?? null,
    isStaff: author !== undefined,
  };
};

/**
 * Posts a comment to a live article that takes them; `address` is where it comes from. Staff are approved at once,
 * guests as the site has it.
 */
export const postComment = async (
  parts: CommentParts,
  origin: Origin,
  articleId: number,
  input: CommentInput,
  address: string,
): Promise<PostedComment> => {
  const { store, clock, renderer } = parts;
  if (origin.caller?.authorId == null) checkSignature(input);
  await demandOpenArticle(store, articleId, clock()); // before any work is done for it
  const { html } = await renderer.renderComment(input.body);
  const secret = await signingSecret(store, parts.secret);
  return store.transaction(async (tx) => {
    const now = clock();
    await demandOpenArticle(tx, articleId, now);
    const place = await placeComment(tx, articleId, input.parentId ?? null);
    const signature = await signatureOf(tx, origin.caller, input);
    const { marks, editToken } = markComment({ secret, retentionDays: parts.retentionDays }, address, now);
    const said = { articleId, ...signature, addressHash: marks.addressHash, body: input.body, html };
    await demandNew(tx, parts.flood, said, now);
    const { status, score, reasons } = await judgeComment(tx, said, now);
    const comment = await insertComment(tx, {
      ...{ version: 1, articleId, ...place, replyCount: 0, isShown: isShownAs(status, 0), ...signature, ...marks },
      ...{ body: input.body, html, status, moderationScore: score, moderationReasons: reasons },
      ...{ approvedAt: status === 'approved' ? now : null, createdAt: now, updatedAt: now },
    });
    await indexComment(tx, comment);
    await carryStanding(tx, origin, comment, null, status);
    const news: EventType[] = ['comment.created', ...(status === 'approved' ? [STATUS_EVENTS.approved] : [])];
    await recordEvents(
      tx,
      origin,
      news.map((type) => ({ type, at: now, entityId: comment.id, version: 1, articleId: comment.articleId })),
    );
    await keepOutcome(tx, origin, { kind: 'comment', id: comment.id }, now);
    return { ...comment, editToken };
  });
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
    const isSame = (['body', 'status'] as const).every((field) => (patch[field] ?? comment[field]) === comment[field]);
    if (isSame) return comment;
    return keepChange(tx, origin, comment, { ...patch, ...(html !== undefined && { html }) }, now);
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
    await removeComment(tx, origin, comment, now);
  });
