/** What a working copy holds, how it lies over the live article, and when it can no longer become it. */
import { isDeepStrictEqual } from 'node:util';
import { refuse } from '../../core/errors.ts';
import { isLive, type Standing } from '../../core/statuses.ts';
import type { Tables } from '../../store/tables.ts';
import { demandUntrashed } from '../articles/rules.ts';
import { applyPatch, CONTENT_FIELDS, type Writing, type WritingPatch } from '../articles/writing.ts';

export type CopyRow = Tables['workingCopies']['$inferSelect'];
/** A copy that is there: a row without fields only remembers the version of one that was. */
export type OpenCopy = CopyRow & { fields: NonNullable<CopyRow['fields']> };

export const isOpen = (row: CopyRow | undefined): row is OpenCopy => row !== undefined && row.fields !== null;

/** What `If-Match` is held against; 0 where there is no copy. */
export const versionOf = (row: CopyRow | undefined): number => (isOpen(row) ? row.version : 0);

/** Throws `trashed` or `not-live`: only what is live has changes that are not live yet. */
export const demandLive = (article: Standing & { id: number }, now: Date): void => {
  demandUntrashed(article);
  if (isLive(article, now)) return;
  throw refuse('not-live', `Article ${article.id} is not live: change it itself, no reader sees it yet`);
};

/** The fields of a copy as a change of an article; they were taken from a writing, and are whole. */
export const patchOf = ({ tags, ...fields }: OpenCopy['fields']): WritingPatch =>
  ({ ...fields, ...(tags !== undefined && { tagIds: tags }) }) as WritingPatch;

/** The live article with the changes of a copy. */
export const mergedWith = (live: Writing, fields: OpenCopy['fields'], siteLanguage: string): Writing =>
  applyPatch(live, patchOf(fields), siteLanguage, 'replace');

const contentOf = (writing: Writing, field: (typeof CONTENT_FIELDS)[number]): unknown =>
  writing[field === 'tags' ? 'tagIds' : field];

/** The fields of the content in which two writings differ, by the names of the contract. */
export const changedContent = (live: Writing, merged: Writing) =>
  CONTENT_FIELDS.filter((field) => !isDeepStrictEqual(contentOf(live, field), contentOf(merged, field)));

/** A text is read by its format: neither stands in a copy without the other, or a live one would change what it says. */
const TEXT = ['body', 'bodyFormat'] as const;

/** What is kept of a copy: the fields that differ from the live article, whole, and the versions they were changed from. */
export const keptIn = (
  live: Writing,
  merged: Writing,
  articleVersion: number,
  before: CopyRow | undefined,
): Pick<OpenCopy, 'fields' | 'bases'> => {
  const differing = changedContent(live, merged);
  const withText = TEXT.some((field) => differing.includes(field)) ? TEXT : [];
  const names = CONTENT_FIELDS.filter((field) => [...differing, ...withText].includes(field));
  return {
    fields: Object.fromEntries(names.map((field) => [field, contentOf(merged, field)])),
    bases: Object.fromEntries(names.map((field) => [field, before?.bases[field] ?? articleVersion])),
  };
};

type Changed = { version: number; changedFields: string[] };

/** The fields of a copy that the article has changed since they came into the copy, and to something else. */
export const conflictsOf = (
  live: Writing,
  { fields, bases }: OpenCopy,
  since: readonly Changed[],
  siteLanguage: string,
): string[] => {
  const differing: readonly string[] = changedContent(live, mergedWith(live, fields, siteLanguage));
  const watched = TEXT.some((field) => differing.includes(field)) ? [...differing, ...TEXT] : differing;
  const hasMoved = (field: string) =>
    since.some(({ version, changedFields }) => version > (bases[field] ?? 0) && changedFields.includes(field));
  return CONTENT_FIELDS.filter((field) => watched.includes(field) && hasMoved(field));
};

/** The first version of the article that any field of a copy was changed from. */
export const firstBase = ({ bases }: OpenCopy, articleVersion: number): number =>
  Math.min(articleVersion, ...Object.values(bases));
