/** Turns the bytes of an XML file into text, piece by piece, by the encoding it says it has. */

/** Bytes that are no text in their encoding; `before` is the text of the same piece up to them. */
export class NotDecodable extends Error {
  readonly before: string;
  constructor(encoding: string, before: string) {
    super(`it is not the ${encoding} that it says it is`);
    this.before = before;
  }
}

/** The most bytes in which a declaration is looked for. */
const DECLARATION = 200;

/** The encoding by the mark at the start of a file, or by its declaration (XML 1.0, appendix F). */
const encodingOf = (start: Buffer): string => {
  if (start[0] === 0xff && start[1] === 0xfe) return 'utf-16le';
  if (start[0] === 0xfe && start[1] === 0xff) return 'utf-16be';
  const declared = /^(?:\xef\xbb\xbf)?<\?xml[^>]*?encoding\s*=\s*["']([\w.:-]+)["']/.exec(
    start.subarray(0, DECLARATION).toString('latin1'),
  )?.[1];
  return declared?.toLowerCase() ?? 'utf-8';
};

/** What a text has before its first part that stood in no encoding: where the bytes it would have are others. */
const goodPart = (text: string, bytes: Buffer): string => {
  for (let at = text.indexOf('\ufffd'); at !== -1; at = text.indexOf('\ufffd', at + 1)) {
    const before = text.slice(0, at);
    const offset = Buffer.byteLength(before);
    if (bytes.toString('latin1', offset, offset + 3) !== '\xef\xbf\xbd') return before;
  }
  return text;
};

/** How many bytes at the end begin a character of UTF-8 that is not whole yet. */
const unfinished = (bytes: Buffer): number => {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] as number;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) > back ? back : 0;
  }
  return 0;
};

async function* decodeUtf8(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let rest: Buffer = Buffer.alloc(0);
  const read = (bytes: Buffer): string => {
    const text = bytes.toString();
    const good = text.includes('\ufffd') ? goodPart(text, bytes) : text;
    if (good.length < text.length) throw new NotDecodable('UTF-8', good);
    return text;
  };
  let isFirst = true;
  for await (const chunk of chunks) {
    const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    const whole = bytes.length - unfinished(bytes);
    rest = Buffer.from(bytes.subarray(whole));
    const text = read(bytes.subarray(0, whole));
    yield isFirst && text.startsWith('\ufeff') ? text.slice(1) : text;
    isFirst = false;
  }
  if (rest.length > 0) yield read(rest);
}

/** The text of some bytes. Throws `NotDecodable`, also where the encoding is not known here. */
export async function* decode(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const walk = chunks[Symbol.asyncIterator]();
  const first = await walk.next();
  if (first.done) return;
  async function* whole() {
    yield first.value as Buffer;
    yield* { [Symbol.asyncIterator]: () => walk };
  }
  const encoding = encodingOf(first.value);
  if (encoding === 'utf-8' || encoding === 'utf8') return yield* decodeUtf8(whole());
  let decoder: InstanceType<typeof TextDecoder>;
  try {
    decoder = new TextDecoder(encoding, { fatal: true });
  } catch {
    throw new NotDecodable(`${encoding} (which is not known here)`, '');
  }
  const read = (bytes?: Buffer): string => {
    try {
      return bytes ? decoder.decode(bytes, { stream: true }) : decoder.decode();
    } catch {
      throw new NotDecodable(encoding, '');
    }
  };
  for await (const chunk of whole()) yield read(chunk);
  yield read();
}
