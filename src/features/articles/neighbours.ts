/** What stands around an article: live ones alone, whoever asks. */
import { isLive } from '../../core/statuses.ts';
import type { Store } from '../../store/store.ts';
import type { ArticleInclude } from './includes.ts';
import { findNeighbour, listRelatedIds, listTranslations, type Surroundings } from './neighbour-queries.ts';
import { type ListedArticle, loadArticles, type StoredArticle } from './queries.ts';

/** How many related articles are told at most. */
const RELATED = 5;

/** By the tags that everyone knows: what is shown to a holder of a key is no other choice. */
const findRelated = async (store: Store, { row, tags }: StoredArticle, now: Date): Promise<ListedArticle[]> => {
  const tagIds = tags.filter(({ kind }) => kind !== 'internal').map(({ id }) => id);
  const related = await loadArticles(store, await listRelatedIds(store, row.id, tagIds, now, RELATED));
  return related.filter((article) => isLive(article.row, now)); // one may have been taken back since it was found
};

/** Reads what is asked for around an article. */
export const readSurroundings = async (
  store: Store,
  article: StoredArticle,
  include: readonly ArticleInclude[],
  now: Date,
): Promise<Surroundings> => {
  const { row } = article;
  const asksFor = (name: ArticleInclude) => include.includes(name);
  return {
    ...(asksFor('adjacent') && {
      adjacent: {
        previous: await findNeighbour(store, row, 'previous', now),
        next: await findNeighbour(store, row, 'next', now),
      },
    }),
    ...(asksFor('related') && { related: await findRelated(store, article, now) }),
    ...(asksFor('translations') && { translations: await listTranslations(store, row, now) }),
  };
};
