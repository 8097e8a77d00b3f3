/** Tables as a terminal shows them. */

/** What of a text takes room: letters of East Asia and pictures take two places, marks none. */
const widthOf = (text: string): number =>
  Array.from(text).reduce((width, letter) => {
    if (/\p{M}|\p{Cf}/u.test(letter)) return width;
    return (
      width +
      (/\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}|\p{Emoji_Presentation}|[\uff01-\uff60\u3000-\u303f]/u.test(
        letter,
      )
        ? 2
        : 1)
    );
  }, 0);

/** What would move the cursor or hide what follows is shown as a question mark. */
const plain = (text: string) => text.replaceAll(/\p{Cc}|[\u202a-\u202e\u2066-\u2069]/gu, '?');

/** Rows under one another, two spaces between their columns. */
export const inColumns = (rows: readonly (readonly string[])[]): string => {
  const shown = rows.map((row) => row.map(plain));
  const widths = (shown[0] ?? []).map((_, column) => Math.max(...shown.map((row) => widthOf(row[column] ?? ''))));
  const pad = (cell: string, column: number) => cell + ' '.repeat((widths[column] ?? 0) - widthOf(cell));
  return shown.map((row) => `${row.map(pad).join('  ').trimEnd()}\n`).join('');
};
