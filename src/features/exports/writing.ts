/** Writes an export where it is to go. */
import { createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

/** The file cannot be written; its message is the one line the operator reads. */
export class UnwritableFile extends Error {}

const REASONS: Record<string, string> = {
  ENOENT: 'there is no such directory',
  ENOTDIR: 'there is no such directory',
  EISDIR: 'it is a directory',
  EACCES: 'permission denied',
  EROFS: 'permission denied',
  ENOSPC: 'there is no room left',
  EPIPE: 'nobody reads it any more',
};

const unwritable = (name: string, error: unknown): unknown => {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return code in REASONS
    ? new UnwritableFile(`cannot write ${name}: ${REASONS[code] ?? message}`, { cause: error })
    : error;
};

const PIECE = 64 * 1024;

/** Texts gathered to pieces of some size, counted: small writes cost more than what they write. */
async function* gathered(texts: AsyncIterable<string>, onBytes: (bytes: number) => void): AsyncGenerator<Buffer> {
  let pieces: string[] = [];
  let length = 0;
  const take = () => {
    const piece = Buffer.from(pieces.join(''));
    [pieces, length] = [[], 0];
    onBytes(piece.length);
    return piece;
  };
  for await (const text of texts) {
    pieces.push(text);
    length += text.length;
    if (length >= PIECE) yield take();
  }
  if (length > 0) yield take();
}

/** Waits until a file is on the disk. */
const settle = async (path: string): Promise<void> => {
  const file = await open(path, 'r+');
  await file.sync().finally(() => file.close());
};

/**
 * Writes texts to a stream, which stays open, or to a file that is there under its name once it is whole. Returns their
 * length in bytes. Throws `UnwritableFile`.
 */
export const writeOut = async (
  texts: AsyncIterable<string>,
  to: string | NodeJS.WritableStream,
  signal?: AbortSignal,
): Promise<number> => {
  let bytes = 0;
  const source = gathered(texts, (more) => {
    bytes += more;
  });
  const ended = signal && { signal };
  if (typeof to !== 'string') {
    await pipeline(source, to, { end: false, ...ended }).catch((error) => {
      throw unwritable('the output', error);
    });
    return bytes;
  }
  const part = `${to}.part`;
  try {
    const file = createWriteStream(part);
    if (to.endsWith('.gz')) await pipeline(source, createGzip(), file, { ...ended });
    else await pipeline(source, file, { ...ended });
    await settle(part);
    await rename(part, to);
    return bytes;
  } catch (error) {
    await rm(part, { force: true }).catch(() => {}); // what kept it from being written is told
    throw unwritable(to, error);
  }
};
