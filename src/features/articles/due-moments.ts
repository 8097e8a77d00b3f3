/**
 * Notes what came due: an article that went live or ceased to be, by its moment. Reading never waits for this;
 * counts and events follow it, each moment once, also after a time in which no process ran.
 */
import { isLive, shelfOf, statusAt } from '../../core/statuses.ts';
import { BY_ITSELF, recordEvents } from '../../store/events.ts';
import type { Parts, Store } from '../../store/store.ts';
import { liveEvents, moveCounts } from './counting.ts';
import { findArticle, listDueIds, type StoredArticle, settleArticle } from './queries.ts';
import { firstLiveMoment } from './rules.ts';

const EVERY = 1000;
/** How many articles one transaction settles, so that writers come in between. */
const AT_ONCE = 100;

const settle = async (tx: Store, { row, authors, tags }: StoredArticle, now: Date): Promise<void> => {
  const live = isLive(row, now);
  const status = statusAt(row, now) === 'archived' ? 'archived' : row.status;
  await settleArticle(tx, row.id, now, {
    notedLive: live,
    firstPublishedAt: firstLiveMoment(row, now),
    status,
    shelf: shelfOf({ ...row, status }),
  });
  const named = { authorIds: authors.map(({ id }) => id), tagIds: tags.map(({ id }) => id) };
  await moveCounts(tx, { ...named, live: row.notedLive }, { ...named, live });
  const { id: entityId, version, slug } = row;
  const events = liveEvents(row.notedLive, live).map((type) => ({ type, at: now, entityId, version, slug, live }));
  await recordEvents(tx, BY_ITSELF, events);
};

/** Settles every article whose moment has come. */
export const noteDueMoments = async ({ store, clock }: Parts): Promise<void> => {
  while ((await listDueIds(store, clock(), 1)).length > 0) {
    await store.transaction(async (tx) => {
      const now = clock();
      for (const id of await listDueIds(tx, now, AT_ONCE)) {
        const article = await findArticle(tx, id);
        if (article) await settle(tx, article, now);
      }
    });
  }
};

/** Notes at once what came due while nobody ran, then every second until `stop`. */
export const startDueMoments = async (
  parts: Parts,
  onError: (error: unknown) => void,
): Promise<{ stop: () => void }> => {
  await noteDueMoments(parts);
  let running = false;
  const timer = setInterval(async () => {
    if (running) return;
    running = true;
    try {
      await noteDueMoments(parts);
    } catch (error) {
      onError(error);
    } finally {
      running = false;
    }
  }, EVERY).unref();
  return { stop: () => clearInterval(timer) };
};
