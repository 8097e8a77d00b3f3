/** `galley serve` */
import type { AddCommand } from './shell.ts';

export const addServe: AddCommand = (program, shell) => {
  program
    .command('serve')
    .description('run the service')
    .action(async () => {
      const { serve } = await import('../server.ts');
      await serve(shell.settings());
    });
};
