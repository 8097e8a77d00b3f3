/** Content codings (RFC 9110, section 12.5.3): which one a client wants, and bytes in it. */
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { Coding } from './response-cache.ts';

/** Shorter answers are not worth it. */
export const WORTH_CODING = 1024;

/** The weight a client gives to a coding; 0 where it does not take it. */
const weightOf = (coding: string, offered: Map<string, number>): number =>
  offered.get(coding) ?? (coding === 'gzip' ? offered.get('x-gzip') : undefined) ?? offered.get('*') ?? 0;

const read = (acceptEncoding: string): Coding | undefined => {
  const offered = new Map<string, number>();
  for (const part of acceptEncoding.toLowerCase().split(',')) {
    const [name = '', ...parameters] = part.split(';').map((text) => text.trim());
    const weight = parameters.find((text) => text.startsWith('q='))?.slice(2);
    offered.set(name, weight === undefined ? 1 : Math.min(1, Math.max(0, Number(weight) || 0)));
  }
  const [br, zip] = [weightOf('br', offered), weightOf('gzip', offered)];
  if (br === 0 && zip === 0) return undefined;
  return br >= zip ? 'br' : 'gzip';
};

/** What was read already; clients send one of a few texts. */
const known = new Map<string, Coding | undefined>();
const MOST_KNOWN = 200;

/** The coding a client wants best of those there are; undefined: plain bytes. */
export const codingOf = (acceptEncoding: string | undefined): Coding | undefined => {
  if (acceptEncoding === undefined) return undefined;
  if (known.has(acceptEncoding)) return known.get(acceptEncoding);
  const coding = read(acceptEncoding);
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(acceptEncoding, coding);
  return coding;
};

const asGzip = promisify(gzip);
const asBrotli = promisify(brotliCompress);
/** Of eleven levels: what costs no more time than gzip, and makes smaller answers. */
const BROTLI_LEVEL = 5;

/** The bytes in a coding; made in a thread of Node's pool. */
export const encodeAs = (coding: Coding, bytes: Buffer): Promise<Buffer> =>
  coding === 'gzip'
    ? asGzip(bytes)
    : asBrotli(bytes, {
        params: {
          [constants.BROTLI_PARAM_QUALITY]: BROTLI_LEVEL,
          [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
        },
      });
