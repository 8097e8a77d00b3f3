/** The long texts of several articles: how long they are, and then those that are wanted, in one statement. */
import { type Column, eq, inArray, type SQL, sql } from 'drizzle-orm';
import type { Store } from '../../store/store.ts';

/** Which long texts are asked for. */
export type WantedTexts = { html: boolean; body: boolean };
/** The texts of an article as they are stored at a version; null: not asked for. The HTML stands in the page. */
export type StoredTexts = { id: number; version: number; page: Buffer | null; body: string | null };

/** The texts of an article on a page; null: not asked for, or not for the caller. */
export type Texts = { html: string | null; body: string | null };

/** How many bytes the wanted texts of articles have, as they are stored, by their ids. The texts themselves are not read for this. */
export const measureTexts = async (
  { db, tables: { contents } }: Store,
  ids: number[],
  { html, body }: WantedTexts,
): Promise<Map<number, number>> => {
  const bytesOf = (text: SQL | Column) => sql<number>`octet_length(${text})`;
  const nothing = sql<number>`0`;
  const measured = await db
    .select({
      id: contents.articleId,
      bytes: sql<number>`${html ? bytesOf(contents.page) : nothing} + ${body ? bytesOf(contents.body) : nothing}`,
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
): Promise<Map<number, StoredTexts>> => {
  const nothing = sql<null>`null`;
  const texts = await db
    .select({
      id: articles.id,
      version: articles.version,
      page: html ? contents.page : nothing,
      body: body ? contents.body : nothing,
    })
    .from(contents)
    .innerJoin(articles, eq(articles.id, contents.articleId))
    .where(inArray(contents.articleId, ids));
  return new Map(texts.map((text) => [text.id, text]));
};
