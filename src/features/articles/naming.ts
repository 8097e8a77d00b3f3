/** What an article names and what it is named by: its authors, its slug and its source, held against the store. */
import { bodyFault, refuseAll } from '../../core/errors.ts';
import { chooseSlug } from '../../core/slug.ts';
import { isLive } from '../../core/statuses.ts';
import { keepOldSlug } from '../../store/slug-history.ts';
import type { Store } from '../../store/store.ts';
import { listKnownAuthorIds } from '../authors/queries.ts';
import { type ArticleRow, findArticle, findIdBySlug, findIdBySource, type NewArticleRow } from './queries.ts';
import type { Writing } from './writing.ts';

/** Throws `unknown-reference` with every author that does not exist. */
export const checkAuthors = async (tx: Store, authorIds: number[]): Promise<void> => {
  const known = await listKnownAuthorIds(tx, authorIds);
  const faults = authorIds
    .map((id, position) => ({ id, position }))
    .filter(({ id }) => !known.includes(id))
    .map(({ id, position }) => bodyFault(`/authorIds/${position}`, 'unknown-reference', `There is no author ${id}`));
  if (faults.length > 0) throw refuseAll('unknown-reference', faults);
};

/**
 * The slug of a writing, for a new article or for that of an id, whose own slug is free to it. Throws `slug-taken`
 * with a free suggestion.
 */
export const chooseArticleSlug = (tx: Store, { slug, title }: Writing, id?: number): Promise<string> =>
  chooseSlug(slug, title, 'article', async (wished) => {
    const holder = await findIdBySlug(tx, wished);
    return holder !== undefined && holder !== id;
  });

/** Keeps the slug under which everyone could read an article, and under which it is not found any more. */
export const keepPublicSlug = async (tx: Store, before: ArticleRow, after: NewArticleRow): Promise<void> => {
  const { id, slug } = before;
  const at = after.updatedAt;
  await keepOldSlug(tx, { kind: 'article', slug, entityId: id, at }, async (other) => {
    if (other === id) return before.notedLive || after.notedLive;
    const article = await findArticle(tx, other);
    return article !== undefined && isLive(article.row, at);
  });
};

/** Throws `source-taken` where another article came from there already. */
export const checkSource = async (tx: Store, { source }: Writing, id?: number): Promise<void> => {
  if (source === null) return;
  const other = await findIdBySource(tx, source.system, source.id);
  if (other === undefined || other === id) return;
  const detail = `Article ${other} came from ${source.system} ${source.id} already`;
  throw refuseAll('source-taken', [bodyFault('/source', 'source-taken', detail)]);
};
