/** What came of requests that may be repeated: kept in the transaction of the effect, so that it is there exactly when the effect is. */
import type { Origin } from './events.ts';
import { insertion } from './prepared.ts';
import type { Store } from './store.ts';

/** A request that may be repeated: whose it is, where it goes, its `Idempotency-Key`, a digest of its body, and the status of its success. */
export type Retry = { keyId: number; path: string; idempotencyKey: string; fingerprint: string; status: number };

/** What a request made or changed. */
export type Outcome = { kind: string; id: number };

const insertOutcome = insertion(({ outcomes }) => outcomes);

/** Keeps what came of a request within the transaction of its effect; nothing where the request cannot be repeated. */
export const keepOutcome = async (
  tx: Store,
  { retry }: Pick<Origin, 'retry'>,
  { kind, id }: Outcome,
  at: Date,
): Promise<void> => {
  if (retry) await insertOutcome(tx, { ...retry, kind, entityId: id, at });
};
