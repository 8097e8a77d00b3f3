/**
 * Deals cards to the published articles that have none: those an older Galley stored.
 * Until then they are answered from their rows, which is slower and otherwise the same.
 */
import type { Parts } from '../../store/store.ts';
import { cardOf } from './cards.ts';
import { listIdsWithoutCard, setCard } from './public-queries.ts';
import { findArticle } from './queries.ts';
import { namedOf } from './records.ts';

/** How many cards one transaction deals, so that writers come in between. */
const AT_ONCE = 50;

/** Deals every card that is missing. */
export const dealCards = async ({ store }: Pick<Parts, 'store'>): Promise<void> => {
  while ((await listIdsWithoutCard(store, 1)).length > 0) {
    await store.transaction(async (tx) => {
      for (const id of await listIdsWithoutCard(tx, AT_ONCE)) {
        const article = await findArticle(tx, id);
        if (article) await setCard(tx, id, cardOf(article.row, namedOf(article)));
      }
    });
  }
};
