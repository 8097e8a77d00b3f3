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
import { listDueIds, listEarlyIds, settleArticle } from './due-queries.ts';
import { firstLiveMoment, momentsToCome } from './moves.ts';
import { setCard } from './public-queries.ts';
import { type ArticleRow, findArticle, type StoredArticle } from './queries.ts';
import { countedAs } from './records.ts';

const EVERY = 1000;
/** How many articles one transaction settles, so that writers come in between. */
const AT_ONCE = 20;

/** Whether an article was noted as live before its moment: the clock was put back since. */
const isEarly = ({ notedLive, publishedAt }: ArticleRow, now: Date): boolean =>
  notedLive && publishedAt !== null && publishedAt > now;

/** Settles an article of which a moment has come, without a new version: nobody wrote anything. */
const settle = async (tx: Store, article: StoredArticle, now: Date): Promise<StoredArticle> => {
  const { row } = article;
  const live = isLive(row, now);
  const status = statusAt(row, now) === 'archived' ? 'archived' : row.status;
  const firstPublishedAt = firstLiveMoment(row, now);
  const slugWasPublic = row.slugWasPublic || firstPublishedAt !== null;
  const change = { notedLive: live, firstPublishedAt, slugWasPublic, status, shelf: shelfOf({ ...row, status }) };
  const moments = momentsToCome(row, now);
  await settleArticle(tx, row.id, moments, change);
  if (change.shelf !== 'published') await setCard(tx, row.id, { card: null, cardNames: null });
  const counted = countedAs(article);
  await moveCounts(tx, counted, { ...counted, live });
  touch(tx, BY_ITSELF, touchedByArticle(row.id, counted, { ...counted, live }));
  if (moments.length > 0) touch(tx, BY_ITSELF, ['schedule']);
  // Both moments may have passed unseen, as while the server was down: each is still said, in their order.
  const { id: entityId, version, slug, publishedAt, unpublishAt } = row;
  const passed = [publishedAt, unpublishAt].filter((at): at is Date => at !== null && at <= now);
  const turns = isEarly(row, now) ? [false] : passed.map((at) => isLive(row, at));
  let wasLive = row.notedLive;
  for (const isNow of turns) {
    const types = liveEvents(wasLive, isNow);
    wasLive = isNow;
    await recordEvents(
      tx,
      BY_ITSELF,
      types.map((type) => ({ type, at: now, entityId, version, slug, live: isNow })),
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

/** The articles of which counts and events say something else than the clock: it has passed a moment, or was put back before one. */
const listToSettle = async (store: Store, now: Date, limit: number): Promise<number[]> => [
  ...new Set([...(await listDueIds(store, now, limit)), ...(await listEarlyIds(store, now, limit))]),
];

/** Settles every article whose moment has come. */
export const noteDueMoments = async ({ store, clock }: Parts): Promise<void> => {
  while ((await listToSettle(store, clock(), 1)).length > 0) {
    await store.transaction(async (tx) => {
      const now = clock();
      for (const id of await listToSettle(tx, now, AT_ONCE)) {
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
