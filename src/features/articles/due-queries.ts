/** How moments that came due are found and settled. */
import { and, asc, eq, gt, lte, min, sql } from 'drizzle-orm';
import { prepared } from '../../store/prepared.ts';
import type { Store } from '../../store/store.ts';
import type { ArticleRow } from './queries.ts';

/** The ids of articles with a moment that has come, the longest due first, at most `limit`. */
export const listDueIds = async (
  { db, tables: { dueMoments } }: Store,
  now: Date,
  limit: number,
): Promise<number[]> => [
  ...new Set(
    (
      await db
        .select({ id: dueMoments.articleId })
        .from(dueMoments)
        .where(lte(dueMoments.at, now))
        .orderBy(asc(dueMoments.at))
        .limit(limit)
    ).map(({ id }) => id),
  ),
];

/** The ids of articles that were noted as live before their moment, as a clock that was put back makes them, at most `limit`. */
export const listEarlyIds = async (
  { db, tables: { articles } }: Store,
  now: Date,
  limit: number,
): Promise<number[]> => {
  const isEarly = and(eq(articles.shelf, 'published'), gt(articles.sortAt, now), eq(articles.notedLive, true));
  const rows = await db
    .select({ id: articles.id })
    .from(articles)
    .where(isEarly)
    .orderBy(asc(articles.sortAt), asc(articles.id))
    .limit(limit);
  return rows.map(({ id }) => id);
};

/** Writes what a moment that came due changes, everywhere the article stands, and which moments are to come. */
export const settleArticle = async (
  { db, tables: { articles, articleAuthors, articleTags, dueMoments } }: Store,
  id: number,
  moments: readonly Date[],
  change: Pick<ArticleRow, 'notedLive' | 'firstPublishedAt' | 'slugWasPublic' | 'status' | 'shelf'>,
): Promise<void> => {
  const { shelf } = change;
  await db.update(articles).set(change).where(eq(articles.id, id));
  await db.update(articleAuthors).set({ shelf }).where(eq(articleAuthors.articleId, id));
  await db.update(articleTags).set({ shelf }).where(eq(articleTags.articleId, id));
  await db.delete(dueMoments).where(eq(dueMoments.articleId, id));
  for (const at of moments) await db.insert(dueMoments).values({ articleId: id, at });
};

const nextMoment = prepared(({ db, tables: { dueMoments } }) => {
  const after = sql.param(sql.placeholder('after'), dueMoments.at);
  return db
    .select({ at: min(dueMoments.at) })
    .from(dueMoments)
    .where(gt(dueMoments.at, after));
});

const nextPublication = prepared(({ db, tables: { articles } }) => {
  const after = sql.param(sql.placeholder('after'), articles.sortAt);
  return db
    .select({ at: articles.sortAt })
    .from(articles)
    .where(and(eq(articles.shelf, 'published'), gt(articles.sortAt, after)))
    .orderBy(asc(articles.sortAt), asc(articles.id))
    .limit(1);
});

/** The first moment after one at which an article was published or is to be; null where there is none. */
export const findNextPublication = async (store: Store, after: Date): Promise<Date | null> =>
  (await nextPublication(store, { after }))[0]?.at ?? null;

/** The first moment after one at which something goes live or ceases to be; null where none is set. */
export const findNextMoment = async (store: Store, after: Date): Promise<Date | null> =>
  (await nextMoment(store, { after }))[0]?.at ?? null;
