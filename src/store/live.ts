/** What is live, as a condition of a query: the same rule as `core/statuses.ts`, for the rows of a list. */
import { and, eq, exists, gt, isNotNull, isNull, lte, or, type Param, type SQL, sql } from 'drizzle-orm';
import type { Store } from './store.ts';

/** The condition that `unpublishAt` has not come. */
export const notEnded = (unpublishAt: Store['tables']['articles']['unpublishAt'], now: Date | Param): SQL =>
  or(isNull(unpublishAt), gt(unpublishAt, now)) as SQL;

/** The condition under which a live article names the author of the row: to the anonymous, no other author exists. */
export const authorHasLiveArticle = ({ db, tables: { articles, articleAuthors, authors } }: Store, now: Date): SQL =>
  exists(
    db
      .select({ one: sql`1` })
      .from(articleAuthors)
      .innerJoin(articles, eq(articles.id, articleAuthors.articleId))
      .where(
        and(
          eq(articleAuthors.authorId, authors.id),
          eq(articleAuthors.shelf, 'published'),
          lte(articleAuthors.sortAt, now),
          notEnded(articles.unpublishAt, now),
        ),
      ),
  );

/** The condition under which a live article carries the tag of the row. */
export const tagHasLiveArticle = ({ db, tables: { articles, articleTags, tags } }: Store, now: Date): SQL =>
  exists(
    db
      .select({ one: sql`1` })
      .from(articleTags)
      .innerJoin(articles, eq(articles.id, articleTags.articleId))
      .where(
        and(
          eq(articleTags.tagId, tags.id),
          eq(articleTags.shelf, 'published'),
          lte(articleTags.sortAt, now),
          notEnded(articles.unpublishAt, now),
        ),
      ),
  );

/** The condition under which an article that names the author of the row is live, or was once. */
export const authorHadLiveArticle = (store: Store, now: Date): SQL => {
  const { db, tables } = store;
  const { articles, articleAuthors, authors } = tables;
  const wasLive = db
    .select({ one: sql`1` })
    .from(articleAuthors)
    .innerJoin(articles, eq(articles.id, articleAuthors.articleId))
    .where(and(eq(articleAuthors.authorId, authors.id), isNotNull(articles.firstPublishedAt)));
  return or(authorHasLiveArticle(store, now), exists(wasLive)) as SQL;
};

/** The condition under which an article that carries the tag of the row is live, or was once. */
export const tagHadLiveArticle = (store: Store, now: Date): SQL => {
  const { db, tables } = store;
  const { articles, articleTags, tags } = tables;
  const wasLive = db
    .select({ one: sql`1` })
    .from(articleTags)
    .innerJoin(articles, eq(articles.id, articleTags.articleId))
    .where(and(eq(articleTags.tagId, tags.id), isNotNull(articles.firstPublishedAt)));
  return or(tagHasLiveArticle(store, now), exists(wasLive)) as SQL;
};
