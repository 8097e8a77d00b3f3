/** How an answer is held to what it must be. */
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import type { Wire, Wired } from '../wire.ts';
import { differenceOf, type Read } from './expected.ts';

/** How many things are under way at most. */
const AT_ONCE = 20;

const DECODE = { gzip: gunzipSync, br: brotliDecompressSync };

/** What is wrong with the forms a known answer is sent in: not changed, and compressed. */
export const faultOfForms = async (
  wire: Wire,
  { path }: Read,
  { headers, bytes }: Wired,
): Promise<string | undefined> => {
  const unchanged = await wire(path, { 'if-none-match': headers.etag ?? '' });
  if (unchanged.status !== 304) return `${unchanged.status} to If-None-Match ${headers.etag}`;
  for (const coding of ['gzip', 'br'] as const) {
    const coded = await wire(path, { 'accept-encoding': coding });
    const isCoded = coded.headers['content-encoding'] === coding;
    if (!(isCoded ? DECODE[coding](coded.bytes) : coded.bytes).equals(bytes)) return `other bytes in ${coding}`;
  }
  return undefined;
};

/** Why an answer is not what the model says; undefined where it is. */
export const untruthOf = ({ status, body }: Read, answer: Wired): string | undefined => {
  if (!status.includes(answer.status)) return `${answer.status}, not ${status.join(' or ')}`;
  return body === undefined ? undefined : differenceOf(body, JSON.parse(answer.bytes.toString('utf8')));
};

/** Two answers from where they come apart. */
export const apart = (one: object, other: object): string => {
  const [a, b] = [JSON.stringify(one), JSON.stringify(other)];
  const at = [...a].findIndex((letter, i) => letter !== b[i]);
  return [a, b].map((text) => text.slice(Math.max(0, at - 60), at + 60)).join(' and ');
};

/** Does one thing after the other in groups, so that no more than a few are under way. */
export const inGroups = async <T, R>(
  things: readonly T[],
  work: (thing: T, position: number) => Promise<R>,
): Promise<R[]> => {
  const done: R[] = [];
  for (let i = 0; i < things.length; i += AT_ONCE)
    done.push(...(await Promise.all(things.slice(i, i + AT_ONCE).map((thing, j) => work(thing, i + j)))));
  return done;
};

/** The ids of a whole list, walked page by page from one cursor to the next. */
export const walkedIds = async (wire: Wire, path: string, cursor?: string): Promise<number[]> => {
  const { bytes } = await wire(cursor === undefined ? path : `${path}&cursor=${cursor}`);
  type Page = { data: { id: number }[]; pagination: { next: string | null } };
  const { data, pagination }: Page = JSON.parse(bytes.toString('utf8'));
  const ids = data.map(({ id }) => id);
  return pagination.next === null ? ids : [...ids, ...(await walkedIds(wire, path, pagination.next))];
};
