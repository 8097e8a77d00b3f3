/** How the comments of one email are found, and what is kept of their erasure. */
import { and, desc, eq, ne } from 'drizzle-orm';
import type { Store } from '../../store/store.ts';
import type { CommentRow } from './queries.ts';

export type ErasureRow = Store['tables']['commentErasures']['$inferSelect'];
type NewErasure = Omit<Store['tables']['commentErasures']['$inferInsert'], 'id'>;

/** Some comments of an email, the newest first: replies before what they reply to. */
export const listCommentsOfEmail = async (
  { db, tables: { comments } }: Store,
  emailFolded: string,
  limit: number,
): Promise<CommentRow[]> =>
  (await db
    .select()
    .from(comments)
    .where(and(eq(comments.emailFolded, emailFolded), ne(comments.status, 'deleted')))
    .orderBy(desc(comments.createdAt), desc(comments.id))
    .limit(limit)) as CommentRow[]; // those of which no more is left than their place are not among them

export const insertErasure = async (
  { db, tables: { commentErasures } }: Store,
  erasure: NewErasure,
): Promise<ErasureRow> => (await db.insert(commentErasures).values(erasure).returning())[0] as ErasureRow;

export const findErasure = async (
  { db, tables: { commentErasures } }: Store,
  id: number,
): Promise<ErasureRow | undefined> => (await db.select().from(commentErasures).where(eq(commentErasures.id, id)))[0];
