/** The formats in which content goes out, by the names that the command line has for them. */
import type { Store } from '../../store/store.ts';
import { formatRecords } from './record-lines.ts';
import type { Count } from './tally.ts';
import { formatWxr } from './wxr.ts';

/** Makes the text of an export piece by piece, of a store that stays as it is. */
export type Formatter = (store: Store, now: Date, count: Count) => AsyncIterable<string>;

export const FORMATTERS = { ndjson: formatRecords, wxr: formatWxr } satisfies Record<string, Formatter>;
export type Format = keyof typeof FORMATTERS;
