/** What a fragment of HTML says as plain text: a title, a name, a caption. */
import { Parser } from 'htmlparser2';

/** The text, entities read and white space one space; `hasMarkup` where elements were left out. */
export const textOfHtml = (html: string): { text: string; hasMarkup: boolean } => {
  let text = '';
  let hasMarkup = false;
  if (!/[<&]/.test(html)) return { text: html.replaceAll(/\s+/g, ' ').trim(), hasMarkup };
  const parser = new Parser({
    onopentag: (name) => {
      hasMarkup = true;
      if (name === 'br' || name === 'p') text += ' ';
    },
    ontext: (piece) => {
      text += piece;
    },
  });
  parser.end(html);
  return { text: text.replaceAll(/\s+/g, ' ').trim(), hasMarkup };
};

/** The text without whether it was marked up. */
export const plainOf = (html: string): string => textOfHtml(html).text;

/** At most so many characters of a text; a cut is seen. */
export const cutTo = (text: string, most: number): string => {
  if (text.length <= most) return text;
  const points = Array.from(text);
  return points.length <= most ? text : `${points.slice(0, most - 1).join('')}…`;
};

/** A text percent-decoded, as WordPress keeps slugs in other scripts; as it is where a per cent sign means itself. */
export const percentDecoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};
