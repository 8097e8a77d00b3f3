/** `galley import …` */
import { keepHeapSmall } from '../core/heap.ts';
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
    import('../features/formats/lines.ts'),
    import('../store/open.ts'),
    import('../core/clock.ts'),
  ]);
  await checkReadable(file, format === 'markdown');
  keepHeapSmall();
  const house = await openHouse(settings(), flags.dryRun ? { open: openCopy } : {});
  try {
    const parts = { store: house.store, renderer: house.renderer, clock: systemClock };
    process.exitCode = await runImport(parts, format, file, flags, terminal, ending());
  } finally {
    await house.close();
  }
};

const TOLD = `
What is there already (an article by its source, all else by its key) stays as it is: a second run changes nothing, and a
run that was ended goes on. An article that is to be public and lacks an author, a date or a body becomes a draft.
Every record that is skipped or altered is named with its reason; such problems do not make the import fail.

Exit codes: 0 done, 1 the file or the store failed, 2 wrong usage, 130 interrupted.`;

const RECORDS_HELP = `
A file of records is NDJSON, gzip or not: one JSON object a line, told apart by its kind.

  {"kind":"author","key":"ada-lovelace","name":"Ada Lovelace","bio":"Writes about engines"}
  {"kind":"tag","key":"plain-language"}
  {"kind":"article","source":"blog:2025/harbour.md","title":"The harbour","summary":"…","slug":"harbour",
   "publishedAt":"2025-04-01T07:00:00Z","updatedAt":null,"authors":["ada-lovelace"],"tags":["plain-language"],
   "category":"news","body":"The *first* boats."}
  {"kind":"comment","key":"blog:17","article":"blog:2025/harbour.md","parent":null,"authorName":"Grace",
   "authorEmail":"grace@mail.example","createdAt":"2025-04-02T07:00:00Z","status":"approved","body":"What a *night*"}

An article may say all that POST /v1/articles takes, its status among it, and its past; without a source it is known by
its "key", the slug. A comment stands after its article and after what it answers. "galley export ndjson" writes such a
file with everything that can stand in one. A "site" names the publication as long as nobody has.`;

const WXR_HELP = `
WXR (WordPress eXtended RSS) 1.0, 1.1 or 1.2 is what WordPress writes at Tools → Export, gzip or not. It is read twice: a
file that is not well-formed is told by line and column, and nothing of it is stored.

Posts become articles with their authors, categories (tags of kind section), tags, comments in their threads, images,
dates, old addresses and custom fields (metadata). Drafts, private posts and those with a password are seen by nobody but
editors. Pages are told and skipped, unless --pages takes them; menus, files and earlier states are told and skipped.`;

const GHOST_HELP = `
Users become authors, tags tags (those that begin with # internal ones). A post keeps its slug, dates, excerpt, picture
and metadata; its text is its HTML, or its Markdown where it was written as one piece of it. What only members could read
becomes a draft. Comments stay behind: the file does not tell who wrote them.`;

const MARKDOWN_HELP = `
Front matter is YAML (---), TOML (+++) or JSON. What is read, by the names of all three houses: title, subtitle, date,
lastmod, expiryDate, draft, slug, permalink, description, author(s), tags, categories (sections), image, aliases,
redirect_from, canonical, lang, translationKey, featured, comments, noindex; all else goes to metadata. A file without a
slug has that of its name, Jekyll's names their date. An article is known again by the path of its file.`;

type Described = {
  description: string;
  argument: [name: string, description: string];
  flags?: [string, string][];
  help: string;
};

const PAGES: [string, string] = ['--pages', 'take pages as articles, with { "type": "page" } in their metadata'];
const SITE_URL: [string, string] = [
  '--site-url <url>',
  'where the site stood: makes the addresses whole that begin at its root',
];

const COMMANDS: Record<Format, Described> = {
  ghost: {
    description: 'import an export of Ghost: authors, tags, posts',
    argument: ['<file>', 'the JSON file that Ghost exports'],
    flags: [PAGES, SITE_URL],
    help: GHOST_HELP,
  },
  markdown: {
    description: 'import Markdown files with front matter, as of Jekyll, Hugo or Astro',
    argument: ['<path>', 'a folder, a tar of one (gzip or not), or a file'],
    flags: [PAGES, SITE_URL],
    help: MARKDOWN_HELP,
  },
  wxr: {
    description: 'import what WordPress exports: authors, categories, tags, posts and comments',
    argument: ['<file>', 'WXR 1.0, 1.1 or 1.2; gzip is known by its content'],
    flags: [PAGES],
    help: WXR_HELP,
  },
  records: {
    description: 'import authors, tags, articles and comments from a file of records, as an export writes it',
    argument: ['<file>', 'NDJSON, one record a line; gzip is known by its content'],
    help: RECORDS_HELP,
  },
};

export const addImport: AddCommand = (program, shell) => {
  const parent = program.command('import').helpCommand(false).description('bring content into the store');
  for (const [format, { description, argument, flags = [], help }] of Object.entries(COMMANDS)) {
    const command = parent
      .command(format)
      .description(description)
      .argument(...argument)
      .option('--dry-run', 'tell what would become of the records; store nothing')
      .option('--json', 'print { counts, problems } as one JSON object, and nothing else')
      .option('--default-author <key>', 'the author of articles that name none, instead of leaving them drafts')
      .action((file: string, given: ImportFlags) => importFile(shell, format as Format, file, given));
    for (const flag of flags) command.option(...flag);
    command.addHelpText('after', `${help}\n${TOLD}`);
  }
};
