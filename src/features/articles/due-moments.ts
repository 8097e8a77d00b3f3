/**
 * Notes what came due: an article that went live or ceased to be, by its moment. Reading never waits for this;
 * counts and events follow it, each moment once, also after a time in which no process ran.
 */

import { touchedByArticle } from '../../core/groups.ts';
import { type Repeating, repeat } from '../../core/repeating.ts';
import { isLive, shelfOf, statusAt } from '../../core/statuses.ts';
import { BY_ITSELF, recordEvents } from '../../store/events.ts';
import type { Parts, Store } from '../../store/store.ts';
import { touch } from '../../store/touches.ts';
import { liveEvents, moveCounts } from './counting.ts';
import { listDueIds, settleArticle } from './due-queries.ts';
import { firstLiveMoment } from './moves.ts';
import { findArticle, type StoredArticle } from './queries.ts';
import { countedAs } from './records.ts';

const EVERY = 1000;
/** How many articles one transaction settles, so that writers come in between. */
const AT_ONCE = 20;

/** Settles an article of which a moment has come, without a new version: nobody wrote anything. */
const settle = async (tx: Store, article: StoredArticle, now: Date): Promise<StoredArticle> => {
  const { row } = article;
  const live = isLive(row, now);
  const status = statusAt(row, now) === 'archived' ? 'archived' : row.status;
  const firstPublishedAt = firstLiveMoment(row, now);
  const slugWasPublic = row.slugWasPublic || firstPublishedAt !== null;
  const change = { notedLive: live, firstPublishedAt, slugWasPublic, status, shelf: shelfOf({ ...row, status }) };
  await settleArticle(tx, row.id, now, change);
  const counted = countedAs(article);
  await moveCounts(tx, counted, { ...counted, live });
  touch(tx, BY_ITSELF, touchedByArticle(row.id, counted, { ...counted, live }));
  // Both moments may have passed unseen, as while the server was down: each is still said, in their order.
  let wasLive = row.notedLive;
  for (const at of [row.publishedAt, row.unpublishAt]) {
    if (at === null || at > now) continue;
    const { id: entityId, version, slug } = row;
    const types = liveEvents(wasLive, isLive(row, at));
    wasLive = isLive(row, at);
    await recordEvents(
      tx,
      BY_ITSELF,
      types.map((type) => ({ type, at: now, entityId, version, slug, live: isLive(row, at) })),
    );
  }
  return { ...article, row: { ...row, ...change } };
};

/** The article as it is stored once what came due of it is settled. */
export const settleIfDue = async (tx: Store, article: StoredArticle, now: Date): Promise<StoredArticle> => {
  const { row } = article;
  const hasEnded = row.status === 'published' && row.unpublishAt !== null && row.unpublishAt <= now;
  const isDue = row.deletedAt === null && (hasEnded || isLive(row, now) !== row.notedLive);
  return isDue ? settle(tx, article, now) : article;
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
export const startDueMoments = async (parts: Parts, onError: (error: unknown) => void): Promise<Repeating> => {
  await noteDueMoments(parts);
  return repeat(() => noteDueMoments(parts), EVERY, onError);
};
