/**
 * Reads what everyone may read, ready to be sent: the stored cards and pages, and the names they show from memory. An
 * article without a card (it was stored by an older Galley, or its names were moved) is read by `actions.ts` instead.
 */
import { isLive } from '../../core/statuses.ts';
import type { Store } from '../../store/store.ts';
import { type AuthorName, recallAuthor } from '../authors/queries.ts';
import { recallTag, type TagName } from '../tags/queries.ts';
import { type CardRow, findPage, type PublicCard, type PublicPage } from './public-queries.ts';

/** What of many things is there already; a promise where one of them must be waited for. */
const all = <T>(things: (T | undefined | Promise<T | undefined>)[]): (T | undefined)[] | Promise<(T | undefined)[]> =>
  things.some((thing) => thing instanceof Promise) ? Promise.all(things) : (things as (T | undefined)[]); // none is a promise

/** The names of a card; undefined where it has to be read in another way. Nothing is waited for that is in memory. */
const nameOn = <T extends CardRow>(
  store: Store,
  row: T,
): (T & PublicCard) | undefined | Promise<(T & PublicCard) | undefined> => {
  const { card, cardNames } = row;
  if (card === null || cardNames === null) return undefined;
  const authors = all(cardNames.authorIds.map((id) => recallAuthor(store, id)));
  const tags = all(cardNames.tagIds.map((id) => recallTag(store, id)));
  const named = (authors: (AuthorName | undefined)[], tags: (TagName | undefined)[]): T & PublicCard => ({
    ...row,
    card,
    authors: authors.filter((author) => author !== undefined),
    tags: tags.filter((tag) => tag !== undefined && tag.kind !== 'internal') as TagName[],
  });
  if (authors instanceof Promise || tags instanceof Promise)
    return Promise.all([authors, tags]).then(([authors, tags]) => named(authors, tags));
  return named(authors, tags);
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

/** Cards with their names, in their order; undefined where one is not ready, or not live where `now` is told. */
export const nameCards = async (
  store: Store,
  rows: readonly CardRow[],
  now?: Date,
): Promise<PublicCard[] | undefined> => {
  const cards: PublicCard[] = [];
  for (const row of rows) {
    const named = now === undefined || isLive(row, now) ? nameOn(store, row) : undefined;
    const card = named instanceof Promise ? await named : named;
    if (!card) return undefined;
    cards.push(card);
  }
  return cards;
};
