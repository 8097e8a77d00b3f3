/** How the imports that were sent are found and kept. */
import { and, asc, eq, inArray, lte, or, type SQL } from 'drizzle-orm';
import type { Slice, Sliced } from '../../core/slice.ts';
import { behindPlace, type Order, sorting } from '../../store/keyset.ts';
import type { Store } from '../../store/store.ts';

type Tables = Store['tables'];
export type ImportRow = Tables['imports']['$inferSelect'];
type NewImport = Omit<Tables['imports']['$inferInsert'], 'id'>;

export const findImport = async ({ db, tables: { imports } }: Store, id: number): Promise<ImportRow | undefined> =>
  (await db.select().from(imports).where(eq(imports.id, id)))[0];

/** Imports without their problems, the newest first. */
export const listImports = async (
  { db, tables: { imports } }: Store,
  slice: Slice,
): Promise<Sliced<Omit<ImportRow, 'problems'>>> => {
  const order: Order = { column: imports.id, id: imports.id, kind: 'integer', descending: true };
  const { id, status, format, options, path, bytes, counts, problemCount, fault, keyId } = imports;
  const { createdAt, startedAt, finishedAt, holder, heldUntil } = imports;
  const rows = await db
    .select({
      ...{ id, status, format, options, path, bytes, counts, problemCount, fault, keyId },
      ...{ createdAt, startedAt, finishedAt, holder, heldUntil },
    })
    .from(imports)
    .where(behindPlace(order, slice))
    .orderBy(sorting(order, slice)[0])
    .limit(slice.limit + 1)
    .offset(slice.offset);
  return { rows, total: slice.counted ? await db.$count(imports) : undefined };
};

export type Unfinished = Pick<ImportRow, 'id' | 'status' | 'path' | 'heldUntil'>;

/** Imports that are still to be done, the oldest first; those being done among them. */
export const listUnfinished = async ({ db, tables: { imports } }: Store): Promise<Unfinished[]> =>
  db
    .select({ id: imports.id, status: imports.status, path: imports.path, heldUntil: imports.heldUntil })
    .from(imports)
    .where(inArray(imports.status, ['queued', 'running']))
    .orderBy(asc(imports.id));

/** The files of imports that are still to be done, of whatever process. */
const filesOf = ({ db, tables: { imports } }: Store, which?: SQL) =>
  db
    .select({ path: imports.path })
    .from(imports)
    .where(and(inArray(imports.status, ['queued', 'running']), which));

export const listFiles = async (store: Store): Promise<string[]> =>
  (await filesOf(store)).flatMap(({ path }) => path ?? []);

/** Whether an import that is still to be done has its file there. */
export const namesFile = async (store: Store, path: string): Promise<boolean> =>
  (await filesOf(store, eq(store.tables.imports.path, path))).length > 0;

export const insertImport = async ({ db, tables: { imports } }: Store, row: NewImport): Promise<ImportRow> => {
  const [made] = await db.insert(imports).values(row).returning();
  return made as ImportRow;
};

export const deleteImportRow = async ({ db, tables: { imports } }: Store, id: number): Promise<boolean> =>
  (await db.delete(imports).where(eq(imports.id, id)).returning({ id: imports.id })).length > 0;

const change = async (
  { db, tables: { imports } }: Store,
  wanted: SQL | undefined,
  values: Partial<NewImport>,
): Promise<ImportRow | undefined> => (await db.update(imports).set(values).where(wanted).returning())[0];

/** Changes an import as long as `holder` does it; undefined where it is gone, or another's. */
export const changeHeld = (
  tx: Store,
  id: number,
  holder: string,
  values: Partial<NewImport>,
): Promise<{ id: number } | undefined> =>
  change(tx, and(eq(tx.tables.imports.id, id), eq(tx.tables.imports.holder, holder)), values);

/** Changes an import that nobody does: one that waits, or whose holder is no longer known to live at `now`. */
export const changeUnheld = (
  tx: Store,
  id: number,
  now: Date,
  values: Partial<NewImport>,
): Promise<ImportRow | undefined> => {
  const { id: own, status, heldUntil } = tx.tables.imports;
  const isLeft = and(eq(status, 'running'), lte(heldUntil, now));
  return change(tx, and(eq(own, id), or(eq(status, 'queued'), isLeft)), values);
};
