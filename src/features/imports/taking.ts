/** What can be done with imports that are sent: they are taken, shown, and ended. */
import { refuse } from '../../core/errors.ts';
import type { Origin } from '../../store/events.ts';
import { keepOutcome } from '../../store/outcomes.ts';
import type { Parts, Store } from '../../store/store.ts';
import { deleteImportRow, findImport, type ImportRow, insertImport } from './import-queries.ts';

/** What was asked for beside the file. */
export type ImportInput = { format: string; name: string; defaultAuthor: string | null; pages: boolean };

/** How long whoever has a file is believed to live, in milliseconds, from when it last said so. */
export const HELD_FOR = 15_000;

/** Reads one import; `not-found`. */
export const readImport = async (store: Store, id: number): Promise<ImportRow> => {
  const row = await findImport(store, id);
  if (!row) throw refuse('not-found', `There is no import ${id}`);
  return row;
};

/** Takes a file that stands at a path: from now on it is imported, whatever becomes of this process. */
export const createImport = (
  { store, clock }: Parts,
  origin: Origin,
  { format, ...options }: ImportInput,
  { path, bytes }: { path: string; bytes: number },
): Promise<ImportRow> =>
  store.transaction(async (tx) => {
    const now = clock();
    const row = await insertImport(tx, {
      ...{ status: 'queued', format, options, path, bytes },
      ...{ problems: [], problemCount: 0, keyId: origin.caller?.keyId ?? null },
      ...{ createdAt: now, heldUntil: new Date(now.getTime() + HELD_FOR) },
    });
    await keepOutcome(tx, origin, { kind: 'import', id: row.id }, now);
    return row;
  });

/**
 * Deletes an import with what it tells. One that is being done ends between two transactions, and its file is removed by
 * who does it; what it has stored stays.
 */
export const deleteImport = ({ store }: Parts, id: number): Promise<void> =>
  store.transaction(async (tx) => {
    if (!(await deleteImportRow(tx, id))) throw refuse('not-found', `There is no import ${id}`);
  });
