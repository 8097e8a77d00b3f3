/** What may be with articles: pure decisions, with time, caller and row as arguments. */
import { isDeepStrictEqual } from 'node:util';
import { type Caller, may, type Permission } from '../../core/access.ts';
import { bodyFault, type Fault, refuse, refuseAll } from '../../core/errors.ts';
import { mergePatch } from '../../core/merge-patch.ts';
import {
  type CommentPolicy,
  isLive,
  NEXT_STATUSES,
  type Standing,
  type Status,
  type StoredStatus,
} from '../../core/statuses.ts';
import type { BodyFormat, CoverImage, Seo } from '../../store/tables.ts';

export type Source = { system: string; id: string; url?: string | null };

/** What an editor writes of an article, whole. `status` is the answered one. */
export type Writing = {
  title: string;
  slug: string | null;
  subtitle: string | null;
  excerpt: string | null;
  body: string;
  bodyFormat: BodyFormat;
  status: Status;
  publishedAt: Date | null;
  unpublishAt: Date | null;
  authorIds: number[];
  tagIds: number[];
  coverImage: CoverImage | null;
  language: string;
  translationKey: string | null;
  featured: boolean;
  commentPolicy: CommentPolicy | null;
  contentUpdatedAt: Date | null;
  seo: Seo | null;
  metadata: Record<string, unknown>;
  source: Source | null;
};

/** A change: absent fields are untouched; objects are merge patches, lists replace. Tags are already ids. */
export type WritingPatch = { [F in keyof Writing]?: Writing[F] | null };

/** What an article is before anything is written. */
export const blankWriting = (language: string): Writing => ({
  title: '',
  slug: null,
  subtitle: null,
  excerpt: null,
  body: '',
  bodyFormat: 'markdown',
  status: 'draft',
  publishedAt: null,
  unpublishAt: null,
  authorIds: [],
  tagIds: [],
  coverImage: null,
  language,
  translationKey: null,
  featured: false,
  commentPolicy: null,
  contentUpdatedAt: null,
  seo: null,
  metadata: {},
  source: null,
});

/** What null means for the fields that cannot be null. Title, status and bodyFormat refuse it at the door. */
const CLEARED: Partial<Writing> = { body: '', authorIds: [], tagIds: [], metadata: {}, featured: false };
const MERGED = ['coverImage', 'seo', 'metadata', 'source'] as const;

const canonicalLanguage = (language: string): string => Intl.getCanonicalLocales(language)[0] ?? language;

/** The writing after a patch (RFC 7396). `siteLanguage` is what a cleared language becomes. */
export const applyPatch = (writing: Writing, patch: WritingPatch, siteLanguage: string): Writing => {
  const result: Record<string, unknown> = { ...writing };
  for (const [field, value] of Object.entries(patch)) {
    if (value === undefined) continue;
    if (value === null) result[field] = CLEARED[field as keyof Writing] ?? null;
    else if (MERGED.some((name) => name === field)) result[field] = mergePatch(writing[field as keyof Writing], value);
    else result[field] = value;
  }
  const { excerpt, language } = result as Writing;
  return {
    ...(result as Writing),
    excerpt: excerpt?.trim() ? excerpt : null,
    language: language === null ? siteLanguage : canonicalLanguage(language),
  };
};

const MAX_METADATA_BYTES = 16 * 1024;
const MAX_METADATA_DEPTH = 10;

const depthOf = (value: unknown): number =>
  typeof value !== 'object' || value === null ? 0 : 1 + Math.max(0, ...Object.values(value).map(depthOf));

const required = (field: string, value: object | null, members: readonly string[]): Fault[] =>
  value === null
    ? []
    : members
        .filter((member) => !Object.hasOwn(value, member))
        .map((member) => bodyFault(`/${field}/${member}`, 'required', `${field}/${member} is required`));

/** Throws 400 with every fault that only the merged whole can show. */
export const checkMerged = ({ coverImage, source, metadata }: Writing): void => {
  const faults = [
    ...required('coverImage', coverImage, ['url', 'alt']),
    ...required('source', source, ['system', 'id']),
  ];
  if (Buffer.byteLength(JSON.stringify(metadata)) > MAX_METADATA_BYTES) {
    faults.push(bodyFault('/metadata', 'too-long', `metadata must have at most ${MAX_METADATA_BYTES} bytes as JSON`));
  }
  if (depthOf(metadata) > MAX_METADATA_DEPTH) {
    faults.push(bodyFault('/metadata', 'too-deep', `metadata must nest at most ${MAX_METADATA_DEPTH} levels`));
  }
  if (faults.length > 0) throw refuseAll('invalid-request', faults);
};

/** The fields in which two writings differ, by the names of the contract. */
export const changedFields = (before: Writing, after: Writing): string[] =>
  (Object.keys(after) as (keyof Writing)[])
    .filter((field) => !isDeepStrictEqual(before[field], after[field]))
    .map((field) => (field === 'tagIds' ? 'tags' : field));

/** Whether a caller may read an article at `now`: everyone what is live, the rest by the table. */
export const canRead = (caller: Caller, article: Standing, authorIds: readonly number[], now: Date): boolean =>
  isLive(article, now) || may(caller, 'read unpublished', authorIds);

const isOnTheDesk = (status: Status) => status === 'draft' || status === 'review';

/** What editing an article of a status takes. */
export const editingTakes = (status: Status): Permission =>
  isOnTheDesk(status) ? 'edit unpublished' : 'edit published';

/** Throws `forbidden` unless the caller may move an article from a status (null: it is new) to another. */
export const demandMove = (caller: Caller, from: Status | null, to: Status, authorIds: readonly number[]): void => {
  const permission = from === null ? 'create article' : editingTakes(from);
  if (!may(caller, permission, authorIds))
    throw refuse('forbidden', `This key may not edit this article while it is ${from}`);
  if (!isOnTheDesk(to) && to !== from && !may(caller, 'publish article', authorIds)) {
    throw refuse('forbidden', `This key may not make this article ${to}`);
  }
};

/** Throws `forbidden` where a caller who may not choose authors names others than `allowed`. */
export const demandAuthors = (caller: Caller, wanted: readonly number[], allowed: readonly number[]): void => {
  if (may(caller, 'choose authors') || isDeepStrictEqual(wanted, allowed)) return;
  throw refuse('forbidden', 'This key may not choose the authors of an article');
};

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

/** Whether a comment can be posted at `now`. */
export const commentsAreOpen = (
  article: Standing & { commentPolicy: CommentPolicy | null },
  sitePolicy: CommentPolicy,
  now: Date,
): boolean => isLive(article, now) && (article.commentPolicy ?? sitePolicy) === 'open';

type StoredSource = { sourceSystem: string | null; sourceId: string | null; sourceUrl: string | null };

/** The source of a stored article; null where it has none. */
export const sourceOf = ({ sourceSystem, sourceId, sourceUrl }: StoredSource): Source | null =>
  sourceSystem === null || sourceId === null
    ? null
    : { system: sourceSystem, id: sourceId, ...(sourceUrl !== null && { url: sourceUrl }) };

/** Words a minute, the mean of silent reading (Brysbaert 2019, for non-fiction). */
const READING_SPEED = 238;
export const readingMinutes = (wordCount: number): number => Math.ceil(wordCount / READING_SPEED);
