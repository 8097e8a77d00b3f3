/** Working copies that come from elsewhere with their article. */
import type { PastMoments } from '../../core/moment.ts';
import type { Store } from '../../store/store.ts';
import { findArticle, type StoredArticle } from '../articles/queries.ts';
import { type Kept, writingOf } from '../articles/records.ts';
import { applyPatch, checkWriting, isSameText, type WritingPatch } from '../articles/writing.ts';
import { readSite } from '../site/actions.ts';
import { keepCopy } from './queries.ts';
import { keptIn } from './rules.ts';

/**
 * Stores the working copy of an article that has none, within a transaction that runs. `fields`: what differs, whole;
 * `rendered`: the text with them. Whether it may be published is judged when it is.
 */
export const addCopy = async (
  tx: Store,
  articleId: number,
  fields: WritingPatch,
  rendered: Kept | null,
  now: Date,
  { createdAt = now, updatedAt = now }: PastMoments,
): Promise<void> => {
  const article = (await findArticle(tx, articleId)) as StoredArticle;
  const live = writingOf(article, now);
  const merged = applyPatch(live, fields, (await readSite(tx)).language, 'replace');
  checkWriting(merged);
  const kept = keptIn(live, merged, article.row.version, undefined);
  if (Object.keys(kept.fields).length === 0) return;
  if (rendered === null && !isSameText(live, merged)) throw new Error('The text of a working copy is not rendered');
  const own = isSameText(live, merged) ? null : rendered;
  const rendering = own && { html: own.html, wordCount: own.wordCount, excerpt: own.excerpt };
  await keepCopy(tx, undefined, { articleId, version: 1, ...kept, rendering, createdAt, updatedAt });
};
