/** How what is ready to be sent is found: cards and pages, one prepared statement each. */
import { and, asc, eq, inArray, isNull, sql } from 'drizzle-orm';
import type { Standing } from '../../core/statuses.ts';
import { prepared, preparedByShape } from '../../store/prepared.ts';
import type { Store } from '../../store/store.ts';
import type { AuthorName } from '../authors/queries.ts';
import type { TagName } from '../tags/queries.ts';
import type { Cards } from './cards.ts';

/** What is read of a card. Each column of a row costs as much again as a row: no more than is shown. */
export const cardColumns = ({ tables: { articles } }: Store) => {
  const { id, slug, language, sortAt, commentPolicy, card, cardNames } = articles;
  return { id, slug, language, sortAt, commentPolicy, card, cardNames };
};

/** What tells whether an article is live. */
const standingColumns = ({ tables: { articles } }: Store) => {
  const { status, publishedAt, unpublishAt, deletedAt } = articles;
  return { status, publishedAt, unpublishAt, deletedAt };
};

const pageBy = (by: 'id' | 'slug') =>
  prepared((store) => {
    const { articles, contents } = store.tables;
    const { version, commentCount } = articles;
    return store.db
      .select({ ...cardColumns(store), ...standingColumns(store), version, commentCount, page: contents.page })
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
    const columns = { ...cardColumns(store), ...standingColumns(store) };
    return store.db.select(columns).from(articles).where(inArray(articles.id, places));
  },
);

/** The cards of some articles, in any order. */
export const listCards = async (store: Store, ids: readonly number[]) =>
  ids.length === 0 ? [] : cardsByIds(store, ids, { ...ids });

/** A card with what tells whether its article is live. */
type StandingCardRow = Awaited<ReturnType<typeof listCards>>[number];
export type CardRow = Omit<StandingCardRow, keyof Standing>;
type PageRow = NonNullable<Awaited<ReturnType<typeof findPage>>>;

/** A card with the names on it, as the public may know them. */
export type PublicCard = Omit<CardRow, 'card'> & { card: Buffer; authors: AuthorName[]; tags: TagName[] };
/** A page with its card. */
export type PublicPage = { card: PublicCard } & Pick<PageRow, 'version' | 'page' | 'commentCount'>;

/** The ids of published articles that have no card yet. */
export const listIdsWithoutCard = async ({ db, tables: { articles } }: Store, limit: number): Promise<number[]> =>
  (
    await db
      .select({ id: articles.id })
      .from(articles)
      .where(and(eq(articles.shelf, 'published'), isNull(articles.card)))
      .orderBy(asc(articles.id))
      .limit(limit)
  ).map(({ id }) => id);

/** Keeps the card of an article. */
export const setCard = async ({ db, tables: { articles } }: Store, id: number, cards: Cards): Promise<void> => {
  await db.update(articles).set(cards).where(eq(articles.id, id));
};
