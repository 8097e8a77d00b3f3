/** The text of a WordPress post as HTML that says the same to those who have no WordPress. */
import type { Alteration } from './found.ts';
import { withParagraphs } from './paragraphs.ts';

/** A longer text is refused, whatever it holds: nothing is made of it. */
const LONGEST = 500_000;

/** One attribute of a shortcode, in any of the ways in which they are written. */
const attributeOf = (attributes: string, name: string): string => {
  const match = new RegExp(`\\b${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s"'\\]]+))`, 'i').exec(attributes);
  return match?.[1] ?? match?.[2] ?? match?.[3] ?? '';
};

const OPENING = /\[(wp_caption|caption)\b((?:"[^"]{0,5000}"|'[^']{0,5000}'|[^\]"']){0,200})\]/gy;
const IMAGE = /^\s*((?:<a\b[^>]*>\s*)?<img\b[^>]*>(?:\s*<\/a>)?)/i;

const figureOf = (attributes: string, content: string): string | null => {
  const image = IMAGE.exec(content);
  if (!image) return null;
  const caption = content.slice(image[0].length).trim() || attributeOf(attributes, 'caption');
  const align = /^align(?:left|right|center|none)$/.exec(attributeOf(attributes, 'align'))?.[0];
  const written = caption === '' ? '' : `<figcaption>${caption}</figcaption>`;
  return `<figure class="wp-caption${align ? ` ${align}` : ''}">${image[1]}${written}</figure>`;
};

/** `[caption]<img> text[/caption]` as a figure with its caption. */
const withFigures = (body: string): string => {
  let written = '';
  let done = 0;
  for (let at = body.search(/\[(?:wp_)?caption\b/); at !== -1; ) {
    OPENING.lastIndex = at;
    const opening = OPENING.exec(body);
    const from = at + (opening?.[0].length ?? 1);
    const close = opening ? body.indexOf(`[/${opening[1]}]`, from) : from;
    if (close === -1) break;
    const figure = opening ? figureOf(opening[2] as string, body.slice(from, close)) : null;
    if (opening && figure !== null) {
      written += body.slice(done, at) + figure;
      done = close + `[/${opening[1]}]`.length;
    }
    const next = body.slice(Math.max(done, from)).search(/\[(?:wp_)?caption\b/);
    at = next === -1 ? -1 : Math.max(done, from) + next;
  }
  return written + body.slice(done);
};

/** The shortcodes of WordPress itself, and what plugins have most often. */
const KNOWN =
  /^(?:gallery|audio|video|playlist|embed|caption|wp_caption|contact-form(?:-7)?|gravityforms?|youtube|vimeo|tweet|soundcloud|googlemaps|vc_\w+|et_pb_\w+|su_\w+)$/;
const SHORTCODE = /(?<!\[)\[(\/?)([A-Za-z][\w-]{1,50})(\s[^[\]<>]{0,500})?\]/g;

/** The shortcodes that stay as text: known ones, those with an end, and those with attributes. */
const shortcodesOf = (body: string): string[] => {
  const found = [...body.matchAll(SHORTCODE)].map(([, slash, name = '', attributes = '']) => ({
    name,
    isSure: slash === '/' || KNOWN.test(name.toLowerCase()) || /[\w-]\s*=\s*["'\w]/.test(attributes),
  }));
  return [...new Set(found.filter(({ isSure }) => isSure).map(({ name }) => name))];
};

/** Blocks without content of their own, which WordPress fills when it shows the page. */
const EMPTY_BLOCK = /<!--\s+wp:([a-z][a-z0-9_/-]{0,100})\s[^>]{0,5000}?\/-->/g;

const listed = (names: string[]) => names.slice(0, 20).join(', ');

/**
 * The text of a post as HTML: captions as figures, and paragraphs where the classic editor left them to empty lines. The
 * comments that mark blocks stay, and are in no page.
 */
export const bodyOf = (content: string, altered: Alteration[]): string => {
  if (content.length > LONGEST) return content;
  const note = (code: string, reason: string) => altered.push({ field: '/body', code, reason });
  const figured = content.includes('caption') ? withFigures(content) : content;
  if (figured !== content) note('captions-made', 'has its [caption] shortcodes as figures');
  const hasBlocks = content.includes('<!-- wp:');
  const body = hasBlocks || figured.trim() === '' ? figured : withParagraphs(figured);
  if (body !== figured) note('paragraphs-made', 'has its empty lines and line ends as paragraphs and breaks');
  const shortcodes = shortcodesOf(body);
  if (shortcodes.length > 0)
    note('shortcode', `keeps the shortcodes ${listed(shortcodes.map((name) => `[${name}]`))} as text`);
  const blocks = [...new Set([...body.matchAll(EMPTY_BLOCK)].map(([, name]) => name as string))];
  if (blocks.length > 0)
    note('empty-block', `has blocks that WordPress fills, and nothing does here: ${listed(blocks)}`);
  if (/<!--\s*nextpage\s*-->/.test(body) || body.includes('<!-- wp:nextpage'))
    note('pages-joined', 'has several pages, which are one here');
  return body;
};
