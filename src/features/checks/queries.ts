/** What is stored twice, and where the two do not agree: each query finds the rows of one disagreement. */
import {
  and,
  asc,
  type Column,
  eq,
  getTableColumns,
  gt,
  inArray,
  isNotNull,
  isNull,
  ne,
  notExists,
  or,
  type SQL,
  sql,
} from 'drizzle-orm';
import type { Store } from '../../store/store.ts';

/** A count that is stored, and how many there are. */
export type Miscounted = { id: number; stored: number; counted: number };

const n = sql<number>`count(*)`.as('n');
const differs = (stored: Column, counted: SQL | SQL.Aliased) => sql`${stored} <> coalesce(${counted}, 0)`;
const asNumber = (counted: unknown) => sql<number>`coalesce(${counted}, 0)`.mapWith(Number);

/** Authors or tags that count another number of live articles than name them. */
export const listMiscountedNames = (store: Store, kind: 'author' | 'tag'): Promise<Miscounted[]> => {
  const { db, tables } = store;
  const { articles } = tables;
  const [named, names, key] =
    kind === 'author'
      ? ([tables.authors, tables.articleAuthors, tables.articleAuthors.authorId] as const)
      : ([tables.tags, tables.articleTags, tables.articleTags.tagId] as const);
  const counts = db
    .select({ key: sql<number>`${key}`.as('key'), n })
    .from(names)
    .innerJoin(articles, eq(articles.id, names.articleId))
    .where(eq(articles.notedLive, true))
    .groupBy(key)
    .as('counts');
  return db
    .select({ id: named.id, stored: named.articleCount, counted: asNumber(counts.n) })
    .from(named)
    .leftJoin(counts, eq(counts.key, named.id))
    .where(differs(named.articleCount, counts.n))
    .orderBy(asc(named.id));
};

/** Articles that count another number of approved comments than they have. */
export const listMiscountedArticles = ({ db, tables: { articles, comments } }: Store): Promise<Miscounted[]> => {
  const counts = db
    .select({ articleId: comments.articleId, n })
    .from(comments)
    .where(eq(comments.status, 'approved'))
    .groupBy(comments.articleId)
    .as('counts');
  return db
    .select({ id: articles.id, stored: articles.commentCount, counted: asNumber(counts.n) })
    .from(articles)
    .leftJoin(counts, eq(counts.articleId, articles.id))
    .where(differs(articles.commentCount, counts.n))
    .orderBy(asc(articles.id));
};

/** Comments that count other numbers of direct replies than they have: approved ones, or shown ones. */
export const listMiscountedReplies = (
  { db, tables: { comments } }: Store,
  which: 'replyCount' | 'shownReplyCount',
): Promise<Miscounted[]> => {
  const counts = db
    .select({ parentId: sql<number>`${comments.parentId}`.as('parent'), n })
    .from(comments)
    .where(
      and(
        isNotNull(comments.parentId),
        which === 'replyCount' ? eq(comments.status, 'approved') : eq(comments.isShown, true),
      ),
    )
    .groupBy(comments.parentId)
    .as('counts');
  return db
    .select({ id: comments.id, stored: comments[which], counted: asNumber(counts.n) })
    .from(comments)
    .leftJoin(counts, eq(counts.parentId, comments.id))
    .where(differs(comments[which], counts.n))
    .orderBy(asc(comments.id));
};

/** Comments that are shown and should not be, or the other way round. */
export const listMisshown = ({ db, tables: { comments } }: Store): Promise<{ id: number }[]> => {
  const isToBeSeen = or(eq(comments.status, 'approved'), gt(comments.shownReplyCount, 0));
  return db
    .select({ id: comments.id })
    .from(comments)
    .where(or(and(eq(comments.isShown, true), sql`not (${isToBeSeen})`), and(eq(comments.isShown, false), isToBeSeen)))
    .orderBy(asc(comments.id));
};

