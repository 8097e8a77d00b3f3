#!/usr/bin/env node
/** The command line: `galley …`. */
import { existsSync, readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import type { ImportFlags } from './features/imports/command.ts';
import { checkReadable, UnreadableFile } from './features/imports/lines.ts';
import { readSettings, type Settings, SettingsError } from './settings.ts';
import { storeFault } from './store/open.ts';

/** Exit codes besides 0: what was asked for failed; the command was not understood. */
const FAILED = 1;
const MISUSED = 2;

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** The settings, `.env` read first. */
const settings = (): Settings => {
  if (existsSync('.env')) process.loadEnvFile('.env');
  return readSettings(process.env);
};

const serve = async (): Promise<void> => {
  const { serve } = await import('./server.ts');
  await serve(settings());
};

/** A signal that Ctrl-C and SIGTERM give, so that an import ends between two transactions. */
const endSignal = (): AbortSignal => {
  const ending = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => ending.abort());
  return ending.signal;
};

/** Imports into the store; for a dry run into a copy of it that is thrown away. */
const importFile = async (file: string, flags: ImportFlags): Promise<void> => {
  const [{ openHouse }, { runImport }, { openCopy }, { systemClock }] = await Promise.all([
    import('./house.ts'),
    import('./features/imports/command.ts'),
    import('./store/open.ts'),
    import('./core/clock.ts'),
  ]);
  await checkReadable(file);
  const house = await openHouse(settings(), flags.dryRun ? { open: openCopy } : {});
  try {
    const parts = { store: house.store, renderer: house.renderer, clock: systemClock };
    const terminal = { out: process.stdout, err: process.stderr };
    process.exitCode = await runImport(parts, file, flags, terminal, endSignal());
  } finally {
    await house.close();
  }
};

/** Whether an error tells the operator all there is to tell: a bad setting, a file that cannot be read, a store that fails. */
const isPlain = (error: unknown): error is Error =>
  error instanceof SettingsError || error instanceof UnreadableFile || storeFault(error) !== undefined;

const IMPORT_HELP = `
A file of records is NDJSON, gzip or not: one JSON object a line, told apart by its kind.

  {"kind":"author","key":"ada-lovelace","name":"Ada Lovelace","bio":"Writes about engines"}
  {"kind":"tag","key":"plain-language"}
  {"kind":"article","source":"blog:2025/harbour.md","title":"The harbour","summary":"…","slug":"harbour",
   "publishedAt":"2025-04-01T07:00:00Z","updatedAt":null,"authors":["ada-lovelace"],"tags":["plain-language"],
   "category":"news","body":"The *first* boats."}

What is there already (an article by its source, an author or tag by its key) stays as it is: a second run changes
nothing, and a run that was ended goes on. An article that lacks an author, a date or a body becomes a draft.
Every record that is skipped or altered is named with its reason; such problems do not make the import fail.

Exit codes: 0 done, 1 the file or the store failed, 2 wrong usage, 130 interrupted.`;

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

program.command('serve').description('run the service').action(serve);

program
  .command('import')
  .helpCommand(false)
  .description('bring content into the store')
  .command('records')
  .description('import authors, tags and articles from a file of records')
  .argument('<file>', 'NDJSON, one record a line; gzip is known by its content')
  .option('--dry-run', 'tell what would become of the records; store nothing')
  .option('--json', 'print { counts, problems } as one JSON object, and nothing else')
  .option('--default-author <key>', 'the author of articles that name none, instead of leaving them drafts')
  .addHelpText('after', IMPORT_HELP)
  .action(importFile);

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : MISUSED;
  else if (isPlain(error)) {
    console.error(`galley: ${error.message}`);
    process.exitCode = FAILED;
  } else throw error;
}
