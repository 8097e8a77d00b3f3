/** What is expected of an answer, and where it is another. */

/** Stands for any text. */
export const ANY = Symbol('any text');

export type Read = { path: string; status: readonly number[]; body?: unknown };

/** Where an answer is another than expected; undefined where it is not. Members that are not expected may be there. */
export const differenceOf = (expected: unknown, actual: unknown, at = ''): string | undefined => {
  if (expected === ANY)
    return typeof actual === 'string' ? undefined : `${at} is ${JSON.stringify(actual)}, not a text`;
  if (typeof expected !== 'object' || expected === null) {
    return expected === actual ? undefined : `${at} is ${JSON.stringify(actual)}, not ${JSON.stringify(expected)}`;
  }
  if (typeof actual !== 'object' || actual === null) return `${at} is ${JSON.stringify(actual)}`;
  if (Array.isArray(expected)) {
    const ids = (list: unknown) => JSON.stringify((list as { id?: number }[]).map((item) => item?.id ?? item));
    if (!Array.isArray(actual)) return `${at} is no list`;
    if (expected.length !== actual.length) return `${at} has ${ids(actual)}, not ${ids(expected)}`;
  }
  for (const [name, value] of Object.entries(expected)) {
    const found = differenceOf(value, (actual as Record<string, unknown>)[name], `${at}/${name}`);
    if (found !== undefined) return found;
  }
  return undefined;
};
