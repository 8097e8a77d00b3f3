import { Parser } from 'htmlparser2';

const BLOCKS: ReadonlySet<string> = new Set(
  (
    'address article aside audio blockquote br caption dd details div dl dt figcaption figure footer h1 h2 h3 h4 h5 h6 header hr ' +
    'iframe img li ol p picture pre section summary table tbody td tfoot th thead tr ul video'
  ).split(' '),
);

/** Marks of footnotes (`[1]`, `↩`): signs for the eye, no words of the text. */
const FOOTNOTE_MARKS: ReadonlySet<string | undefined> = new Set(['footnote-ref', 'footnote-backref']);

/** The text of sanitised HTML: entities decoded, runs of white space one space, a line per block, no marks of footnotes. */
export const plainText = (html: string): string => {
  let text = '';
  let gap = '';
  let silentDepth = 0;
  const addText = (piece: string): void => {
    const words = piece.trim();
    if (piece !== piece.trimStart()) gap ||= ' ';
    if (words === '') return;
    text += (text === '' ? '' : gap) + words.replace(/\s+/g, ' ');
    gap = piece === piece.trimEnd() ? '' : ' ';
  };
  const parser = new Parser({
    onopentag: (name, attributes) => {
      if (silentDepth > 0 || name === 'iframe' || FOOTNOTE_MARKS.has(attributes.class)) silentDepth += 1;
      if (BLOCKS.has(name)) gap = '\n';
    },
    ontext: (piece) => {
      if (silentDepth === 0) addText(piece);
    },
    onclosetag: (name) => {
      if (silentDepth > 0) silentDepth -= 1;
      if (BLOCKS.has(name)) gap = '\n';
    },
  });
  parser.end(html);
  return text;
};
