/** How articles are found and kept. */
import { and, asc, eq, getTableColumns, inArray, sql } from 'drizzle-orm';
import { insertion, insertionOfSome, prepared, preparedForSome } from '../../store/prepared.ts';
import type { Store } from '../../store/store.ts';
import type { AuthorRow } from '../authors/queries.ts';
import type { TagRow } from '../tags/queries.ts';

type Tables = Store['tables'];
export type ArticleRow = Omit<Tables['articles']['$inferSelect'], 'card' | 'cardNames'>;
export type ContentRow = Tables['contents']['$inferSelect'];
export type NewArticleRow = Omit<Tables['articles']['$inferInsert'], 'id'>;
export type NewContent = Omit<Tables['contents']['$inferInsert'], 'articleId'>;

/** An article without its long texts, with whom and what it names, in order. */
export type ListedArticle = { row: ArticleRow; authors: AuthorRow[]; tags: TagRow[] };
/** An article whole. */
export type StoredArticle = ListedArticle & { content: ContentRow };

/** All of a row but what is kept only to be sent. */
const columnsOf = ({ tables }: Store) => {
  const { card, cardNames, ...columns } = getTableColumns(tables.articles);
  return columns;
};

const groupByArticle = <T>(pairs: { articleId: number; value: T }[]): Map<number, T[]> => {
  const groups = new Map<number, T[]>();
  for (const { articleId, value } of pairs) {
    const group = groups.get(articleId);
    if (group) group.push(value);
    else groups.set(articleId, [value]);
  }
  return groups;
};

const bylines = preparedForSome(({ db, tables: { articleAuthors, authors } }, ids) =>
  db
    .select({ articleId: articleAuthors.articleId, value: authors })
    .from(articleAuthors)
    .innerJoin(authors, eq(authors.id, articleAuthors.authorId))
    .where(inArray(articleAuthors.articleId, ids))
    .orderBy(asc(articleAuthors.position)),
);

const taggings = preparedForSome(({ db, tables: { articleTags, tags } }, ids) =>
  db
    .select({ articleId: articleTags.articleId, value: tags })
    .from(articleTags)
    .innerJoin(tags, eq(tags.id, articleTags.tagId))
    .where(inArray(articleTags.articleId, ids))
    .orderBy(asc(articleTags.position)),
);

const versionsOf = preparedForSome(({ db, tables: { articles } }, ids) =>
  db.select({ id: articles.id, version: articles.version }).from(articles).where(inArray(articles.id, ids)),
);

const rowsOf = preparedForSome((store, ids) => {
  const { articles } = store.tables;
  return store.db
    .select({ row: columnsOf(store) })
    .from(articles)
    .where(inArray(articles.id, ids));
});

/**
 * Reads articles with whom and what they name, as they are at one moment: statement by statement, and again where a
 * writer came in between, for else a draft's tags could be shown beside the text that was live before.
 */
const readAsOne = async <T extends { row: ArticleRow }>(
  store: Store,
  readRows: () => Promise<T[]>,
): Promise<(T & ListedArticle)[]> => {
  for (;;) {
    const rows = await readRows();
    const ids = rows.map(({ row }) => row.id);
    if (ids.length === 0) return [];
    const authors = groupByArticle(await bylines(store, ids));
    const tags = groupByArticle(await taggings(store, ids));
    const now = new Map((await versionsOf(store, ids)).map(({ id, version }) => [id, version]));
    if (rows.every(({ row }) => now.get(row.id) === row.version))
      return rows.map((read) => ({
        ...read,
        authors: authors.get(read.row.id) ?? [],
        tags: tags.get(read.row.id) ?? [],
      }));
  }
};

/** The articles of some ids, in the order of the ids: four statements, however many there are. */
export const loadArticles = async (store: Store, ids: number[]): Promise<ListedArticle[]> => {
  if (ids.length === 0) return [];
  const found = await readAsOne(store, () => rowsOf(store, ids));
  const byId = new Map(found.map((article) => [article.row.id, article]));
  return ids.flatMap((id) => byId.get(id) ?? []);
};

const wholeBy = (by: 'id' | 'slug') =>
  prepared((store) => {
    const { articles, contents } = store.tables;
    return store.db
      .select({ row: columnsOf(store), content: contents })
      .from(articles)
      .innerJoin(contents, eq(contents.articleId, articles.id))
      .where(eq(articles[by], sql.placeholder('value')));
  });
