/** Finds the live articles around one: before and behind it, with the same tags, in other languages. */
import { and, asc, count, desc, eq, inArray, isNull, lte, ne } from 'drizzle-orm';
import { behindTie, type Order } from '../../store/keyset.ts';
import { notEnded } from '../../store/live.ts';
import type { Store } from '../../store/store.ts';
import { answeredAs, unindexed, within } from './list-conditions.ts';
import type { ArticleRow, ListedArticle } from './queries.ts';
import { type Span, shared } from './walks.ts';

export type Neighbour = Pick<ArticleRow, 'id' | 'slug' | 'title'> & { publishedAt: Date };
export type Translation = Pick<ArticleRow, 'id' | 'slug' | 'language'>;

/** What stands around an article. A member is there where it was asked for. */
export type Surroundings = {
  adjacent?: { previous: Neighbour | null; next: Neighbour | null };
  related?: ListedArticle[];
  translations?: Translation[];
};

/** The nearest live article by (publishedAt, id), before the article or behind it. */
export const findNeighbour = async (
  { db, tables: { articles } }: Store,
  { id, sortAt }: Pick<ArticleRow, 'id' | 'sortAt'>,
  side: 'previous' | 'next',
  now: Date,
): Promise<Neighbour | null> => {
  const descending = side === 'previous';
  const order: Order = { column: articles.sortAt, id: articles.id, kind: 'moment', descending };
  const span: Span = descending ? { from: null, to: sortAt } : { from: sortAt, to: null };
  const way = descending ? desc : asc;
  const [found] = await db
    // What stands on this shelf is sorted by the moment it is published at.
    .select({ id: articles.id, slug: articles.slug, title: articles.title, publishedAt: articles.sortAt })
    .from(articles)
    .where(
      and(
        eq(articles.shelf, 'published'),
        within(articles.sortAt, shared(span, { from: null, to: now })),
        behindTie(order, { from: { place: { value: sortAt.getTime(), id }, before: false } }),
        notEnded(articles.unpublishAt, now),
      ),
    )
    .orderBy(way(articles.sortAt), way(articles.id))
    .limit(1);
  return found ?? null;
};

/** How many of the newest articles of each tag are looked at: among more, the older ones are hardly the closer ones. */
const NEWEST = 40;

/** The ids of live articles that share tags with one: those that share most first, then the newest. */
export const listRelatedIds = async (
  { db, tables: { articles, articleTags } }: Store,
  id: number,
  tagIds: number[],
  now: Date,
  limit: number,
): Promise<number[]> => {
  const newestOf = (tagId: number) =>
    db
      .select({ id: articleTags.articleId })
      .from(articleTags)
      .innerJoin(articles, eq(articles.id, articleTags.articleId))
      .where(
        and(
          eq(articleTags.tagId, tagId),
          eq(articleTags.shelf, 'published'),
          lte(articleTags.sortAt, now),
          ne(articleTags.articleId, id),
          notEnded(articles.unpublishAt, now),
        ),
      )
      .orderBy(desc(articleTags.sortAt), desc(articleTags.articleId))
      .limit(NEWEST);
  const [first, ...others] = tagIds.map((tagId, i) =>
    db
      .select()
      .from(newestOf(tagId).as(`newest_${i}`))
      .$dynamic(),
  );
  if (!first) return [];
  const candidates = others.reduce((union, query) => union.union(query), first);
  const found = await db
    .select({ id: articleTags.articleId })
    .from(articleTags)
    .where(and(inArray(articleTags.articleId, candidates), inArray(unindexed(articleTags.tagId), tagIds)))
    .groupBy(articleTags.articleId, articleTags.sortAt)
    .orderBy(desc(count()), desc(articleTags.sortAt), desc(articleTags.articleId))
    .limit(limit);
  return found.map((row) => row.id);
};

/** The most translations that are told; one article has as many as a publication has languages. */
const MOST_TRANSLATIONS = 200;

/** The other live articles with a translation key, by their languages. */
export const listTranslations = async (
  store: Store,
  { id, translationKey }: Pick<ArticleRow, 'id' | 'translationKey'>,
  now: Date,
): Promise<Translation[]> => {
  if (translationKey === null) return [];
  const { articles } = store.tables;
  return store.db
    .select({ id: articles.id, slug: articles.slug, language: articles.language })
    .from(articles)
    .where(
      and(
        eq(articles.translationKey, translationKey),
        ne(articles.id, id),
        isNull(articles.deletedAt),
        answeredAs(store, ['published'], now),
      ),
    )
    .orderBy(asc(articles.language), asc(articles.id))
    .limit(MOST_TRANSLATIONS);
};
