/**
 * How text becomes what a search compares, the same for what is written and for what is asked: compatibility forms
 * made one (NFKD), accents removed, lower case; Chinese, Japanese, Korean, Thai and their like as pairs of characters.
 */
import { beginningOf } from './code-points.ts';

/** A word of a searched text, and where it stood in the original: UTF-16 units, `end` not within it. */
export type Token = { text: string; start: number; end: number };

/** Of a text so many characters are searched. */
const SEARCHED_CHARACTERS = 100_000;
/** Longer words are cut: on both sides alike, so that they are found still. */
const LONGEST_TOKEN = 64;

/** What may hold a word: ASCII letters and digits, and whatever is beyond ASCII. */
const STRETCH = /[A-Za-z0-9\u0080-\uffff]+/g;
const ASCII = /^[A-Za-z0-9]+$/;
/** Signs beyond ASCII that most texts have: no part of any word, and none that would end otherwise where a space stood. */
const DIVIDERS = /[\u00a0«»–—‘’“”•…]/g;
/** What makes a text more than words of ASCII with such signs between them. */
const MORE = new RegExp(`(?!${DIVIDERS.source})[\\u0080-\\uffff]`);
const ASCII_WORD = /[a-z0-9]+/g;
/** A character with the marks on it; a syllable of Hangul that is written in parts. */
const CLUSTER =
  /[\u1100-\u115f\ua960-\ua97c][\u1160-\u11a7\ud7b0-\ud7c6]*[\u11a8-\u11ff\ud7cb-\ud7fb]*|[^\p{M}\uff9e\uff9f][\p{M}\uff9e\uff9f]*|[\p{M}\uff9e\uff9f]+/gu;
/** Marks that only dress a letter. The sound marks of kana make another letter, and stay. */
const MARKS = /(?![\u3099\u309a])\p{M}/gu;
/** Signs within words that nobody types into a search: soft hyphen, tatweel, joiners. */
const UNTYPED = /\u00ad|\u0640|\u200c|\u200d|\u2060|\ufeff/gu;

/** Scripts written without spaces between words, or, Hangul, with endings grown to them. */
const UNSPACED =
  /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{sc=Bopomofo}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}ー〆]/u;
const LETTER = /[\p{L}\p{N}]/u;
const PICTURE = /\p{Extended_Pictographic}/u;
/** A sign such as ™ or ㎏: what it stands for is no part of the word before it. */
const SIGN = /^\p{S}/u;

const foldCharacter = (character: string): string =>
  character
    .normalize('NFKD')
    .replace(UNTYPED, '')
    .replace(MARKS, '')
    .toLowerCase()
    .replace(MARKS, '')
    .replaceAll('ς', 'σ')
    .replaceAll('ß', 'ss')
    .normalize('NFC');

type Kind = 'unspaced' | 'word' | 'picture' | 'gap';
const kindOf = (character: string): Kind => {
  if (UNSPACED.test(character)) return LETTER.test(character) ? 'unspaced' : 'gap';
  if (LETTER.test(character)) return 'word';
  return PICTURE.test(character) ? 'picture' : 'gap';
};

type Folded = { text: string; kind: Kind }[];
const known = new Map<string, Folded>();
const MOST_KNOWN = 20_000;

/** What a character with its marks is folded to, one character after another. */
const foldCluster = (cluster: string): Folded => {
  const before = known.get(cluster);
  if (before) return before;
  const folded = Array.from(foldCharacter(cluster), (text) => ({ text, kind: kindOf(text) }));
  if (cluster.length <= 8) {
    if (known.size >= MOST_KNOWN) known.clear();
    known.set(cluster, folded);
  }
  return folded;
};

const cut = (token: Token): Token =>
  token.text.length <= LONGEST_TOKEN ? token : { ...token, text: beginningOf(token.text, LONGEST_TOKEN) };

/** A run of an unspaced script: a pair at each character, and the last one alone, so that each begins a token. */
const pairs = (run: Token[]): Token[] =>
  run.map((token, i) => {
    const next = run[i + 1];
    return next ? { text: token.text + next.text, start: token.start, end: next.end } : token;
  });

/** The tokens of a stretch that is not plain ASCII; `offset` is where it stands. */
const tokensOfStretch = (stretch: string, offset: number): Token[] => {
  const tokens: Token[] = [];
  let run: Token[] = [];
  let word: Token | undefined;
  const endRun = () => {
    for (const token of pairs(run)) tokens.push(token);
    run = [];
  };
  const endWord = () => {
    if (word) tokens.push(cut(word));
    word = undefined;
  };
  for (const { 0: cluster, index } of stretch.matchAll(CLUSTER)) {
    const [start, end] = [offset + index, offset + index + cluster.length];
    const isSign = SIGN.test(cluster);
    if (isSign) endWord();
    for (const { text, kind } of foldCluster(cluster)) {
      if (kind !== 'unspaced') endRun();
      if (kind !== 'word') endWord();
      if (kind === 'unspaced') run.push({ text, start, end });
      else if (kind === 'picture') tokens.push({ text, start, end });
      else if (kind === 'word') word = word ? { text: word.text + text, start: word.start, end } : { text, start, end };
    }
    if (isSign) endWord();
  }
  endRun();
  endWord();
  return tokens;
};

/** The tokens of a text, in order, with where they stand in it. */
export const tokensOf = (text: string): Token[] => {
  const tokens: Token[] = [];
  const searched = beginningOf(text, SEARCHED_CHARACTERS).replace(DIVIDERS, ' ');
  for (const { 0: stretch, index } of searched.matchAll(STRETCH)) {
    if (ASCII.test(stretch))
      tokens.push(cut({ text: stretch.toLowerCase(), start: index, end: index + stretch.length }));
    else for (const token of tokensOfStretch(stretch, index)) tokens.push(token);
  }
  return tokens;
};

/** A text as it is searched: its tokens with a space between each two. */
export const searchedText = (text: string): string => {
  const tokens = MORE.test(text) ? tokensOf(text).map((token) => token.text) : plainWords(text);
  return tokens.join(' ');
};

/** The same tokens of a text that has nothing but ASCII and `DIVIDERS`, as most have. */
const plainWords = (text: string): string[] => {
  const words = text.slice(0, SEARCHED_CHARACTERS).toLowerCase().match(ASCII_WORD) ?? [];
  return words.map((word) => word.slice(0, LONGEST_TOKEN));
};

/** Whether a token holds characters of a script that is searched in pairs. */
export const isUnspaced = (token: string): boolean => kindOf(token) === 'unspaced';
