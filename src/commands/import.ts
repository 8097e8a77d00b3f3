/** `galley import …` */
import type { ImportFlags } from '../features/imports/command.ts';
import type { Format } from '../features/imports/formats.ts';
import type { AddCommand, Shell } from './shell.ts';

/** Imports into the store; for a dry run into a copy of it that is thrown away. */
const importFile = async (
  { settings, terminal, ending }: Shell,
  format: Format,
  file: string,
  flags: ImportFlags,
): Promise<void> => {
  const [{ openHouse }, { runImport }, { checkReadable }, { openCopy }, { systemClock }] = await Promise.all([
    import('../house.ts'),
    import('../features/imports/command.ts'),
    import('../features/imports/lines.ts'),
    import('../store/open.ts'),
    import('../core/clock.ts'),
  ]);
  await checkReadable(file);
  const house = await openHouse(settings(), flags.dryRun ? { open: openCopy } : {});
  try {
    const parts = { store: house.store, renderer: house.renderer, clock: systemClock };
    process.exitCode = await runImport(parts, format, file, flags, terminal, ending());
  } finally {
    await house.close();
  }
};

const RECORDS_HELP = `
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

export const addImport: AddCommand = (program, shell) => {
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
    .addHelpText('after', RECORDS_HELP)
    .action((file: string, flags: ImportFlags) => importFile(shell, 'records', file, flags));
};
