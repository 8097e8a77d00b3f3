/** Makes a working copy live: what waited in it becomes the article, unless that moved on in the same fields. */
import { isDeepStrictEqual } from 'node:util';
import { refuse } from '../../core/errors.ts';
import { checkExpected, type Expectation } from '../../core/expectation.ts';
import type { Origin } from '../../store/events.ts';
import type { Store } from '../../store/store.ts';
import { type ArticleInput, type ArticleParts, changeArticle } from '../articles/actions.ts';
import { findToWrite } from '../articles/finding.ts';
import type { StoredArticle } from '../articles/queries.ts';
import { writingOf } from '../articles/records.ts';
import { listRevisionsAfter } from '../articles/revision-queries.ts';
import { readSite } from '../site/actions.ts';
import { closeCopy, noCopy } from './actions.ts';
import { findCopy, listKnownTagIds } from './queries.ts';
import { conflictsOf, demandLive, firstBase, isOpen, type OpenCopy, patchOf, versionOf } from './rules.ts';

/** Throws where what was read to be published is not what stands there now: it is read again. */
class CopyMoved extends Error {}

/** What a copy changes, as it would be sent. Tags that are gone by now are left out; authors are judged by the article. */
const inputOf = async (store: Store, { fields }: OpenCopy): Promise<ArticleInput> => {
  const { tagIds, ...rest } = patchOf(fields);
  if (tagIds == null) return rest;
  return { ...rest, tags: (await listKnownTagIds(store, tagIds)).map((id) => ({ id })) };
};

/** Throws `version-mismatch`, naming the fields, where an article was changed in what a copy changes. */
const demandUnmoved = async (tx: Store, before: StoredArticle, copy: OpenCopy, now: Date): Promise<void> => {
  const { id, version } = before.row;
  const since = await listRevisionsAfter(tx, id, firstBase(copy, version));
  const changedFields = conflictsOf(writingOf(before, now), copy, since, (await readSite(tx)).language);
  if (changedFields.length === 0) return;
  throw refuse('version-mismatch', `The article was changed meanwhile in ${changedFields.join(', ')}`, {
    extra: { currentVersion: version, changedFields },
  });
};

/**
 * Publishes the working copy of a live article, in one transaction with its end. Throws `not-live`, `not-found` where
 * there is none, and `version-mismatch` where the copy is another than expected or the article moved on.
 */
export const publishCopy = async (
  parts: ArticleParts,
  origin: Origin,
  id: number,
  expected: Expectation,
): Promise<StoredArticle> => {
  const { store, clock } = parts;
  for (;;) {
    const seen = await findToWrite(store, origin.caller, { id, expected: 'any' }, clock());
    const copy = await findCopy(store, id);
    if (isOpen(copy)) checkExpected(expected, { version: versionOf(copy) });
    demandLive(seen.row, clock());
    if (!isOpen(copy)) throw noCopy(id);
    const input = await inputOf(store, copy);
    const alongside = async (tx: Store, before: StoredArticle, now: Date) => {
      const still = await findCopy(tx, id);
      if (still?.version !== copy.version || !isDeepStrictEqual(still.fields, copy.fields)) throw new CopyMoved();
      demandLive(before.row, now);
      await demandUnmoved(tx, before, copy, now);
      const tags = (input.tags ?? []).length;
      if (input.tags && (await listKnownTagIds(tx, patchOf(copy.fields).tagIds ?? [])).length !== tags)
        throw new CopyMoved();
      await closeCopy(tx, copy, now);
    };
    try {
      return await changeArticle(parts, origin, id, 'any', { input, manner: 'replace', alongside });
    } catch (error) {
      if (!(error instanceof CopyMoved)) throw error;
    }
  }
};
