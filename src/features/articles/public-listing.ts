/** Lists for the anonymous, ready to be sent. */
import { type Group, groupsOfList } from '../../core/groups.ts';
import type { Place, Slice, Sliced } from '../../core/slice.ts';
import { isLive } from '../../core/statuses.ts';
import type { Store } from '../../store/store.ts';
import { findAuthorId } from '../authors/queries.ts';
import { findPublicTagId } from '../tags/queries.ts';
import { countArticles } from './count-queries.ts';
import { filterOf, findIds, type ListQuery } from './listing.ts';
import { listWalkedCards, MOST_PASSED, type PublicWalk } from './public-list-queries.ts';
import { listCards, type PublicCard } from './public-queries.ts';
import { nameCards } from './public-reading.ts';
import type { SearchSort } from './searching.ts';
import { placeOf } from './walk-queries.ts';

/** A list with the cache groups it belongs to. */
type PublicList = { found: Sliced<{ card: PublicCard; place: Place }>; groups: Group[] };

/** The parameters of lists that are one walk. */
const PLAIN = new Set(['sort', 'limit', 'cursor', 'page', 'count', 'tag', 'author']);

/** The one walk that a list is, where it is one; its id is null where the slug is unknown. */
const walkOf = async (
  store: Store,
  sort: SearchSort,
  slice: Slice,
  query: ListQuery,
): Promise<PublicWalk | undefined> => {
  if (sort !== '-publishedAt' && sort !== 'publishedAt') return undefined;
  if (slice.offset > MOST_PASSED || !Object.keys(query).every((name) => PLAIN.has(name))) return undefined;
  const descending = sort === '-publishedAt';
  const { tag, author } = query;
  if (tag === undefined && author === undefined) return { by: 'all', id: null, descending };
  const [slug, ...others] = [...(tag ?? []), ...(author ?? [])];
  if (slug === undefined || others.length > 0) return undefined;
  return tag
    ? { by: 'tag', id: (await findPublicTagId(store, slug)) ?? null, descending }
    : { by: 'author', id: (await findAuthorId(store, slug)) ?? null, descending };
};

/**
 * The groups of a list that is filtered by some authors and tags. Of these the ones are told that an article of the page
 * shows: that of another might tell a stranger that it exists.
 */
const groupsOf = (cards: readonly PublicCard[], authorIds: readonly number[], tagIds: readonly number[]): Group[] =>
  groupsOfList({
    authorIds: authorIds.filter((id) => cards.some(({ authors }) => authors.some((author) => author.id === id))),
    tagIds: tagIds.filter((id) => cards.some(({ tags }) => tags.some((tag) => tag.id === id))),
  });

const readWalk = async (
  store: Store,
  walk: PublicWalk,
  slice: Slice,
  query: ListQuery,
  now: Date,
): Promise<PublicList | undefined> => {
  const isNowhere = walk.by !== 'all' && walk.id === null;
  const cards = isNowhere ? [] : await nameCards(store, await listWalkedCards(store, walk, slice, now));
  if (!cards) return undefined;
  const rows = cards.map((card) => ({ card, place: { value: card.sortAt.getTime(), id: card.id } }));
  const total = slice.counted ? await countArticles(store, await filterOf(store, null, query), now) : undefined;
  const ids = walk.id === null ? [] : [walk.id];
  const groups = groupsOf(cards, walk.by === 'author' ? ids : [], walk.by === 'tag' ? ids : []);
  return { found: { rows, total }, groups };
};

/**
 * A list for the anonymous, ready to be sent; undefined where one of its articles is not ready, or has ceased to be live
 * in between: then `listArticles` finds what is true.
 */
export const listPublicCards = async (
  store: Store,
  now: Date,
  sort: SearchSort,
  slice: Slice,
  query: ListQuery,
): Promise<PublicList | undefined> => {
  const walk = await walkOf(store, sort, slice, query);
  if (walk) return readWalk(store, walk, slice, query, now);
  const filter = await filterOf(store, null, query);
  const { rows, total } = await findIds(store, filter, sort, slice, query, now);
  const stored = new Map((await listCards(store, rows.map(idOf))).map((row) => [row.id, row]));
  const inOrder = rows.flatMap(({ id }) => stored.get(id) ?? []);
  const areAllLive = inOrder.length === rows.length && inOrder.every((row) => isLive(row, now));
  const cards = areAllLive ? await nameCards(store, inOrder) : undefined;
  if (!cards) return undefined;
  const placed = rows.map((row, i) => ({ card: cards[i] as PublicCard, place: placeOf(row) }));
  const { authorIds, tagIds, allTagIds } = filter;
  const groups = groupsOf(cards, authorIds ?? [], [...(tagIds ?? []), ...(allTagIds ?? [])]);
  return { found: { rows: placed, total }, groups };
};

const idOf = ({ id }: { id: number }) => id;
