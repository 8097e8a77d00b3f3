/** What an export does: reads all that is content as it is at one moment, and writes it in one of the formats. */
import type { Parts, Store } from '../../store/store.ts';
import { FORMATTERS, type Format } from './formats.ts';
import { countContent } from './queries.ts';
import { noTally, type Tally } from './tally.ts';
import { writeOut } from './writing.ts';

export type ExportOptions = {
  format: Format;
  /** Where it goes: a file, which is there once it is whole, compressed where its name ends in `.gz`; or a stream, left open. */
  to: string | NodeJS.WritableStream;
  /** Told how much there is to go out, and then how much went out so far. */
  onProgress?: (tally: Tally, total: Tally) => void;
  /** Ends the export; nothing is left of the file. */
  signal?: AbortSignal;
};

/**
 * Exports content. Returns how much of each went out, and how many bytes before they were compressed. Throws the errors
 * of the store and of the file, and the reason of the signal.
 */
export const exportContent = (
  { store, clock }: Parts,
  { format, to, onProgress, signal }: ExportOptions,
): Promise<{ counts: Tally; bytes: number }> =>
  store.snapshot(async (at: Store) => {
    const total = await countContent(at);
    const counts = noTally();
    const count = (kind: keyof Tally) => {
      counts[kind] += 1;
      onProgress?.(counts, total);
    };
    const bytes = await writeOut(FORMATTERS[format](at, clock(), count), to, signal);
    return { counts, bytes };
  });
