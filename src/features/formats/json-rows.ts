/** Walks the rows of a JSON file too big to be read at once. */
import { JSONParser } from '@streamparser/json';
import { readContent, UnreadableFile } from './lines.ts';

/** `path`: the names and positions above the value, from the outermost; `line`: where it ends. */
export type JsonRow = { path: readonly (string | number)[]; value: unknown; line: number };

const LINE_FEED = 0x0a;

/** Counts lines as a file goes by, in bytes. */
class LineCount {
  #line = 1;
  #lineStart = 0;
  #at = 0;
  #chunk: Uint8Array = new Uint8Array();
  #chunkStart = 0;

  take(chunk: Uint8Array): void {
    this.placeOf(this.#chunkStart + this.#chunk.length);
    this.#chunkStart += this.#chunk.length;
    this.#chunk = chunk;
  }

  /** The line and column of a byte in the chunk that was taken last, behind all that were asked for. */
  placeOf(offset: number): { line: number; column: number } {
    const end = offset - this.#chunkStart;
    let feed = this.#chunk.indexOf(LINE_FEED, this.#at - this.#chunkStart);
    for (; feed !== -1 && feed < end; feed = this.#chunk.indexOf(LINE_FEED, feed + 1)) {
      this.#line += 1;
      this.#lineStart = this.#chunkStart + feed + 1;
    }
    this.#at = Math.max(this.#at, offset);
    return { line: this.#line, column: offset - this.#lineStart + 1 };
  }
}

/**
 * The values that stand at some paths (`$.data.posts.*`), in their order, and no others in memory. Throws `UnreadableFile`
 * with line and column where the file is no JSON.
 */
export async function* readJsonRows(
  file: string,
  paths: readonly string[],
  onRead: (bytes: number) => void = () => {},
): AsyncGenerator<JsonRow> {
  const lines = new LineCount();
  let offset = 0;
  let found: JsonRow[] = [];
  let fault: Error | undefined;
  let ended = false;
  const parser = new JSONParser({ paths: [...paths], keepStack: false });
  parser.onToken = (token) => {
    offset = token.offset;
  };
  parser.onValue = ({ value, key, stack }) => {
    const path = [...stack.slice(1).map((each) => each.key), key].filter((step) => step !== undefined);
    found.push({ path, value, line: lines.placeOf(offset).line });
  };
  parser.onError = (error) => {
    fault ??= error;
  };
  parser.onEnd = () => {
    ended = true;
  };
  const broken = (message: string) => {
    const { 1: position = offset } = /absolute position "(\d+)"/.exec(message) ?? [];
    const { line, column } = lines.placeOf(Number(position));
    const reason = message.replace(/ (?:at chunk position|in state) .*$/s, '').replaceAll(/\p{Cc}/gu, '�');
    return new UnreadableFile(`cannot read ${file}: it is no JSON: line ${line}, column ${column}: ${reason}`);
  };
  for await (const chunk of readContent(file, onRead)) {
    if (ended && chunk.some((byte) => byte > 0x20)) throw broken('something stands behind the end');
    lines.take(chunk);
    parser.write(chunk);
    if (fault) throw broken(fault.message);
    const rows = found;
    found = [];
    yield* rows;
  }
  if (!ended) throw broken('it ends too early');
}
