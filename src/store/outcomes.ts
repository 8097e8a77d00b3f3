/** What came of requests that may be repeated: kept in the transaction of the effect, so that it is there exactly when the effect is. */
import { and, asc, eq, gt, lte } from 'drizzle-orm';
import { refuse } from '../core/errors.ts';
import type { KeptOutcome, Outcome, Retry } from '../core/retry.ts';
import type { Origin } from './events.ts';
import { insertion } from './prepared.ts';
import type { Parts, Store } from './store.ts';

/** How long an outcome counts, in milliseconds; after that the same request is a new one. */
const KEPT_FOR = 86_400_000;
/** How many one transaction forgets, so that writers come in between. */
const AT_ONCE = 500;

/** Outcomes of this moment and before have had their time. */
const overAt = (now: Date): Date => new Date(now.getTime() - KEPT_FOR);

const isOf = ({ tables: { outcomes } }: Store, { keyId, path, idempotencyKey }: Retry) =>
  and(eq(outcomes.keyId, keyId), eq(outcomes.path, path), eq(outcomes.idempotencyKey, idempotencyKey));

const insertOutcome = insertion(
  ({ outcomes }) => outcomes,
  (query, outcomes) => query.onConflictDoNothing().returning({ at: outcomes.at }),
);

/** What came of a request; undefined where nothing did within a day. */
export const findOutcome = async (store: Store, retry: Retry, now: Date): Promise<KeptOutcome | undefined> => {
  const { outcomes } = store.tables;
  const { fingerprint, status, kind, entityId: id } = outcomes;
  const isKept = and(isOf(store, retry), gt(outcomes.at, overAt(now)));
  return (await store.db.select({ fingerprint, status, kind, id }).from(outcomes).where(isKept))[0];
};

/**
 * Keeps what came of a request within the transaction of its effect; nothing where the request cannot be repeated.
 * Throws `idempotency-in-progress` where the same request had its effect by another process meanwhile, so that this
 * one has none.
 */
export const keepOutcome = async (
  tx: Store,
  { retry }: Pick<Origin, 'retry'>,
  { kind, id }: Outcome,
  at: Date,
): Promise<void> => {
  if (!retry) return;
  const { outcomes } = tx.tables;
  await tx.db.delete(outcomes).where(and(isOf(tx, retry), lte(outcomes.at, overAt(at))));
  const kept = await insertOutcome(tx, { ...retry, kind, entityId: id, at });
  if (kept.length === 0)
    throw refuse('idempotency-in-progress', 'The same request was answered meanwhile; repeat it', { retryAfter: 1 });
};

/** Forgets the outcomes that no longer count, the oldest first and some at a time. */
export const forgetOutcomes = async ({ store, clock }: Parts): Promise<void> => {
  const { outcomes } = store.tables;
  const listOver = ({ db }: Store, over: Date, place: number) =>
    db
      .select({ at: outcomes.at })
      .from(outcomes)
      .where(lte(outcomes.at, over))
      .orderBy(asc(outcomes.at))
      .limit(1)
      .offset(place);
  while ((await listOver(store, overAt(clock()), 0)).length > 0) {
    await store.transaction(async (tx) => {
      const over = overAt(clock());
      const [last] = await listOver(tx, over, AT_ONCE - 1);
      await tx.db.delete(outcomes).where(lte(outcomes.at, last?.at ?? over));
    });
  }
};
