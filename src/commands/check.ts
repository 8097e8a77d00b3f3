/** `galley check` */
import { EXIT } from '../core/terminal.ts';
import type { AddCommand, Shell } from './shell.ts';

const check = async ({ settings, terminal }: Shell, { json = false }: { json?: boolean }): Promise<void> => {
  const [{ availableParallelism }, { checkStore }, { lineOf }, { createRenderer }, { openInspection }, { count }] =
    await Promise.all([
      import('node:os'),
      import('../features/checks/checking.ts'),
      import('../features/checks/rules.ts'),
      import('../rendering/renderer.ts'),
      import('../store/inspecting.ts'),
      import('./copying.ts'),
    ]);
  const { database, embedHosts } = settings();
  const { out, err } = terminal;
  const since = performance.now();
  const inspection = await openInspection(database);
  const renderer = createRenderer({ threads: Math.max(1, Math.min(4, availableParallelism())), embedHosts });
  const isShown = err.isTTY === true && !json;
  try {
    const { faults, looked } = await checkStore(inspection, renderer, new Date(), ({ articles, comments }) => {
      if (isShown) err.write(`\r${count(articles, 'article')}, ${count(comments, 'comment')} …`);
    });
    if (isShown) err.write('\r\u001b[K');
    const seconds = Math.round(performance.now() - since) / 1000;
    if (json) out.write(`${JSON.stringify({ faults, looked, seconds })}\n`);
    else {
      for (const fault of faults) out.write(`${lineOf(fault)}\n`);
      const { articles, comments, authors, tags } = looked;
      const all = `${count(articles, 'article')}, ${count(comments, 'comment')}, ${count(authors, 'author')}, ${count(tags, 'tag')}`;
      const told = faults.length === 0 ? 'Nothing is wrong' : `${count(faults.length, 'fault')}`;
      out.write(`${told}: looked at ${all} in ${seconds.toFixed(1)} s\n`);
    }
    process.exitCode = faults.length === 0 ? 0 : EXIT.failed;
  } finally {
    await renderer.close();
    await inspection.close();
  }
};

const HELP = `
Looks at the store as it is at one moment, and writes nothing; Galley may serve meanwhile. It looks at

  integrity  the file and its indexes, and references that lead nowhere
  counts     articleCount, commentCount, replyCount, against what there is
  copies     what lists and answers keep of articles, names and comments, against the rows they are made of
  search     the words of every article and comment in the full text, against its own

Exit codes: 0 nothing is wrong, 1 each fault is named, or the store cannot be opened, 2 wrong usage.`;

export const addCheck: AddCommand = (program, shell) => {
  program
    .command('check')
    .description('look whether all of the store is sound, while it is served')
    .option(
      '--json',
      'print { faults: [{ check, kind, id, detail }], looked, seconds } as one JSON object, and nothing else',
    )
    .addHelpText('after', HELP)
    .action((flags: { json?: boolean }) => check(shell, flags));
};
