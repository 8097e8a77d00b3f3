/** Lengths as people count them: a character beyond the basic plane is one, though it takes two places in a string. */

/** The beginning of a text in at most `limit` code points. */
export const beginningOf = (text: string, limit: number): string => {
  if (text.length <= limit) return text;
  let end = 0;
  for (let n = 0; n < limit && end < text.length; n++) end += (text.codePointAt(end) as number) > 0xffff ? 2 : 1;
  return text.slice(0, end);
};
