/** What is looked up of earlier comments to judge a new one. */
import { and, desc, eq, gt, type SQL, sql } from 'drizzle-orm';
import type { Store } from '../../store/store.ts';

/** Of so many comments by one email it is looked whether one was approved: nobody makes that take long by posting. */
const LOOKED_AT = 1000;

/** The reason of a comment that its guest took back. */
const WITHDRAWN = 'withdrawn';

/** Whether the same text was posted to an article under the same email after a moment, and not taken back by its guest. */
export const isSaidAlready = async (
  { db, tables: { comments } }: Store,
  articleId: number,
  emailFolded: string,
  body: string,
  since: Date,
): Promise<boolean> => {
  const isSame = and(
    ...[eq(comments.emailFolded, emailFolded), gt(comments.createdAt, since)],
    ...[eq(comments.articleId, articleId), eq(comments.body, body)],
  );
  const found = await db
    .select({ reasons: comments.moderationReasons })
    .from(comments)
    .where(isSame)
    .orderBy(desc(comments.createdAt), desc(comments.id));
  return found.some(({ reasons }) => !reasons.some(({ code }) => code === WITHDRAWN));
};

/**
 * When the `limit`-th newest of the guests' comments was posted that some walks find, after a moment; undefined: there
 * are fewer. Of each walk only those after the moment are read: no more than the limit lets through, and staff's.
 */
const findFlood = async (
  { db, tables: { comments } }: Store,
  [first, ...others]: [SQL, ...SQL[]],
  since: Date,
  limit: number,
): Promise<Date | undefined> => {
  const walk = (walked: SQL) =>
    db
      .select({ at: comments.createdAt, id: comments.id })
      .from(comments)
      .where(and(walked, gt(comments.createdAt, since), eq(comments.isStaff, false)))
      .$dynamic();
  const [found] = await others
    .reduce((union, walked) => union.unionAll(walk(walked)), walk(first))
    .orderBy(desc(comments.createdAt), desc(comments.id))
    .limit(1)
    .offset(limit - 1);
  return found?.at;
};

/** When the `limit`-th newest guests' comment from an address was posted, if that was after a moment. */
export const findFloodAtAddress = (store: Store, addressHash: string, since: Date, limit: number) =>
  findFlood(store, [eq(store.tables.comments.addressHash, addressHash)], since, limit);

/** The same of an article: of what everyone sees there, and of what waits or is gone. */
export const findFloodAtArticle = (store: Store, articleId: number, since: Date, limit: number) => {
  const { comments } = store.tables;
  const where = (isShown: boolean) => sql`${eq(comments.articleId, articleId)} and ${eq(comments.isShown, isShown)}`;
  return findFlood(store, [where(true), where(false)], since, limit);
};

/** The names of the comments by an email, from an address, that were approved after a moment. */
export const listApprovedNames = async (
  { db, tables: { comments } }: Store,
  emailFolded: string,
  addressHash: string,
  since: Date,
): Promise<string[]> => {
  const { authorName, status, approvedAt } = comments;
  const newest = db
    .select({ authorName, status, approvedAt, addressHash: comments.addressHash })
    .from(comments)
    .where(eq(comments.emailFolded, emailFolded))
    .orderBy(desc(comments.createdAt), desc(comments.id))
    .limit(LOOKED_AT)
    .as('newest');
  const isKnown = and(
    ...[eq(newest.addressHash, addressHash), eq(newest.status, 'approved'), gt(newest.approvedAt, since)],
  );
  return (
    await db.selectDistinct({ name: newest.authorName }).from(newest).where(isKnown).orderBy(newest.authorName)
  ).map(({ name }) => name);
};
