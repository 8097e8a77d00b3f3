/** Reads a WXR file element by element, in bounded memory: what stands in its channel, one after another. */
import { SaxesParser } from 'saxes';
import { decode, NotDecodable } from './decoding.ts';
import { readContent, UnreadableFile } from './lines.ts';

/**
 * An element with all that is in it. `name` has the prefixes that WordPress gives (`wp:post_id`), whatever the file calls
 * them; `line`: where it begins, from 1; `size`: about how many characters it holds.
 */
export type Element = {
  name: string;
  line: number;
  size: number;
  attributes: Record<string, string>;
  text: string;
  children: Element[];
};

/** The most characters of one element of the channel, and of one text: an article with all its comments. */
const LARGEST = 64 * 1024 * 1024;
/** How deep elements stand in one another: a comment's meta, four below the channel, is the deepest that WordPress writes. */
const DEEPEST = 50;

/** What the prefixes of a file stand for, by the addresses of their name spaces. */
const SPACES: [RegExp, string][] = [
  [/^https?:\/\/wordpress\.org\/export\/[\d.]+\/?$/, 'wp'],
  [/^https?:\/\/wordpress\.org\/export\/[\d.]+\/excerpt\/?$/, 'excerpt'],
  [/^https?:\/\/purl\.org\/rss\/1\.0\/modules\/content\/?$/, 'content'],
  [/^https?:\/\/purl\.org\/dc\/elements\/1\.1\/?$/, 'dc'],
];

/** A file that is no WXR at all, or a broken one; `at` where that can be told. */
const noWxr = (path: string, what: string): UnreadableFile =>
  new UnreadableFile(`cannot read ${path}: ${what}; a WXR file is what WordPress writes at Tools → Export`);

/** Builds elements from the parser's events. */
class Building {
  readonly finished: Element[] = [];
  /** How many characters came since something was finished. */
  waiting = 0;
  readonly #path: string;
  readonly #parser = new SaxesParser<{ position: true; xmlns: false }>({ position: true, xmlns: false });
  readonly #prefixes = new Map<string, string>();
  /** The open elements, the outermost first. */
  readonly #open: Element[] = [];
  #hasRoot = false;
  #lineOfTag = 1;

  constructor(path: string) {
    this.#path = path;
    const parser = this.#parser;
    parser.on('error', ({ message }) => this.#fail(message.replace(/^\d+:\d+: /, '').replace(/\.$/, '')));
    parser.on('doctype', (doctype) => {
      if (/^\s*html\b/i.test(doctype)) throw noWxr(path, 'it is a page of HTML');
      this.#hasRoot = true; // it is about to come, and what is told is no fault of the form
      this.#fail('a DOCTYPE, which no WXR file has');
    });
    parser.on('opentagstart', () => {
      this.#lineOfTag = parser.line;
    });
    parser.on('opentag', ({ name, attributes }) => this.#begin(name, attributes));
    parser.on('closetag', () => this.#end());
    const add = (text: string) => {
      const element = this.#open.at(-1);
      if (element && this.#open.length > 2) element.text += text;
    };
    parser.on('text', add);
    parser.on('cdata', add);
  }

  /** Ends the reading, where the parser stands. */
  #fail(what: string): never {
    const at = `line ${this.#parser.line}, column ${this.#parser.column}`;
    if (!this.#hasRoot) throw noWxr(this.#path, `it is no XML: ${at}: ${what}`);
    throw new UnreadableFile(`cannot read ${this.#path}: ${at}: ${what}`);
  }

  #nameOf(name: string): string {
    const [prefix, local] = name.split(':', 2) as [string, string?];
    if (local === undefined) return name;
    return `${this.#prefixes.get(prefix) ?? prefix}:${local}`;
  }

  #begin(name: string, attributes: Record<string, string>): void {
    const depth = this.#open.length;
    if (depth === 0) {
      this.#hasRoot = true;
      if (name !== 'rss') throw noWxr(this.#path, `its outermost element is <${name}>`);
    }
    if (depth < 2) this.#learnPrefixes(attributes);
    if (depth >= DEEPEST) this.#fail(`elements stand more than ${DEEPEST} deep in one another`);
    const element = { name: this.#nameOf(name), line: this.#lineOfTag, size: 0, attributes, text: '', children: [] };
    this.#open.push(element);
  }

  #learnPrefixes(attributes: Record<string, string>): void {
    for (const [name, uri] of Object.entries(attributes)) {
      const known = name.startsWith('xmlns:') && SPACES.find(([pattern]) => pattern.test(uri));
      if (known) this.#prefixes.set(name.slice('xmlns:'.length), known[1]);
    }
  }

  #end(): void {
    const element = this.#open.pop() as Element;
    element.size += element.text.length + element.name.length;
    const [, channel] = this.#open;
    if (this.#open.length === 2 && channel?.name === 'channel') {
      this.finished.push(element);
      this.waiting = 0;
    } else if (this.#open.length > 2) {
      const parent = this.#open.at(-1) as Element;
      parent.children.push(element);
      parent.size += element.size;
    }
  }

  write(text: string): void {
    this.waiting += text.length;
    this.#parser.write(text);
    if (this.waiting > LARGEST) this.#fail(`one element holds more than ${LARGEST} characters`);
  }

  close(): void {
    this.#parser.close();
  }

  /** Ends the reading at bytes that are no text. */
  refuse({ before, message }: NotDecodable): never {
    this.#parser.write(before);
    return this.#fail(message);
  }
}

/**
 * What stands in the channel of a WXR file, in its order. `onRead` is told how many more bytes of the file were read.
 * Throws `UnreadableFile` with line and column where it is not well-formed.
 */
export async function* walkChannel(path: string, onRead: (bytes: number) => void): AsyncGenerator<Element> {
  const building = new Building(path);
  let isEmpty = true;
  try {
    for await (const text of decode(readContent(path, onRead))) {
      if (text !== '') isEmpty = false;
      building.write(text);
      yield* building.finished.splice(0);
    }
  } catch (error) {
    if (error instanceof NotDecodable) building.refuse(error);
    throw error;
  }
  if (isEmpty) throw noWxr(path, 'it is empty');
  building.close();
  yield* building.finished.splice(0);
}

/** The text of the first child of a name, trimmed; empty where there is none. */
export const textOf = ({ children }: Element, name: string): string =>
  children.find((child) => child.name === name)?.text.trim() ?? '';

/** The children of a name. */
export const childrenOf = ({ children }: Element, name: string): Element[] =>
  children.filter((child) => child.name === name);

/** A text that holds nothing but itself: pieces of a file would keep in memory all that was read with them. */
export const own = (text: string): string => Buffer.from(text).toString();
