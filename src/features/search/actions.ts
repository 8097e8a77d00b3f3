/** One search for all that has a name: articles, authors and tags. */
import type { Caller } from '../../core/access.ts';
import { snippetOf } from '../../core/highlighting.ts';
import { readSearchQuery } from '../../core/search-query.ts';
import type { Slice } from '../../core/slice.ts';
import type { ArticleParts } from '../articles/actions.ts';
import { listArticles } from '../articles/listing.ts';
import { highlightArticles } from '../articles/searching.ts';
import { visibleTo } from '../authors/actions.ts';
import { listAuthors } from '../authors/queries.ts';
import { listTags } from '../tags/queries.ts';

/** What can be found, in the order in which it is answered. */
export const FOUND_TYPES = ['articles', 'authors', 'tags'] as const;
export type FoundType = (typeof FOUND_TYPES)[number];

/** One thing that was found; `snippet` is HTML, null where there is no text. */
export type Found = {
  type: 'article' | 'author' | 'tag';
  id: number;
  slug: string;
  title: string;
  snippet: string | null;
};

export type Search = { q: string; types: readonly FoundType[]; limit: number };

/** The first so many of a list. */
const firstOf = (limit: number): Slice => ({ limit, from: null, offset: 0, counted: false });

const findArticles = async (parts: ArticleParts, caller: Caller, { q, limit }: Search): Promise<Found[]> => {
  const { rows } = await listArticles(parts.store, { caller, now: parts.clock() }, 'relevance', firstOf(limit), { q });
  const articles = rows.slice(0, limit).map(({ article }) => article);
  const highlights = await highlightArticles(parts, q, articles);
  return articles.map(({ row: { id, slug, title } }) => {
    const snippet = highlights.get(id)?.snippet || null;
    return { type: 'article', id, slug, title, snippet };
  });
};

type NamedRow = { id: number; slug: string; name: string };
const foundAs = <T extends NamedRow>(type: Found['type'], rows: T[], q: string, about: (row: T) => string | null) =>
  rows.map((row): Found => {
    const text = about(row);
    const snippet = text === null ? null : snippetOf(text, readSearchQuery(q));
    return { type, id: row.id, slug: row.slug, title: row.name, snippet };
  });

/**
 * Finds what the caller may see, at most `limit` things: articles by relevance, authors and tags by the beginnings of
 * the words of their names. Each type has an equal share of the places, and those that others do not need.
 */
export const search = async (parts: ArticleParts, caller: Caller, asked: Search): Promise<Found[]> => {
  const { store, clock } = parts;
  const { q, types, limit } = asked;
  const visible = visibleTo(caller, clock());
  const named = { sort: 'name', q } as const;
  const find: Record<FoundType, () => Promise<Found[]>> = {
    articles: () => findArticles(parts, caller, asked),
    authors: async () =>
      foundAs('author', (await listAuthors(store, named, visible, firstOf(limit))).rows, q, ({ bio }) => bio),
    tags: async () =>
      foundAs(
        'tag',
        (await listTags(store, { ...named, kinds: undefined }, visible, firstOf(limit))).rows,
        q,
        ({ description }) => description,
      ),
  };
  const found: Found[][] = [];
  for (const type of FOUND_TYPES) if (types.includes(type)) found.push(await find[type]());
  return shared(found, limit);
};

/** The first of several lists, at most `limit` in all: one from each in turn, each list in its order. */
const shared = (lists: Found[][], limit: number): Found[] => {
  const places = lists.map(() => 0);
  for (let left = limit, isTaken = true; left > 0 && isTaken; ) {
    isTaken = false;
    for (const [i, list] of lists.entries()) {
      const taken = places[i] ?? 0;
      if (left === 0 || taken === list.length) continue;
      places[i] = taken + 1;
      left -= 1;
      isTaken = true;
    }
  }
  return lists.flatMap((list, i) => list.slice(0, places[i]));
};
