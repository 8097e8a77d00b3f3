/** Finds the words of a list in what is said: whole words and phrases, however they are dressed. */

/** Marks that only dress a letter, whatever script it is of. The sound marks of kana make another letter, and stay. */
const DRESSING = /(?![\u3099\u309a])(?=\p{sc=Inherited})\p{M}/gu;
/** Signs without width, such as soft hyphens and joiners: words are hidden with them. */
const UNSEEN = /\p{Cf}/gu;
/** Scripts written without spaces between words, or, Hangul, with endings grown to them. */
const UNSPACED =
  /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{sc=Bopomofo}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}ー〆]/u;
const LETTER = /[\p{L}\p{N}\p{M}]/u;
const WORDS_ALONE = /^[\p{L}\p{N}\p{M} ]+$/u;

/** A text as words are looked for in it: compatibility forms made one, without accents, in lower case, with single spaces. */
const foldText = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(DRESSING, '')
    .replace(UNSEEN, '')
    .toLowerCase()
    .replaceAll('ς', 'σ')
    .replaceAll('ß', 'ss')
    .normalize('NFC')
    .replaceAll(/[\p{Z}\s]+/gu, ' ')
    .trim();

/** Texts as they are searched: as they stand, and with nothing but words. */
type Searched = { whole: string; words: string };

const joinsWords = (character: string | undefined): boolean =>
  character !== undefined && LETTER.test(character) && !UNSPACED.test(character);

/** The code point before a place of a text, and the one at it. */
const before = (text: string, place: number): string | undefined =>
  Array.from(text.slice(Math.max(0, place - 2), place)).at(-1);
const at = (text: string, place: number): string | undefined => Array.from(text.slice(place, place + 2))[0];

/** Whether a word stands in a text and is no part of a longer one; in scripts without spaces it may stand anywhere. */
const stands = (word: string, text: string): boolean => {
  for (let place = text.indexOf(word); place >= 0; place = text.indexOf(word, place + 1)) {
    const end = place + word.length;
    const beginsWithin = joinsWords(at(word, 0)) && joinsWords(before(text, place));
    const endsWithin = joinsWords(before(word, word.length)) && joinsWords(at(text, end));
    if (!beginsWithin && !endsWithin) return true;
  }
  return false;
};

/** Makes texts ready to be searched for words; between two of them stands no phrase. */
const searched = (texts: readonly string[]): Searched => {
  const whole = texts.map(foldText).join('\n');
  return { whole, words: whole.replaceAll(/[^\p{L}\p{N}\p{M}\n]+/gu, ' ') };
};

/**
 * The words of a list that stand in some texts, as the list has them. A word of letters and digits is found whatever
 * stands between its parts (`buy now` in `Buy-now!`); one with other signs, such as `c++`, as it is written.
 */
export const findWords = (list: readonly string[], texts: readonly string[]): string[] => {
  if (list.length === 0) return [];
  const { whole, words } = searched(texts);
  return list.filter((written) => {
    const word = foldText(written);
    if (word === '') return false;
    return stands(word, WORDS_ALONE.test(word) ? words : whole);
  });
};
