/** Which import is done next, and by whom: one at a time in each process, by one that has the file. */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type Repeating, repeat } from '../../core/repeating.ts';
import type { Parts } from '../../store/store.ts';
import {
  changeUnheld,
  findImport,
  type ImportRow,
  listFiles,
  listUnfinished,
  type Unfinished,
} from './import-queries.ts';
import { type RunningParts, runImport } from './running.ts';
import { HELD_FOR } from './taking.ts';

/** How often it is looked whether there is something to do, in milliseconds. */
const LOOK_EVERY = 1000;
/** For how long a process that has the file may be away, in milliseconds, before nobody waits for it any more. */
const AWAY_FOR = 600_000;
/** A file that no import names is removed once it is so old, in milliseconds: one that is still being sent changes. */
const LEFT_FOR = 600_000;
const TIDY_EVERY = 60_000;

const GONE =
  'The file is no longer there: the process that took it, or its disk, is gone. Send it again; what is stored stays';

export type QueueParts = RunningParts & {
  /** Where files stand that were sent to this process. */
  directory: string;
};

const after = (now: Date, milliseconds: number) => new Date(now.getTime() + milliseconds);
const isHere = ({ path }: Pick<Unfinished, 'path'>): boolean => path !== null && existsSync(path);

/** Says of imports that wait here that whoever has their file lives, and gives those up of which nobody has it. */
const keepQueue = async ({ store, clock }: Parts, unfinished: readonly Unfinished[]): Promise<void> => {
  const now = clock();
  const isStale = ({ heldUntil }: Unfinished) => heldUntil === null || heldUntil < after(now, HELD_FOR / 2);
  const waiting = unfinished.filter((row) => row.status === 'queued' && isHere(row) && isStale(row));
  const isAway = ({ heldUntil }: Unfinished) => heldUntil === null || after(heldUntil, AWAY_FOR) < now;
  const gone = unfinished.filter((row) => isAway(row) && !isHere(row));
  if (waiting.length + gone.length === 0) return;
  await store.transaction(async (tx) => {
    for (const { id } of waiting) await changeUnheld(tx, id, now, { heldUntil: after(now, HELD_FOR) });
    for (const { id } of gone) {
      const ended = { path: null, holder: null, heldUntil: null, finishedAt: now };
      await changeUnheld(tx, id, now, { status: 'failed', fault: GONE, ...ended });
    }
  });
};

/** Takes the oldest import that nobody does and whose file is here; undefined where there is none. */
const claimNext = async (
  { store, clock }: Parts,
  unfinished: readonly Unfinished[],
): Promise<ImportRow | undefined> => {
  const isLeft = ({ status, heldUntil }: Unfinished) =>
    status === 'queued' || heldUntil === null || heldUntil <= clock();
  for (const { id } of unfinished.filter((row) => isLeft(row) && isHere(row))) {
    const claimed = await store.transaction(async (tx) => {
      const now = clock();
      const holder = randomUUID();
      const startedAt = (await findImport(tx, id))?.startedAt ?? now;
      return changeUnheld(tx, id, now, { status: 'running', startedAt, holder, heldUntil: after(now, HELD_FOR) });
    });
    if (claimed) return claimed;
  }
  return undefined;
};

/** Nothing where there is nothing any more: another process may have been first. */
const unlessGone = <T>(found: Promise<T>, otherwise: T): Promise<T> =>
  found.catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return otherwise;
    throw error;
  });

/** When something was last written to the file in a directory, in milliseconds since 1970. */
const changedAt = async (home: string): Promise<number> => {
  const [file = '.'] = await readdir(home);
  return (await stat(join(home, file))).mtimeMs;
};

/** Removes files that no import names: of uploads that a killed process had begun, of imports that were deleted. */
const tidy = async ({ store, directory }: QueueParts): Promise<void> => {
  const homes = await unlessGone(readdir(directory), []);
  if (homes.length === 0) return;
  const named = new Set((await listFiles(store)).map((path) => basename(dirname(path))));
  for (const home of homes.filter((name) => !named.has(name)).map((name) => join(directory, name)))
    if (Date.now() - (await unlessGone(changedAt(home), Date.now())) > LEFT_FOR)
      await rm(home, { recursive: true, force: true });
};

/** Does the next import, if there is one; returns whether there was. */
export const importNext = async (
  parts: QueueParts,
  signal: AbortSignal,
  onFault: (error: unknown) => void,
): Promise<boolean> => {
  const unfinished = await listUnfinished(parts.store);
  if (unfinished.length === 0) return false;
  await keepQueue(parts, unfinished);
  const row = signal.aborted ? undefined : await claimNext(parts, unfinished);
  if (row) await runImport(parts, row, signal, onFault);
  return row !== undefined;
};

/** Begins to import what is sent, from now until `stop`; then an import ends between two transactions. */
export const startImporting = (parts: QueueParts, onError: (error: unknown) => void): Repeating => {
  const ending = new AbortController();
  const work = async () => {
    while (await importNext(parts, ending.signal, onError)) if (ending.signal.aborted) return;
  };
  const working = repeat(work, LOOK_EVERY, onError);
  const keeping = repeat(async () => keepQueue(parts, await listUnfinished(parts.store)), HELD_FOR / 3, onError);
  const tidying = repeat(() => tidy(parts), TIDY_EVERY, onError);
  return {
    stop: async () => {
      ending.abort();
      await Promise.all([working.stop(), keeping.stop(), tidying.stop()]);
    },
  };
};
