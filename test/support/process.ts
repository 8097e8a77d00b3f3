/** Galley as a real process, in a directory of its own, as an operator runs it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Test } from 'tap';
import { databaseIn, urlOf } from './database.ts';
import { NODE_ARGS, programOf } from './program.ts';

/** Without NODE_OPTIONS, as tap adds its own to whatever a test starts. */
const COMMAND = ['env', '-u', 'NODE_OPTIONS', process.execPath, ...NODE_ARGS, programOf('src/main.ts'), 'serve'];

export type Ended = { code: number | null; signal: NodeJS.Signals | null; milliseconds: number };

export type Process = {
  child: ChildProcess;
  /** What it has written so far. */
  out: () => string;
  err: () => string;
  /** Where it listens, once it says that it is ready; rejects when it ends before. */
  ready: Promise<string>;
  /** Its end, with the milliseconds since its start. */
  ended: Promise<Ended>;
  /** Sends a signal and waits for the end; the milliseconds are those since the signal. */
  stop: (signal?: NodeJS.Signals) => Promise<Ended>;
};

/** An empty directory that is gone after the test. */
export const temporaryDirectory = (t: Test): string => {
  const directory = mkdtempSync(join(tmpdir(), 'galley-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
};

/** The first admin key of a process that ran in a directory. */
export const readKey = (directory: string): string => readFileSync(join(directory, 'data/admin-key'), 'utf8').trim();

export type ProcessOptions = { environment?: Record<string, string>; wrap?: (command: string[]) => string[] };

/**
 * Starts `galley serve` in a directory, on the database of that directory and at any free port unless told otherwise; it
 * is killed with the test.
 */
export const startProcess = async (
  t: Test,
  directory: string,
  { environment = {}, wrap }: ProcessOptions = {},
): Promise<Process> => {
  const address = await databaseIn(t, directory);
  const database = address.engine === 'sqlite' ? {} : { DATABASE_URL: urlOf(address) }; // a file stands where it does by default
  const since = performance.now();
  const [program = '', ...args] = wrap ? wrap(COMMAND) : COMMAND;
  const child = spawn(program, args, {
    cwd: directory,
    env: { PATH: process.env.PATH, PORT: '0', ...database, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  let [out, err] = ['', ''];
  const ready = new Promise<string>((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (piece: string) => {
      out += piece;
      const line = out.split('\n').find((text) => text.includes('"msg":"ready"'));
      if (line !== undefined) resolve(JSON.parse(line).address);
    });
    child.on('exit', () => reject(new Error(`It ended before it was ready: ${err}`)));
  });
  ready.catch(() => {}); // whoever waits is told; nobody may wait
  child.stderr.setEncoding('utf8').on('data', (piece: string) => {
    err += piece;
  });
  const endAfter = (start: number) =>
    new Promise<Ended>((resolve) => {
      const tell = (code: number | null, signal: NodeJS.Signals | null) =>
        resolve({ code, signal, milliseconds: performance.now() - start });
      if (child.exitCode !== null || child.signalCode !== null) tell(child.exitCode, child.signalCode);
      else child.on('close', tell);
    });
  return {
    child,
    out: () => out,
    err: () => err,
    ready,
    ended: endAfter(since),
    stop: (signal = 'SIGTERM') => {
      const end = endAfter(performance.now());
      child.kill(signal);
      return end;
    },
  };
};
