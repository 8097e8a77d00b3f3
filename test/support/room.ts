/** Where the tests keep what nobody needs after them. */
import { existsSync, statfsSync } from 'node:fs';

/** In memory a database is made in 20 ms, and a commit waits for nothing; on a disk that is 200 ms, and 3 ms a commit. */
const MEMORY = '/dev/shm';
const ROOM = 2 * 1024 ** 3;

const isRoomy = (folder: string): boolean => {
  if (!existsSync(folder)) return false;
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize > ROOM;
};

/** A folder in memory, where the machine has one with room. */
export const folderInMemory = (): string | undefined => (isRoomy(MEMORY) ? MEMORY : undefined);
