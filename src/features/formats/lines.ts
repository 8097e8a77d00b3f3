/** Reads a file line by line, gzip or not, in bounded memory. */
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

/** The longest line that is taken, in bytes: an article and its working copy, both of the longest text, letter by letter escaped. */
export const LONGEST_LINE = 8 * 1024 * 1024;

/** A line by its number (from 1), without its end; `bytes` is null where it is longer than `LONGEST_LINE`. */
export type Line = { number: number; bytes: Buffer | null };

/** The file cannot be read, or is no gzip though it should be; its message is the one line the operator reads. */
export class UnreadableFile extends Error {}

const REASONS: Record<string, string> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a directory',
  EACCES: 'permission denied',
  Z_BUF_ERROR: 'it is gzip that ends too early',
  Z_DATA_ERROR: 'it is broken gzip',
};

export const unreadable = (path: string, error: unknown): UnreadableFile => {
  const { code, message } = error as NodeJS.ErrnoException;
  return new UnreadableFile(`cannot read ${path}: ${REASONS[code ?? ''] ?? message}`, { cause: error });
};

/** Throws `UnreadableFile` where a file cannot be opened, or is a folder where that will not do. */
export const checkReadable = async (path: string, mayBeFolder = false): Promise<void> => {
  try {
    const file = await open(path);
    const isDirectory = (await file.stat()).isDirectory();
    await file.close();
    if (isDirectory && !mayBeFolder) throw Object.assign(new Error(), { code: 'EISDIR' });
  } catch (error) {
    throw unreadable(path, error);
  }
};

async function* chunksOf(path: string, onRead: (bytes: number) => void): AsyncGenerator<Buffer> {
  for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 })) {
    onRead(chunk.length);
    yield chunk;
  }
}

/** What unpacks to more than so many times its size, once it is `SURE` bytes, is made to fill memory: texts come to 50. */
const MOST_TIMES = 200;
const SURE = 64 * 1024 * 1024;

/** What was packed, as long as it can be somebody's text. `read` tells how many bytes were read for it. */
async function* honest(path: string, unpacked: AsyncIterable<Buffer>, read: () => number): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of unpacked) {
    bytes += chunk.length;
    if (bytes > SURE && bytes > read() * MOST_TIMES)
      throw new UnreadableFile(`cannot read ${path}: it unpacks to more than ${MOST_TIMES} times its size`);
    yield chunk;
  }
}

const isGzip = (start: Buffer | undefined) => start?.[0] === 0x1f && start[1] === 0x8b;

/** gzip is known by its first two bytes, whatever the name. */
async function* contentOf(path: string, onRead: (bytes: number) => void): AsyncGenerator<Buffer> {
  let read = 0;
  const chunks = chunksOf(path, (bytes) => {
    read += bytes;
    onRead(bytes);
  });
  const first: Buffer | undefined = (await chunks.next()).value;
  async function* whole() {
    if (first) yield first;
    yield* chunks;
  }
  if (isGzip(first))
    yield* honest(
      path,
      pipeline(Readable.from(whole()), createGunzip(), () => {}),
      () => read,
    ); // a fault ends the walk with it
  else if (path.endsWith('.gz')) throw new UnreadableFile(`cannot read ${path}: it is not gzip`);
  else yield* whole();
}

/**
 * The content of a file, unzipped where it is gzip. `onRead` is told how many more bytes of the file itself were read.
 * Throws `UnreadableFile`, at once or where the fault stands.
 */
export async function* readContent(path: string, onRead: (bytes: number) => void = () => {}): AsyncGenerator<Buffer> {
  try {
    yield* contentOf(path, onRead);
  } catch (error) {
    throw error instanceof UnreadableFile ? error : unreadable(path, error);
  }
}

const BYTE_ORDER_MARK = Buffer.from('\ufeff');
const LINE_FEED = 0x0a;

/** What has been read of a line so far; of one that is too long nothing is kept. */
class Gathering {
  #pieces: Buffer[] = [];
  #length = 0;

  add(piece: Buffer): void {
    this.#length += piece.length;
    if (this.#length > LONGEST_LINE) this.#pieces = [];
    else if (piece.length > 0) this.#pieces.push(piece);
  }

  get isEmpty(): boolean {
    return this.#length === 0;
  }

  take(): Buffer | null {
    const bytes = this.#length > LONGEST_LINE ? null : Buffer.concat(this.#pieces);
    [this.#pieces, this.#length] = [[], 0];
    return bytes;
  }
}

const withoutMark = (bytes: Buffer | null): Buffer | null =>
  bytes?.subarray(0, 3).equals(BYTE_ORDER_MARK) ? bytes.subarray(3) : bytes;

const SPACE = 0x20;
const isBlank = (bytes: Buffer | null) => bytes !== null && !bytes.some((byte) => byte > SPACE);

/**
 * The lines of a file that are not blank. `onRead` is told how many more bytes of the file itself were read. Throws
 * `UnreadableFile`, at once or where the fault stands.
 */
export async function* readLines(path: string, onRead: (bytes: number) => void = () => {}): AsyncGenerator<Line> {
  const gathering = new Gathering();
  let number = 0;
  const next = (): Line => {
    number += 1;
    const bytes = gathering.take();
    return { number, bytes: number === 1 ? withoutMark(bytes) : bytes };
  };
  for await (const chunk of readContent(path, onRead)) {
    let from = 0;
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, from)) {
      gathering.add(chunk.subarray(from, end));
      from = end + 1;
      const line = next();
      if (!isBlank(line.bytes)) yield line;
    }
    gathering.add(chunk.subarray(from));
  }
  if (gathering.isEmpty) return;
  const last = next();
  if (!isBlank(last.bytes)) yield last;
}
