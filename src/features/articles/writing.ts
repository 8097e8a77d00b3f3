/** What an editor writes of an article: how a patch changes it, and what the whole must be. */
import { isDeepStrictEqual } from 'node:util';
import { bodyFault, type Fault, refuseAll } from '../../core/errors.ts';
import { mergePatch } from '../../core/merge-patch.ts';
import type { PastMoments } from '../../core/moment.ts';
import type { CommentPolicy, Status } from '../../core/statuses.ts';
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

/** What an article has behind it that comes from elsewhere; `slugWasPublic`: everyone could read it under its slug once. */
export type ArticlePast = PastMoments & {
  firstPublishedAt?: Date | null;
  /** It is in the trash since then. */
  deletedAt?: Date | null;
  slugWasPublic?: boolean;
};

/** What is rendered of a writing. */
export type Text = Pick<Writing, 'body' | 'bodyFormat'>;

export const isSameText = (one: Text, other: Text): boolean =>
  one.body === other.body && one.bodyFormat === other.bodyFormat;

/** Thrown where the text to be stored is not the one that was rendered: another writer changed it in between. */
export class TextMoved extends Error {}

/**
 * The fields that are what an article says, by the names of the contract: what waits in a working copy, and what is
 * brought back from an earlier version. Where it stands and under which address is not among them: those are moved,
 * never copied.
 */
export const CONTENT_FIELDS = [
  'title',
  'subtitle',
  'excerpt',
  'body',
  'bodyFormat',
  'authorIds',
  'tags',
  'coverImage',
  'language',
  'seo',
  'metadata',
] as const;

/** A change: absent fields are untouched; objects are merge patches, lists replace. Tags are already ids. */
export type WritingPatch = { [F in keyof Writing]?: Writing[F] | null };

/** What an article is before anything is written. */
const blankWriting = (language: string): Writing => ({
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

/** A new article as it is sent: nothing is merged, so what is null inside `metadata` stays. */
export const newWriting = (sent: WritingPatch, siteLanguage: string): Writing => ({
  ...applyPatch(blankWriting(siteLanguage), sent, siteLanguage),
  metadata: sent.metadata ?? {},
});

/** What null means for the fields that cannot be null. Title, status and bodyFormat refuse it at the door. */
const CLEARED: Partial<Writing> = { body: '', authorIds: [], tagIds: [], metadata: {}, featured: false };
const MERGED = ['coverImage', 'seo', 'metadata', 'source'] as const;

const canonicalLanguage = (language: string): string => Intl.getCanonicalLocales(language)[0] ?? language;

/** How objects are changed: by a merge patch, or put in place of what is there. */
export type Manner = 'merge' | 'replace';

/** The writing after a patch (RFC 7396, or each field whole). `siteLanguage` is what a cleared language becomes. */
export const applyPatch = (
  writing: Writing,
  patch: WritingPatch,
  siteLanguage: string,
  manner: Manner = 'merge',
): Writing => {
  const result: Record<string, unknown> = { ...writing };
  for (const [field, value] of Object.entries(patch)) {
    if (value === undefined) continue;
    if (value === null) result[field] = CLEARED[field as keyof Writing] ?? null;
    else if (manner === 'merge' && MERGED.some((name) => name === field))
      result[field] = mergePatch(writing[field as keyof Writing], value);
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

/** What is wrong with metadata as a whole: its size and its depth. */
export const metadataFaults = (metadata: unknown): Fault[] => {
  const faults: Fault[] = [];
  if (Buffer.byteLength(JSON.stringify(metadata ?? null)) > MAX_METADATA_BYTES) {
    faults.push(bodyFault('/metadata', 'too-long', `metadata must have at most ${MAX_METADATA_BYTES} bytes as JSON`));
  }
  if (depthOf(metadata) > MAX_METADATA_DEPTH) {
    faults.push(bodyFault('/metadata', 'too-deep', `metadata must nest at most ${MAX_METADATA_DEPTH} levels`));
  }
  return faults;
};

/** Throws 400 with every fault that only the merged whole can show. */
export const checkWriting = ({ coverImage, source, metadata }: Writing): void => {
  const faults = [
    ...required('coverImage', coverImage, ['url', 'alt']),
    ...required('source', source, ['system', 'id']),
    ...metadataFaults(metadata),
  ];
  if (faults.length > 0) throw refuseAll('invalid-request', faults);
};

/** The fields in which two writings differ, by the names of the contract. */
export const changedFields = (before: Writing, after: Writing): string[] =>
  (Object.keys(after) as (keyof Writing)[])
    .filter((field) => !isDeepStrictEqual(before[field], after[field]))
    .map((field) => (field === 'tagIds' ? 'tags' : field));

type StoredSource = { sourceSystem: string | null; sourceId: string | null; sourceUrl: string | null };

/** The source of a stored article; null where it has none. */
export const sourceOf = ({ sourceSystem, sourceId, sourceUrl }: StoredSource): Source | null =>
  sourceSystem === null || sourceId === null
    ? null
    : { system: sourceSystem, id: sourceId, ...(sourceUrl !== null && { url: sourceUrl }) };
