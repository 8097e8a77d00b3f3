/** How an article moves through its life: which status it may take, at which moments, and what those moments bring. */
import { bodyFault, type Fault, refuseAll } from '../../core/errors.ts';
import { NEXT_STATUSES, type Standing, type Status, type StoredStatus } from '../../core/statuses.ts';
import type { Writing, WritingPatch } from './writing.ts';

/** Where an article goes: what is stored of its status and moments. */
export type Move = { status: StoredStatus; publishedAt: Date | null };

/** The moment an article that is to be published gets. */
const momentOfPublishing = (wanted: Date | null, isGiven: boolean, now: Date): Date =>
  wanted === null || (!isGiven && wanted > now) ? now : wanted;

/**
 * Decides status and moments. `from`: the answered status before, null for a new article. Throws 422 with every
 * fault: `status-not-reachable`, `invalid-schedule`, `not-publishable`.
 */
export const decideMove = (from: Status | null, wanted: Writing, patch: WritingPatch, now: Date): Move => {
  const faults: Fault[] = [];
  const isAskedFor = patch.status != null;
  const isMomentGiven = patch.publishedAt != null;
  let { status, publishedAt } = wanted;
  if (status === 'published') {
    const losesMoment = patch.publishedAt === null && !isAskedFor;
    if (losesMoment)
      faults.push(bodyFault('/publishedAt', 'invalid-schedule', 'publishedAt cannot be null while it is published'));
    else if (isAskedFor) publishedAt = momentOfPublishing(publishedAt, isMomentGiven, now);
    if (publishedAt !== null && publishedAt > now) status = 'scheduled';
  } else if (status === 'scheduled' && (publishedAt === null || publishedAt <= now)) {
    faults.push(
      bodyFault('/publishedAt', 'invalid-schedule', 'publishedAt must be in the future for a scheduled article'),
    );
  }
  if (from !== null && !NEXT_STATUSES[from].includes(status)) {
    faults.push(bodyFault('/status', 'status-not-reachable', `status cannot go from ${from} to ${status}`));
  }
  const { unpublishAt } = wanted;
  const isPublic = status === 'published' || status === 'scheduled';
  if (unpublishAt !== null && publishedAt !== null && unpublishAt <= publishedAt) {
    faults.push(bodyFault('/unpublishAt', 'invalid-schedule', 'unpublishAt must be after publishedAt'));
  } else if (unpublishAt !== null && isAskedFor && isPublic && unpublishAt <= now) {
    faults.push(bodyFault('/unpublishAt', 'invalid-schedule', 'unpublishAt has passed; send a later one, or null'));
  }
  if (isPublic) faults.push(...lacks(wanted));
  if (faults.length > 0) throw refuseAll(codeOf(faults), faults);
  const stored: StoredStatus = status === 'scheduled' ? 'published' : status;
  const ended = stored === 'published' && unpublishAt !== null && unpublishAt <= now;
  return { status: ended ? 'archived' : stored, publishedAt };
};

type MoveCode = 'status-not-reachable' | 'invalid-schedule' | 'not-publishable';
/** A problem has one code of its own: that of the first fault. */
const codeOf = (faults: Fault[]) => (faults[0]?.code ?? 'invalid-schedule') as MoveCode;

const lacks = ({ title, body, authorIds }: Writing): Fault[] => {
  const lack = (field: string, is: boolean) =>
    is ? [bodyFault(`/${field}`, 'not-publishable', `${field} is needed to publish`)] : [];
  return [
    ...lack('title', title.trim() === ''),
    ...lack('body', body.trim() === ''),
    ...lack('authorIds', authorIds.length === 0),
  ];
};

/** The moment with which an article was first live, as far as `now` knows; once there, it never changes. */
export const firstLiveMoment = (article: Standing & { firstPublishedAt: Date | null }, now: Date): Date | null => {
  if (article.firstPublishedAt !== null) return article.firstPublishedAt;
  const hasBeenLive = article.status === 'published' && article.publishedAt !== null && article.publishedAt <= now;
  return hasBeenLive && article.deletedAt === null ? article.publishedAt : null;
};

/** The moments to come that change whether an article is live. */
export const momentsToCome = (article: Standing, now: Date): Date[] => {
  if (article.deletedAt !== null || article.status !== 'published') return [];
  return [article.publishedAt, article.unpublishAt].filter((at): at is Date => at !== null && at > now);
};
