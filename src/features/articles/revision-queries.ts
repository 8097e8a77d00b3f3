/** How the stored versions of an article are found and kept. */
import { and, asc, count, desc, eq, gt, gte, isNotNull, lt } from 'drizzle-orm';
import type { KeptText } from '../../core/kept-text.ts';
import type { Slice, Sliced } from '../../core/slice.ts';
import { behindPlace, type Order, sorting } from '../../store/keyset.ts';
import { insertion } from '../../store/prepared.ts';
import type { Store } from '../../store/store.ts';

type Tables = Store['tables'];
type RevisionRow = Tables['revisions']['$inferSelect'];

/** What is known of a stored version: when, by which key (null: by none), and the fields in which it differs from the one before. */
export type Revision = Pick<RevisionRow, 'version' | 'at' | 'changedFields'> & {
  by: { keyId: number; name: string } | null;
};

/** Keeps that a version was stored. */
export const insertRevision = insertion(({ revisions }) => revisions);

/** Keeps what a version was; false where there is no row of it. */
export const completeRevision = async (
  { db, tables: { revisions } }: Store,
  articleId: number,
  version: number,
  past: Pick<RevisionRow, 'snapshot' | 'text' | 'textSteps'>,
): Promise<boolean> => {
  const here = and(eq(revisions.articleId, articleId), eq(revisions.version, version));
  const written = await db.update(revisions).set(past).where(here).returning({ version: revisions.version });
  return written.length > 0;
};

/** The steps of the text that was kept last of an article; 0 where there is none yet. */
export const findTextSteps = async ({ db, tables: { revisions } }: Store, articleId: number): Promise<number> => {
  const [last] = await db
    .select({ textSteps: revisions.textSteps })
    .from(revisions)
    .where(and(eq(revisions.articleId, articleId), isNotNull(revisions.textSteps)))
    .orderBy(desc(revisions.version))
    .limit(1);
  return last?.textSteps ?? 0;
};

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

/** What tells of a version, and the key that made it. */
const toldOf = ({ tables: { revisions, keys } }: Store) => ({
  version: revisions.version,
  at: revisions.at,
  changedFields: revisions.changedFields,
  keyId: keys.id,
  name: keys.name,
});

type Told = Pick<RevisionRow, 'version' | 'at' | 'changedFields'> & { keyId: number | null; name: string | null };
const withKey = <T extends Told>({ keyId, name, ...revision }: T) => ({
  ...revision,
  by: keyId === null || name === null ? null : { keyId, name },
});

/** The stored versions of an article, the newest first. */
export const listRevisions = async (store: Store, articleId: number, slice: Slice): Promise<Sliced<Revision>> => {
  const { db, tables } = store;
  const { revisions, keys } = tables;
  const { version } = revisions;
  const order: Order = { column: version, id: version, kind: 'integer', descending: true };
  const ofArticle = eq(revisions.articleId, articleId);
  const rows = await db
    .select(toldOf(store))
    .from(revisions)
    .leftJoin(keys, eq(keys.id, revisions.keyId))
    .where(and(ofArticle, behindPlace(order, slice)))
    .orderBy(sorting(order, slice)[0])
    .limit(slice.limit + 1)
    .offset(slice.offset);
  const counted = slice.counted ? await db.select({ n: count() }).from(revisions).where(ofArticle) : [];
  return { rows: rows.map(withKey), total: counted[0]?.n };
};

/** One stored version, with what is kept of it; `snapshot` is null of the newest. */
export const findRevision = async (
  store: Store,
  articleId: number,
  version: number,
): Promise<(Revision & Pick<RevisionRow, 'snapshot'>) | undefined> => {
  const { revisions, keys } = store.tables;
  const [found] = await store.db
    .select({ ...toldOf(store), snapshot: revisions.snapshot })
    .from(revisions)
    .leftJoin(keys, eq(keys.id, revisions.keyId))
    .where(and(eq(revisions.articleId, articleId), eq(revisions.version, version)));
  return found && withKey(found);
};

/** The versions from one on and before another of which a text is kept, the oldest first, with its steps. */
export const listTextSteps = async (
  { db, tables: { revisions } }: Store,
  articleId: number,
  from: number,
  before: number,
  limit: number,
): Promise<{ version: number; textSteps: number | null }[]> =>
  db
    .select({ version: revisions.version, textSteps: revisions.textSteps })
    .from(revisions)
    .where(
      and(
        eq(revisions.articleId, articleId),
        gte(revisions.version, from),
        lt(revisions.version, before),
        isNotNull(revisions.textSteps),
      ),
    )
    .orderBy(asc(revisions.version))
    .limit(limit);

/** The text that is kept of a version; undefined where there is none. */
export const findKeptText = async (
  { db, tables: { revisions } }: Store,
  articleId: number,
  version: number,
): Promise<KeptText | undefined> => {
  const here = and(eq(revisions.articleId, articleId), eq(revisions.version, version));
  const [found] = await db.select({ text: revisions.text, textSteps: revisions.textSteps }).from(revisions).where(here);
  return found && found.text !== null && found.textSteps !== null
    ? { text: found.text, textSteps: found.textSteps }
    : undefined;
};
