/** What is kept of a version of an article besides its body, and how it is read back. */
import { keepJson, readJson } from '../../core/kept-text.ts';
import { formatMoment } from '../../core/moment.ts';
import type { TagKind } from '../../store/tables.ts';
import type { StoredArticle } from './queries.ts';
import type { Revision } from './revision-queries.ts';
import type { Writing } from './writing.ts';

type Named = { id: number; slug: string; name: string };
type Momentary = 'publishedAt' | 'unpublishAt' | 'contentUpdatedAt';

/**
 * What an editor had written of a version, but the body, with the names of whom and what it named, so that they can be
 * told when they are gone. Moments are RFC 3339. `status` is the one that was answered when the next version was made.
 */
export type Snapshot = Omit<Writing, 'body' | 'authorIds' | 'tagIds' | 'slug' | Momentary> &
  Record<Momentary | 'deletedAt', string | null> & {
    slug: string;
    authors: Named[];
    tags: (Named & { kind: TagKind })[];
  };

/** A stored version whole. */
export type PastVersion = Revision & { snapshot: Snapshot; body: string };

/** What a version is, of the article as it is stored and what an editor has written of it. */
export const snapshotOf = ({ row, authors, tags }: StoredArticle, writing: Writing): Snapshot => {
  const { body, authorIds, tagIds, ...own } = writing;
  return {
    ...own,
    slug: row.slug,
    publishedAt: formatMoment(own.publishedAt),
    unpublishAt: formatMoment(own.unpublishAt),
    contentUpdatedAt: formatMoment(own.contentUpdatedAt),
    deletedAt: formatMoment(row.deletedAt),
    authors: authors.map(({ id, slug, name }) => ({ id, slug, name })),
    tags: tags.map(({ id, slug, name, kind }) => ({ id, slug, name, kind })),
  };
};

export const packSnapshot = (snapshot: Snapshot): Buffer => keepJson(snapshot);

/** Reads a snapshot that `packSnapshot` has made. */
export const unpackSnapshot = (packed: Uint8Array): Snapshot => readJson(packed) as Snapshot;
