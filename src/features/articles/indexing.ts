/**
 * Keeps what is searched of articles. What is written is searchable with the write itself; where only the names of
 * authors and tags change, the articles that name them follow by a queue, which also outlives a crash.
 */
import { Refusal } from '../../core/errors.ts';
import { type Repeating, repeatFromNow } from '../../core/repeating.ts';
import { searchedText } from '../../core/searched-text.ts';
import type { Renderer } from '../../rendering/renderer.ts';
import { BY_ITSELF } from '../../store/events.ts';
import type { SearchedFields } from '../../store/search.ts';
import type { Parts, Store } from '../../store/store.ts';
import { touch } from '../../store/touches.ts';
import { decodePage } from './cards.ts';
import { findArticle, type Named, type NewArticleRow, type StoredArticle } from './queries.ts';
import { dequeueArticle, isQueued, listQueuedIds, listSearchedNames } from './search-queries.ts';

export type IndexingParts = Parts & { renderer: Renderer };

const EVERY = 1000;
/** How many articles are made ready together, and then written in one transaction. */
const AT_ONCE = 20;
/** A transaction ends after the article with which it has lasted so many milliseconds: others who write wait little. */
const LONGEST_UNIT = 20;

type Titled = Pick<NewArticleRow, 'title' | 'subtitle'>;

/** What is searched of an article. `searched`: its body, as it is searched. */
export const searchedFields = async (
  store: Store,
  { title, subtitle }: Titled,
  named: Named,
  searched: string,
): Promise<SearchedFields> => ({
  title: searchedText(title),
  subtitle: searchedText(subtitle ?? ''),
  names: searchedText((await listSearchedNames(store, named)).join('\n')),
  text: searched,
});

/** Writes what is searched of an article, in the transaction of its change. `searched`: its body, as it is searched. */
export const indexArticle = async (
  tx: Store,
  id: number,
  titled: Titled,
  named: Named,
  searched: string,
): Promise<void> => tx.searches.articles.write(id, await searchedFields(tx, titled, named, searched));

/** The searched text of a stored body; '' where it passes the limits of a rendering, so that the rest is found at least. */
export const searchedBody = async (
  renderer: Renderer,
  { content }: Pick<StoredArticle, 'content'>,
): Promise<string> => {
  try {
    return await renderer.readSearched(decodePage(content.page).html);
  } catch (error) {
    if (error instanceof Refusal && error.code === 'unrenderable') return '';
    throw error;
  }
};

type Ready = { id: number; version: number; searched: string };

/** Makes queued articles ready to be written anew: their texts are read before the transaction. */
const prepareQueued = async ({ store, renderer }: IndexingParts): Promise<Ready[]> => {
  const ready: Ready[] = [];
  for (const id of await listQueuedIds(store, AT_ONCE)) {
    const article = await findArticle(store, id);
    if (article) ready.push({ id, version: article.row.version, searched: await searchedBody(renderer, article) });
  }
  return ready;
};

/** Writes anew what is searched of a queued article; one that was changed meanwhile stays in the queue. */
const indexReady = async (tx: Store, { id, version, searched }: Ready): Promise<void> => {
  const article = await findArticle(tx, id);
  if (article?.row.version !== version || !(await isQueued(tx, id))) return;
  const named = { authorIds: article.authors.map((author) => author.id), tagIds: article.tags.map((tag) => tag.id) };
  await indexArticle(tx, id, article.row, named, searched);
  await dequeueArticle(tx, id);
  touch(tx, BY_ITSELF, ['articles']); // searches find other articles now
};

/** Empties the queue. `isStopped` is asked between two transactions. */
export const indexQueued = async (parts: IndexingParts, isStopped = () => false): Promise<void> => {
  while (!isStopped()) {
    const ready = await prepareQueued(parts);
    if (ready.length === 0) return;
    await parts.store.transaction(async (tx) => {
      const since = performance.now();
      for (const article of ready) {
        await indexReady(tx, article);
        if (performance.now() - since > LONGEST_UNIT) return;
      }
    });
  }
};

/** Empties the queue now and every second, until `stop`. */
export const startIndexing = (parts: IndexingParts, onError: (error: unknown) => void): Repeating =>
  repeatFromNow((isStopped) => indexQueued(parts, isStopped), EVERY, onError);
