/** Reads what a person types into a search: words, `"phrases"`, `-not`. Nothing is a syntax error. */
import { isUnspaced, searchedText } from './searched-text.ts';

/** Tokens that follow each other. `isPrefix`: the last one is only the beginning of a word. */
export type Phrase = { tokens: string[]; isPrefix: boolean };

/** What must all be there, and what must not. Where `all` is empty, nothing is found. */
export type SearchQuery = { all: Phrase[]; none: Phrase[] };

/** The longest `q`, in characters. */
export const LONGEST_QUERY = 200;
/** The last word is taken as a beginning from so many letters on. */
const SHORTEST_PREFIX = 3;

/** A phrase in quotes, or what stands between spaces. A quote without a partner is no more than a space. */
const ITEM = /(?<phrase>-?["“”][^"“”]*["“”])|(?<word>[^\s"“”]+)/gu;

/**
 * The phrase of an item. The last character of an unspaced script is no token of its own where a pair ends with it:
 * in the text others may follow. Standing alone it is a beginning.
 */
const phraseOf = (text: string, mayBePrefix: boolean): Phrase | undefined => {
  const tokens = searchedText(text)
    .split(' ')
    .filter((token) => token !== '');
  const last = tokens.at(-1);
  if (last === undefined) return undefined;
  if (!isUnspaced(last)) return { tokens, isPrefix: mayBePrefix && Array.from(last).length >= SHORTEST_PREFIX };
  const before = tokens.at(-2);
  const isSecondOfPair = before !== undefined && before !== last && isUnspaced(before) && before.endsWith(last);
  return isSecondOfPair ? { tokens: tokens.slice(0, -1), isPrefix: false } : { tokens, isPrefix: true };
};

const isSame = (one: Phrase) => (other: Phrase) =>
  one.isPrefix === other.isPrefix && one.tokens.join(' ') === other.tokens.join(' ');

/** The query of a text; the last word of it may be a beginning. */
export const readSearchQuery = (q: string): SearchQuery => {
  const items = [...q.matchAll(ITEM)].map(({ 0: text, groups }) => ({ text, isWord: groups?.word !== undefined }));
  const query: SearchQuery = { all: [], none: [] };
  for (const [i, { text, isWord }] of items.entries()) {
    const isNot = text.startsWith('-');
    const phrase = phraseOf(text, isWord && !isNot && i === items.length - 1);
    const side = isNot ? query.none : query.all;
    if (phrase && !side.some(isSame(phrase))) side.push(phrase);
  }
  return query;
};
