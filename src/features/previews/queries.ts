/** How preview links are found and kept. */
import { and, count, eq, lt } from 'drizzle-orm';
import type { Slice, Sliced } from '../../core/slice.ts';
import { behindPlace, type Order, sorting } from '../../store/keyset.ts';
import type { Store } from '../../store/store.ts';

type Tables = Store['tables'];
export type LinkRow = Tables['previewLinks']['$inferSelect'];
type NewLink = Omit<Tables['previewLinks']['$inferInsert'], 'id'>;

export const findLink = async (
  { db, tables: { previewLinks } }: Store,
  articleId: number,
  id: number,
): Promise<LinkRow | undefined> =>
  (
    await db
      .select()
      .from(previewLinks)
      .where(and(eq(previewLinks.articleId, articleId), eq(previewLinks.id, id)))
  )[0];

/** The links of an article, the newest first, expired ones too. */
export const listLinks = async (
  { db, tables: { previewLinks } }: Store,
  articleId: number,
  slice: Slice,
): Promise<Sliced<LinkRow>> => {
  const order: Order = { column: previewLinks.id, id: previewLinks.id, kind: 'integer', descending: true };
  const ofArticle = eq(previewLinks.articleId, articleId);
  const rows = await db
    .select()
    .from(previewLinks)
    .where(and(ofArticle, behindPlace(order, slice)))
    .orderBy(sorting(order, slice)[0])
    .limit(slice.limit + 1)
    .offset(slice.offset);
  const total = slice.counted ? (await db.select({ n: count() }).from(previewLinks).where(ofArticle))[0]?.n : undefined;
  return { rows, total };
};

export const insertLink = async ({ db, tables: { previewLinks } }: Store, link: NewLink): Promise<LinkRow> => {
  const [row] = await db.insert(previewLinks).values(link).returning();
  return row as LinkRow;
};

/** Deletes a link of an article; false where there is none. */
export const deleteLinkRow = async (
  { db, tables: { previewLinks } }: Store,
  articleId: number,
  id: number,
): Promise<boolean> => {
  const here = and(eq(previewLinks.articleId, articleId), eq(previewLinks.id, id));
  return (await db.delete(previewLinks).where(here).returning({ id: previewLinks.id })).length > 0;
};

/** Deletes the links of an article that expired before a moment. */
export const deleteExpiredLinks = async (
  { db, tables: { previewLinks } }: Store,
  articleId: number,
  before: Date,
): Promise<void> => {
  await db.delete(previewLinks).where(and(eq(previewLinks.articleId, articleId), lt(previewLinks.expiresAt, before)));
};
