/** The service's own backups, beside the requests. */
import { Worker } from 'node:worker_threads';
import { type Repeating, repeatFromNow } from '../../core/repeating.ts';
import { threadScript } from '../../core/thread-script.ts';
import { fileOf, type StoreAddress } from '../../store/address.ts';
import { listOwn, type Plan } from './making.ts';
import { isDue } from './rules.ts';

/** How often it is looked whether a backup is due, and when it is tried again after it failed, in milliseconds. */
const LOOK_EVERY = 10_000;
const AGAIN_AFTER = 60_000;
/** How long a stop waits for a thread, in milliseconds: it may be in the midst of checking a copy, which nothing ends. */
const STOP_WITHIN = 3000;

export type Backups = Repeating & {
  /** When the newest backup that is there was made, by any process; null: there is none, or none is wanted. */
  lastAt(): Date | null;
};

export const NO_BACKUPS: Backups = { lastAt: () => null, stop: async () => {} };

/** Makes a backup in a thread of its own, where one is still due there; `signal` ends it. */
const makeInThread = (plan: Plan, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const worker = new Worker(threadScript('making-thread', import.meta.url), { workerData: plan, execArgv: [] });
    const end = () => worker.postMessage('end');
    signal.addEventListener('abort', end);
    const settle = (settled: () => void) => {
      signal.removeEventListener('abort', end);
      settled();
    };
    worker.once('error', (error) => settle(() => (signal.aborted ? resolve() : reject(error))));
    worker.once('exit', () => settle(resolve));
    if (signal.aborted) end();
  });

/**
 * Makes a backup whenever one is due, until `stop`; at once where there is none yet. What is due is told by the backups
 * that are there, so no restart postpones or doubles it. `onError` hears of what failed; it is tried again sooner.
 */
export const startBackups = (
  address: StoreAddress,
  { every, keep }: { every: number | null; keep: number },
  onError: (error: unknown) => void,
): Backups => {
  const file = fileOf(address);
  if (every === null || file === null) return NO_BACKUPS;
  const plan: Plan = { address, file, every, keep };
  const ending = new AbortController();
  let pausedUntil = Number.NEGATIVE_INFINITY;
  const look = async () => {
    if (performance.now() < pausedUntil || ending.signal.aborted || !isDue(listOwn(plan), every, new Date())) return;
    try {
      await makeInThread(plan, ending.signal);
    } catch (error) {
      pausedUntil = performance.now() + Math.min(AGAIN_AFTER, every);
      throw error;
    }
  };
  const looking = repeatFromNow(look, Math.min(LOOK_EVERY, every / 10), onError);
  return {
    lastAt: () => listOwn(plan)[0]?.at ?? null,
    stop: async () => {
      ending.abort();
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, STOP_WITHIN);
      });
      await Promise.race([looking.stop(), late]);
      clearTimeout(timer);
    },
  };
};
