/** Finds one article for a caller: to read it, or to write to it. */
import type { Caller } from '../../core/access.ts';
import { refuse } from '../../core/errors.ts';
import { demandExpected, type Expectation } from '../../core/expectation.ts';
import { statusAt } from '../../core/statuses.ts';
import { findFormer } from '../../store/slug-history.ts';
import type { Store } from '../../store/store.ts';
import { settleIfDue } from './due-moments.ts';
import { findArticle, findArticleBySlug, type StoredArticle } from './queries.ts';
import { authorIdsOf } from './records.ts';
import { listRevisionsAfter } from './revision-queries.ts';
import { canRead, demandAuthors, demandEditing, demandMove } from './rules.ts';
import type { WritingPatch } from './writing.ts';

export const notFound = (what: string | number) => refuse('not-found', `There is no article ${what}`);

/** Lets through what the caller may read; else `gone` for what was live and is in the trash, or `not-found`. */
export const showTo = (
  caller: Caller,
  article: StoredArticle | undefined,
  asked: string | number,
  now: Date,
): StoredArticle => {
  if (!article) throw notFound(asked);
  if (canRead(caller, article.row, authorIdsOf(article), now)) return article;
  const { deletedAt, firstPublishedAt, slugWasPublic } = article.row;
  // A slug that it got when it was live no longer says nothing of it.
  const wasLive = typeof asked === 'string' ? slugWasPublic : firstPublishedAt !== null;
  throw deletedAt !== null && wasLive ? refuse('gone', `Article ${asked} was withdrawn`) : notFound(asked);
};

/**
 * Finds an article by a slug for a caller: the one that has it, else the one that had it in public once, whose slug is
 * another then. What the caller may not read takes no slug from what it may.
 */
export const findBySlug = async (store: Store, caller: Caller, slug: string, now: Date): Promise<StoredArticle> => {
  const mayRead = ({ row, ...article }: StoredArticle) => canRead(caller, row, authorIdsOf(article), now);
  const article = await findArticleBySlug(store, slug);
  if (article && mayRead(article)) return article;
  const former = await findFormer(store, ['article'], slug);
  const moved = former === undefined ? undefined : await findArticle(store, former);
  return moved && mayRead(moved) ? moved : showTo(caller, article, slug, now);
};

/** Throws `version-mismatch` where another version of an article is stored than is expected, with what was changed meanwhile. */
export const checkVersion = (store: Store, expected: Expectation, { row }: StoredArticle): Promise<void> =>
  demandExpected(expected, row, (version) => listRevisionsAfter(store, row.id, version));

/** What a write is about: the article, the version that is expected there, and what is to become of it. */
export type Write = { id: number; expected: Expectation; change?: Pick<WritingPatch, 'status' | 'authorIds'> };

/**
 * Finds an article to write to and judges the writer, in the order of the contract: `not-found`, `forbidden`, then what
 * is expected of the version.
 */
export const findToWrite = async (
  store: Store,
  caller: Caller,
  { id, expected, change = {} }: Write,
  now: Date,
): Promise<StoredArticle> => {
  const article = showTo(caller, await findArticle(store, id), id, now);
  const [authorIds, status] = [authorIdsOf(article), statusAt(article.row, now)];
  demandEditing(caller, status, authorIds);
  if (change.status != null && change.status !== status) demandMove(caller, change.status, authorIds);
  if (change.authorIds !== undefined) demandAuthors(caller, change.authorIds ?? [], authorIds);
  await checkVersion(store, expected, article);
  return article;
};

/** The same within a transaction: a moment that came due is settled first, so that the write begins from what is true now. */
export const openToWrite = async (tx: Store, caller: Caller, write: Write, now: Date): Promise<StoredArticle> =>
  settleIfDue(tx, await findToWrite(tx, caller, write, now), now);
