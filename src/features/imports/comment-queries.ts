/** What an import of comments looks up, for many records at once. */
import { and, eq, inArray, isNull } from 'drizzle-orm';
import type { Store } from '../../store/store.ts';
import type { Entry } from '../comments/thread-queries.ts';
import { sourceKey } from './queries.ts';
import type { Identity } from './rules.ts';

/** Of a comment that is there: where it stands, and what a record could differ in. */
export type KnownComment = Pick<Entry, 'id' | 'articleId' | 'parentId' | 'depth' | 'authorName' | 'body' | 'status'>;

/** A key, and what it was made of where it is one that a comment gets without having come with any. */
export type CommentKey = { key: string; own: { id: number; createdAt: Date } | undefined };

/** The comments that some keys stand for. */
export const mapComments = async (
  { db, tables: { comments } }: Store,
  keys: readonly CommentKey[],
): Promise<Map<string, KnownComment>> => {
  const found = new Map<string, KnownComment>();
  if (keys.length === 0) return found;
  const { id, articleId, parentId, depth, authorName, body, status, createdAt, importedAs } = comments;
  const columns = { id, articleId, parentId, depth, authorName, body, status, createdAt, importedAs };
  const ids = keys.flatMap(({ own }) => own?.id ?? []);
  const unnamed =
    ids.length === 0
      ? []
      : await db
          .select(columns)
          .from(comments)
          .where(and(inArray(id, ids), isNull(importedAs)));
  const byId = new Map(unnamed.map((row) => [row.id, row]));
  for (const { key, own } of keys) {
    const row = own && byId.get(own.id);
    if (row && row.createdAt.getTime() === own.createdAt.getTime()) found.set(key, row);
  }
  const named = inArray(
    importedAs,
    keys.map(({ key }) => key),
  );
  for (const row of await db.select(columns).from(comments).where(named)) found.set(row.importedAs as string, row);
  return found;
};

/** The ids of the articles that some identities stand for, by `sourceKey`. */
export const mapArticleIds = async (
  { db, tables: { articles } }: Store,
  identities: readonly Identity[],
): Promise<Map<string, number>> => {
  const found = new Map<string, number>();
  const sources = identities.flatMap((identity) => ('slug' in identity ? [] : identity));
  for (const system of new Set(sources.map((source) => source.system))) {
    const ids = sources.filter((source) => source.system === system).map(({ id }) => id);
    const rows = await db
      .select({ id: articles.id, sourceId: articles.sourceId })
      .from(articles)
      .where(and(eq(articles.sourceSystem, system), inArray(articles.sourceId, [...new Set(ids)])));
    for (const { id, sourceId } of rows) found.set(sourceKey({ system, id: sourceId as string }), id);
  }
  const slugs = [...new Set(identities.flatMap((identity) => ('slug' in identity ? identity.slug : [])))];
  if (slugs.length === 0) return found;
  const rows = await db
    .select({ id: articles.id, slug: articles.slug })
    .from(articles)
    .where(inArray(articles.slug, slugs));
  for (const { id, slug } of rows) found.set(sourceKey({ slug }), id);
  return found;
};
