/**
 * Reads what everyone may read, ready to be sent: the stored cards and pages, and the names they show from memory. An
 * article without a card (it was stored by an older Galley, or its names were moved) is read by `actions.ts` instead.
 */
import { isLive } from '../../core/statuses.ts';
import type { Store } from '../../store/store.ts';
import { type AuthorName, recallAuthor } from '../authors/queries.ts';
import { recallTag, type TagName } from '../tags/queries.ts';
import { type CardRow, findPage, listCards, type PublicCard, type PublicPage } from './public-queries.ts';

/** The names of a card; undefined where it has to be read in another way. Awaits nothing that is in memory. */
const nameOn = async <T extends CardRow>(store: Store, row: T): Promise<(T & PublicCard) | undefined> => {
  const { card, cardNames } = row;
  if (card === null || cardNames === null) return undefined;
  const [authors, tags]: [AuthorName[], TagName[]] = [[], []];
  for (const id of cardNames.authorIds) {
    const recalled = recallAuthor(store, id);
    const author = recalled instanceof Promise ? await recalled : recalled;
    if (author) authors.push(author);
  }
  for (const id of cardNames.tagIds) {
    const recalled = recallTag(store, id);
    const tag = recalled instanceof Promise ? await recalled : recalled;
    if (tag && tag.kind !== 'internal') tags.push(tag);
  }
  return { ...row, card, authors, tags };
};

/** A live article, ready to be sent; undefined where there is none, or it is not ready. */
export const readPublicPage = async (
  store: Store,
  asked: number | string,
  now: Date,
): Promise<PublicPage | undefined> => {
  const row = await findPage(store, asked);
  return row && isLive(row, now) ? nameOn(store, row) : undefined;
};

/** The cards of some articles, in the order of the ids; undefined where one of them is not live any more, or not ready. */
export const readPublicCards = async (
  store: Store,
  ids: readonly number[],
  now: Date,
): Promise<PublicCard[] | undefined> => {
  const rows = new Map((await listCards(store, ids)).map((row) => [row.id, row]));
  const cards: PublicCard[] = [];
  for (const id of ids) {
    const row = rows.get(id);
    const card = row && isLive(row, now) ? await nameOn(store, row) : undefined;
    if (!card) return undefined;
    cards.push(card);
  }
  return cards;
};
