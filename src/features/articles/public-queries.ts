/** How what is ready to be sent is found: cards and pages, one prepared statement each. */
import { asc, eq, inArray, sql } from 'drizzle-orm';
import { prepared, preparedByShape } from '../../store/prepared.ts';
import type { Store } from '../../store/store.ts';
import type { AuthorName } from '../authors/queries.ts';
import type { TagName } from '../tags/queries.ts';
import type { Cards } from './cards.ts';

const cardColumns = ({ tables: { articles } }: Store) => {
  const { id, version, slug, language, sortAt, status, publishedAt, unpublishAt, deletedAt } = articles;
  const { commentPolicy, card, cardNames } = articles;
  const standing = { status, publishedAt, unpublishAt, deletedAt };
  return { id, version, slug, language, sortAt, ...standing, commentPolicy, card, cardNames };
};

const pageBy = (by: 'id' | 'slug') =>
  prepared((store) => {
    const { articles, contents } = store.tables;
    const { firstPublishedAt, commentCount } = articles;
    return store.db
      .select({ ...cardColumns(store), firstPublishedAt, commentCount, page: contents.page })
      .from(articles)
      .innerJoin(contents, eq(contents.articleId, articles.id))
      .where(eq(articles[by], sql.placeholder('value')));
  });
const pageById = pageBy('id');
const pageBySlug = pageBy('slug');

/** The article with an id or a slug, ready to be sent. */
export const findPage = async (store: Store, asked: number | string) =>
  (await (typeof asked === 'number' ? pageById : pageBySlug)(store, { value: asked }))[0];

const cardsByIds = preparedByShape(
  (ids: readonly number[]) => ids.length,
  (store, ids) => {
    const { articles } = store.tables;
    const places = ids.map((_, i) => sql.placeholder(String(i)));
    return store.db.select(cardColumns(store)).from(articles).where(inArray(articles.id, places));
  },
);

/** The cards of some articles, in any order. */
export const listCards = async (store: Store, ids: readonly number[]) =>
  ids.length === 0 ? [] : cardsByIds(store, ids, { ...ids });

export type CardRow = Awaited<ReturnType<typeof listCards>>[number];
export type PageRow = NonNullable<Awaited<ReturnType<typeof findPage>>>;

/** A card with the names on it, as the public may know them. */
export type PublicCard = Omit<CardRow, 'card'> & { card: Buffer; authors: AuthorName[]; tags: TagName[] };
/** A page with its card. */
export type PublicPage = PublicCard & Pick<PageRow, 'page' | 'commentCount'>;

/** The ids of published articles that have no card yet. */
export const listIdsWithoutCard = async ({ db, tables: { articles } }: Store, limit: number): Promise<number[]> =>
  (
    await db
      .select({ id: articles.id })
      .from(articles)
      .where(sql`${articles.card} is null and ${articles.shelf} = 'published'`) // as the partial index says it
      .orderBy(asc(articles.id))
      .limit(limit)
  ).map(({ id }) => id);

/** Keeps the card of an article. */
export const setCard = async ({ db, tables: { articles } }: Store, id: number, cards: Cards): Promise<void> => {
  await db.update(articles).set(cards).where(eq(articles.id, id));
};
