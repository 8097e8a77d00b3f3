/** Keeps what a version of an article was, when the next one takes its place. */
import { keepText } from '../../core/kept-text.ts';
import type { Store } from '../../store/store.ts';
import type { StoredArticle } from './queries.ts';
import { completeRevision, findTextSteps, insertRevision } from './revision-queries.ts';
import { packSnapshot, snapshotOf } from './snapshot-rules.ts';
import type { Writing } from './writing.ts';

/** The body of a version, where the next one has another. */
const textOf = async (tx: Store, { row, content }: StoredArticle, nextBody: string) => {
  if (content.body === nextBody) return { text: null, textSteps: null };
  return keepText(content.body, nextBody, await findTextSteps(tx, row.id));
};

/**
 * Keeps what `before` was, in the transaction that writes over it: all that was written of it, and its body where
 * `nextBody` is another. A version of which no row was written gets one, of nobody.
 */
export const keepPast = async (tx: Store, before: StoredArticle, writing: Writing, nextBody: string): Promise<void> => {
  const { id: articleId, version, updatedAt: at } = before.row;
  const past = {
    snapshot: packSnapshot(snapshotOf(before, writing)),
    ...(await textOf(tx, before, nextBody)),
  };
  if (await completeRevision(tx, articleId, version, past)) return;
  await insertRevision(tx, { articleId, version, at, keyId: null, changedFields: [], ...past });
};
