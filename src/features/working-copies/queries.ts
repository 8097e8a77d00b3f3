/** How working copies are found and kept, with whom and what they name. */
import { and, eq, inArray } from 'drizzle-orm';
import { insertion } from '../../store/prepared.ts';
import type { Store } from '../../store/store.ts';
import { listPresentIds } from '../../store/successors.ts';
import type { Named } from '../articles/queries.ts';
import type { AuthorRow } from '../authors/queries.ts';
import type { TagRow } from '../tags/queries.ts';
import type { CopyRow } from './rules.ts';

type CopyFields = NonNullable<CopyRow['fields']>;

const once = (ids: number[]) => [...new Set(ids)];

/** The fields of a copy with those who took the place of authors and tags that are gone by now. */
const withSuccessors = async (store: Store, fields: CopyFields): Promise<CopyFields> => {
  const { authorIds, tags } = fields as { authorIds?: number[]; tags?: number[] };
  return {
    ...fields,
    ...(authorIds && { authorIds: once(await listPresentIds(store, 'author', authorIds)) }),
    ...(tags && { tags: once(await listPresentIds(store, 'tag', tags)) }),
  };
};

/** The row of the copy of an article; it stays when the copy is gone, with no fields. */
export const findCopy = async (store: Store, articleId: number): Promise<CopyRow | undefined> => {
  const { workingCopies } = store.tables;
  const [row] = await store.db.select().from(workingCopies).where(eq(workingCopies.articleId, articleId));
  return row?.fields ? { ...row, fields: await withSuccessors(store, row.fields) } : row;
};

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
