/** Requests that may be repeated, as all layers speak of them. */

/** A request that may be repeated: whose it is, where it goes, its `Idempotency-Key`, a digest of its body, and the status of its success. */
export type Retry = { keyId: number; path: string; idempotencyKey: string; fingerprint: string; status: number };

/** What a request made or changed: by its kind the routes know how to answer it again. */
export type Outcome = { kind: string; id: number };

/** What came of a request whose effect is there. */
export type KeptOutcome = Outcome & Pick<Retry, 'fingerprint' | 'status'>;
