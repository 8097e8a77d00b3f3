/** Finds what of some records is there already, so that it needs neither rendering nor a transaction. */
import type { Store } from '../../store/store.ts';
import type { Alteration } from '../formats/found.ts';
import { findComments } from './comment-desk.ts';
import { commentDifferences } from './comment-rules.ts';
import { mapImported, sourceKey } from './queries.ts';
import type { Entry } from './reading.ts';
import { articleDifferences } from './rules.ts';

/** Of a record that is there already: what it differs in; undefined of any other. */
export type Known = (entry: Entry) => Alteration[] | undefined;

/** Looks up which of some records are there. */
export const findKnown = async (store: Store, entries: readonly Entry[]): Promise<Known> => {
  const imported = await mapImported(
    store,
    entries.flatMap((entry) => ('article' in entry ? entry.article.identity : [])),
  );
  const comments = await findComments(
    store,
    entries.flatMap((entry) => ('comment' in entry ? entry.comment.key : [])),
  );
  return (entry) => {
    if ('article' in entry) {
      const known = imported.get(sourceKey(entry.article.identity));
      return known && articleDifferences(entry.article.sent, known);
    }
    if (!('comment' in entry)) return undefined;
    const known = comments.get(entry.comment.key);
    return known && commentDifferences(entry.comment, known);
  };
};
