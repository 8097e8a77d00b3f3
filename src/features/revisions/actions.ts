/** What can be done with the stored versions of an article: they are listed, read, compared and restored. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { type Caller, demand } from '../../core/access.ts';
import { refuse, refuseAll } from '../../core/errors.ts';
import type { Expectation } from '../../core/expectation.ts';
import { MOST_STEPS, readKept } from '../../core/kept-text.ts';
import type { Slice, Sliced } from '../../core/slice.ts';
import type { Origin } from '../../store/events.ts';
import type { Parts, Store } from '../../store/store.ts';
import { listPresentIds } from '../../store/successors.ts';
import { type ArticleInput, type ArticleParts, changeArticle } from '../articles/actions.ts';
import { findToWrite, showTo } from '../articles/finding.ts';
import { findArticle, type StoredArticle } from '../articles/queries.ts';
import { authorIdsOf, writingOf } from '../articles/records.ts';
import {
  findKeptText,
  findRevision,
  listRevisions,
  listTextSteps,
  type Revision,
} from '../articles/revision-queries.ts';
import { type PastVersion, type Snapshot, snapshotOf, unpackSnapshot } from '../articles/snapshot-rules.ts';
import { CONTENT_FIELDS } from '../articles/writing.ts';
import { listKnownAuthorIds } from '../authors/queries.ts';
import { listTagsNamed } from '../tags/queries.ts';

/** Finds an article for a caller who may know of its past; what may be read only live has none to them: `forbidden`. */
const findWithPast = async ({ store, clock }: Parts, caller: Caller, id: number): Promise<StoredArticle> => {
  const article = showTo(caller, await findArticle(store, id), id, clock());
  demand(caller, 'read unpublished', authorIdsOf(article));
  return article;
};

const noVersion = (id: number, version: number) =>
  refuse('not-found', `There is no version ${version} of article ${id}`);

/** The body of a version of an article, read from that of the current one, or from the nearest text that is kept whole. */
const bodyAt = async (store: Store, { row, content }: StoredArticle, version: number): Promise<string> => {
  const steps = await listTextSteps(store, row.id, version, row.version, MOST_STEPS);
  const whole = steps.findIndex(({ textSteps }) => textSteps === 0);
  const needed = whole === -1 ? steps : steps.slice(0, whole + 1);
  let body: Buffer = Buffer.from(content.body);
  for (const { version } of needed.reverse()) {
    const kept = await findKeptText(store, row.id, version);
    if (!kept) throw noVersion(row.id, version); // deleted meanwhile
    body = readKept(kept, body);
    await nextTurn(); // of a long text, each step takes milliseconds
  }
  return body.toString('utf8');
};

/** One version of an article as it was read: the current one is told from the article, the others from what was kept. */
const versionOf = async (store: Store, article: StoredArticle, version: number, now: Date): Promise<PastVersion> => {
  const { row, content } = article;
  const revision = await findRevision(store, row.id, version);
  if (version === row.version) {
    const { at, by, changedFields } = revision ?? { at: row.updatedAt, by: null, changedFields: [] };
    return {
      version,
      at,
      by,
      changedFields,
      snapshot: snapshotOf(article, writingOf(article, now)),
      body: content.body,
    };
  }
  if (version > row.version || !revision?.snapshot) throw noVersion(row.id, version);
  return { ...revision, snapshot: unpackSnapshot(revision.snapshot), body: await bodyAt(store, article, version) };
};

/** The stored versions of an article, the newest first. */
export const listVersions = async (
  parts: Parts,
  caller: Caller,
  id: number,
  slice: Slice,
): Promise<Sliced<Revision>> => {
  await findWithPast(parts, caller, id);
  return listRevisions(parts.store, id, slice);
};

/** Reads one stored version of an article, the current one too; `not-found` for one that never was, or was not kept. */
export const readVersion = async (parts: Parts, caller: Caller, id: number, version: number): Promise<PastVersion> =>
  versionOf(parts.store, await findWithPast(parts, caller, id), version, parts.clock());

/** Reads two versions to be compared: one, and another, the one before it unless said; null: it is the first. */
export const readVersions = async (
  parts: Parts,
  caller: Caller,
  id: number,
  version: number,
  against: number = version - 1,
): Promise<{ version: PastVersion; against: PastVersion | null }> => {
  const article = await findWithPast(parts, caller, id);
  const now = parts.clock();
  const read = (which: number) => versionOf(parts.store, article, which, now);
  return { version: await read(version), against: against === 0 ? null : await read(against) };
};

/** Whom and what a version named, as they are now: who took the place of what is gone stands there, and what is gone without is told. */
const namedNow = async (store: Store, { authors, tags }: Snapshot) => {
  const idsOf = (named: readonly { id: number }[]) => named.map(({ id }) => id);
  const authorIds = await listPresentIds(store, 'author', idsOf(authors));
  const tagIds = await listPresentIds(store, 'tag', idsOf(tags));
  const knownAuthors = await listKnownAuthorIds(store, authorIds);
  const knownTags = idsOf(await listTagsNamed(store, { ids: tagIds, slugs: [], foldedNames: [] }));
  return {
    authorIds: [...new Set(authorIds)],
    missingAuthors: authors.filter((_, i) => !knownAuthors.includes(authorIds[i] as number)),
    tagIds: [...new Set(tagIds)].filter((id) => knownTags.includes(id)),
    missingTags: tags.filter((_, i) => !knownTags.includes(tagIds[i] as number)),
  };
};
type NamedNow = Awaited<ReturnType<typeof namedNow>>;

/** What of a version is its content: never where it stood, nor its address. */
const contentOf = ({ snapshot, body }: PastVersion, { authorIds, tagIds }: NamedNow): ArticleInput => {
  const whole = { ...snapshot, body, authorIds, tags: tagIds.map((id) => ({ id })) };
  return Object.fromEntries(CONTENT_FIELDS.map((field) => [field, whole[field]]));
};

/** Throws `unknown-reference` with every author of a version who is gone: an article is not given to others unasked. */
const demandAuthorsOf = ({ missingAuthors }: NamedNow): void => {
  const faults = missingAuthors.map(({ id, name }) => ({
    ...({ in: 'path', name: 'version', code: 'unknown-reference' } as const),
    detail: `Its author ${id}, “${name}”, is no longer there`,
  }));
  if (faults.length > 0) throw refuseAll('unknown-reference', faults);
};

/** Throws where an author or a tag went between the look at what is there and the restoring. */
class NamesMoved extends Error {}

/**
 * Makes the content of a stored version that of a new one; status, moments and slug stay. What is the same makes no
 * version. Tells the tags that are gone and were left out; throws `unknown-reference` where an author is.
 */
export const restoreVersion = async (
  parts: ArticleParts,
  origin: Origin,
  id: number,
  version: number,
  expected: Expectation,
): Promise<{ article: StoredArticle; missingTags: Snapshot['tags'] }> => {
  const { store, clock } = parts;
  for (;;) {
    const found = await findToWrite(store, origin.caller, { id, expected }, clock());
    const past = await versionOf(store, found, version, clock());
    const named = await namedNow(store, past.snapshot);
    try {
      const article = await changeArticle(parts, origin, id, expected, {
        input: contentOf(past, named),
        manner: 'replace',
        alongside: async (tx) => {
          if (!isDeepStrictEqual(await namedNow(tx, past.snapshot), named)) throw new NamesMoved();
          demandAuthorsOf(named);
        },
      });
      return { article, missingTags: named.missingTags };
    } catch (error) {
      if (!(error instanceof NamesMoved)) throw error;
    }
  }
};
