/** Judges what is said: whether it is said again, too often, and whether it waits for an editor. */
import { refuse } from '../../core/errors.ts';
import { fold } from '../../core/folding.ts';
import type { Rate } from '../../core/rate.ts';
import type { Store } from '../../store/store.ts';
import { readSite } from '../site/actions.ts';
import { findFloodAtAddress, findFloodAtArticle, isSaidAlready, listApprovedNames } from './judging-queries.ts';
import { judgeGuest, KNOWN_FOR_DAYS, type Said, STAFF, type Verdict } from './moderation-rules.ts';

const DAY = 86_400_000;
/** How much more guests may say under one article than from one address. */
const GUESTS_OF_AN_ARTICLE = 10;

const before = (now: Date, milliseconds: number): Date => new Date(now.getTime() - milliseconds);

/**
 * Throws `rate-limited` where guests say too much within the window that ends now: from one address, or under one
 * article. It is counted in the store, so that all processes share it, and refused until the oldest that counts is over.
 */
const demandCalm = async (tx: Store, flood: NonNullable<Rate>, said: Said, now: Date): Promise<void> => {
  const { limit, seconds } = flood;
  const since = before(now, seconds * 1000);
  const { addressHash, articleId } = said;
  const floods = [
    addressHash === null ? undefined : await findFloodAtAddress(tx, addressHash, since, limit),
    await findFloodAtArticle(tx, articleId, since, limit * GUESTS_OF_AN_ARTICLE),
  ].filter((at) => at !== undefined);
  if (floods.length === 0) return;
  const over = Math.max(...floods.map((at) => at.getTime())) + seconds * 1000;
  throw refuse('rate-limited', 'Too many comments were posted here in a short time; try again later', {
    retryAfter: Math.max(1, Math.ceil((over - now.getTime()) / 1000)),
  });
};

/** Throws `duplicate-comment` for what was said already, and `rate-limited` where too much is said at once. */
export const demandNew = async (tx: Store, flood: Rate, said: Said, now: Date): Promise<void> => {
  if (flood && !said.isStaff) await demandCalm(tx, flood, said, now);
  if (
    said.emailFolded !== null &&
    (await isSaidAlready(tx, said.articleId, said.emailFolded, said.body, before(now, DAY)))
  )
    throw refuse('duplicate-comment', 'You said the same here already');
};

/** Whether the same guest had a comment approved of late, by name, email and address; nobody is known whose address is not. */
const isKnownGuest = async (tx: Store, { emailFolded, addressHash, authorName }: Said, now: Date): Promise<boolean> => {
  if (emailFolded === null || addressHash === null) return false;
  const names = await listApprovedNames(tx, emailFolded, addressHash, before(now, KNOWN_FOR_DAYS * DAY));
  return names.some((name) => fold(name) === fold(authorName));
};

/** The status that a comment gets by the rules of the site, and why. */
export const judgeComment = async (tx: Store, said: Said, now: Date): Promise<Verdict> => {
  if (said.isStaff) return STAFF;
  const { moderation, moderationWords: words } = await readSite(tx);
  return judgeGuest(said, moderation, { words, isKnown: await isKnownGuest(tx, said, now) });
};
