/** What one transaction of an import knows of the comments of its records, and of the articles they were posted to. */
import type { Store } from '../../store/store.ts';
import { readCommentKey } from '../comments/key-rules.ts';
import { type KnownComment, mapArticleIds, mapComments } from './comment-queries.ts';
import type { PlannedComment } from './comment-rules.ts';

export type Threads = {
  /** By key: the comments that records are, and those they answer. */
  readonly comments: Map<string, KnownComment>;
  /** By `sourceKey`. */
  readonly articleIds: ReadonlyMap<string, number>;
};

/** The comments that some keys stand for: those that came with one, and those of this store by the key an export gives them. */
export const findComments = (store: Store, keys: readonly string[]): Promise<Map<string, KnownComment>> =>
  mapComments(
    store,
    [...new Set(keys)].map((key) => ({ key, own: readCommentKey(key) })),
  );

/** Looks up all that some comments name. */
export const openThreads = async (tx: Store, comments: readonly PlannedComment[]): Promise<Threads> => {
  return {
    comments: await findComments(
      tx,
      comments.flatMap(({ key, parent }) => (parent === null ? key : [key, parent])),
    ),
    articleIds: await mapArticleIds(
      tx,
      comments.flatMap(({ articles }) => articles),
    ),
  };
};
