/** How working copies are found and kept, with whom and what they name. */
import { and, eq, inArray } from 'drizzle-orm';
import { insertion } from '../../store/prepared.ts';
import type { Store } from '../../store/store.ts';
import type { AuthorRow } from '../authors/queries.ts';
import type { TagRow } from '../tags/queries.ts';
import type { Named } from './queries.ts';
import type { CopyRow } from './working-copy-rules.ts';

/** The row of the copy of an article; it stays when the copy is gone, with no fields. */
export const findCopy = async (
  { db, tables: { workingCopies } }: Store,
  articleId: number,
): Promise<CopyRow | undefined> =>
  (await db.select().from(workingCopies).where(eq(workingCopies.articleId, articleId)))[0];

const insertCopy = insertion(({ workingCopies }) => workingCopies);

/** Keeps a copy in the place of the row that was read; false where another stands there by now. */
export const keepCopy = async (tx: Store, before: CopyRow | undefined, copy: CopyRow): Promise<boolean> => {
  if (!before) {
    await insertCopy(tx, copy);
    return true;
  }
  const { workingCopies } = tx.tables;
  const here = and(eq(workingCopies.articleId, copy.articleId), eq(workingCopies.version, before.version));
  const kept = await tx.db.update(workingCopies).set(copy).where(here).returning({ version: workingCopies.version });
  return kept.length > 0;
};

const inOrder = <T extends { id: number }>(ids: readonly number[], rows: T[]): T[] => {
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.flatMap((id) => byId.get(id) ?? []);
};

/** The authors and tags of some ids, in the order of the ids; those that are gone are left out. */
export const listNamed = async (
  { db, tables: { authors, tags } }: Store,
  { authorIds, tagIds }: Named,
): Promise<{ authors: AuthorRow[]; tags: TagRow[] }> => ({
  authors: inOrder(authorIds, await db.select().from(authors).where(inArray(authors.id, authorIds))),
  tags: inOrder(tagIds, await db.select().from(tags).where(inArray(tags.id, tagIds))),
});

/** Which of some tags are there, in the order of the ids. */
export const listKnownTagIds = async ({ db, tables: { tags } }: Store, ids: number[]): Promise<number[]> =>
  inOrder(ids, await db.select({ id: tags.id }).from(tags).where(inArray(tags.id, ids))).map(({ id }) => id);
