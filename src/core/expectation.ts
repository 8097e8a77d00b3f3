/** What a writer believes the stored version to be: the heart of "no lost update". */
import { refuse } from './errors.ts';

/** The versions a write may be about; `any`: whatever is there; `missing`: nothing was said though it must be. */
export type Expectation = { versions: readonly number[] } | 'any' | 'missing';

/** Throws `precondition-required` where an expectation is missing, `version-mismatch` where another version is stored. */
export const checkExpected = (expected: Expectation, current: { version: number }): void => {
  if (expected === 'any') return;
  if (expected === 'missing') throw refuse('precondition-required', 'Send If-Match with the ETag you have read');
  if (!expected.versions.includes(current.version)) {
    throw refuse('version-mismatch', `The stored version is ${current.version}`, {
      extra: { currentVersion: current.version },
    });
  }
};
