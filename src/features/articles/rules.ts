/** Who may do what with an article, and what follows from it: pure decisions, with time, caller and row as arguments. */
import { isDeepStrictEqual } from 'node:util';
import { type Caller, may } from '../../core/access.ts';
import { refuse } from '../../core/errors.ts';
import { type CommentPolicy, isLive, type Standing, type Status } from '../../core/statuses.ts';

/** Whether a caller may read an article at `now`: everyone what is live, the rest by the table. */
export const canRead = (caller: Caller, article: Standing, authorIds: readonly number[], now: Date): boolean =>
  isLive(article, now) || may(caller, 'read unpublished', authorIds);

const isOnTheDesk = (status: Status) => status === 'draft' || status === 'review';

/** Throws `forbidden` unless the caller may edit an article of a status. */
export const demandEditing = (caller: Caller, status: Status, authorIds: readonly number[]): void => {
  if (may(caller, isOnTheDesk(status) ? 'edit unpublished' : 'edit published', authorIds)) return;
  throw refuse('forbidden', `This key may not edit this article while it is ${status}`);
};

/** Throws `forbidden` unless the caller may give an article a status that it does not have yet. */
export const demandMove = (caller: Caller, to: Status, authorIds: readonly number[]): void => {
  if (isOnTheDesk(to) || may(caller, 'publish article', authorIds)) return;
  throw refuse('forbidden', `This key may not make this article ${to}`);
};

/** Throws `forbidden` where a caller who may not choose authors names others than `allowed`. */
export const demandAuthors = (caller: Caller, wanted: readonly number[], allowed: readonly number[]): void => {
  if (may(caller, 'choose authors') || isDeepStrictEqual(wanted, allowed)) return;
  throw refuse('forbidden', 'This key may not choose the authors of an article');
};

/** Throws `trashed`: what is in the trash is restored before anything else is done to it. */
export const demandUntrashed = ({ id, deletedAt }: { id: number; deletedAt: Date | null }): void => {
  if (deletedAt !== null) throw refuse('trashed', `Article ${id} is in the trash; restore it first`);
};

/** What of the site decides whether an article takes comments. */
export type Discussion = { commentPolicy: CommentPolicy; commentsCloseAfterDays: number | null };

const DAY = 86_400_000;

/** For how long after its publication an article takes comments, in milliseconds; null: for ever. */
export const openFor = ({ commentsCloseAfterDays: days }: Discussion): number | null =>
  days === null ? null : days * DAY;

/** Whether a live article takes comments at `now`: by its own policy or the site's, until it is too old. */
export const takesComments = (
  { commentPolicy, publishedAt }: { commentPolicy: CommentPolicy | null; publishedAt: Date | null },
  site: Discussion,
  now: Date,
): boolean => {
  if ((commentPolicy ?? site.commentPolicy) !== 'open') return false;
  const span = openFor(site);
  return span === null || publishedAt === null || now.getTime() < publishedAt.getTime() + span;
};

/** Whether a comment can be posted at `now`. */
export const commentsAreOpen = (
  article: Standing & { commentPolicy: CommentPolicy | null },
  site: Discussion,
  now: Date,
): boolean => isLive(article, now) && takesComments(article, site, now);

/** Words a minute, the mean of silent reading (Brysbaert 2019, for non-fiction). */
const READING_SPEED = 238;
export const readingMinutes = (wordCount: number): number => Math.ceil(wordCount / READING_SPEED);
