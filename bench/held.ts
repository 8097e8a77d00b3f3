/** What a run holds open until it is over. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Things held open, ended in reverse. */
export class Held {
  readonly #ends: (() => unknown)[] = [];
  add<T>(thing: T, end: (thing: T) => unknown): T {
    this.#ends.push(() => end(thing));
    return thing;
  }
  async end(): Promise<void> {
    for (let end = this.#ends.pop(); end; end = this.#ends.pop()) await end();
  }
}

/** Does a piece of work; what it held open is ended after it, whether it failed or not. */
export const holding = async <T>(work: (held: Held) => Promise<T>): Promise<T> => {
  const held = new Held();
  try {
    return await work(held);
  } finally {
    await held.end();
  }
};

/** A folder that is gone after the run, also where the run is interrupted. */
export const temporaryFolder = (held: Held, folder: string): string => {
  const made = mkdtempSync(join(folder, 'galley-bench-'));
  chmodSync(made, 0o711); // a server in it may run as another user
  const remove = () => rmSync(made, { recursive: true, force: true });
  process.once('exit', remove);
  return held.add(made, () => {
    process.off('exit', remove);
    remove();
  });
};
