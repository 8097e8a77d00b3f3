/** What an import does: reads ahead, renders beside, and writes in transactions of bounded length. */
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import { Refusal } from '../../core/errors.ts';
import type { Renderer } from '../../rendering/renderer.ts';
import type { Parts, Store } from '../../store/store.ts';
import type { Alteration, Found, ReadOptions } from '../formats/found.ts';
import { openDesk } from './desk.ts';
import { type Format, readerOf } from './formats.ts';
import { findKnown } from './known.ts';
import { type Entry, problemsOf, readEntry, reasonsOf } from './reading.ts';
import { type Rendered, renderEntry } from './rendering.ts';
import { type Counts, count, type Problem, type Report, tellProblem } from './report.ts';
import { type Done, writeRecord } from './writing.ts';

export type ImportParts = Parts & { renderer: Renderer };

export type ImportOptions = ReadOptions & {
  format: Format;
  /** Is filled as the import goes, so that it tells what was done even where the import fails. */
  report: Report;
  /** So many records at the beginning are passed over: an import that was interrupted has done them. */
  skip?: number;
  /** Told how many bytes of the file were read so far; what it returns is waited for. */
  onProgress?: (bytes: number) => void | Promise<void>;
  /** Keeps, in the transaction that writes records, how far the import is with it; may be run again with the same. */
  keep?: (tx: Store, counts: Counts, problems: readonly Problem[]) => Promise<void>;
  /** Ends the import between two transactions. */
  signal?: AbortSignal;
};

/** What is read, looked up and rendered together. */
const BATCH_RECORDS = 100;
const BATCH_BYTES = 4 * 1024 * 1024;
/** How many batches are prepared while one is written. */
const AHEAD = 2;
/** A transaction ends after the record with which it has lasted so many milliseconds: others who write wait little. */
const LONGEST_UNIT = 100;
/**
 * So long, in milliseconds, the store is left to others between two transactions; a waiting process asks about as often.
 * What is read meanwhile counts, so that the pause of an import costs it little.
 */
const PAUSE = 10;

/** Records without the first of them; they are read all the same, for a file says only from its beginning what is where. */
async function* after(skip: number, records: AsyncIterable<Found>): AsyncGenerator<Found> {
  let left = skip;
  for await (const found of records) {
    if (left > 0) left -= 1;
    else yield found;
  }
}

async function* batchesOf(records: AsyncIterable<Found>): AsyncGenerator<Found[]> {
  let batch: Found[] = [];
  let bytes = 0;
  let fault: { error: unknown } | undefined;
  try {
    for await (const found of records) {
      batch.push(found);
      bytes += found.bytes;
      if (batch.length < BATCH_RECORDS && bytes < BATCH_BYTES) continue;
      yield batch;
      [batch, bytes] = [[], 0];
    }
  } catch (error) {
    fault = { error };
  }
  if (batch.length > 0) yield batch; // also where the file breaks off: what came before is good
  if (fault) throw fault.error;
}

/** Begins `work` on some items before they are asked for. */
async function* ahead<T, R>(items: AsyncIterable<T>, work: (item: T) => Promise<R>): AsyncGenerator<R> {
  const begun: Promise<R>[] = [];
  const walk = items[Symbol.asyncIterator]();
  const next = () => walk.next().then(({ value, done }) => (done ? null : { item: value as T }));
  let fault: { error: unknown } | undefined;
  for (let found = await next(); found; ) {
    const result = work(found.item);
    result.catch(() => {}); // told where it is awaited, unless the walk ends before
    begun.push(result);
    if (begun.length > AHEAD) yield begun.shift() as Promise<R>;
    found = await next().catch((error: unknown) => {
      fault = { error };
      return null;
    });
  }
  yield* begun;
  if (fault) throw fault.error;
}

/** A record on its way: `done` already, or with what writing it takes. */
type Ready = { entry: Entry; done: Done | null; rendering: Rendered | null };

const decided = (entry: Entry, done: Done): Ready => ({ entry, done, rendering: null });
const skipped = (entry: Entry, reasons: readonly Alteration[]): Ready =>
  decided(entry, { fate: 'skipped', problems: problemsOf(entry, 'skipped', reasons) });

/** Reads the records of a batch, decides those that need no writing and renders the others. */
const prepare = async ({ store, renderer }: ImportParts, found: Found[], options: ReadOptions): Promise<Ready[]> => {
  const entries = found.map((each) => readEntry(each, options));
  const known = await findKnown(store, entries);
  const prepareEntry = async (entry: Entry): Promise<Ready> => {
    if ('refused' in entry) return skipped(entry, entry.refused);
    const differences = known(entry);
    if (differences) return decided(entry, { fate: 'unchanged', problems: problemsOf(entry, 'kept', differences) });
    try {
      return { entry, done: null, rendering: await renderEntry(renderer, entry) };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return skipped(entry, reasonsOf(error));
    }
  };
  return Promise.all(entries.map(prepareEntry));
};

