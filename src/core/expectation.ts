/** What a writer believes the stored version to be: the heart of "no lost update". */
import { refuse } from './errors.ts';

/** The versions a write may be about; `any`: whatever is there; `missing`: nothing was said though it must be. */
export type Expectation = { versions: readonly number[] } | 'any' | 'missing';

/** A stored version, and the fields in which it differs from the one before; none: that is not known. */
export type VersionChange = { version: number; changedFields: readonly string[] };

/** The version that a writer has read, where it is an earlier one: of several, the newest. A version that never was is none. */
const versionRead = (expected: Expectation, current: number): number | undefined => {
  if (typeof expected === 'string' || expected.versions.includes(current)) return undefined;
  const read = Math.max(0, ...expected.versions.filter((version) => version < current));
  return read === 0 ? undefined : read;
};

/** The fields that were changed after a version, in the order of their changes; undefined where that is not known of every version. */
const changedSince = (read: number, current: number, changes: readonly VersionChange[]): string[] | undefined => {
  const known = changes.filter(({ version, changedFields }) => version > read && changedFields.length > 0);
  const versions = new Set(known.map(({ version }) => version));
  for (let version = read + 1; version <= current; version++) if (!versions.has(version)) return undefined;
  return [...new Set(known.flatMap(({ changedFields }) => changedFields))];
};

/**
 * Throws `precondition-required` where an expectation is missing, `version-mismatch` where another version is stored;
 * that tells the fields that were changed meanwhile, where they are known.
 */
export const checkExpected = (
  expected: Expectation,
  current: { version: number },
  changes: readonly VersionChange[] = [],
): void => {
  if (expected === 'any') return;
  if (expected === 'missing') throw refuse('precondition-required', 'Send If-Match with the ETag you have read');
  const { version } = current;
  if (expected.versions.includes(version)) return;
  const read = versionRead(expected, version);
  const changedFields = read === undefined ? undefined : changedSince(read, version, changes);
  throw refuse('version-mismatch', `The stored version is ${version}`, {
    extra: { currentVersion: version, ...(changedFields && { changedFields }) },
  });
};

/** The same; what was changed after a version is looked up only where the writer has read an earlier one. */
export const demandExpected = async (
  expected: Expectation,
  current: { version: number },
  listChangesAfter: (version: number) => Promise<readonly VersionChange[]>,
): Promise<void> => {
  const read = versionRead(expected, current.version);
  checkExpected(expected, current, read === undefined ? [] : await listChangesAfter(read));
};
