/** `galley restore` */
import { EXIT } from '../core/terminal.ts';
import type { AddCommand, Shell } from './shell.ts';

type Flags = { json?: boolean };

const bringBack = async (
  { settings, terminal, ending }: Shell,
  from: string,
  { json = false }: Flags,
): Promise<void> => {
  const [{ restore }, { count, showCopying, sizeOf }] = await Promise.all([
    import('../store/backup.ts'),
    import('./copying.ts'),
  ]);
  const { database } = settings();
  const signal = ending();
  const copying = showCopying(terminal, json);
  try {
    const options = { signal, onProgress: copying.onProgress };
    const restored = await restore(database, from, options).finally(copying.end);
    const { file, kept, bytes, articles } = restored;
    const before = kept === null ? 'there was no store before' : `the store before is kept as ${kept}`;
    terminal.out.write(
      json
        ? `${JSON.stringify(restored)}\n`
        : `Restored ${file} from ${from}: ${count(articles, 'article')}, ${sizeOf(bytes)}; ${before}\n`,
    );
  } catch (error) {
    if (!signal.aborted) throw error;
    terminal.err.write('galley: interrupted; the store is as it was\n');
    process.exitCode = EXIT.interrupted;
  }
};

const HELP = `
Galley has to be stopped. The backup is checked first, and may be of an older Galley: the next start brings it up to date.
The store that is there is kept beside the new one, under a name with the moment; nothing deletes it.

Caches that PURGE_URLS names are purged with the next start, as they hold what came after the backup; empty others yourself.
Followers of /v1/changes are told that their cursor has expired, and read anew.

Exit codes: 0 done, 1 the store is as it was, 2 wrong usage, 130 interrupted.`;

export const addRestore: AddCommand = (program, shell) => {
  program
    .command('restore')
    .description('put a backup in the place of the store')
    .argument('<file>', 'a backup, which stays where it is')
    .option('--json', 'print { file, kept, bytes, articles } as one JSON object, and nothing else')
    .addHelpText('after', HELP)
    .action((file: string, flags: Flags) => bringBack(shell, file, flags));
};
