/** How names are compared: without case, width or spacing; and how they are looked up: without accents too. */

/** The folded form of a name: NFKC, trimmed, one space between words, lower case. Two names with one fold are the same. */
export const fold = (name: string): string => name.normalize('NFKC').trim().replaceAll(/\s+/gu, ' ').toLowerCase();

/** The folded form without accents and other marks. */
export const foldPlain = (name: string): string =>
  fold(name)
    .normalize('NFKD')
    .replaceAll(/\p{M}+/gu, '');

/**
 * The words of a name, each once: letters and digits, folded without accents. A name that has none, such as `+++`, is
 * one word as it stands, so that every name that is not empty has a word.
 */
export const wordsOf = (name: string): string[] => {
  const plain = foldPlain(name);
  const words = plain.match(/[\p{L}\p{N}]+/gu) ?? [plain.trim() || fold(name)];
  return [...new Set(words)];
};
