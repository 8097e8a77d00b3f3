/**
 * Reads what everyone may read, ready to be sent: the stored cards and pages, and the names they show from memory. An
 * article without a card (it was stored by an older Galley) is read by `actions.ts` instead.
 */
import { isLive } from '../../core/statuses.ts';
import type { Store } from '../../store/store.ts';
import { type AuthorName, recallAuthor } from '../authors/queries.ts';
import { recallTag, type TagName } from '../tags/queries.ts';
import { type CardRow, findPage, type PublicCard, type PublicPage } from './public-queries.ts';

/** Those of some things in memory by their ids; undefined where one of them is not there. */
const recalled = <T>(ids: readonly number[], recall: (id: number) => T | undefined | Promise<T | undefined>) => {
  const things: T[] = [];
  for (const id of ids) {
    const thing = recall(id);
    if (thing instanceof Promise) return undefined;
    if (thing !== undefined) things.push(thing);
  }
  return things;
};

/** The same, waiting for what has to be read. */
const recalledAll = async <T>(ids: readonly number[], recall: (id: number) => T | undefined | Promise<T | undefined>) =>
  (await Promise.all(ids.map(recall))).filter((thing) => thing !== undefined);

const isPublic = ({ kind }: TagName) => kind !== 'internal';

/** A card with its names; undefined where it has to be read in another way. Nothing is waited for that is in memory. */
const nameOn = (store: Store, row: CardRow): PublicCard | undefined | Promise<PublicCard> => {
  const { id, slug, language, sortAt, commentPolicy, card, cardNames } = row;
  if (card === null || cardNames === null) return undefined;
  const { authorIds, tagIds } = cardNames;
  const recallOne = (authorId: number) => recallAuthor(store, authorId);
  const recallOther = (tagId: number) => recallTag(store, tagId);
  const named = (authors: AuthorName[], tags: TagName[]): PublicCard => ({
    id,
    slug,
    language,
    sortAt,
    commentPolicy,
    card,
    cardNames,
    authors,
    tags: tags.every(isPublic) ? tags : tags.filter(isPublic),
  });
  const authors = recalled(authorIds, recallOne);
  const tags = authors && recalled(tagIds, recallOther);
  if (tags) return named(authors, tags);
  return Promise.all([recalledAll(authorIds, recallOne), recalledAll(tagIds, recallOther)]).then(([authors, tags]) =>
    named(authors, tags),
  );
};

/** A live article, ready to be sent; undefined where there is none, or it is not ready. */
export const readPublicPage = async (
  store: Store,
  asked: number | string,
  now: Date,
): Promise<PublicPage | undefined> => {
  const row = await findPage(store, asked);
  if (!row || !isLive(row, now)) return undefined;
  const card = await nameOn(store, row);
  const { version, page, commentCount } = row;
  return card && { card, version, page, commentCount };
};

/** Cards with their names, in their order; undefined where one of them is not ready. */
export const nameCards = async (store: Store, rows: readonly CardRow[]): Promise<PublicCard[] | undefined> => {
  const cards: PublicCard[] = [];
  for (const row of rows) {
    const named = nameOn(store, row);
    const card = named instanceof Promise ? await named : named;
    if (!card) return undefined;
    cards.push(card);
  }
  return cards;
};
