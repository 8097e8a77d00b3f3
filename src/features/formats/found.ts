/** What the reader of a format finds in a file: records, in an order in which they can be written. */

import type { Kind } from './records.ts';

/** A thing that a record says otherwise than it is stored; `field` is a JSON pointer. */
export type Alteration = { field: string | null; code: string; reason: string };

export const altered = (field: string | null, code: string, reason: string): Alteration => ({ field, code, reason });

/** `line`: where it begins in its file, from 1; `bytes`: about how much it holds. */
type Place = { line: number; bytes: number };

/** A record as it is written in a file of records, whatever format it came from; its form is not judged yet. */
export type FoundRecord = Place & {
  value: Record<string, unknown>;
  /** Tells a record without a source from others: a digest of what it holds. */
  digest: () => string;
  /** What the reader made of it otherwise than it stood in the file. */
  altered?: readonly Alteration[];
};

/** What is no record, and why; `record` is what people would call it. */
export type Refused = Place & { kind: Kind | null; record: string | null; refused: readonly Alteration[] };

export type Found = FoundRecord | Refused;

export type ReadOptions = {
  path: string;
  /** The byline of articles that name no author. */
  defaultAuthor: string | null;
  /** Whether pages are taken as articles; else they are told and skipped. */
  pages: boolean;
  /** Where the site stood: addresses in a file that begin at its root are made whole with it. Without an ending slash. */
  siteUrl?: string | null;
};

/**
 * Reads a file; `onRead` is told how many more bytes of it were read. Throws `UnreadableFile`: where the format can be
 * broken as a whole, before the first record, with line and column.
 */
export type Reader = (options: ReadOptions, onRead: (bytes: number) => void) => AsyncIterable<Found>;

/** For a reader that walks through its file twice: what is told of either walk is half of the file. */
export const halved = (onRead: (bytes: number) => void) => (bytes: number) => onRead(bytes / 2);
