/** The queue of those who moderate: comments of any status, or those of them that have some words. */
import { readSearchQuery } from '../../core/search-query.ts';
import type { Slice, Sliced } from '../../core/slice.ts';
import type { Store } from '../../store/store.ts';
import { type CommentFilter, type CommentRow, listComments } from './queries.ts';
import { loadComments, searchCommentIds } from './search-queries.ts';

/** How often a page is found anew because others change meanwhile what stands on it. */
const TRIES = 5;

/** The comments asked for, newest first; `q` is what is searched for in who says them and in what they say. */
export const listQueue = async (
  store: Store,
  filter: CommentFilter,
  q: string | undefined,
  slice: Slice,
): Promise<Sliced<CommentRow>> => {
  if (q === undefined) return listComments(store, filter, true, slice);
  const query = readSearchQuery(q);
  for (let tried = 1; ; tried++) {
    const { rows: hits, total } = await searchCommentIds(store, filter, query, slice);
    const rows = await loadComments(
      store,
      filter,
      hits.map(({ id }) => id),
    );
    if (rows.length === hits.length || tried === TRIES) return { rows, total };
  }
};
