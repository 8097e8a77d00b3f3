/**
 * What sanitised HTML may consist of. Whatever is not named here does not come out; nothing that a browser reads as raw
 * text or as foreign content (`noscript`, `style`, `svg`, `math`, `template`, forms) is named, so that the output means
 * the same to every parser. `iframe` is guarded further in `sanitise.ts`.
 */

const SECTIONS = ['h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'section', 'article', 'aside', 'header', 'footer', 'address'];
const BLOCKS = ['p', 'div', 'blockquote', 'pre', 'hr', 'br', 'ul', 'ol', 'li', 'dl', 'dt', 'dd', 'details', 'summary'];
const INLINE =
  'a abbr b bdi bdo cite code data del dfn em i ins kbd mark q rb rp rt rtc ruby s samp small span strong sub sup time u var wbr';
const MEDIA = ['figure', 'figcaption', 'picture', 'source', 'img', 'video', 'audio', 'track', 'iframe'];
const TABLES = ['table', 'caption', 'colgroup', 'col', 'thead', 'tbody', 'tfoot', 'tr', 'th', 'td'];

export const ALLOWED_TAGS: readonly string[] = [...SECTIONS, ...BLOCKS, ...INLINE.split(' '), ...MEDIA, ...TABLES];

const CELL = ['align', 'colspan', 'rowspan', 'headers', 'scope', 'abbr'];
const SOURCE = ['src', 'srcset', 'sizes', 'media', 'type', 'width', 'height'];
const PLAYER = ['src', 'controls', 'loop', 'muted', 'preload'];

/** Attributes by tag; `*` is every tag. `name` and `style` are nowhere; `class` is in `ALLOWED_CLASSES`. */
export const ALLOWED_ATTRIBUTES: Readonly<Record<string, readonly string[]>> = {
  '*': ['id', 'lang', 'dir', 'title', 'aria-label', 'aria-hidden', 'aria-describedby', 'aria-labelledby'],
  a: ['href', 'hreflang', 'rel', 'target'],
  audio: PLAYER,
  blockquote: ['cite'],
  col: ['span'],
  colgroup: ['span'],
  data: ['value'],
  del: ['cite', 'datetime'],
  details: ['open'],
  div: ['align'],
  iframe: ['src', 'width', 'height', 'loading', 'allow', 'allowfullscreen', 'referrerpolicy'],
  img: ['src', 'srcset', 'sizes', 'alt', 'width', 'height', 'loading', 'decoding'],
  ins: ['cite', 'datetime'],
  li: ['value'],
  ol: ['start', 'type', 'reversed'],
  p: ['align'],
  q: ['cite'],
  source: SOURCE,
  td: CELL,
  th: CELL,
  time: ['datetime'],
  tr: ['align'],
  track: ['src', 'kind', 'srclang', 'label', 'default'],
  video: [...PLAYER, 'poster', 'width', 'height', 'playsinline'],
};

const LANGUAGE_CLASS = /^language-[\w+#.-]{1,40}$/;

/** Classes by tag: languages of code, and what the footnotes of `markdown.ts` carry. */
export const ALLOWED_CLASSES: Readonly<Record<string, (string | RegExp)[]>> = {
  a: ['footnote-backref'],
  code: [LANGUAGE_CLASS],
  hr: ['footnotes-sep'],
  li: ['footnote-item'],
  ol: ['footnotes-list'],
  pre: [LANGUAGE_CLASS],
  section: ['footnotes'],
  sup: ['footnote-ref'],
};

/** Elements dropped together with all that is in them, as their content is no text for a reader. */
export const DROPPED_WITH_CONTENT: readonly string[] = [
  ...['script', 'style', 'title', 'textarea', 'option', 'xmp', 'noembed', 'noframes', 'plaintext', 'svg'],
];

/** Tags without an end tag. */
export const VOID_TAGS: readonly string[] = ['br', 'col', 'hr', 'img', 'source', 'track', 'wbr'];

/** URL schemes: those of links, and those of everything that loads by itself. Relative URLs pass. */
export const LINK_SCHEMES: readonly string[] = ['http', 'https', 'mailto', 'tel'];
export const LOAD_SCHEMES: readonly string[] = ['http', 'https'];

/** What an embedded frame may be granted by `allow`; never camera, microphone, place or payment. */
export const FRAME_GRANTS: ReadonlySet<string> = new Set(
  'accelerometer autoplay clipboard-write encrypted-media fullscreen gyroscope picture-in-picture web-share'.split(' '),
);
