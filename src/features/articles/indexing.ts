/**
 * Keeps what is searched of articles. What is written is searchable with the write itself; where only the names of
 * authors and tags change, the articles that name them follow by a queue, which also outlives a crash.
 */
import { Refusal } from '../../core/errors.ts';
import { searchedText } from '../../core/searched-text.ts';
import type { Renderer } from '../../rendering/renderer.ts';
import type { Parts, Store } from '../../store/store.ts';
import { findArticle, type Named, type NewArticleRow, type StoredArticle } from './queries.ts';
import { dequeueArticle, isQueued, listQueuedIds, listSearchedNames } from './search-queries.ts';

export type IndexingParts = Parts & { renderer: Renderer };

const EVERY = 1000;
/** How many articles are made ready together; each is then written by itself, so that writers come in between. */
const AT_ONCE = 20;

/** Writes what is searched of an article, in the transaction of its change. `searched`: its body, as it is searched. */
export const indexArticle = async (
  tx: Store,
  id: number,
  { title, subtitle }: Pick<NewArticleRow, 'title' | 'subtitle'>,
  named: Named,
  searched: string,
): Promise<void> => {
  const names = await listSearchedNames(tx, named);
  await tx.search.write(id, {
    title: searchedText(title),
    subtitle: searchedText(subtitle ?? ''),
    names: searchedText(names.join('\n')),
    text: searched,
  });
};

/** The searched text of a stored body; '' where it passes the limits of a rendering, so that the rest is found at least. */
const searchedBody = async (renderer: Renderer, { content }: StoredArticle): Promise<string> => {
  try {
    return await renderer.readSearched(content.html);
  } catch (error) {
    if (error instanceof Refusal && error.code === 'unrenderable') return '';
    throw error;
  }
};

/** Writes anew what is searched of a queued article; one that is changed meanwhile stays in the queue. */
const indexQueuedArticle = async ({ store, renderer }: IndexingParts, id: number): Promise<void> => {
  const read = await findArticle(store, id);
  if (!read) return;
  const searched = await searchedBody(renderer, read);
  await store.transaction(async (tx) => {
    const article = await findArticle(tx, id);
    if (article?.row.version !== read.row.version || !(await isQueued(tx, id))) return;
    const named = { authorIds: article.authors.map((author) => author.id), tagIds: article.tags.map((tag) => tag.id) };
    await indexArticle(tx, id, article.row, named, searched);
    await dequeueArticle(tx, id);
  });
};

/** Empties the queue. `isStopped` is asked between two articles. */
export const indexQueued = async (parts: IndexingParts, isStopped = () => false): Promise<void> => {
  for (;;) {
    const ids = await listQueuedIds(parts.store, AT_ONCE);
    if (ids.length === 0) return;
    for (const id of ids) {
      if (isStopped()) return;
      await indexQueuedArticle(parts, id);
    }
  }
};

/** Empties the queue now and every second, until `stop`. */
export const startIndexing = (
  parts: IndexingParts,
  onError: (error: unknown) => void,
): { stop: () => Promise<void> } => {
  let isStopped = false;
  let running: Promise<void> | undefined;
  const run = () => {
    running ??= indexQueued(parts, () => isStopped)
      .catch(onError)
      .finally(() => {
        running = undefined;
      });
  };
  run();
  const timer = setInterval(run, EVERY).unref();
  return {
    stop: async () => {
      isStopped = true;
      clearInterval(timer);
      await running;
    },
  };
};
