/** How keys are found and kept. */
import { and, count, eq, gte, inArray, isNull, ne, or, sql } from 'drizzle-orm';
import type { Slice, Sliced } from '../../core/slice.ts';
import { behindPlace, type Order, sorting } from '../../store/keyset.ts';
import { prepared } from '../../store/prepared.ts';
import type { Store } from '../../store/store.ts';

export type KeyRow = Store['tables']['keys']['$inferSelect'];
type NewKey = Store['tables']['keys']['$inferInsert'];

export const findKey = async ({ db, tables: { keys } }: Store, id: number): Promise<KeyRow | undefined> =>
  (await db.select().from(keys).where(eq(keys.id, id)))[0];

const keyByHash = prepared(({ db, tables: { keys } }) =>
  db
    .select()
    .from(keys)
    .where(eq(keys.hash, sql.placeholder('hash'))),
);

/** The key that has the hash; every request with a key asks for it. */
export const findKeyByHash = async (store: Store, hash: string): Promise<KeyRow | undefined> =>
  (await keyByHash(store, { hash }))[0];

/** Keys by id, revoked ones too. */
export const listKeys = async ({ db, tables: { keys } }: Store, slice: Slice): Promise<Sliced<KeyRow>> => {
  const order: Order = { column: keys.id, id: keys.id, kind: 'integer', descending: false };
  const rows = await db
    .select()
    .from(keys)
    .where(behindPlace(order, slice))
    .orderBy(sorting(order, slice)[0])
    .limit(slice.limit + 1)
    .offset(slice.offset);
  const total = slice.counted ? (await db.select({ n: count() }).from(keys))[0]?.n : undefined;
  return { rows, total };
};

/** The hashes of all keys that are not revoked. */
export const listHashes = async ({ db, tables: { keys } }: Store): Promise<string[]> =>
  (await db.select({ hash: keys.hash }).from(keys).where(isNull(keys.revokedAt))).map(({ hash }) => hash);

export const hasKeys = async ({ db, tables: { keys } }: Store): Promise<boolean> =>
  (await db.select({ id: keys.id }).from(keys).limit(1)).length > 0;

/** The author of a key; null where there is none. */
export const findKeyAuthor = async ({ db, tables: { authors } }: Store, id: number) =>
  (
    await db.select({ id: authors.id, slug: authors.slug, name: authors.name }).from(authors).where(eq(authors.id, id))
  )[0] ?? null;

/** How many admin keys besides this one are not revoked and work at least as long. */
export const countOtherAdmins = async (
  { db, tables: { keys } }: Store,
  { id, expiresAt }: Pick<KeyRow, 'id' | 'expiresAt'>,
): Promise<number> => {
  const outlives = or(isNull(keys.expiresAt), expiresAt === null ? undefined : gte(keys.expiresAt, expiresAt));
  const [row] = await db
    .select({ n: count() })
    .from(keys)
    .where(and(eq(keys.role, 'admin'), ne(keys.id, id), isNull(keys.revokedAt), outlives));
  return row?.n ?? 0;
};

export const insertKey = async ({ db, tables: { keys } }: Store, key: NewKey): Promise<KeyRow> => {
  const [row] = await db.insert(keys).values(key).returning();
  return row as KeyRow;
};

export const updateKey = async (
  { db, tables: { keys } }: Store,
  id: number,
  change: Partial<NewKey>,
): Promise<KeyRow> => {
  const [row] = await db.update(keys).set(change).where(eq(keys.id, id)).returning();
  return row as KeyRow;
};

/** Notes when keys were last used: all of `ids` at `at`. */
export const noteUse = async ({ db, tables: { keys } }: Store, ids: number[], at: Date): Promise<void> => {
  await db.update(keys).set({ lastUsedAt: at }).where(inArray(keys.id, ids));
};
