/** What a guest may do with a comment of theirs, by the token of its 201; and what is kept of where it came from. */
import { createHmac, hash, randomBytes, timingSafeEqual } from 'node:crypto';
import { refuse } from '../../core/errors.ts';
import type { Expectation } from '../../core/expectation.ts';
import { isLive } from '../../core/statuses.ts';
import type { Origin } from '../../store/events.ts';
import type { Store } from '../../store/store.ts';
import { demandVersion } from '../../store/version-changes.ts';
import type { ArticleParts } from '../articles/actions.ts';
import { keepChange } from './changing.ts';
import { demandComment, noComment } from './finding.ts';
import { judgeComment } from './judging.ts';
import { type CommentRow, findComment, findDiscussed } from './queries.ts';
import { isGone, statusAfterChange, WITHDRAWN } from './rules.ts';

/** What is kept beside a new comment of who posted it. */
export type Marks = { addressHash: string | null; editTokenHash: string | null; editableUntil: Date | null };

/** How long a guest may change what they posted, in milliseconds. */
const EDITABLE_FOR = 15 * 60_000;

/** The hash of an address: nobody who has it finds the address without the secret, though there are not many. */
const hashAddress = (secret: string, address: string): string =>
  createHmac('sha256', secret).update(`address ${address}`).digest('hex');

const hashToken = (token: string): string => hash('sha256', token, 'hex');

/**
 * The marks of a new comment, and the token with which it can be changed for a while. Where addresses are kept for no
 * day, there is no hash of one.
 */
export const markComment = (
  { secret, retentionDays }: { secret: string; retentionDays: number },
  address: string,
  now: Date,
): { marks: Marks; editToken: string } => {
  const editToken = `glc_${randomBytes(32).toString('base64url')}`;
  const addressHash = retentionDays === 0 ? null : hashAddress(secret, address);
  const editableUntil = new Date(now.getTime() + EDITABLE_FOR);
  return { marks: { addressHash, editTokenHash: hashToken(editToken), editableUntil }, editToken };
};

const isTokenOf = ({ editTokenHash }: CommentRow, token: string): boolean =>
  editTokenHash !== null && timingSafeEqual(Buffer.from(editTokenHash, 'hex'), Buffer.from(hashToken(token), 'hex'));

/** What a guest asks for: a comment, by a token, and the version of it that is meant. */
export type Own = { token: string; id: number; expected: Expectation };

/**
 * The comment that a token opens. `not-found` where there is none, it is spam or in the trash, or its article would have
 * to be live; `forbidden` where its time is over, or the token is that of another: but of a comment that the caller cannot
 * read, nobody is told that it is there.
 */
const demandOwn = async (
  store: Store,
  { caller }: Origin,
  { token, id }: Own,
  now: Date,
  { onlyLive }: { onlyLive: boolean },
): Promise<CommentRow> => {
  const comment = await findComment(store, id);
  if (!comment || isGone(comment)) throw noComment(id);
  if (!isTokenOf(comment, token)) {
    await demandComment(store, caller, id, now);
    throw refuse('forbidden', `This Comment-Token is not that of comment ${id}`);
  }
  const article = await findDiscussed(store, comment.articleId);
  if (onlyLive && !(article && isLive(article, now))) throw noComment(id);
  if (comment.editableUntil !== null && comment.editableUntil > now) return comment;
  throw refuse('forbidden', 'The time in which its Comment-Token changes this comment is over');
};

/** Changes the text of a comment for its guest: it is judged as a new one is, so that it may have to wait again. */
export const editOwnComment = async (
  { store, clock, renderer }: ArticleParts,
  origin: Origin,
  own: Own,
  patch: { body?: string; status?: string },
): Promise<CommentRow> => {
  const demandMine = async (from: Store, now: Date) => {
    const comment = await demandOwn(from, origin, own, now, { onlyLive: true });
    if (patch.status !== undefined) throw refuse('forbidden', 'A Comment-Token changes the body of a comment alone');
    await demandVersion(from, 'comment', own.expected, comment);
    return comment;
  };
  const first = await demandMine(store, clock()); // before any work is done for it
  const { body = first.body } = patch;
  if (body === first.body) return first;
  const { html } = await renderer.renderComment(body);
  return store.transaction(async (tx) => {
    const now = clock();
    const comment = await demandMine(tx, now);
    if (body === comment.body) return comment; // it was sent twice
    const judged = await judgeComment(tx, { ...comment, body, html }, now);
    const status = statusAfterChange(comment, judged.status);
    const change = { body, html, status, moderationScore: judged.score, moderationReasons: judged.reasons };
    return keepChange(tx, origin, comment, change, now);
  });
};

/** Puts a comment in the trash for its guest, also where its article is not live any more; its reasons say who did so. */
export const withdrawComment = ({ store, clock }: ArticleParts, origin: Origin, own: Own): Promise<CommentRow> =>
  store.transaction(async (tx) => {
    const now = clock();
    const comment = await demandOwn(tx, origin, own, now, { onlyLive: false });
    await demandVersion(tx, 'comment', own.expected, comment);
    const moderationReasons = [...comment.moderationReasons, WITHDRAWN];
    return keepChange(tx, origin, comment, { status: 'trash', moderationReasons }, now);
  });
