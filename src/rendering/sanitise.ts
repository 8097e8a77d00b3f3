import sanitizeHtml from 'sanitize-html';
import {
  ALLOWED_ATTRIBUTES,
  ALLOWED_CLASSES,
  ALLOWED_TAGS,
  DROPPED_WITH_CONTENT,
  FRAME_GRANTS,
  LINK_SCHEMES,
  LOAD_SCHEMES,
  VOID_TAGS,
} from './allow-list.ts';

/** Stands before every id, so that none can hide a property of `document` (DOM clobbering) or an id of the page. */
const ID_PREFIX = 'user-content-';

/** Elements deeper than this lose their tag and keep their text: browsers stop at 512, other parsers recurse. */
const DEEPEST_KEPT = 100;

/** A document nested deeper than this is no document. The parser's time grows with the square of the depth. */
const DEEPEST_READ = 2000;

type Attributes = Record<string, string>;

/** Makes a sanitiser of HTML that keeps https frames of `embedHosts` only. It throws on a hopelessly nested document. */
export const createSanitiser = (embedHosts: readonly string[]): ((html: string) => string) => {
  const hosts = new Set(embedHosts.map((host) => host.toLowerCase()));
  let depth = 0;
  const options: sanitizeHtml.IOptions = {
    allowedTags: [...ALLOWED_TAGS],
    allowedAttributes: Object.fromEntries(Object.entries(ALLOWED_ATTRIBUTES).map(([tag, names]) => [tag, [...names]])),
    allowedClasses: { ...ALLOWED_CLASSES },
    allowedSchemes: [...LOAD_SCHEMES],
    allowedSchemesByTag: { a: [...LINK_SCHEMES] },
    nonTextTags: [...DROPPED_WITH_CONTENT],
    selfClosing: [...VOID_TAGS],
    nestingLimit: DEEPEST_KEPT,
    parseStyleAttributes: false,
    transformTags: {
      '*': (tagName, attribs) => ({ tagName, attribs: repairAttributes(tagName, attribs, hosts) }),
      iframe: (tagName, attribs) => ({ tagName, attribs, text: '' }),
    },
    exclusiveFilter: (frame) => frame.tag === 'iframe' && !frame.attribs.src,
    onOpenTag: () => {
      depth += 1;
      if (depth > DEEPEST_READ) throw new RangeError(`Elements are nested deeper than ${DEEPEST_READ}`);
    },
    onCloseTag: () => {
      depth -= 1;
    },
  };
  return (html) => {
    depth = 0;
    return sanitizeHtml(html, options);
  };
};

/** Rewrites attributes whose names are allowed and whose values are not free. The allow-list is applied afterwards. */
const repairAttributes = (tag: string, attribs: Attributes, hosts: ReadonlySet<string>): Attributes => {
  for (const name in attribs) {
    const value = repairAttribute(name, attribs[name] ?? '');
    if (value === undefined) delete attribs[name];
    else attribs[name] = value;
  }
  if (tag === 'a') repairLink(attribs);
  else if (tag === 'iframe') repairFrame(attribs, hosts);
  else if (tag === 'td' || tag === 'th') repairCell(attribs);
  return attribs;
};

/** The value to keep, or undefined when there is none. */
const repairAttribute = (name: string, value: string): string | undefined => {
  switch (name) {
    case 'id':
      return prefixId(value);
    case 'headers':
    case 'aria-describedby':
    case 'aria-labelledby':
      return value.trim().split(/\s+/).map(prefixId).join(' ');
    case 'width':
    case 'height':
      return /^\d{1,5}%?$/.test(value) ? value : undefined;
    case 'align':
      return /^(?:left|right|center)$/.test(value) ? value : undefined;
    case 'dir':
      return /^(?:ltr|rtl|auto)$/.test(value) ? value : undefined;
    default:
      return value;
  }
};

/** Prefixes an id; one that has the prefix stays, so that sanitised HTML can be sent back unchanged. */
const prefixId = (id: string): string | undefined => {
  if (id === '' || /\s/.test(id)) return undefined;
  return id.startsWith(ID_PREFIX) ? id : ID_PREFIX + id;
};

/** `name` anchors become ids, links within the text follow the prefix, new windows learn nothing of the opener. */
const repairLink = (attribs: Attributes): void => {
  const anchor = attribs.id === undefined && attribs.name !== undefined ? prefixId(attribs.name) : undefined;
  if (anchor !== undefined) attribs.id = anchor;
  const href = attribs.href?.trim() ?? '';
  if (href.startsWith('#') && href !== '#' && href !== '#top') attribs.href = `#${prefixId(href.slice(1)) ?? ''}`;
  if (attribs.target !== undefined && attribs.target !== '_blank') delete attribs.target;
  if (attribs.target === '_blank') {
    const rel = new Set(attribs.rel?.toLowerCase().split(/\s+/).filter(Boolean)).add('noopener');
    rel.delete('opener');
    attribs.rel = [...rel].join(' ');
  }
};

/**
 * A frame keeps its source only when it is https of a listed host, written anew by the URL parser of browsers (WHATWG), so
 * that what was checked is what is loaded. `//host/…` becomes https. A frame without a source is left out whole.
 */
const repairFrame = (attribs: Attributes, hosts: ReadonlySet<string>): void => {
  const source = (attribs.src ?? '').trim();
  const url = URL.canParse(source.startsWith('//') ? `https:${source}` : source)
    ? new URL(source.startsWith('//') ? `https:${source}` : source)
    : undefined;
  const trusted = url?.protocol === 'https:' && hosts.has(url.host) && url.username === '' && url.password === '';
  attribs.src = trusted ? url.href : '';
  if (attribs.allow === undefined) return;
  const grants = attribs.allow.split(';').map((grant) => grant.trim());
  attribs.allow = grants.filter((grant) => FRAME_GRANTS.has(grant)).join('; ');
};

/** Alignment of a table cell comes as a style, which a page's content security policy would refuse: it goes on as `align`. */
const repairCell = (attribs: Attributes): void => {
  const align = /^\s*text-align:\s*(left|right|center)\s*;?\s*$/.exec(attribs.style ?? '')?.[1];
  if (align !== undefined) attribs.align = align;
};
