/**
 * Keeps what is searched of comments, for those who moderate them. What is posted or changed is searchable with the
 * write itself; what an older Galley stored is made so at the start.
 */
import { type Repeating, repeatFromNow } from '../../core/repeating.ts';
import { searchedText } from '../../core/searched-text.ts';
import type { StoredCommentStatus } from '../../core/statuses.ts';
import type { SearchedFields } from '../../store/search.ts';
import type { Store } from '../../store/store.ts';
import { breathe } from '../../store/unit.ts';
import { findComment } from './queries.ts';
import { listIdsAfter } from './search-queries.ts';

type Spoken = { id: number; authorName: string; body: string; status: StoredCommentStatus };

/** How many comments are looked at together, and how many of them one transaction makes findable. */
const LOOKED_AT = 200;
const AT_ONCE = 50;
/** How often it is tried again where the store was away, in milliseconds. */
const EVERY = 60_000;

/**
 * What is searched of a comment: who says it, and what, as it was typed, so that an editor finds the addresses of its links
 * too; never the email. Null: nothing, of what only keeps its place.
 */
export const searchedComment = ({ authorName, body, status }: Omit<Spoken, 'id'>): SearchedFields | null =>
  status === 'deleted' ? null : { title: searchedText(authorName), subtitle: '', names: '', text: searchedText(body) };

/** Writes what is searched of a comment, in the transaction of its change. */
export const indexComment = async (tx: Store, comment: Spoken): Promise<void> => {
  const fields = searchedComment(comment);
  if (fields) await tx.searches.comments.write(comment.id, fields);
  else await tx.searches.comments.remove(comment.id);
};

/** Makes comments findable that are not yet. `isStopped` is asked between any two steps. */
export const indexLackingComments = async (store: Store, isStopped = () => false): Promise<void> => {
  for (let last: number | undefined = 0; last !== undefined && !isStopped(); ) {
    const ids = await listIdsAfter(store, last, LOOKED_AT);
    const lacking = await store.searches.comments.listLacking(ids);
    for (let i = 0; i < lacking.length; i += AT_ONCE) {
      if (isStopped()) return;
      await store.transaction(async (tx) => {
        for (const id of await tx.searches.comments.listLacking(lacking.slice(i, i + AT_ONCE))) {
          const comment = await findComment(tx, id);
          if (comment) await indexComment(tx, comment);
          await breathe();
        }
      });
    }
    last = ids.at(-1);
    await breathe();
  }
};

/** Makes comments findable now, until `stop`; again after a while where that failed. */
export const startIndexingComments = (store: Store, onError: (error: unknown) => void): Repeating => {
  let isDone = false;
  const index = async (isStopped: () => boolean) => {
    if (isDone) return;
    await indexLackingComments(store, isStopped);
    isDone = true;
  };
  return repeatFromNow(index, EVERY, onError);
};
