/** `galley serve` */
import cluster from 'node:cluster';
import type { AddCommand } from './shell.ts';

export const addServe: AddCommand = (program, shell) => {
  program
    .command('serve')
    .description('run the service')
    .action(async () => {
      const settings = shell.settings();
      if (settings.workers > 1 && cluster.isPrimary) {
        const { serveByWorkers } = await import('../cluster.ts');
        await serveByWorkers(settings);
      } else {
        const { serve } = await import('../server.ts');
        await serve(settings);
      }
    });
};
