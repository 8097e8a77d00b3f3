/** A PostgreSQL server for one run of the tests or of the benchmark, made from the machine's binaries and thrown away afterwards. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { folderInMemory } from './room.ts';

export type Server = { url: string; pid: number; stop(): Promise<void> };

export type ServerOptions = {
  /** Where its folder is made; where there is room for it unless told otherwise. */
  folder?: string;
  /** Settings as PostgreSQL calls them. */
  settings?: readonly string[];
};

/** The same server, another of its databases. */
export const withDatabase = (url: string, database: string): string => {
  const other = new URL(url);
  other.pathname = `/${database}`;
  return other.href;
};

/** PostgreSQL does not run as root; nobody is somebody else. */
const NOBODY = 65_534;
const asOther = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};

/** Nothing has to outlive the run, and no plan may depend on when statistics were gathered. */
const FLEETING = [
  ...['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'wal_level=minimal', 'max_wal_senders=0'],
  ...['max_wal_size=256MB', 'autovacuum=off', 'max_connections=300'],
];

const START_WITHIN = 30_000;

/** Where the server's programs are, the newest first: in the PATH, or where Debian keeps them. */
export const findBinaries = (): string | undefined => {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...versions.map((each) => join(debian, each, 'bin'))];
  return folders.find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')));
};

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  return port;
};

const initialise = (binaries: string, directory: string): void => {
  const args = ['-D', join(directory, 'data'), '-U', 'galley', '-A', 'trust', '-E', 'UTF8', '--no-sync'];
  const run = (locale: string) =>
    execFileSync(join(binaries, 'initdb'), [...args, `--locale=${locale}`], {
      cwd: directory,
      stdio: 'pipe',
      ...asOther,
    });
  try {
    run('C.UTF-8');
  } catch {
    run('C'); // older systems know no other that sorts by bytes
  }
};

/**
 * Starts a server on a free port of this machine, which forgets what it acknowledged unless its settings say otherwise;
 * throws where there is none to start.
 */
export const startServer = async ({
  folder = folderInMemory() ?? '/tmp',
  settings = FLEETING,
}: ServerOptions = {}): Promise<Server> => {
  const binaries = findBinaries();
  if (binaries === undefined) {
    throw new Error(
      'There is no PostgreSQL: install its server (Debian: apt-get install postgresql), or name one in TEST_POSTGRES_URL',
    );
  }
  const directory = mkdtempSync(join(folder, 'galley-postgres-'));
  if (asOther.uid !== undefined) chownSync(directory, asOther.uid, asOther.gid);
  const remove = () => rmSync(directory, { recursive: true, force: true });
  try {
    initialise(binaries, directory);
    const port = await freePort();
    // No socket: the path of one must be short.
    const all = [...settings, 'listen_addresses=127.0.0.1', 'unix_socket_directories='];
    const args = ['-D', join(directory, 'data'), '-p', String(port), ...all.flatMap((each) => ['-c', each])];
    const log = join(directory, 'log');
    // Detached: Ctrl-C reaches the tests, which are to end before it does.
    const server = spawn('sh', ['-c', 'exec "$0" "$@" >log 2>&1', join(binaries, 'postgres'), ...args], {
      cwd: directory,
      stdio: 'ignore',
      detached: true,
      ...asOther,
    });
    const ended = once(server, 'exit');
    const killIt = () => {
      server.kill('SIGKILL');
      remove();
    };
    process.once('exit', killIt); // whoever started it was cut short
    const stop = async () => {
      process.off('exit', killIt);
      server.kill('SIGQUIT'); // at once: nothing is to be kept
      await ended;
      remove();
    };
    const url = `postgres://galley@127.0.0.1:${port}/postgres`;
    const since = performance.now();
    for (;;) {
      const client = new pg.Client({ connectionString: url });
      try {
        await client.connect();
        await client.end();
        return { url, pid: server.pid as number, stop };
      } catch (error) {
        const isOver = server.exitCode !== null || performance.now() - since > START_WITHIN;
        if (!isOver) await sleep(50);
        else {
          const told = readFileSync(log, 'utf8');
          if (server.exitCode === null) await stop();
          throw new Error(`PostgreSQL did not start:\n${told}`, { cause: error });
        }
      }
    }
  } catch (error) {
    remove();
    throw error;
  }
};
