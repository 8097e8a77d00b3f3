/** Preview links: who has one reads that article as it would be, until it expires or is revoked, and nothing else. */
import { type Caller, may } from '../../core/access.ts';
import { refuse } from '../../core/errors.ts';
import type { Slice, Sliced } from '../../core/slice.ts';
import { isLive } from '../../core/statuses.ts';
import type { Origin } from '../../store/events.ts';
import { keepOutcome } from '../../store/outcomes.ts';
import { knownSigningSecret, signingSecret } from '../../store/secrets.ts';
import type { Parts, Store } from '../../store/store.ts';
import { findToWrite } from '../articles/finding.ts';
import { findArticle, type StoredArticle } from '../articles/queries.ts';
import { authorIdsOf } from '../articles/records.ts';
import { demandUntrashed } from '../articles/rules.ts';
import { findActorOf } from '../keys/actions.ts';
import { mergeCopy } from '../working-copies/actions.ts';
import { findCopy } from '../working-copies/queries.ts';
import { isOpen } from '../working-copies/rules.ts';
import { deleteExpiredLinks, deleteLinkRow, findLink, insertLink, type LinkRow, listLinks } from './queries.ts';
import { readToken, tokenOf } from './rules.ts';

/** `secret`: what tokens are signed with; null: that of the store. */
export type PreviewParts = Parts & { secret: string | null };

/** A link with its token, and the slug of its article as it is now. */
export type PreviewLink = LinkRow & { token: string; slug: string };

const DAY = 86_400_000;
const LASTING = 7 * DAY;
/** For how long a link that expired stays in the list; it goes when the next is made. */
const SHOWN_EXPIRED = 30 * DAY;

/** Makes a link to the preview of an article; `expiresIn` in seconds, a week unless said. */
export const createPreviewLink = async (
  parts: PreviewParts,
  origin: Origin,
  articleId: number,
  expiresIn: number | undefined,
): Promise<PreviewLink> =>
  parts.store.transaction(async (tx) => {
    const now = parts.clock();
    const { row } = await findToWrite(tx, origin.caller, { id: articleId, expected: 'any' }, now);
    demandUntrashed(row);
    await deleteExpiredLinks(tx, articleId, new Date(now.getTime() - SHOWN_EXPIRED));
    const expiresAt = new Date(now.getTime() + (expiresIn === undefined ? LASTING : expiresIn * 1000));
    const keyId = origin.caller?.keyId ?? null;
    const link = await insertLink(tx, { articleId, keyId, createdAt: now, expiresAt });
    await keepOutcome(tx, origin, { kind: 'preview-link', id: link.id }, now);
    return { ...link, token: tokenOf(link, await signingSecret(tx, parts.secret)), slug: row.slug };
  });

/** The links to the preview of an article, for those who may edit it. */
export const listPreviewLinks = async (
  parts: PreviewParts,
  caller: Caller,
  articleId: number,
  slice: Slice,
): Promise<Sliced<PreviewLink>> => {
  const { store, clock } = parts;
  const { row } = await findToWrite(store, caller, { id: articleId, expected: 'any' }, clock());
  const { rows, total } = await listLinks(store, articleId, slice);
  const secret = rows.length > 0 ? await signingSecret(store, parts.secret) : '';
  return { rows: rows.map((link) => ({ ...link, token: tokenOf(link, secret), slug: row.slug })), total };
};

/** Reads one link of an article for who may edit that; `not-found` for one that was revoked. */
export const readPreviewLink = async (
  parts: PreviewParts,
  caller: Caller,
  articleId: number,
  linkId: number,
): Promise<PreviewLink> => {
  const { store, clock } = parts;
  const { row } = await findToWrite(store, caller, { id: articleId, expected: 'any' }, clock());
  const link = await findLink(store, articleId, linkId);
  if (!link) throw noLink(articleId, linkId);
  return { ...link, token: tokenOf(link, await signingSecret(store, parts.secret)), slug: row.slug };
};

const noLink = (articleId: number, linkId: number) =>
  refuse('not-found', `Article ${articleId} has no preview link ${linkId}`);

/** Revokes a link: its token opens nothing any more. */
export const revokePreviewLink = (
  { store, clock }: Parts,
  origin: Origin,
  articleId: number,
  linkId: number,
): Promise<void> =>
  store.transaction(async (tx) => {
    await findToWrite(tx, origin.caller, { id: articleId, expected: 'any' }, clock());
    if (await deleteLinkRow(tx, articleId, linkId)) return;
    throw noLink(articleId, linkId);
  });

/** Whether who made a link may still edit what is live, and so may show what waits for it. */
const showsCopies = async (store: Store, { keyId }: LinkRow, article: StoredArticle, now: Date): Promise<boolean> => {
  const maker = keyId === null ? undefined : await findActorOf(store, keyId, now);
  return maker !== undefined && may(maker, 'edit published', authorIdsOf(article));
};

const noPreview = () => refuse('not-found', 'This is no preview, or one that was revoked');

/**
 * The article that a token opens, as it would be: a live one with its working copy, where who made the link may edit
 * that. Throws `gone` for a token that has
 * expired, and `not-found` for all others that open nothing.
 */
export const readPreview = async (
  { store, clock, secret: given }: PreviewParts,
  token: string,
): Promise<StoredArticle> => {
  const secret = await knownSigningSecret(store, given);
  const claim = secret === undefined ? undefined : readToken(token, secret);
  if (!claim) throw noPreview();
  const now = clock();
  if (claim.expiresAt <= now) throw refuse('gone', 'The preview link has expired');
  const link = await findLink(store, claim.articleId, claim.id);
  const article = link && (await findArticle(store, link.articleId));
  if (!article || article.row.deletedAt !== null) throw noPreview();
  const copy = isLive(article.row, now) ? await findCopy(store, link.articleId) : undefined;
  const isShown = isOpen(copy) && (await showsCopies(store, link, article, now));
  return isShown ? mergeCopy(store, article, copy, now) : article;
};
