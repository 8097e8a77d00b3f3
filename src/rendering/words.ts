/** Scripts written without spaces between words, 500 at a time: the time of `Intl.Segmenter` grows with the square of its text. */
const SPACELESS =
  /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}\p{sc=Tibetan}ー々〆]{1,500}/gu;

/** A character of the blocks where such scripts lie: a coarse question, ten times faster than the exact one. */
const PERHAPS_SPACELESS = /[\u0e00-\u109f\u1780-\u17ff\u2e80-\ud7ff\ud840-\ud88f\uf900-\ufaff\uff66-\uff9d]/;

/** Letters and digits of any script; an apostrophe, hyphen, point or comma right between them does not divide a word. */
const WORD = /[\p{L}\p{M}\p{N}]+(?:['’.,_‐‑-][\p{L}\p{M}\p{N}]+)*/gu;

const segmenter = new Intl.Segmenter('und', { granularity: 'word' });

/** How many words a plain text has; Chinese, Japanese, Thai and their like are divided by the dictionary of ICU. */
export const countWords = (text: string): number => {
  if (!PERHAPS_SPACELESS.test(text)) return text.match(WORD)?.length ?? 0;
  let words = text.replace(SPACELESS, ' ').match(WORD)?.length ?? 0;
  for (const run of text.match(SPACELESS) ?? []) {
    for (const segment of segmenter.segment(run)) if (segment.isWordLike) words += 1;
  }
  return words;
};

/** The beginning of a plain text in at most `limit` code points, cut between words and then ended by `…`; '' for ''. */
export const excerptOf = (text: string, limit = 300): string => {
  const points = Array.from(text.slice(0, 2 * limit + 2).replaceAll('\n', ' '));
  if (points.length <= limit) return points.join('');
  const window = points.slice(0, limit).join('');
  const cut = window.slice(0, lastBoundary(window)) || points.slice(0, limit - 1).join('');
  return `${cut.replace(/[\s\p{Ps}\p{Pi},;:–—-]+$/u, '')}…`;
};

/** Where the last word of a text begins, or the space before it; 0 when the text is one endless word. */
const lastBoundary = (text: string): number => {
  const space = text.lastIndexOf(' ');
  if (space > text.length * 0.9) return space;
  let boundary = 0;
  for (const { index } of segmenter.segment(text)) boundary = index;
  return boundary;
};
