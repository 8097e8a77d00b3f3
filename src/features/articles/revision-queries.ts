/** How the stored versions of an article are found and kept. */
import { and, asc, eq, gt } from 'drizzle-orm';
import { insertion } from '../../store/prepared.ts';
import type { Store } from '../../store/store.ts';

type Tables = Store['tables'];
export type NewRevision = Tables['revisions']['$inferInsert'];

/** Keeps that a version was stored. */
export const insertRevision = insertion(({ revisions }) => revisions);

/** The versions of an article after one, the oldest first, with the fields each changed. */
export const listRevisionsAfter = async (
  { db, tables: { revisions } }: Store,
  articleId: number,
  version: number,
): Promise<{ version: number; changedFields: string[] }[]> =>
  db
    .select({ version: revisions.version, changedFields: revisions.changedFields })
    .from(revisions)
    .where(and(eq(revisions.articleId, articleId), gt(revisions.version, version)))
    .orderBy(asc(revisions.version));
