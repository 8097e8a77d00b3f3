/** A follower of changes who is cut off now and then, and goes on from what it had kept. */
import { setImmediate as pause } from 'node:timers/promises';
import type { Random } from './truth/random.ts';

export type Told = { cursor: string; type: string; kind: string; id: number; version: number | null };
export type Page = { data: Told[]; pagination: { next: string } };

/** Reads changes by a query; undefined where it was cut off before it had an answer. */
export type ReadChanges = (query: string) => Promise<Page | undefined>;

/**
 * Follows from a cursor, with pages of any length, until nothing is left that happened before `isOver`; `more` is asked
 * for with each page. One page may be lost with its answer, of another only the first part be kept.
 */
export const followOn = async (
  read: ReadChanges,
  { below }: Random,
  { after, isOver, more = '' }: { after: string; isOver: () => boolean; more?: string },
): Promise<{ seen: Told[]; pages: number; cuts: number }> => {
  const seen: Told[] = [];
  let place = after;
  for (let pages = 1, cuts = 0; ; pages += 1) {
    await pause(); // who asks within this process would let nobody else do anything
    const wasOver = isOver();
    const page = await read(`after=${place}&limit=${1 + below(100)}${more}`);
    const chance = below(10);
    if (page === undefined || chance < 2) {
      cuts += 1;
      continue;
    }
    const { data, pagination } = page;
    const kept = chance < 4 ? data.slice(0, below(data.length + 1)) : data;
    seen.push(...kept);
    if (kept.length < data.length) {
      cuts += 1;
      place = kept.at(-1)?.cursor ?? place;
      continue;
    }
    place = pagination.next;
    if (wasOver && data.length === 0) return { seen, pages, cuts };
  }
};
