/**
 * What Galley refuses, as values: a code from one catalogue, a sentence, and every fault found.
 * Nothing here knows HTTP; `http/problem.ts` gives each code its status.
 */

/** Every code a refusal may carry. `http/problem.ts` must give each a status and a title, or it does not compile. */
export type RefusalCode =
  | 'malformed-json'
  | 'invalid-request'
  | 'invalid-cursor'
  | 'unauthenticated'
  | 'forbidden'
  | 'comments-closed'
  | 'not-found'
  | 'method-not-allowed'
  | 'slug-taken'
  | 'name-taken'
  | 'author-in-use'
  | 'source-taken'
  | 'duplicate-comment'
  | 'trashed'
  | 'not-live'
  | 'last-admin'
  | 'idempotency-in-progress'
  | 'gone'
  | 'cursor-expired'
  | 'version-mismatch'
  | 'payload-too-large'
  | 'unsupported-media-type'
  | 'unknown-reference'
  | 'status-not-reachable'
  | 'invalid-schedule'
  | 'not-publishable'
  | 'invalid-parent'
  | 'unrenderable'
  | 'idempotency-mismatch'
  | 'precondition-required'
  | 'rate-limited'
  | 'request-timeout'
  | 'headers-too-large'
  | 'internal'
  | 'unavailable'
  | 'insufficient-storage';

/** One fault of a refused request: where it stands (a JSON pointer in the body, else a name) and what is wrong with it. */
export type Fault = {
  in: 'body' | 'query' | 'path' | 'header';
  pointer?: string;
  name?: string;
  code: string;
  detail: string;
};

/** A fault in the body at a JSON pointer (RFC 6901), such as `/seo/title`. */
export const bodyFault = (pointer: string, code: string, detail: string): Fault => ({
  in: 'body',
  pointer,
  code,
  detail,
});

/** More that a refusal tells: its faults, members of the problem beyond the standard ones, and a `Retry-After` in seconds. */
export type RefusalMore = { errors?: Fault[]; extra?: Record<string, unknown>; retryAfter?: number };

/** A request that Galley understands and refuses. Thrown once, answered once, in `http/problem.ts`. */
export class Refusal extends Error {
  readonly code: RefusalCode;
  readonly errors: Fault[] | undefined;
  readonly extra: Record<string, unknown> | undefined;
  readonly retryAfter: number | undefined;

  constructor(code: RefusalCode, detail: string, more: RefusalMore = {}) {
    super(detail);
    this.name = 'Refusal';
    this.code = code;
    this.errors = more.errors;
    this.extra = more.extra;
    this.retryAfter = more.retryAfter;
  }
}

/** Builds a refusal; `throw refuse('not-found', 'There is no article 7')`. */
export const refuse = (code: RefusalCode, detail: string, more?: RefusalMore): Refusal =>
  new Refusal(code, detail, more);

/** The most faults one refusal names, and the most of them that its sentence tells. */
const MOST_FAULTS = 50;
const MOST_TOLD = 5;

/** One refusal for all the faults of a level, at most 50; its sentence joins the first of their details. */
export const refuseAll = (code: RefusalCode, errors: Fault[]): Refusal => {
  const told = errors.slice(0, MOST_TOLD).map(({ detail }) => detail);
  if (errors.length > MOST_TOLD) told.push('and more');
  return new Refusal(code, told.join('; '), { errors: errors.slice(0, MOST_FAULTS) });
};

/**
 * Runs all the checks of one level and throws one refusal with the faults of all that refuse; its code is that of the
 * first. Returns what the checks return. Errors that are no refusals are thrown as they are.
 */
export const checkTogether = async <T extends unknown[]>(
  ...checks: { [I in keyof T]: () => T[I] | Promise<T[I]> }
): Promise<T> => {
  const results: unknown[] = [];
  const refusals: Refusal[] = [];
  for (const check of checks) {
    try {
      results.push(await check());
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      refusals.push(error);
    }
  }
  const [first, ...others] = refusals;
  if (first === undefined) return results as T;
  if (others.length === 0) throw first;
  const all = refuseAll(
    first.code,
    refusals.flatMap(({ errors = [] }) => errors),
  );
  const extra = Object.assign({}, ...refusals.map((refusal) => refusal.extra));
  throw refuse(all.code, all.message, { errors: all.errors ?? [], extra });
};
