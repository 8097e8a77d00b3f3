/** Programs under measurement: where they run, when they are ready, and what they take of the machine. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { openSync, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { exchange } from './client.ts';

/** The core of whatever is measured, and the one of what measures. */
export const SERVER_CORE = 0;
export const LOAD_CORE = 1;

let apart = false;
/** Whether the two are kept apart. */
export const areApart = (): boolean => apart;

/** The command that runs another on one core, where cores are kept apart. */
export const onCore = (core: number, command: string[]): string[] =>
  apart ? ['taskset', '-c', String(core), ...command] : command;

/** From now on keeps this process, and what it starts, on the core of what measures, where the machine lets it. */
export const keepApart = (): void => {
  apart = availableParallelism() > 1 && spawnSync('taskset', ['-V']).status === 0;
  if (apart) execFileSync('taskset', ['-a', '-c', '-p', String(LOAD_CORE), String(process.pid)], { stdio: 'ignore' });
};

/** A port that is free now. */
const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });

/** The clock of `/proc`, in ticks a second. */
const TICKS = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

/** What a process and its threads have taken of the processors, in microseconds, by `/proc`; `ended`: its children that are over. */
const timesOf = (pid: number): { own: number; ended: number } => {
  // The name of the program, in parentheses, may hold spaces.
  const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ')
    .slice(11, 15)
    .map((ticks) => (Number(ticks) / TICKS) * 1e6);
  return { own: user + system, ended: endedUser + endedSystem };
};
const cpuOf = (pid: number): number => timesOf(pid).own;

/** A process and its children. */
const familyOf = (pid: number): number[] =>
  [pid, ...readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ')].map(Number).filter(Boolean);

/** What a process and all children it ever had have taken of the processors, in microseconds. */
export const cpuOfFamily = (pid: number): number => {
  const { own, ended } = timesOf(pid);
  const [, ...children] = familyOf(pid);
  return children.reduce((sum, child) => sum + cpuOf(child), own + ended);
};

/** Keeps a process, its children and those they will have on the core of what is measured, where cores are kept apart. */
export const keepFamilyThere = (pid: number): void => {
  if (!apart) return;
  for (const each of familyOf(pid)) {
    execFileSync('taskset', ['-a', '-c', '-p', String(SERVER_CORE), String(each)], { stdio: 'ignore' });
  }
};

/** The resident memory of a process, in MiB. */
const memoryOf = (pid: number): number =>
  Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;

export type Served = {
  origin: string;
  /** Microseconds of processor time so far, all threads and workers together. */
  cpu: () => number;
  /** The same of the server of its store: 0 where there is none, NaN where it cannot be told. */
  storeCpu: () => number;
  /** Resident memory in MiB. */
  memory: () => number;
  /** Milliseconds from its start to its first answer. */
  startedIn: number;
  stop: () => Promise<void>;
};

export type Start = {
  command: string[];
  environment?: Record<string, string>;
  /** Answers 200 once it is ready. */
  readyPath: string;
  /** Takes what it writes. */
  log: string;
};

const READY_WITHIN = 120_000;

const waitUntilReady = async (child: ChildProcess, url: string, log: string): Promise<void> => {
  for (const since = performance.now(); performance.now() - since < READY_WITHIN; await sleep(10)) {
    if (child.exitCode !== null || child.signalCode !== null) break;
    const answer = await exchange(url, {}).catch(() => undefined); // it does not listen yet
    if (answer?.status === 200) return;
  }
  child.kill('SIGKILL');
  throw new Error(`${child.spawnargs.join(' ')} was never ready at ${url}:\n${readFileSync(log, 'utf8').slice(-2000)}`);
};

const stop = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });

/** Starts a server on its core, at a port of its own that it reads from `PORT`, and waits until it is ready. */
export const startServer = async ({ command, environment = {}, readyPath, log }: Start): Promise<Served> => {
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const since = performance.now();
  const [program = '', ...args] = onCore(SERVER_CORE, command);
  const output = openSync(log, 'a');
  const child = spawn(program, args, {
    env: { PATH: process.env.PATH, ...environment, PORT: String(port) },
    stdio: ['ignore', output, output],
  });
  const killIt = () => child.kill('SIGKILL');
  process.once('exit', killIt);
  child.once('exit', () => process.off('exit', killIt));
  await waitUntilReady(child, `${origin}${readyPath}`, log);
  const startedIn = performance.now() - since;
  const pid = child.pid as number;
  const told = { cpu: () => cpuOfFamily(pid), storeCpu: () => 0, memory: () => memoryOf(pid) };
  return { origin, startedIn, ...told, stop: () => stop(child) };
};
