/** What a record says of the time before it came here. */
import { type PastMoments, parseMoment } from '../../core/moment.ts';
import type { ArticlePast } from '../articles/writing.ts';
import type { Alteration } from '../formats/found.ts';
import type { ArticleRecord, OldSlugRecord, Stored } from '../formats/records.ts';
import { cleanSlug } from './slug-rules.ts';

const momentOf = (text: string | null | undefined): Date | undefined => (text == null ? undefined : parseMoment(text));

/** When a thing was made and last changed. */
export const pastOf = (stored: Stored | null | undefined): PastMoments => {
  const [createdAt, updatedAt] = [momentOf(stored?.createdAt), momentOf(stored?.updatedAt)];
  return { ...(createdAt && { createdAt }), ...(updatedAt && { updatedAt }) };
};

/** Of an article that is archived and does not say so: it was published at its date. */
const firstPublishedOf = ({ status, publishedAt, stored }: ArticleRecord): Date | null => {
  if (stored?.firstPublishedAt !== undefined) return momentOf(stored.firstPublishedAt) ?? null;
  return status === 'archived' ? (momentOf(publishedAt) ?? null) : null;
};

/** What an article has behind it. */
export const articlePastOf = (record: ArticleRecord): ArticlePast => {
  const firstPublishedAt = firstPublishedOf(record);
  return {
    ...pastOf(record.stored),
    firstPublishedAt,
    deletedAt: momentOf(record.stored?.deletedAt) ?? null,
    slugWasPublic: record.stored?.slugWasPublic ?? firstPublishedAt !== null,
  };
};

/** A slug that a thing had, and until when; no moment: it is not known. */
export type PlannedSlug = { slug: string; at: Date | undefined; isHidden: boolean };

const readOldSlug = (old: string | OldSlugRecord): PlannedSlug => {
  const { slug, at, hidden } = typeof old === 'string' ? { slug: old, at: null, hidden: false } : old;
  return { slug, at: momentOf(at), isHidden: hidden ?? false };
};

/** The old slugs of a record, and which of them are none. */
export const planOldSlugs = (
  oldSlugs: (string | OldSlugRecord)[] | null | undefined,
): { oldSlugs: PlannedSlug[]; alterations: Alteration[] } => {
  const planned: PlannedSlug[] = [];
  const alterations: Alteration[] = [];
  for (const [position, old] of (oldSlugs ?? []).map(readOldSlug).entries()) {
    const slug = cleanSlug(old.slug);
    if (slug !== null) planned.push({ ...old, slug });
    const reason = `“${old.slug}” is no slug: ${slug === null ? 'left out' : `kept as ${slug}`}`;
    if (slug !== old.slug) alterations.push({ field: `/oldSlugs/${position}`, code: 'slug-changed', reason });
  }
  return { oldSlugs: planned, alterations };
};
