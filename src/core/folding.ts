/** How names are compared: without case, width or spacing. */

/** The folded form of a name: NFKC, trimmed, one space between words, lower case. Two names with one fold are the same. */
export const fold = (name: string): string => name.normalize('NFKC').trim().replaceAll(/\s+/gu, ' ').toLowerCase();
