/** A lock among processes and threads, which ends with whoever has it: SQLite's own, of an empty database. */
import Database from 'better-sqlite3';
import { faultOf } from './faults.ts';

/** Does a piece of work while it has the lock; undefined where another has it. The file stays, empty. */
export const holdLock = async <T>(file: string, work: () => Promise<T>): Promise<T | undefined> => {
  const lock = new Database(file, { timeout: 0 });
  try {
    lock.exec('BEGIN EXCLUSIVE');
    return await work();
  } catch (error) {
    if (lock.inTransaction || !faultOf(error).code?.startsWith('SQLITE_BUSY')) throw error;
    return undefined;
  } finally {
    lock.close();
  }
};
