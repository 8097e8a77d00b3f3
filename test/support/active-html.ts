/** What of a page does something by itself or leads where it must not: found by a parser as browsers have it. */
import { type DefaultTreeAdapterTypes, html as names, parse, parseFragment, serialize } from 'parse5';

// Written down here once more, not imported: a tag or attribute that slips into the allow-list must fail the tests.
const ATTRIBUTES: Record<string, readonly string[]> = {
  ...Object.fromEntries('p br em strong pre blockquote ul li'.split(' ').map((tag) => [tag, []])),
  code: ['class'],
  ol: ['start'],
  a: ['href', 'rel'],
};
const SCHEMES = new Set(['http:', 'https:', 'mailto:']);

const PAGE = 'https://a.example/';

/** Whether an address leads nowhere but to a page or a mailbox, as a browser reads it; what it cannot read leads nowhere. */
const isHarmless = (address: string): boolean =>
  !URL.canParse(address, PAGE) || SCHEMES.has(new URL(address, PAGE).protocol);

type Node = DefaultTreeAdapterTypes.Node;

const faultsOfElement = ({ tagName, namespaceURI, attrs }: DefaultTreeAdapterTypes.Element): string[] => {
  const allowed =
    Object.hasOwn(ATTRIBUTES, tagName) && namespaceURI === names.NS.HTML ? ATTRIBUTES[tagName] : undefined;
  if (!allowed) return [`element ${tagName}`];
  const faults = attrs.flatMap(({ name, value }) => {
    if (!allowed.includes(name)) return [`attribute ${tagName}[${name}]`];
    if (name === 'href' && !isHarmless(value)) return [`address ${value}`];
    if (name === 'class' && !/^language-[\w+#.-]+$/.test(value)) return [`class ${value}`];
    return [];
  });
  const rel = attrs.find(({ name }) => name === 'rel')?.value;
  return tagName === 'a' && rel !== 'nofollow ugc noopener' ? [...faults, `rel ${rel}`] : faults;
};

const faultsWithin = (node: Node): string[] => {
  if (node.nodeName === '#comment' || node.nodeName === '#documentType') return [node.nodeName];
  const own = 'tagName' in node ? faultsOfElement(node) : [];
  return 'childNodes' in node ? [...own, ...node.childNodes.flatMap(faultsWithin)] : own;
};

/** Escapes text for a page, between tags or in an attribute, as a frontend does. */
export const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const childrenOf = (node: Node | undefined): Node[] => (node && 'childNodes' in node ? node.childNodes : []);

/**
 * Everything in the HTML of a comment that it must not have; empty when it is clean. It is read with scripts and without,
 * once more after it was written anew, and within a page, which it must not break out of.
 */
export const activeParts = (html: string): string[] => {
  const readings = [true, false].flatMap((scriptingEnabled) => {
    const once = parseFragment(html, { scriptingEnabled });
    return [once, parseFragment(serialize(once), { scriptingEnabled })];
  });
  const page = parse(`<!doctype html><title>x</title><main>${html}</main>`);
  const [, root] = childrenOf(page);
  const [head, body] = childrenOf(root);
  const [main, ...others] = childrenOf(body);
  const isEnclosed = main?.nodeName === 'main' && others.length === 0 && childrenOf(head).length === 1;
  return [
    ...new Set([
      ...readings.flatMap(faultsWithin),
      ...childrenOf(main).flatMap(faultsWithin),
      ...(isEnclosed ? [] : ['it breaks out of its place']),
    ]),
  ];
};
