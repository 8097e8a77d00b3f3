/** Walks the rows of a JSON file too big to be read at once. */
import { JSONParser, type ParsedTokenInfo, TokenType } from '@streamparser/json';
import { LONGEST_LINE, readContent, UnreadableFile } from './lines.ts';

/** `path`: the names and positions above the value, from the outermost; `line`: where it ends. */
export type JsonRow = { path: readonly (string | number)[]; value: unknown; line: number };

/** The most bytes of one row: Ghost keeps the same text three or four times in one. */
const LARGEST = 4 * LONGEST_LINE;

const LINE_FEED = 0x0a;

/** Knows where the row begins that is being read: behind the last token that stands in none. */
class RowStart {
  readonly #depths: ReadonlyMap<string, number>;
  #depth = 0;
  #top = '';
  at = 0;

  /** Rows stand as deep as the shortest of the paths with the same first name says. */
  constructor(paths: readonly string[]) {
    const depths = new Map<string, number>();
    for (const [, top = '', ...rest] of paths.map((path) => path.split('.')))
      depths.set(top, Math.min(rest.length + 1, depths.get(top) ?? Number.POSITIVE_INFINITY));
    this.#depths = depths;
  }

  take({ token: sign, value, offset }: ParsedTokenInfo): void {
    if (this.#depth === 1 && sign === TokenType.STRING) this.#top = String(value);
    if (sign === TokenType.LEFT_BRACE || sign === TokenType.LEFT_BRACKET) this.#depth += 1;
    if (sign === TokenType.RIGHT_BRACE || sign === TokenType.RIGHT_BRACKET) this.#depth -= 1;
    if (this.#depth <= (this.#depths.get(this.#top) ?? Number.POSITIVE_INFINITY)) this.at = offset;
  }
}

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
  largest = LARGEST,
): AsyncGenerator<JsonRow> {
  const lines = new LineCount();
  let [offset, given] = [0, 0];
  let found: JsonRow[] = [];
  let fault: Error | undefined;
  let ended = false;
  const parser = new JSONParser({ paths: [...paths], keepStack: false });
  const row = new RowStart(paths);
  parser.onToken = (token) => {
    offset = token.offset;
    row.take(token);
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
    given += chunk.length;
    if (given - row.at > largest) throw broken(`what begins here has more than ${largest} bytes`);
    parser.write(chunk);
    if (fault) throw broken(fault.message);
    const rows = found;
    found = [];
    yield* rows;
  }
  if (!ended) throw broken('it ends too early');
}
