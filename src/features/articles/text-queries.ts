/** The long texts of several articles: how long they are, and then those that are wanted, in one statement. */
import { eq, inArray, type SQL, sql } from 'drizzle-orm';
import type { Store } from '../../store/store.ts';

/** Which long texts are asked for. */
export type WantedTexts = { html: boolean; body: boolean };
/** The texts of an article as they were at a version; null: not asked for. */
export type Texts = { id: number; version: number; html: string | null; body: string | null };

/** How many bytes the wanted texts of articles have, by their ids. The texts themselves are not read for this. */
export const measureTexts = async (
  { db, tables: { contents } }: Store,
  ids: number[],
  { html, body }: WantedTexts,
): Promise<Map<number, number>> => {
  const bytesOf = (text: SQL | typeof contents.html) => sql<number>`octet_length(${text})`;
  const nothing = sql<number>`0`;
  const measured = await db
    .select({
      id: contents.articleId,
      bytes: sql<number>`${html ? bytesOf(contents.html) : nothing} + ${body ? bytesOf(contents.body) : nothing}`,
    })
    .from(contents)
    .where(inArray(contents.articleId, ids));
  return new Map(measured.map(({ id, bytes }) => [id, bytes]));
};

/** Reads the wanted texts of articles, each with the version it belongs to. */
export const loadTexts = async (
  { db, tables: { articles, contents } }: Store,
  ids: number[],
  { html, body }: WantedTexts,
): Promise<Map<number, Texts>> => {
  const nothing = sql<null>`null`;
  const texts = await db
    .select({
      id: articles.id,
      version: articles.version,
      html: html ? contents.html : nothing,
      body: body ? contents.body : nothing,
    })
    .from(contents)
    .innerJoin(articles, eq(articles.id, contents.articleId))
    .where(inArray(contents.articleId, ids));
  return new Map(texts.map((text) => [text.id, text]));
};
