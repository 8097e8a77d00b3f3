/** Empties the trash: deletes for good what has been in it for so many days. */
import { type Repeating, repeatFromNow } from '../../core/repeating.ts';
import { BY_ITSELF } from '../../store/events.ts';
import type { Parts } from '../../store/store.ts';
import { findArticle } from './queries.ts';
import { removeArticle } from './trash.ts';
import { listTrashedBy } from './trash-queries.ts';

const DAY = 86_400_000;
const EVERY = 300_000;
/** How many articles one transaction deletes at most, and after how many milliseconds it ends: writers come in between. */
const AT_ONCE = 20;
const LONGEST_UNIT = 20;

/**
 * Deletes for good what has been in the trash for so many days, each once, however many processes do so. `isStopped` is
 * asked between two transactions.
 */
export const emptyTrash = async ({ store, clock }: Parts, days: number, isStopped = () => false): Promise<void> => {
  const lastKept = () => new Date(clock().getTime() - days * DAY);
  while (!isStopped() && (await listTrashedBy(store, lastKept(), 1)).length > 0) {
    await store.transaction(async (tx) => {
      const since = performance.now();
      for (const id of await listTrashedBy(tx, lastKept(), AT_ONCE)) {
        const article = await findArticle(tx, id);
        if (article) await removeArticle(tx, BY_ITSELF, article, clock());
        if (performance.now() - since > LONGEST_UNIT) return;
      }
    });
  }
};

/** Empties the trash now and every few minutes, until `stop`; 0 days: it keeps what is in it. */
export const startEmptying = (parts: Parts, days: number, onError: (error: unknown) => void): Repeating => {
  if (days === 0) return { stop: async () => {} };
  return repeatFromNow((isStopped) => emptyTrash(parts, days, isStopped), EVERY, onError);
};
