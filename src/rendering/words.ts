import { beginningOf } from '../core/code-points.ts';

/** Scripts written without spaces between words, 500 at a time: the time of `Intl.Segmenter` grows with the square of its text. */
const SPACELESS =
  /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}\p{sc=Tibetan}ー々〆]{1,500}/gu;

/** A character of the blocks where such scripts lie: a coarse question, ten times faster than the exact one. */
const PERHAPS_SPACELESS = /[\u0e00-\u109f\u1780-\u17ff\u2e80-\ud7ff\ud840-\ud88f\uf900-\ufaff\uff66-\uff9d]/;

/** What a character is to a word: no part of it, a part, or a sign that right between two parts does not divide it. */
const GAP = 1;
const PART = 2;
const JOINT = 3;

/** Letters and digits of any script. */
const IS_PART = /[\p{L}\p{M}\p{N}]/u;
const IS_JOINT = /['’.,_‐‑-]/;

const kindOf = (point: number): number => {
  const character = String.fromCodePoint(point);
  if (IS_PART.test(character)) return PART;
  return IS_JOINT.test(character) ? JOINT : GAP;
};

/** The kinds of the basic plane, each looked at once: a regular expression with such classes takes ten times as long as a walk. */
const kinds = new Uint8Array(0x10000);

const countSpaced = (text: string): number => {
  let words = 0;
  let last = GAP;
  let beforeLast = GAP;
  for (let at = 0; at < text.length; at += 1) {
    const point = text.codePointAt(at) as number;
    let kind = kinds[point];
    if (!kind) {
      kind = kindOf(point);
      if (point <= 0xffff) kinds[point] = kind;
      else at += 1;
    }
    if (kind === PART && last !== PART && !(last === JOINT && beforeLast === PART)) words += 1;
    beforeLast = last;
    last = kind;
  }
  return words;
};

const segmenter = new Intl.Segmenter('und', { granularity: 'word' });

/** How many words a plain text has; Chinese, Japanese, Thai and their like are divided by the dictionary of ICU. */
export const countWords = (text: string): number => {
  if (!PERHAPS_SPACELESS.test(text)) return countSpaced(text);
  let words = countSpaced(text.replace(SPACELESS, ' '));
  for (const run of text.match(SPACELESS) ?? []) {
    for (const segment of segmenter.segment(run)) if (segment.isWordLike) words += 1;
  }
  return words;
};

/** The beginning of a plain text in at most `limit` code points, cut between words and then ended by `…`; '' for ''. */
export const excerptOf = (text: string, limit = 300): string => {
  const line = text.slice(0, 2 * limit + 2).replaceAll('\n', ' ');
  const window = beginningOf(line, limit);
  if (window === line) return line;
  const cut = window.slice(0, lastBoundary(window)) || beginningOf(window, limit - 1);
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
