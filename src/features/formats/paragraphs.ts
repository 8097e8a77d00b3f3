/**
 * Paragraphs of a text in which an empty line begins one, as WordPress' classic editor kept them: written out as HTML, in
 * the way its `wpautop` does when it shows the text.
 */
import { Parser } from 'htmlparser2';

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '));

/** Holds paragraphs, and nothing else that is text. */
const FLOWS = words('blockquote');
/** Holds paragraphs where there are empty lines in it, else text as it is. */
const MIXED = words('div section article aside header footer nav main li dd td th details fieldset form center');
/** Holds text without paragraphs. */
const PHRASES = words('p h1 h2 h3 h4 h5 h6 dt summary figcaption caption legend address');
/** Holds no text of its own. */
const FRAMES = words('ul ol dl table thead tbody tfoot tr colgroup col figure picture hr menu map hgroup');
/** Is left as it is, with all that is in it. */
const VERBATIM = words('pre script style textarea svg math iframe object video audio select template');

const isBlock = (name: string) => [FLOWS, MIXED, PHRASES, FRAMES, VERBATIM].some((elements) => elements.has(name));

/** Stands for the end of a line within markup, which is none of the text; no XML can hold it. */
const HIDDEN_LINE_FEED = '\0';

const BREAK_AT_END = /<br\s*\/?>\s*$/i;

const withBreaks = (text: string): string =>
  text
    .split('\n')
    .map((line, at, lines) => (at === lines.length - 1 || BREAK_AT_END.test(line) ? line : `${line.trimEnd()}<br />`))
    .join('\n');

const partsOf = (text: string): string[] =>
  text
    .replaceAll(/<br\s*\/?>[ \t\n\0]*<br\s*\/?>/gi, '\n\n')
    .split(/\n[ \t]*\n/)
    .map((part) => part.trim())
    .filter((part) => part !== '');

/** Writes a run of text and inline elements, by the block it stands in. */
const writeRun = (run: string, block: string | undefined): string => {
  const text = run.trim();
  if (text === '' || (block !== undefined && (FRAMES.has(block) || VERBATIM.has(block)))) return run;
  const parts = partsOf(text);
  if (block === undefined || FLOWS.has(block) || (MIXED.has(block) && parts.length > 1))
    return parts.map((part) => `<p>${withBreaks(part)}</p>`).join('\n');
  return run.replace(text, () => withBreaks(text));
};

/** The text with its paragraphs and breaks of lines as elements. What has them already stays as it is. */
export const withParagraphs = (source: string): string => {
  const html = source.replaceAll(/\r\n?/g, '\n');
  const blocks: string[] = [];
  /** How many blocks stand around the outermost one that is left as it is, where there is one. */
  let aroundVerbatim = Number.POSITIVE_INFINITY;
  let written = '';
  let endsInMarkup = false; // reading the end of what is written would copy all of it, each time
  let run = '';
  let done = 0;
  const hide = (markup: string) => markup.replaceAll('\n', HIDDEN_LINE_FEED);
  /** Takes the text up to a place into the run. */
  const advance = (to: number) => {
    if (to > done) run += html.slice(done, to);
    done = Math.max(done, to);
  };
  const write = (text: string) => {
    written += text;
    if (text !== '') endsInMarkup = text.endsWith('>');
  };
  const flush = () => {
    const block = blocks[aroundVerbatim] ?? blocks.at(-1);
    write(writeRun(run, block).replaceAll(HIDDEN_LINE_FEED, '\n'));
    run = '';
  };
  /** Writes markup between runs; nothing, where the parser only implied it. */
  const writeMarkup = (from: number, to: number) => {
    if (from < done) return;
    if (endsInMarkup && html[from - 1] === '\n') write('\n');
    write(html.slice(from, to));
    done = to;
  };
  const parser = new Parser({
    onopentag: (name, _attributes, isImplied) => {
      advance(parser.startIndex);
      if (isBlock(name)) {
        flush();
        if (!isImplied) writeMarkup(parser.startIndex, parser.endIndex + 1);
        if (VERBATIM.has(name)) aroundVerbatim = Math.min(aroundVerbatim, blocks.length);
        blocks.push(name);
      } else if (!isImplied) hideMarkup();
    },
    onclosetag: (name, isImplied) => {
      advance(parser.startIndex);
      if (isBlock(name)) {
        flush();
        blocks.splice(Math.max(0, blocks.lastIndexOf(name)));
        if (blocks.length <= aroundVerbatim) aroundVerbatim = Number.POSITIVE_INFINITY;
        if (!isImplied) writeMarkup(parser.startIndex, parser.endIndex + 1);
      } else if (!isImplied) hideMarkup();
    },
    oncomment: (text) => {
      advance(parser.startIndex);
      if (!/^(?:more\b|nextpage\b|noteaser\b)/.test(text) || blocks.length > 0) return hideMarkup();
      flush();
      writeMarkup(parser.startIndex, parser.endIndex + 1);
    },
  });
  const hideMarkup = () => {
    const end = parser.endIndex + 1;
    if (end <= done) return;
    run += hide(html.slice(done, end));
    done = end;
  };
  parser.end(html);
  advance(html.length);
  flush();
  return written;
};
