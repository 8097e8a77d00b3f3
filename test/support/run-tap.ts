/**
 * Runs tap on the compiled tests: `npx tap` takes the same arguments and runs them from source. Each process of a test is
 * then started without tap's loaders, which are there for coverage and take a second of every process.
 */
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { Spawn } from '@tapjs/core';
import { buildTests } from './build.ts';
import { folderInMemory } from './room.ts';

const ROOT = process.cwd();
const build = buildTests();
const temporary = folderInMemory() ?? tmpdir();

const { main } = Spawn.prototype;
/** Starts the process of a test file. */
Spawn.prototype.main = function (this: Spawn, done: () => void): void {
  const source = this.args.find((arg) => arg.endsWith('.ts') && existsSync(arg)) ?? '';
  const built = join(build, relative(ROOT, source)).replace(/\.ts$/, '.js');
  if (source !== '' && existsSync(built)) {
    const environment = [`TMPDIR=${temporary}`, `NODE_OPTIONS=${process.env.NODE_OPTIONS ?? ''}`]; // in which tap has its loaders, too
    this.args = [...environment, this.command, '--enable-source-maps', built];
    this.command = 'env';
  }
  main.call(this, done);
};

await import('@tapjs/run');
