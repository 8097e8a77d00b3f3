/** `galley demo` */
import { fileURLToPath } from 'node:url';
import { EXIT } from '../core/terminal.ts';
import type { AddCommand, Shell } from './shell.ts';

/** A small newspaper, written for this: a file of records. */
const NEWSPAPER = fileURLToPath(new URL('../../examples/demo/newspaper.ndjson', import.meta.url));
/** The system that its articles have as their source. */
const SYSTEM = 'demo';

type Flags = { force?: boolean; json?: boolean };

const AFTER = `
Read it:

  curl 'http://127.0.0.1:3000/v1/articles?tag=harbour'
  curl http://127.0.0.1:3000/v1/articles/by-slug/the-crane-that-came-by-night
  curl http://127.0.0.1:3000/feeds/articles.rss
`;

const fillStore = async ({ settings, terminal }: Shell, { force = false, json = false }: Flags): Promise<void> => {
  const [{ openHouse }, { importRecords }, { hasArticlesFromElsewhere }, { emptyReport }, { systemClock }] =
    await Promise.all([
      import('../house.ts'),
      import('../features/imports/actions.ts'),
      import('../features/imports/queries.ts'),
      import('../features/imports/report.ts'),
      import('../core/clock.ts'),
    ]);
  const house = await openHouse(settings());
  try {
    if (!force && (await hasArticlesFromElsewhere(house.store, SYSTEM))) {
      terminal.err.write('galley: this store has articles of its own; --force puts the demo beside them\n');
      process.exitCode = EXIT.failed;
      return;
    }
    const report = emptyReport();
    const parts = { store: house.store, renderer: house.renderer, clock: systemClock };
    await importRecords(parts, { format: 'records', path: NEWSPAPER, defaultAuthor: null, pages: false, report });
    const { author, tag, article, comment, created } = report.counts;
    if (json) terminal.out.write(`${JSON.stringify({ counts: report.counts })}\n`);
    else if (created === 0) terminal.out.write(`The newspaper was there already.\n${AFTER}`);
    else {
      const what = `${author.created} authors, ${tag.created} tags, ${article.created} articles, ${comment.created} comments`;
      terminal.out.write(`A small newspaper is in the store: ${what}.\n${AFTER}`);
    }
  } finally {
    await house.close();
  }
};

export const addDemo: AddCommand = (program, shell) => {
  program
    .command('demo')
    .description('fill an empty store with a small newspaper, to try Galley on')
    .option('--force', 'also beside articles of your own')
    .option('--json', 'print { counts } as one JSON object, and nothing else')
    .action((flags: Flags) => fillStore(shell, flags));
};
