/** `galley migrate` */
import type { AddCommand, Shell } from './shell.ts';

const migrate = async ({ settings, terminal }: Shell, { json }: { json?: boolean }): Promise<void> => {
  const [{ openHouse }, { readMigrations }, { shownAddress }] = await Promise.all([
    import('../house.ts'),
    import('../store/migrated.ts'),
    import('../store/address.ts'),
  ]);
  const read = settings();
  const before = await readMigrations(read.database);
  await (await openHouse(read)).close();
  const { from, to, missing: ran } = before;
  if (json) terminal.out.write(`${JSON.stringify({ from, to, ran })}\n`);
  else if (ran.length === 0) terminal.out.write(`${shownAddress(read.database)}: nothing to do, it is at ${to}\n`);
  else terminal.out.write(`${shownAddress(read.database)}: brought from ${from ?? 'nothing'} to ${to}\n`);
};

export const addMigrate: AddCommand = (program, shell) => {
  program
    .command('migrate')
    .description('bring the store to the newest migration, as the start of the service does; a new one is made')
    .option('--json', 'print { from, to, ran }: the names of migrations')
    .action((flags: { json?: boolean }) => migrate(shell, flags));
};
