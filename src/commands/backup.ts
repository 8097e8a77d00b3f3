/** `galley backup` */
import { EXIT } from '../core/terminal.ts';
import type { AddCommand, Shell } from './shell.ts';

type Flags = { force?: boolean; json?: boolean };

const makeBackup = async ({ settings, terminal, ending }: Shell, file: string, flags: Flags): Promise<void> => {
  const [{ backUp }, { count, showCopying, sizeOf }] = await Promise.all([
    import('../store/backup.ts'),
    import('./copying.ts'),
  ]);
  const { database } = settings();
  const signal = ending();
  const copying = showCopying(terminal, flags.json === true);
  try {
    const options = { signal, force: flags.force === true, onProgress: copying.onProgress };
    const { startedAt, endedAt, bytes, articles } = await backUp(database, file, options).finally(copying.end);
    const seconds = (endedAt.getTime() - startedAt.getTime()) / 1000;
    const told = { file, bytes, articles, startedAt, endedAt, seconds };
    terminal.out.write(
      flags.json
        ? `${JSON.stringify(told)}\n`
        : `Backed up to ${file}: ${count(articles, 'article')}, ${sizeOf(bytes)}, checked, in ${seconds.toFixed(1)} s\n`,
    );
  } catch (error) {
    if (!signal.aborted) throw error;
    terminal.err.write('galley: interrupted; no backup was made\n');
    process.exitCode = EXIT.interrupted;
  }
};

const HELP = `
Galley may serve meanwhile: the backup is the store as it is at one moment after the start of the command. It is checked
before it gets its name, so that a file of that name is a whole backup. It needs no other file beside it.

  galley backup galley-monday.db
  galley restore galley-monday.db

A store on a server is backed up by a tool of the server (pg_dump); the command says how.

Exit codes: 0 done, 1 no backup was made, 2 wrong usage, 130 interrupted.`;

export const addBackup: AddCommand = (program, shell) => {
  program
    .command('backup')
    .description('back the store up into a file, while it is served')
    .argument('<file>', 'where the backup is to stand')
    .option('--force', 'replace a file that is there')
    .option(
      '--json',
      'print { file, bytes, articles, startedAt, endedAt, seconds } as one JSON object, and nothing else',
    )
    .addHelpText('after', HELP)
    .action((file: string, flags: Flags) => makeBackup(shell, file, flags));
};