/** Comments that do not stand right below what they reply to: it is not there, of another article, or not one level above. */
export const listMisplaced = ({ db, tables: { comments } }: Store): Promise<{ id: number }[]> => {
  const parents = db
    .select({
      id: sql<number>`${comments.id}`.as('parent'),
      depth: sql<number>`${comments.depth}`.as('above'),
      articleId: sql<number>`${comments.articleId}`.as('of_article'),
    })
    .from(comments)
    .as('parents');
  const isWrongBelow = or(
    isNull(parents.id),
    sql`${parents.articleId} <> ${comments.articleId}`,
    sql`${parents.depth} + 1 <> ${comments.depth}`,
  );
  return db
    .select({ id: comments.id })
    .from(comments)
    .leftJoin(parents, eq(parents.id, comments.parentId))
    .where(or(and(isNull(comments.parentId), ne(comments.depth, 0)), and(isNotNull(comments.parentId), isWrongBelow)))
    .orderBy(asc(comments.id));
};

/** Articles whose shelf or moment stands otherwise beside the author or the tag that lists them. */
export const listUnlikeCopies = (store: Store, kind: 'author' | 'tag'): Promise<{ id: number; of: number }[]> => {
  const { db, tables } = store;
  const { articles } = tables;
  const [names, of] =
    kind === 'author'
      ? ([tables.articleAuthors, tables.articleAuthors.authorId] as const)
      : ([tables.articleTags, tables.articleTags.tagId] as const);
  return db
    .select({ id: articles.id, of })
    .from(names)
    .innerJoin(articles, eq(articles.id, names.articleId))
    .where(or(ne(names.shelf, articles.shelf), ne(names.sortAt, articles.sortAt)))
    .orderBy(asc(articles.id), asc(of));
};

/** Articles without long texts, or without the row of their newest version. */
export const listIncomplete = ({ db, tables: { articles, contents, revisions } }: Store): Promise<{ id: number }[]> => {
  const one = { one: sql`1` };
  const text = db.select(one).from(contents).where(eq(contents.articleId, articles.id));
  const isNewest = and(eq(revisions.articleId, articles.id), eq(revisions.version, articles.version));
  return db
    .select({ id: articles.id })
    .from(articles)
    .where(or(notExists(text), notExists(db.select(one).from(revisions).where(isNewest))))
    .orderBy(asc(articles.id));
};

/** A part of the articles, after one, with what is kept beside their rows; the columns of an article itself are loaded otherwise. */
export const listKept = async (
  { db, tables: { articles, contents, dueMoments, searchQueue } }: Store,
  after: number,
  limit: number,
) => {
  const { card, cardNames } = articles;
  const { articleId: _, ...content } = getTableColumns(contents);
  const rows = await db
    .select({ id: articles.id, card, cardNames, content, queued: searchQueue.articleId })
    .from(articles)
    .leftJoin(contents, eq(contents.articleId, articles.id))
    .leftJoin(searchQueue, eq(searchQueue.articleId, articles.id))
    .where(gt(articles.id, after))
    .orderBy(asc(articles.id))
    .limit(limit);
  const due = await db
    .select()
    .from(dueMoments)
    .where(
      inArray(
        dueMoments.articleId,
        rows.map(({ id }) => id),
      ),
    )
    .orderBy(asc(dueMoments.articleId), asc(dueMoments.at));
  return rows.map((row) => ({ ...row, due: due.flatMap(({ articleId, at }) => (articleId === row.id ? [at] : [])) }));
};

/** A part of the comments, after one. */
export const listComments = ({ db, tables: { comments } }: Store, after: number, limit: number) => {
  const { id, authorName, authorEmail, emailFolded, body, status } = comments;
  return db
    .select({ id, authorName, authorEmail, emailFolded, body, status })
    .from(comments)
    .where(gt(comments.id, after))
    .orderBy(asc(comments.id))
    .limit(limit);
};

/** A part of the authors or tags, after one, with the words they are looked up by. */
export const listNamed = async ({ db, tables }: Store, kind: 'author' | 'tag', after: number, limit: number) => {
  const [named, words, key] =
    kind === 'author'
      ? ([tables.authors, tables.authorWords, tables.authorWords.authorId] as const)
      : ([tables.tags, tables.tagWords, tables.tagWords.tagId] as const);
  const rows = await db
    .select({ id: named.id, name: named.name, nameFolded: named.nameFolded })
    .from(named)
    .where(gt(named.id, after))
    .orderBy(asc(named.id))
    .limit(limit);
  const kept = await db
    .select({ key, word: words.word })
    .from(words)
    .where(
      inArray(
        key,
        rows.map(({ id }) => id),
      ),
    )
    .orderBy(asc(key), asc(words.word));
  return rows.map((row) => ({ ...row, words: kept.flatMap(({ key, word }) => (key === row.id ? [word] : [])) }));
};
