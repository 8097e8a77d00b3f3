/** The search of articles: what may be asked of it, and what is shown of where the words stand. */
import { type Fault, refuseAll } from '../../core/errors.ts';
import { highlight } from '../../core/highlighting.ts';
import { readSearchQuery } from '../../core/search-query.ts';
import type { Renderer } from '../../rendering/renderer.ts';
import type { Store } from '../../store/store.ts';
import { decodePage } from './cards.ts';
import type { ListedArticle } from './queries.ts';
import { findPageOf } from './search-queries.ts';
import type { ArticleSort } from './walks.ts';

/** What a list is sorted by where it may also be a search. */
export type SearchSort = ArticleSort | 'relevance';

/** The most rows of a search by relevance that can be reached: page × limit. */
export const RELEVANCE_REACH = 1000;

export type Searched = { q?: string; sort?: SearchSort; include?: readonly string[] };

/** What a list is sorted by: a search by relevance, unless it is told otherwise. */
export const sortAsked = ({ q, sort }: Searched): SearchSort =>
  sort ?? (q === undefined ? '-publishedAt' : 'relevance');

/** Throws 400 for what only a search has, where nothing is searched for. */
export const checkSearched = ({ q, sort, include }: Searched): void => {
  if (q !== undefined) return;
  const fault = (name: string, what: string): Fault => ({
    in: 'query',
    name,
    code: 'not-allowed',
    detail: `${what} needs q`,
  });
  const faults = [
    ...(sort === 'relevance' ? [fault('sort', 'relevance')] : []),
    ...(include?.includes('highlights') ? [fault('include', 'highlights')] : []),
  ];
  if (faults.length > 0) throw refuseAll('invalid-request', faults);
};

/** Where the words of a search stand, as HTML with `<mark>`. */
export type Highlights = { title: string; snippet: string };

/** The highlights of some articles, by id. Their texts are read one after the other: a page of them may be long. */
export const highlightArticles = async (
  { store, renderer }: { store: Store; renderer: Renderer },
  q: string,
  articles: readonly ListedArticle[],
): Promise<Map<number, Highlights>> => {
  const query = readSearchQuery(q);
  const found = new Map<number, Highlights>();
  for (const { row } of articles) {
    const page = await findPageOf(store, row);
    const html = page ? decodePage(page).html : ''; // what stands there by now, not everyone may read
    found.set(row.id, { title: highlight(row.title, query), snippet: await renderer.readSnippet(html, query) });
  }
  return found;
};
