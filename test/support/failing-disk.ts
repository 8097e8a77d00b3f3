/** A disk that fails when it is told to, under a real process. */
import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SOURCE = fileURLToPath(new URL('failing-disk.c', import.meta.url));

/** Compiles what fails; undefined where there is no compiler. */
export const compileFailingDisk = (directory: string): string | undefined => {
  const library = join(directory, 'failing-disk.so');
  try {
    execFileSync('cc', ['-shared', '-fPIC', '-o', library, SOURCE, '-ldl']);
    return library;
  } catch {
    return undefined;
  }
};

/** What turns a fault on and off; `base` is where a process looks for it, as FAILING_DISK. */
export const switchesIn = (directory: string) => {
  const base = join(directory, 'switch');
  return {
    base,
    on: (name: string) => writeFileSync(`${base}.${name}`, ''),
    off: (name: string) => rmSync(`${base}.${name}`),
  };
};
