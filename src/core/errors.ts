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
  | 'trashed'
  | 'last-admin'
  | 'gone'
  | 'version-mismatch'
  | 'payload-too-large'
  | 'unsupported-media-type'
  | 'unknown-reference'
  | 'status-not-reachable'
  | 'invalid-schedule'
  | 'not-publishable'
  | 'unrenderable'
  | 'precondition-required'
  | 'rate-limited'
  | 'internal'
  | 'unavailable';

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

/** One refusal for all the faults of a level; its sentence joins their details. */
export const refuseAll = (code: RefusalCode, errors: Fault[]): Refusal =>
  new Refusal(code, errors.map((fault) => fault.detail).join('; '), { errors });

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
  throw refuseAll(
    first.code,
    refusals.flatMap(({ errors = [] }) => errors),
  );
};
