/** The slugs that things had before: kept in the transaction that takes one from them, so that it still leads to what had it. */
import { and, asc, desc, eq, inArray, sql } from 'drizzle-orm';
import type { SlugKind } from './desk-tables.ts';
import { preparedByShape } from './prepared.ts';
import type { Store } from './store.ts';

export type OldSlug = { kind: SlugKind; slug: string; entityId: number; at: Date };

const formers = preparedByShape(
  (kinds: readonly SlugKind[]) => kinds.length,
  ({ db, tables: { slugHistory } }, kinds) => {
    const places = kinds.map((_, i) => sql.placeholder(String(i)));
    return db
      .select({ id: slugHistory.entityId })
      .from(slugHistory)
      .where(and(inArray(slugHistory.kind, places), eq(slugHistory.slug, sql.placeholder('slug'))))
      .orderBy(desc(slugHistory.at), asc(slugHistory.kind))
      .limit(1);
  },
);

/** The id of what had a slug once, the last of all that did; whether it may be known of is for the caller to judge. */
export const findFormer = async (store: Store, kinds: readonly SlugKind[], slug: string): Promise<number | undefined> =>
  (await formers(store, kinds, { ...kinds, slug }))[0]?.id;

/**
 * Keeps a slug that a thing has no longer. `isPublic` tells whether everyone may know of a thing: what nobody may know of
 * does not take an old slug from what everyone is led to by it, for that would show.
 */
export const keepOldSlug = async (
  tx: Store,
  old: OldSlug,
  isPublic: (id: number) => Promise<boolean>,
): Promise<void> => {
  const { kind, slug, entityId, at } = old;
  const { slugHistory } = tx.tables;
  const other = await findFormer(tx, [kind], slug);
  const isOthers = other !== undefined && other !== entityId;
  if (isOthers && (await isPublic(other)) && !(await isPublic(entityId))) return;
  await tx.db
    .insert(slugHistory)
    .values(old)
    .onConflictDoUpdate({ target: [slugHistory.kind, slugHistory.slug], set: { entityId, at } });
};

/** Keeps an old slug of a thing that comes from elsewhere, unless it leads to another already; tells whether it leads there now. */
export const bringOldSlug = async (tx: Store, old: OldSlug): Promise<boolean> => {
  const { slugHistory } = tx.tables;
  await tx.db.insert(slugHistory).values(old).onConflictDoNothing();
  return (await findFormer(tx, [old.kind], old.slug)) === old.entityId;
};

/** Lets the old slugs of a thing lead to another, which it became part of. */
export const handOldSlugsOver = async (
  { db, tables: { slugHistory } }: Store,
  kinds: readonly SlugKind[],
  from: number,
  to: number,
): Promise<void> => {
  await db
    .update(slugHistory)
    .set({ entityId: to })
    .where(and(inArray(slugHistory.kind, [...kinds]), eq(slugHistory.entityId, from)));
};

/** Forgets the old slugs of a thing that is no more. */
export const forgetOldSlugs = async (
  { db, tables: { slugHistory } }: Store,
  kinds: readonly SlugKind[],
  entityId: number,
): Promise<void> => {
  await db.delete(slugHistory).where(and(inArray(slugHistory.kind, [...kinds]), eq(slugHistory.entityId, entityId)));
};