/** A rule refused a record while it was written; the transaction is undone, for what came of the record before. */
class RecordRefused extends Error {
  readonly entry: Entry;
  readonly refusal: Refusal;
  constructor(entry: Entry, refusal: Refusal) {
    super(refusal.message);
    this.entry = entry;
    this.refusal = refusal;
  }
}

type Unit = { done: Done[]; made: { authors: number; tags: number } };

const countUnit = (counts: Counts, batch: readonly Ready[], { done, made }: Unit): Counts => {
  for (const [position, { fate }] of done.entries()) count(counts, (batch[position] as Ready).entry.kind, fate);
  counts.made.authors += made.authors;
  counts.made.tags += made.tags;
  return counts;
};

const problemsIn = ({ done }: Unit) => done.flatMap(({ problems }) => problems);

/** Writes the first of some records, as many as fit into one transaction. */
const writeUnit = (
  { store, clock }: ImportParts,
  batch: readonly Ready[],
  { report, keep }: ImportOptions,
): Promise<Unit> =>
  store.transaction(async (tx) => {
    const since = performance.now();
    const desk = await openDesk(
      tx,
      clock(),
      batch.filter(({ done }) => done === null).map(({ entry }) => entry),
    );
    const done: Done[] = [];
    for (const { entry, done: before, rendering } of batch) {
      if (done.length > 0 && performance.now() - since > LONGEST_UNIT) break;
      const write = () =>
        writeRecord(desk, entry, rendering).catch((error: unknown) => {
          throw error instanceof Refusal ? new RecordRefused(entry, error) : error;
        });
      done.push(before ?? (await write()));
      // Queries settle as microtasks: without a turn of the loop the rendering threads would get no next text.
      if (rendering) await turn();
    }
    const unit = { done, made: desk.made };
    await keep?.(tx, countUnit(structuredClone(report.counts), batch, unit), problemsIn(unit));
    return unit;
  });

/** When the last transaction of an import ended, in milliseconds. */
type Pace = { writtenAt: number };

/** Leaves the store to others as long as they are to have it, and the event loop in any case. */
const leaveToOthers = async ({ writtenAt }: Pace): Promise<void> => {
  const rest = Math.ceil(writtenAt + PAUSE - performance.now());
  await (rest > 0 ? sleep(rest) : turn());
};

/** Writes what comes first of some records; a record that a rule refuses is skipped, the others go in without it. */
const writeFirst = async (parts: ImportParts, batch: Ready[], options: ImportOptions, pace: Pace): Promise<Unit> => {
  if (batch.every(({ done }) => done !== null)) {
    return { done: batch.map(({ done }) => done as Done), made: { authors: 0, tags: 0 } };
  }
  await leaveToOthers(pace);
  try {
    return await writeUnit(parts, batch, options);
  } catch (error) {
    if (!(error instanceof RecordRefused)) throw error;
    const at = batch.findIndex(({ entry }) => entry === error.entry);
    batch[at] = skipped(error.entry, reasonsOf(error.refusal));
    return writeFirst(parts, batch, options, pace);
  } finally {
    pace.writtenAt = performance.now();
  }
};

const note = async (report: Report, batch: readonly Ready[], unit: Unit): Promise<void> => {
  countUnit(report.counts, batch, unit);
  for (const problem of problemsIn(unit)) await tellProblem(report, problem);
};

/**
 * Imports the records of a file. What is there already stays as it is, so that a second run, or
 * one after an end in the middle, changes nothing or goes on. Throws `UnreadableFile` and the errors of the store; what
 * was written before stays written.
 */
export const importRecords = async (parts: ImportParts, options: ImportOptions): Promise<void> => {
  const { report, signal, onProgress, skip = 0 } = options;
  let bytes = 0;
  const pace: Pace = { writtenAt: Number.NEGATIVE_INFINITY };
  const ended = new Error('the import ended'); // also where a long file has told no record so far
  const read = await readerOf(options.format);
  const records = read(options, (more) => {
    bytes += more;
    if (signal?.aborted) throw ended;
  });
  try {
    for await (const batch of ahead(batchesOf(after(skip, records)), (found) => prepare(parts, found, options))) {
      for (let rest = batch; rest.length > 0; ) {
        if (signal?.aborted) return;
        const unit = await writeFirst(parts, rest, options, pace);
        await note(report, rest, unit);
        rest = rest.slice(unit.done.length);
        await onProgress?.(bytes);
      }
    }
  } catch (error) {
    if ((error as Error).cause !== ended) throw error; // a reader says so of whatever ends its reading
  }
};
