/** A process whose event loop is watched from inside. */
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Test } from 'tap';
import { type Process, startProcess } from './process.ts';

const WATCH = fileURLToPath(new URL('./loop-watch.mjs', import.meta.url));

type Look = { held: number; sockets: number };
export type Watched = Process & {
  /** For how long the loop was held at most since the last question, in milliseconds, and how many sockets are open. */
  look: () => Promise<Look>;
};

/** Starts `galley serve` in a directory; see `startProcess`. */
export const startWatched = async (
  t: Test,
  directory: string,
  environment: Record<string, string>,
): Promise<Watched> => {
  const wrap = (command: string[]) =>
    command.flatMap((part) => (part === process.execPath ? [part, `--import=${WATCH}`] : [part]));
  const started = await startProcess(t, directory, { environment, wrap });
  const look = async (): Promise<Look> => {
    const before = started.err().length;
    started.child.kill('SIGUSR2');
    for (let n = 0; n < 500; n++) {
      const line = started
        .err()
        .slice(before)
        .split('\n')
        .find((text) => text.startsWith('{"held"'));
      if (line?.endsWith('}')) return JSON.parse(line);
      await sleep(10);
    }
    throw new Error('The process does not say for how long its loop was held');
  };
  return { ...started, look };
};
