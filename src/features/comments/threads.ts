/** Where replies stand, and how threads are read. */
import type { Store } from '../../store/store.ts';

/** The place of a comment in its thread: whom it replies to, and how deep that is. */
export type Place = { parentId: number | null; depth: number };

/** The place of a new comment; `invalid-parent` where nobody can reply to the one it names. */
export const placeComment = async (_tx: Store, _articleId: number, _parentId: number | null): Promise<Place> => ({
  parentId: null,
  depth: 0,
});
