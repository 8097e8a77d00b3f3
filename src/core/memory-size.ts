/** How much memory there is for this process. */
import { totalmem } from 'node:os';

const MIB = 1024 ** 2;

/** That of the machine, or of the container where it has a limit (its cgroup's), in bytes. */
export const memorySize = (): number => {
  const limit = process.constrainedMemory(); // 0 where there is none, or far more than there is
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
};

/** How much of finished answers is kept where nobody says otherwise: little of a small memory, in whole MiB. */
export const cacheSizeIn = (memory: number): number => Math.min(64, Math.floor(memory / MIB / 16)) * MIB;

/** How many threads render: each may take a heap of its own. */
export const threadsIn = (memory: number, processors: number): number =>
  Math.max(1, Math.min(4, processors, Math.floor(memory / (256 * MIB))));

/** How many bytes of bodies may be in memory at once: each is there several times over while it is worked on. */
export const bodiesIn = (memory: number): number => Math.min(64 * MIB, Math.floor(memory / 16));

/** Whether it is so little that a heap must not grow as it likes: V8 would take all there is before it is cleared. */
export const isSmall = (memory: number): boolean => memory < 512 * MIB;
