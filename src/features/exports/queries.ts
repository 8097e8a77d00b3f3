/** How all that is content is walked through, in the order of the ids: what came first goes out first. */
import { and, asc, count, eq, gt, inArray, isNotNull, max } from 'drizzle-orm';
import type { SlugKind } from '../../store/desk-tables.ts';
import type { OldSlug } from '../../store/slug-history.ts';
import type { Store } from '../../store/store.ts';
import { type ListedArticle, loadArticles } from '../articles/queries.ts';
import type { AuthorRow } from '../authors/queries.ts';
import type { Entry } from '../comments/thread-queries.ts';
import type { TagRow } from '../tags/queries.ts';
import { findCopy, listNamed } from '../working-copies/queries.ts';

/** How many rows are read together. Articles come with their texts, of which one may have megabytes. */
const AT_ONCE = 500;
const ARTICLES_AT_ONCE = 20;

/** Walks through rows: `next` reads those behind an id. */
async function* walk<T extends { id: number }>(next: (after: number) => Promise<T[]>): AsyncGenerator<T[]> {
  for (let last: number | undefined = 0; last !== undefined; ) {
    const rows: T[] = await next(last);
    if (rows.length > 0) yield rows;
    last = rows.at(-1)?.id;
  }
}

/** How much there is of each. */
export const countContent = async ({ db, tables: { authors, tags, articles, comments } }: Store) => {
  const rowsOf = async (table: typeof authors | typeof tags | typeof articles | typeof comments) =>
    (await db.select({ n: count() }).from(table))[0]?.n ?? 0;
  return {
    authors: await rowsOf(authors),
    tags: await rowsOf(tags),
    articles: await rowsOf(articles),
    comments: await rowsOf(comments),
  };
};

/** The greatest id of an article; 0 where there is none. */
export const findGreatestArticleId = async ({ db, tables: { articles } }: Store): Promise<number> =>
  (await db.select({ id: max(articles.id) }).from(articles))[0]?.id ?? 0;

/** The old slugs of some things, by their ids. */
export const mapOldSlugs = async (
  { db, tables: { slugHistory } }: Store,
  kinds: readonly SlugKind[],
  ids: readonly number[],
): Promise<Map<number, OldSlug[]>> => {
  const found = new Map<number, OldSlug[]>();
  const { kind, slug, entityId } = slugHistory;
  const ofThese = and(inArray(kind, [...kinds]), inArray(entityId, [...ids]));
  for (const row of await db.select().from(slugHistory).where(ofThese).orderBy(asc(slug), asc(kind)))
    found.set(row.entityId, [...(found.get(row.entityId) ?? []), row]);
  return found;
};

export const walkAuthors = ({ db, tables: { authors } }: Store): AsyncGenerator<AuthorRow[]> =>
  walk((after) => db.select().from(authors).where(gt(authors.id, after)).orderBy(asc(authors.id)).limit(AT_ONCE));

export const walkTags = ({ db, tables: { tags } }: Store): AsyncGenerator<TagRow[]> =>
  walk((after) => db.select().from(tags).where(gt(tags.id, after)).orderBy(asc(tags.id)).limit(AT_ONCE));

/** A working copy with the slugs of whom and what it names. */
export type CopyOut = {
  fields: Record<string, unknown>;
  authors: string[];
  tags: string[];
  createdAt: Date;
  updatedAt: Date;
};

/** An article whole, as it goes out. */
export type ArticleOut = ListedArticle & {
  id: number;
  body: string;
  page: Buffer;
  copy: CopyOut | null;
  oldSlugs: OldSlug[];
};

const slugsOf = (rows: { slug: string }[]) => rows.map(({ slug }) => slug);

const readCopy = async (store: Store, articleId: number): Promise<CopyOut | null> => {
  const row = await findCopy(store, articleId);
  if (!row?.fields) return null;
  const { authorIds = [], tags: tagIds = [] } = row.fields as { authorIds?: number[]; tags?: number[] };
  const { authors, tags } = await listNamed(store, { authorIds, tagIds });
  return {
    fields: row.fields,
    authors: slugsOf(authors),
    tags: slugsOf(tags),
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  };
};

const readArticles = async (store: Store, after: number): Promise<ArticleOut[]> => {
  const { articles, contents, workingCopies } = store.tables;
  const read = await store.db
    .select({ id: articles.id, body: contents.body, page: contents.page })
    .from(articles)
    .innerJoin(contents, eq(contents.articleId, articles.id))
    .where(gt(articles.id, after))
    .orderBy(asc(articles.id))
    .limit(ARTICLES_AT_ONCE);
  const ids = read.map(({ id }) => id);
  if (ids.length === 0) return [];
  const texts = new Map(read.map((text) => [text.id, text]));
  const oldSlugs = await mapOldSlugs(store, ['article'], ids);
  const areOpen = and(inArray(workingCopies.articleId, ids), isNotNull(workingCopies.fields));
  const copied = await store.db.select({ id: workingCopies.articleId }).from(workingCopies).where(areOpen);
  const copies = new Map<number, CopyOut | null>();
  for (const { id } of copied) copies.set(id, await readCopy(store, id));
  return (await loadArticles(store, ids)).map((article) => {
    const { id } = article.row;
    const text = texts.get(id) as (typeof read)[number];
    return { ...article, ...text, copy: copies.get(id) ?? null, oldSlugs: oldSlugs.get(id) ?? [] };
  });
};

/** All articles, those in the trash too. */
export const walkArticles = (store: Store): AsyncGenerator<ArticleOut[]> => walk((after) => readArticles(store, after));

/** A comment, or the place of one, with what it names. */
export type CommentOut = {
  id: number;
  row: Entry;
  article: { slug: string; sourceSystem: string | null; sourceId: string | null };
  parent: Pick<Entry, 'id' | 'createdAt' | 'importedAs'> | null;
  author: string | null;
};

const readComments = async (
  { db, tables: { comments, articles, authors } }: Store,
  after: number,
  articleId: number | undefined,
): Promise<CommentOut[]> => {
  const { slug, sourceSystem, sourceId } = articles;
  const read = await db
    .select({ row: comments, article: { slug, sourceSystem, sourceId }, author: authors.slug })
    .from(comments)
    .innerJoin(articles, eq(articles.id, comments.articleId))
    .leftJoin(authors, eq(authors.id, comments.authorId))
    .where(and(gt(comments.id, after), articleId === undefined ? undefined : eq(comments.articleId, articleId)))
    .orderBy(asc(comments.id))
    .limit(AT_ONCE);
  const parentIds = [...new Set(read.flatMap(({ row }) => row.parentId ?? []))];
  const { id, createdAt, importedAs } = comments;
  const found =
    parentIds.length === 0
      ? []
      : await db.select({ id, createdAt, importedAs }).from(comments).where(inArray(id, parentIds));
  const parents = new Map(found.map((parent) => [parent.id, parent]));
  return read.map(({ row, article, author }) => ({
    ...{ id: row.id, row, article, author },
    parent: row.parentId === null ? null : (parents.get(row.parentId) ?? null),
  }));
};

/** All comments, or those of one article; what is answered comes before its answers. */
export const walkComments = (store: Store, articleId?: number): AsyncGenerator<CommentOut[]> =>
  walk((after) => readComments(store, after, articleId));
