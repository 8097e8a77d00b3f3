/** `galley import …` */
import { setFlagsFromString } from 'node:v8';
import type { ImportFlags } from '../features/imports/command.ts';
import type { Format } from '../features/imports/formats.ts';
import type { AddCommand, Shell } from './shell.ts';

/**
 * How much a heap may grow before it is cleared, in per cent of what is in use. V8 takes several hundred where there is
 * memory: texts that pass through would fill 300 MiB of it, and what is kept is a few dozen.
 */
const GROWTH = 30;

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
  setFlagsFromString(`--heap-growing-percent=${GROWTH}`);
  const house = await openHouse(settings(), flags.dryRun ? { open: openCopy } : {});
  try {
    const parts = { store: house.store, renderer: house.renderer, clock: systemClock };
    process.exitCode = await runImport(parts, format, file, flags, terminal, ending());
  } finally {
    await house.close();
  }
};

const TOLD = `
What is there already (an article by its source, an author or tag by its key) stays as it is: a second run changes
nothing, and a run that was ended goes on. An article that lacks an author, a date or a body becomes a draft.
Every record that is skipped or altered is named with its reason; such problems do not make the import fail.

Exit codes: 0 done, 1 the file or the store failed, 2 wrong usage, 130 interrupted.`;

const RECORDS_HELP = `
A file of records is NDJSON, gzip or not: one JSON object a line, told apart by its kind.

  {"kind":"author","key":"ada-lovelace","name":"Ada Lovelace","bio":"Writes about engines"}
  {"kind":"tag","key":"plain-language"}
  {"kind":"article","source":"blog:2025/harbour.md","title":"The harbour","summary":"…","slug":"harbour",
   "publishedAt":"2025-04-01T07:00:00Z","updatedAt":null,"authors":["ada-lovelace"],"tags":["plain-language"],
   "category":"news","body":"The *first* boats."}`;

const WXR_HELP = `
WXR (WordPress eXtended RSS) 1.0, 1.1 or 1.2 is what WordPress writes at Tools → Export, gzip or not. It is read twice: a
file that is not well-formed is told by line and column, and nothing of it is stored.

Posts become articles with their authors, categories (tags of kind section), tags, comments in their threads, images,
dates, old addresses and custom fields (metadata). Drafts, private posts and those with a password are seen by nobody but
editors. Pages are told and skipped, unless --pages takes them; menus, files and earlier states are told and skipped.`;

type Row = { description: string; file: string; help: string; pages?: string };

/** What a subcommand of a format says; the flags are the same. */
const ROWS: Record<Format, Row> = {
  records: {
    description: 'import authors, tags and articles from a file of records',
    file: 'NDJSON, one record a line; gzip is known by its content',
    help: RECORDS_HELP,
  },
  wxr: {
    description: 'import what WordPress exports',
    file: 'WXR 1.0, 1.1 or 1.2; gzip is known by its content',
    help: WXR_HELP,
    pages: 'take pages too, as articles whose metadata has the type page',
  },
};

export const addImport: AddCommand = (program, shell) => {
  const command = program.command('import').helpCommand(false).description('bring content into the store');
  for (const [format, { description, file, help, pages }] of Object.entries(ROWS) as [Format, Row][]) {
    const subcommand = command
      .command(format)
      .description(description)
      .argument('<file>', file)
      .option('--dry-run', 'tell what would become of the records; store nothing')
      .option('--json', 'print { counts, problems } as one JSON object, and nothing else')
      .option('--default-author <key>', 'the author of articles that name none, instead of leaving them drafts')
      .addHelpText('after', `${help}\n${TOLD}`);
    if (pages !== undefined) subcommand.option('--pages', pages);
    subcommand.action((path: string, flags: ImportFlags) => importFile(shell, format, path, flags));
  }
};
