/**
 * Runs tap on the compiled tests: `npx tap` takes the same arguments and runs them from source. Each process of a test is
 * then started without tap's loaders, which are there for coverage and take a second of every process.
 */
import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { tap } from '@tapjs/core';
import { buildTests } from './build.ts';
import { roomyFolder } from './room.ts';

const ROOT = process.cwd();
const build = buildTests();
const temporary = roomyFolder();

/** Of a process that tap is about to start, what it runs. */
type Started = { command: string; args: string[] };

tap().on('spawn', (started: Started) => {
  const at = started.args.findIndex((arg) => arg.endsWith('.ts') && existsSync(arg));
  const file = started.args[at];
  if (file === undefined) return;
  const built = join(build, relative(ROOT, file)).replace(/\.ts$/, '.js');
  const { command } = started;
  started.command = 'env';
  const environment = [`TMPDIR=${temporary}`, `NODE_OPTIONS=${process.env.NODE_OPTIONS ?? ''}`]; // in which tap has its loaders, too
  started.args = [...environment, command, '--enable-source-maps', built];
});

await import('@tapjs/run');