const wholeById = wholeBy('id');
const wholeBySlug = wholeBy('slug');

const findArticleBy = async (store: Store, value: number | string): Promise<StoredArticle | undefined> => {
  const whole = typeof value === 'number' ? wholeById : wholeBySlug;
  return (await readAsOne(store, () => whole(store, { value })))[0];
};

export const findArticle = (store: Store, id: number): Promise<StoredArticle | undefined> => findArticleBy(store, id);

export const findArticleBySlug = (store: Store, slug: string): Promise<StoredArticle | undefined> =>
  findArticleBy(store, slug);

const idBySlug = prepared(({ db, tables: { articles } }) =>
  db
    .select({ id: articles.id })
    .from(articles)
    .where(eq(articles.slug, sql.placeholder('slug'))),
);

/** The id of the article that has a slug, trashed ones included. */
export const findIdBySlug = async (store: Store, slug: string): Promise<number | undefined> =>
  (await idBySlug(store, { slug }))[0]?.id;

const idBySource = prepared(({ db, tables: { articles } }) => {
  const here = and(eq(articles.sourceSystem, sql.placeholder('system')), eq(articles.sourceId, sql.placeholder('id')));
  return db.select({ id: articles.id }).from(articles).where(here);
});

/** The id of the article that came from a source. */
export const findIdBySource = async (store: Store, system: string, id: string): Promise<number | undefined> =>
  (await idBySource(store, { system, id }))[0]?.id;

export type Named = { authorIds: number[]; tagIds: number[] };

const insertRow = insertion(
  ({ articles }) => articles,
  (query, articles) => query.returning({ id: articles.id }),
);
const insertContent = insertion(({ contents }) => contents);
const insertBylines = insertionOfSome(({ articleAuthors }) => articleAuthors);
const insertTaggings = insertionOfSome(({ articleTags }) => articleTags);
const insertDueMoment = insertion(({ dueMoments }) => dueMoments);

/** Writes whom and what an article names, each with the place the article has in lists. */
const writeNames = async (
  tx: Store,
  articleId: number,
  { shelf, sortAt }: NewArticleRow,
  { authorIds, tagIds }: Named,
): Promise<void> => {
  const place = { articleId, shelf, sortAt };
  await insertBylines(
    tx,
    authorIds.map((authorId, position) => ({ authorId, position, ...place })),
  );
  await insertTaggings(
    tx,
    tagIds.map((tagId, position) => ({ tagId, position, ...place })),
  );
};

const writeDueMoments = async (tx: Store, articleId: number, moments: Date[]): Promise<void> => {
  for (const at of moments) await insertDueMoment(tx, { articleId, at });
};

/** Everything that is stored of an article. */
export type ArticleRecord = { row: NewArticleRow; content: NewContent; named: Named; dueMoments: Date[] };

/** Stores a new article and gives it its id. */
export const insertArticle = async (tx: Store, { row, content, named, dueMoments }: ArticleRecord): Promise<number> => {
  const [inserted] = await insertRow(tx, row);
  const { id } = inserted as { id: number };
  await insertContent(tx, { articleId: id, ...content });
  await writeNames(tx, id, row, named);
  await writeDueMoments(tx, id, dueMoments);
  return id;
};

/** Writes over the version that was read; false where another stands there by now. */
export const replaceArticle = async (
  tx: Store,
  before: { id: number; version: number },
  { row, content, named, dueMoments }: ArticleRecord,
): Promise<boolean> => {
  const { articles, contents, articleAuthors, articleTags } = tx.tables;
  const here = and(eq(articles.id, before.id), eq(articles.version, before.version));
  const written = await tx.db.update(articles).set(row).where(here).returning({ id: articles.id });
  if (written.length === 0) return false;
  await tx.db.update(contents).set(content).where(eq(contents.articleId, before.id));
  await tx.db.delete(articleAuthors).where(eq(articleAuthors.articleId, before.id));
  await tx.db.delete(articleTags).where(eq(articleTags.articleId, before.id));
  await writeNames(tx, before.id, row, named);
  await tx.db.delete(tx.tables.dueMoments).where(eq(tx.tables.dueMoments.articleId, before.id));
  await writeDueMoments(tx, before.id, dueMoments);
  return true;
};

/** Deletes an article and all that hangs on it. */
export const deleteArticleRow = async ({ db, tables: { articles } }: Store, id: number): Promise<void> => {
  await db.delete(articles).where(eq(articles.id, id));
};
