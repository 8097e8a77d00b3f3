/** Does one import that was sent: from where an earlier process left it, to its end. */
import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Renderer } from '../../rendering/renderer.ts';
import type { Parts, Store } from '../../store/store.ts';
import { UnreadableFile } from '../formats/lines.ts';
import { importRecords } from './actions.ts';
import type { Format } from './formats.ts';
import { changeHeld, findImport, type ImportRow } from './import-queries.ts';
import { advance, changesOf, type Progress, progressOf } from './progress.ts';
import { emptyReport, type Problem } from './report.ts';
import { HELD_FOR, type ImportInput } from './taking.ts';

export type RunningParts = Parts & {
  /** Opens a renderer for an import alone, so that editors wait for none of its texts. */
  openRenderer: () => Renderer;
};

/** How often it is said that an import is still being done, and how far it is where nothing is written, in milliseconds. */
const SAID_EVERY = HELD_FOR / 5;
const KEPT_EVERY = 1000;

/** The import was deleted, or another process does it: this one took too long to say that it lives. */
class ImportLost extends Error {}

/** Removes the file of an import, with the directory that it alone is in. */
const removeFile = (path: string): Promise<void> => rm(dirname(path), { recursive: true, force: true });

const heldFrom = (now: Date) => new Date(now.getTime() + HELD_FOR);

/** Writes what becomes of an import, as long as it is ours. */
const createKeeper = ({ clock }: Parts, { id, holder }: ImportRow) => {
  const keep = async (tx: Store, values: Parameters<typeof changeHeld>[3]): Promise<void> => {
    if (!(await changeHeld(tx, id, holder as string, values))) throw new ImportLost(); // claimed, it has a holder
  };
  return {
    keep,
    hold: (tx: Store, values = {}) => keep(tx, { heldUntil: heldFrom(clock()), ...values }),
    /** Lets any process go on with it, at once. */
    release: (tx: Store) => keep(tx, { holder: null, heldUntil: clock() }),
    finish: (tx: Store, values: { status: 'done' | 'failed'; fault?: string }) =>
      keep(tx, { path: null, holder: null, heldUntil: null, finishedAt: clock(), ...values }),
  };
};

/** Says now and then that an import is still being done; once it is not ours any more, it gives the signal. */
const holdOn = ({ store }: Parts, hold: (tx: Store) => Promise<void>, lost: AbortController) => {
  let saying: Promise<void> | undefined;
  const timer = setInterval(() => {
    saying ??= store
      .transaction((tx) => hold(tx))
      .catch((error: unknown) => {
        if (error instanceof ImportLost) lost.abort(); // a store that is away is noticed by the import itself
      })
      .finally(() => {
        saying = undefined;
      });
  }, SAID_EVERY);
  return async () => {
    clearInterval(timer);
    await saying;
  };
};

/** Imports the records that are not done yet, and keeps with each transaction how far that is. */
const importRest = async (parts: RunningParts, row: ImportRow, keeper: Keeper, signal: AbortSignal): Promise<void> => {
  const { store } = parts;
  const { defaultAuthor, pages } = row.options as Omit<ImportInput, 'format'>;
  let kept: Progress = progressOf(row);
  let keptAt = performance.now();
  let unkept: Problem[] = []; // told since something was kept
  const report = { ...emptyReport((problem) => void unkept.push(problem)), counts: structuredClone(kept.counts) };
  const keepProgress = async (tx: Store, next: Progress) => keeper.hold(tx, changesOf(kept, next));
  const noteKept = (next: Progress) => {
    [kept, keptAt, unkept] = [next, performance.now(), []];
  };
  const keepNow = async () => {
    const next = advance(kept, report.counts, unkept);
    await store.transaction((tx) => keepProgress(tx, next));
    noteKept(next);
  };

  const renderer = parts.openRenderer();
  try {
    let written: Progress | undefined;
    await importRecords(
      { ...parts, renderer },
      {
        ...{ format: row.format as Format, path: row.path as string, defaultAuthor, pages, report, signal },
        skip: kept.counts.read,
        keep: async (tx, counts, problems) => {
          written = advance(kept, counts, [...unkept, ...problems]);
          await keepProgress(tx, written);
        },
        onProgress: async () => {
          if (written) noteKept(written);
          else if (performance.now() - keptAt > KEPT_EVERY) await keepNow();
          written = undefined;
        },
      },
    );
    await keepNow();
  } finally {
    await renderer.close();
  }
};

type Keeper = ReturnType<typeof createKeeper>;

/** What an operator reads of a file that cannot be read; where it was kept is nobody's concern. */
const faultOf = (error: UnreadableFile, { path, options }: ImportRow): string =>
  error.message.replaceAll(path as string, (options as { name: string }).name);

/**
 * Does an import that this process has claimed. It ends with the file, with `signal` (and can then be gone on with), or
 * where the import was deleted. Throws what the store throws: then it is tried again. Any other error is told to `onFault`.
 */
export const runImport = async (
  parts: RunningParts,
  row: ImportRow,
  signal: AbortSignal,
  onFault: (error: unknown) => void,
): Promise<void> => {
  const { store } = parts;
  const path = row.path as string;
  const keeper = createKeeper(parts, row);
  const finish = async (values: { status: 'done' | 'failed'; fault?: string }) => {
    await store.transaction((tx) => keeper.finish(tx, values));
    await removeFile(path);
  };
  const lost = new AbortController();
  const letGo = holdOn(parts, keeper.hold, lost);
  try {
    await importRest(parts, row, keeper, AbortSignal.any([signal, lost.signal]));
    if (signal.aborted) await store.transaction((tx) => keeper.release(tx));
    else await finish({ status: 'done' });
  } catch (error) {
    if (error instanceof ImportLost) {
      if (!(await findImport(store, row.id))) await removeFile(path); // else another process needs it
    } else if (error instanceof UnreadableFile) await finish({ status: 'failed', fault: faultOf(error, row) });
    else if (store.failureOf(error) !== undefined) throw error;
    else {
      onFault(error);
      await finish({ status: 'failed', fault: 'Something went wrong inside; the log of the service says what' });
    }
  } finally {
    await letGo();
  }
};
