/** `galley export …` */
import type { ExportFlags } from '../features/exports/command.ts';
import type { Format } from '../features/exports/formats.ts';
import type { AddCommand, Shell } from './shell.ts';

const exportFile = async (
  { settings, terminal, ending }: Shell,
  format: Format,
  file: string,
  flags: ExportFlags,
): Promise<void> => {
  const [{ openHouse }, { runExport }, { systemClock }] = await Promise.all([
    import('../house.ts'),
    import('../features/exports/command.ts'),
    import('../core/clock.ts'),
  ]);
  const house = await openHouse(settings());
  try {
    process.exitCode = await runExport(
      { store: house.store, clock: systemClock },
      format,
      file,
      flags,
      terminal,
      ending(),
    );
  } finally {
    await house.close();
  }
};

const HELP = `
The content as it is at one moment, while the service goes on. The file is there once it is whole; a name that ends in
.gz is compressed; - is the standard output.`;

const NDJSON_HELP = `${HELP}

It holds the site, authors, tags, articles of every status with their working copies, those in the trash too, and all
comments, with emails: keep it as safe as the database. "galley import records" reads it, into a store of either engine.
It does not hold keys, webhooks, events, revisions, preview links and the record of erasures: a backup of the database does.

Exit codes: 0 done, 1 the file or the store failed, 2 wrong usage, 130 interrupted.`;

const WXR_HELP = `${HELP}

It holds what WordPress has a place for: posts of every status but those in the trash, their authors with emails, sections
as categories and topics as tags, cover images as attachments, the slugs they had, metadata that is text as custom fields,
and comments in their threads. A post has one author there, the first. What is archived is private.

Exit codes: 0 done, 1 the file or the store failed, 2 wrong usage, 130 interrupted.`;

export const addExport: AddCommand = (program, shell) => {
  const command = program.command('export').helpCommand(false).description('take content out of the store');
  const add = (format: Format, description: string, help: string) =>
    command
      .command(format)
      .description(description)
      .argument('<file>', 'where to: a name, or - for the standard output')
      .option('--json', 'print { format, file, counts, bytes } as one JSON object; with - to the standard error')
      .addHelpText('after', help)
      .action((file: string, flags: ExportFlags) => exportFile(shell, format, file, flags));
  add('ndjson', 'export all content as a file of records', NDJSON_HELP);
  add('wxr', 'export posts, names and comments for WordPress', WXR_HELP);
};
