import { VOID_TAGS } from './allow-list.ts';

const BLOCKS: ReadonlySet<string> = new Set(
  (
    'address article aside audio blockquote br caption dd details div dl dt figcaption figure footer h1 h2 h3 h4 h5 h6 header hr ' +
    'iframe img li ol p picture pre section summary table tbody td tfoot th thead tr ul video'
  ).split(' '),
);

/** Marks of footnotes (`[1]`, `↩`): signs for the eye, no words of the text. */
const FOOTNOTE_MARK = / class="footnote-(?:back)?ref"/;

const EMPTY: ReadonlySet<string> = new Set(VOID_TAGS);

/** White space that is not one space already. */
const WIDE_SPACE = /[^\S ]\s*| \s+/g;

/** The entities that sanitised HTML has in its text. */
const ENTITIES: Record<string, string> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"' };
const decoded = (text: string): string =>
  text.includes('&') ? text.replace(/&(?:amp|lt|gt|quot);/g, (entity) => ENTITIES[entity] as string) : text;

/**
 * The text of sanitised HTML: entities decoded, runs of white space one space, a line per block, no marks of footnotes.
 * It is read by its brackets: what the sanitiser wrote has them around tags alone, and every tag that opens closes.
 */
export const plainText = (html: string): string => {
  let text = '';
  let gap = '';
  let silentDepth = 0;
  const addText = (piece: string): void => {
    const words = piece.trim();
    if (piece !== piece.trimStart()) gap ||= ' ';
    if (words === '') return;
    text += (text === '' ? '' : gap) + words.replace(WIDE_SPACE, ' ');
    gap = piece === piece.trimEnd() ? '' : ' ';
  };
  const passTag = (tag: string): void => {
    const isEnd = tag.startsWith('/');
    const space = tag.indexOf(' ');
    const name = tag.slice(isEnd ? 1 : 0, space === -1 ? undefined : space);
    if (BLOCKS.has(name)) gap = '\n';
    if (EMPTY.has(name)) return;
    if (isEnd && silentDepth > 0) silentDepth -= 1;
    else if (!isEnd && (silentDepth > 0 || name === 'iframe' || FOOTNOTE_MARK.test(tag))) silentDepth += 1;
  };
  for (let at = 0; at < html.length; ) {
    const start = html.indexOf('<', at);
    const end = start === -1 ? html.length : start;
    if (silentDepth === 0 && end > at) addText(decoded(html.slice(at, end)));
    if (start === -1) break;
    at = html.indexOf('>', start) + 1;
    passTag(html.slice(start + 1, at - 1));
  }
  return text;
};
