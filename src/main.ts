#!/usr/bin/env node
/** The command line: `galley …`. */
import { existsSync, readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { addBackup } from './commands/backup.ts';
import { addCheck } from './commands/check.ts';
import { addDemo } from './commands/demo.ts';
import { addExport } from './commands/export.ts';
import { addImport } from './commands/import.ts';
import { addKeys } from './commands/keys.ts';
import { addMigrate } from './commands/migrate.ts';
import { addOpenapi } from './commands/openapi.ts';
import { addRestore } from './commands/restore.ts';
import { addServe } from './commands/serve.ts';
import type { Shell } from './commands/shell.ts';
import { Refusal } from './core/errors.ts';
import { EXIT } from './core/terminal.ts';
import { UnwritableFile } from './features/exports/writing.ts';
import { UnreadableFile } from './features/formats/lines.ts';
import { readSettings, SettingsError } from './settings.ts';
import { storeFault } from './store/open.ts';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

const shell: Shell = {
  settings: () => {
    if (existsSync('.env')) process.loadEnvFile('.env');
    return readSettings(process.env);
  },
  terminal: { out: process.stdout, err: process.stderr },
  ending: () => {
    const ending = new AbortController();
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => ending.abort());
    return ending.signal;
  },
};

/** Whether an error tells the operator all there is to tell: a bad setting, a file that cannot be read or written, a rule, a store that fails. */
const isPlain = (error: unknown): error is Error =>
  error instanceof SettingsError ||
  error instanceof UnreadableFile ||
  error instanceof UnwritableFile ||
  error instanceof Refusal ||
  storeFault(error) !== undefined;

// Who reads no more, such as `head`, has what it wanted; the exit code is that of a process that SIGPIPE ends.
process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => process.exit(code === 'EPIPE' ? 141 : EXIT.failed));

const program = new Command('galley')
  .description('A headless CMS for publications')
  .version(version, '-v, --version', 'tell the version')
  .helpOption('-h, --help', 'tell how to use it')
  .helpCommand(false)
  .exitOverride()
  .configureOutput({
    outputError: (text, write) => write(`galley: ${text.replace(/^error: /, '').replaceAll(/\n(?=.)/g, ' ')}`),
  })
  .addHelpText('after', '\nSettings are environment variables, or stand in .env: DATABASE_URL, HOST, PORT and others.');

const COMMANDS = [
  ...[addServe, addDemo, addMigrate, addKeys, addImport, addExport],
  ...[addBackup, addRestore, addCheck, addOpenapi],
];
for (const add of COMMANDS) add(program, shell);

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : EXIT.misused;
  else if (isPlain(error)) {
    console.error(`galley: ${error.message}`);
    process.exitCode = EXIT.failed;
  } else throw error;
}
