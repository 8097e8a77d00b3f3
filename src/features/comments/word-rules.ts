/** Finds the words of a list in what is said: whole words and phrases, however they are dressed. */

/** Marks that only dress a letter, whatever script it is of. The sound marks of kana make another letter, and stay. */
const DRESSING = /(?![\u3099\u309a])(?=\p{sc=Inherited})\p{M}/gu;
/** Signs without width, such as soft hyphens and joiners: words are hidden with them. */
const UNSEEN = /\p{Cf}/gu;
/** Scripts written without spaces between words, or, Hangul, with endings grown to them: a word may stand anywhere in them. */
const UNSPACED =
  /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{sc=Bopomofo}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}ー〆]/gu;
/** What is no part of a word, but that one text ends and another begins. */
const SIGN = /[^\p{L}\p{N}\p{M}\s]/gu;

/** A text as it is compared: compatibility forms made one, without accents, in lower case. */
const foldText = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(DRESSING, '')
    .replace(UNSEEN, '')
    .toLowerCase()
    .replaceAll('ς', 'σ')
    .replaceAll('ß', 'ss')
    .normalize('NFC')
    .replace(UNSPACED, ' $& ');

/** With a space before and after every word, sign and character of an unspaced script, so that none is part of another. */
const spaced = (text: string): string => ` ${text.replaceAll(/\s+/g, ' ').trim()} `;

/** The signs of a text each by itself, or none of them. */
const withSigns = (folded: string): string => spaced(folded.replace(SIGN, ' $& '));
const withoutSigns = (folded: string): string => spaced(folded.replace(SIGN, ' '));

/** A word of the list as it is looked for. */
type Wanted = { written: string; folded: string; tokens: string[]; isPlain: boolean };

const wantedOf = (written: string): Wanted => {
  const folded = withSigns(foldText(written));
  return { written, folded, tokens: folded.trim().split(' '), isPlain: folded.search(SIGN) < 0 };
};

/** The list of the last time: the store hands it out anew for each comment, and to fold it takes longer than to look for it. */
let kept: { list: readonly string[]; wanted: Wanted[] } = { list: [], wanted: [] };

const foldList = (list: readonly string[]): Wanted[] => {
  if (list.length !== kept.list.length || list.some((word, i) => word !== kept.list[i])) {
    kept = { list: [...list], wanted: list.map(wantedOf).filter(({ folded }) => folded.trim() !== '') };
  }
  return kept.wanted;
};

/** Texts in which words are looked for; first each token by itself, so that few words are looked for in all of a long text. */
const readTokens = (texts: readonly string[]) => {
  // Between two texts stands what no word has, so that no phrase goes from one to the next.
  const all = texts.join('\n');
  const tokens = new Set(all.split(/[ \n]/));
  return { has: (wanted: Wanted) => wanted.tokens.every((each) => tokens.has(each)) && all.includes(wanted.folded) };
};

/**
 * The words of a list that stand in some texts, as the list has them. A word of letters and digits is found whatever
 * stands between its parts (`buy now` in `Buy-now!`); one with other signs, such as `c++`, as it is written.
 */
export const findWords = (list: readonly string[], texts: readonly string[]): string[] => {
  if (list.length === 0) return [];
  const folded = [...new Set(texts)].map(foldText);
  const signed = readTokens(folded.map(withSigns));
  const plain = readTokens(folded.map(withoutSigns));
  return foldList(list).flatMap((wanted) => ((wanted.isPlain ? plain : signed).has(wanted) ? wanted.written : []));
};
