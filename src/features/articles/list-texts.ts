/** The long texts of a page: as many as it may hold, each of the version that is shown. */
import { type Caller, may } from '../../core/access.ts';
import type { Store } from '../../store/store.ts';
import { decodePage } from './cards.ts';
import type { ListInclude } from './includes.ts';
import type { ListedArticle } from './queries.ts';
import { authorIdsOf } from './records.ts';
import { loadTexts, measureTexts, type StoredTexts, type Texts, type WantedTexts } from './text-queries.ts';

/** The most bytes of texts on one page. The first article stands there however long it is. */
const PAGE_BYTES = 4 * 1024 * 1024;

/** The texts of a page by the ids of the articles. `fits`: how many articles have room; undefined: all. */
type PageTexts = { texts: Map<number, Texts>; fits: number | undefined };

const wantedOf = (include: readonly ListInclude[]): WantedTexts => ({
  html: include.includes('html'),
  body: include.includes('body'),
});

const seesBody = (caller: Caller, article: ListedArticle) => may(caller, 'read unpublished', authorIdsOf(article));

/**
 * Reads the texts that are asked for, of as many articles as a page has room for; undefined where an article was changed
 * since it was read, so that it must be read anew. The texts of others are not read at all.
 */
export const readPageTexts = async (
  store: Store,
  caller: Caller,
  articles: readonly ListedArticle[],
  include: readonly ListInclude[],
): Promise<PageTexts | undefined> => {
  const wanted = wantedOf(include);
  if ((!wanted.html && !wanted.body) || articles.length === 0) return { texts: new Map(), fits: undefined };
  const idsOf = (some: readonly ListedArticle[]) => some.map(({ row }) => row.id);
  const sizes = await measureTexts(store, idsOf(articles), wanted);
  let room = PAGE_BYTES;
  const isTooMuch = articles.findIndex(({ row }, i) => {
    room -= sizes.get(row.id) ?? 0;
    return room < 0 && i > 0;
  });
  const shown = isTooMuch === -1 ? articles : articles.slice(0, isTooMuch);
  const stored = await loadTexts(store, idsOf(shown), wanted);
  if (shown.some(({ row }) => stored.get(row.id)?.version !== row.version)) return undefined;
  const textsOf = (article: ListedArticle): Texts => {
    const { page, body } = stored.get(article.row.id) as StoredTexts;
    return { html: page && decodePage(page).html, body: seesBody(caller, article) ? body : null };
  };
  const texts = new Map(shown.map((article) => [article.row.id, textsOf(article)]));
  return { texts, fits: isTooMuch === -1 ? undefined : isTooMuch };
};
