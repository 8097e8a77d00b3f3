/** XML 1.0 from trees: `@name` is an attribute, an array is an element repeated, undefined is left out. */
import XMLBuilder from 'fast-xml-builder';

export type XmlTree = { [name: string]: string | XmlTree | (string | XmlTree)[] | undefined };

const builder = new XMLBuilder({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  cdataPropName: '#cdata',
  suppressEmptyNode: true,
  suppressBooleanAttributes: false,
});

/** What a document of XML 1.0 may not hold, not even escaped (section 2.2). Text of ours has no half characters. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is sought
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

/** Long text that is not to be escaped letter by letter. */
export const unescaped = (text: string): XmlTree => ({ '#cdata': text });

/** What XML can hold of a text; nothing, where it may hold none of it. */
export const heldOf = (text: string): string => text.replace(FORBIDDEN, '');

/** Some elements as text, without what XML forbids. */
export const elementsOf = (tree: XmlTree): string => heldOf(builder.build(tree));

/** What stands before the elements of a document. */
export const XML_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';

/** A whole document. */
export const documentOf = (tree: XmlTree): string => `${XML_DECLARATION}${elementsOf(tree)}\n`;
