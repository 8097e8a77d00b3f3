/** How it is found what commits touched, and kept how far each cache outside has been told of it. */
import { and, asc, desc, eq, gt, isNull, lte, or, sql } from 'drizzle-orm';
import { prepared } from '../../store/prepared.ts';
import type { Store } from '../../store/store.ts';

type TargetRow = Store['tables']['purgeTargets']['$inferSelect'];

/** The touches after one, oldest first, at most so many. */
export const listTouchesAfter = prepared(({ db, tables: { touches } }) =>
  db
    .select({ id: touches.id, groups: touches.groups })
    .from(touches)
    .where(gt(touches.id, sql.placeholder('after')))
    .orderBy(asc(touches.id))
    .limit(sql.placeholder('limit')),
);

const touchById = prepared(({ db, tables: { touches } }) =>
  db
    .select({ id: touches.id })
    .from(touches)
    .where(eq(touches.id, sql.placeholder('id'))),
);

/** Whether a touch is kept still; those after it then are, too. */
export const hasTouch = async (store: Store, id: number): Promise<boolean> =>
  (await touchById(store, { id })).length > 0;

const newestTouch = prepared(({ db, tables: { touches } }) =>
  db.select({ id: touches.id }).from(touches).orderBy(desc(touches.id)).limit(1),
);

/** The id of the newest touch; 0 where nothing was touched yet. */
export const findNewestTouchId = async (store: Store): Promise<number> => (await newestTouch(store))[0]?.id ?? 0;

const targetByName = prepared(({ db, tables: { purgeTargets } }) =>
  db
    .select()
    .from(purgeTargets)
    .where(eq(purgeTargets.name, sql.placeholder('name'))),
);

export const findTarget = async (store: Store, name: string): Promise<TargetRow | undefined> =>
  (await targetByName(store, { name }))[0];

/** Keeps a target that is seen for the first time. */
export const insertTarget = async ({ db, tables: { purgeTargets } }: Store, name: string, touchId: number) => {
  await db.insert(purgeTargets).values({ name, touchId }).onConflictDoNothing();
};

type Lease = { lease: string; leasedUntil: Date };

/**
 * Leases a target, unless another has a lease that ends after `now` and until `longest`; returns up to where it has been
 * told.
 */
export const leaseTarget = async (
  { db, tables: { purgeTargets } }: Store,
  name: string,
  { now, longest, ...lease }: Lease & { now: Date; longest: Date },
): Promise<number | undefined> => {
  const isFree = or(
    isNull(purgeTargets.lease),
    lte(purgeTargets.leasedUntil, now),
    gt(purgeTargets.leasedUntil, longest),
  );
  const [leased] = await db
    .update(purgeTargets)
    .set(lease)
    .where(and(eq(purgeTargets.name, name), isFree))
    .returning({ touchId: purgeTargets.touchId });
  return leased?.touchId;
};

/**
 * Notes how far a target has been told, and until when it is leased; a moment of null gives the lease back. False where
 * another has it.
 */
export const moveTarget = async (
  { db, tables: { purgeTargets } }: Store,
  { name, lease }: { name: string; lease: string },
  { touchId, leasedUntil }: { touchId: number; leasedUntil: Date | null },
): Promise<boolean> => {
  const moved = await db
    .update(purgeTargets)
    .set({ touchId, leasedUntil, ...(leasedUntil === null && { lease: null }) })
    .where(and(eq(purgeTargets.name, name), eq(purgeTargets.lease, lease)))
    .returning({ name: purgeTargets.name });
  return moved.length > 0;
};

const targets = prepared(({ db, tables: { purgeTargets } }) =>
  db
    .select({ name: purgeTargets.name, touchId: purgeTargets.touchId })
    .from(purgeTargets)
    .orderBy(asc(purgeTargets.name)),
);

/** Of how many changes these targets have not been told to the end; one that was never told is not among them. */
export const countWaiting = async (store: Store, names: readonly string[]): Promise<Map<string, number>> => {
  const newest = await findNewestTouchId(store);
  const known = (await targets(store)).filter(({ name }) => names.includes(name));
  return new Map(known.map(({ name, touchId }) => [name, Math.max(0, newest - Math.max(0, touchId))]));
};
