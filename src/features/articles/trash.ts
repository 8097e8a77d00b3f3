/** What takes articles away and brings them back: the trash, and deletion for good. */
import { demand } from '../../core/access.ts';
import type { EventType } from '../../core/events.ts';
import type { Expectation } from '../../core/expectation.ts';
import { touchedByArticle } from '../../core/groups.ts';
import type { Standing } from '../../core/statuses.ts';
import { type Origin, recordEvents } from '../../store/events.ts';
import { keepOutcome } from '../../store/outcomes.ts';
import { forgetOldSlugs } from '../../store/slug-history.ts';
import type { Parts, Store } from '../../store/store.ts';
import { touch } from '../../store/touches.ts';
import { breathe } from '../../store/unit.ts';
import { liveEvents, moveCounts } from './counting.ts';
import { settleIfDue } from './due-moments.ts';
import { checkVersion, notFound, openToWrite } from './finding.ts';
import { deleteArticleRow, findArticle, type StoredArticle } from './queries.ts';
import { countedAs, keptOf, recordOf, storeOver, writingOf } from './records.ts';
import { deleteCommentsOf } from './trash-queries.ts';

/** How many comments of an article are deleted before others have the event loop. */
const COMMENTS_AT_ONCE = 500;

/** Writes another standing of an article with its event. */
const writeStanding = (
  tx: Store,
  origin: Origin,
  now: Date,
  before: StoredArticle,
  change: Partial<Standing>,
  type: EventType,
): Promise<void> => {
  const isMoved = change.status !== undefined && change.status !== before.row.status;
  const { version, slug, createdAt, commentCount } = before.row;
  const rest = { version: version + 1, createdAt, updatedAt: now, commentCount };
  const writing = { ...writingOf(before, now), slug };
  const record = recordOf(writing, { ...before.row, ...change }, keptOf(before), rest, now);
  return storeOver(tx, origin, before, record, type, isMoved ? ['status', 'deletedAt'] : ['deletedAt']);
};

/** Puts an article in the trash; once more changes nothing. */
export const trashArticle = (parts: Parts, origin: Origin, id: number, expected: Expectation): Promise<void> =>
  parts.store.transaction(async (tx) => {
    const now = parts.clock();
    const before = await openToWrite(tx, origin.caller, { id, expected }, now);
    if (before.row.deletedAt === null)
      await writeStanding(tx, origin, now, before, { deletedAt: now }, 'article.trashed');
  });

/** Takes an article out of the trash, as a draft. One that is not there stays as it is. */
export const restoreArticle = (
  parts: Parts,
  origin: Origin,
  id: number,
  expected: Expectation,
): Promise<StoredArticle> =>
  parts.store.transaction(async (tx) => {
    const now = parts.clock();
    const before = await openToWrite(tx, origin.caller, { id, expected }, now);
    await keepOutcome(tx, origin, { kind: 'article', id }, now);
    if (before.row.deletedAt === null) return before;
    await writeStanding(tx, origin, now, before, { deletedAt: null, status: 'draft' }, 'article.restored');
    return (await findArticle(tx, id)) as StoredArticle;
  });

/** Deletes the comments of an article. They would go with it, but those of one that was much discussed hold up everyone. */
const removeComments = async (tx: Store, articleId: number): Promise<void> => {
  while ((await deleteCommentsOf(tx, articleId, COMMENTS_AT_ONCE)) === COMMENTS_AT_ONCE) await breathe();
};

/**
 * Removes an article within a transaction that runs: all of it but events with its id. A moment that came due is settled
 * first: everyone may have read it since.
 */
export const removeArticle = async (tx: Store, origin: Origin, found: StoredArticle, at: Date): Promise<void> => {
  const before = await settleIfDue(tx, found, at);
  const { id, version, slug, notedLive } = before.row;
  const counted = countedAs(before);
  await moveCounts(tx, counted, null);
  await removeComments(tx, id);
  await deleteArticleRow(tx, id);
  await forgetOldSlugs(tx, ['article'], id);
  await tx.searches.articles.remove(id);
  touch(tx, origin, [...touchedByArticle(id, counted, null), 'schedule']);
  const types: EventType[] = ['article.deleted', ...liveEvents(notedLive, false)];
  await recordEvents(
    tx,
    origin,
    types.map((type) => ({ type, at, entityId: id, version, slug, live: false })),
  );
};

/** Deletes an article for good. */
export const deleteArticle = (parts: Parts, origin: Origin, id: number, expected: Expectation): Promise<void> => {
  demand(origin.caller, 'delete permanently');
  return parts.store.transaction(async (tx) => {
    const before = await findArticle(tx, id);
    if (!before) throw notFound(id);
    await checkVersion(tx, expected, before);
    await removeArticle(tx, origin, before, parts.clock());
  });
};
