/** `galley openapi` */
import { writeFileSync } from 'node:fs';
import type { AddCommand, Shell } from './shell.ts';

const write = async ({ terminal }: Shell, file: string | undefined): Promise<void> => {
  const { describeApp } = await import('../describing.ts');
  const document = await describeApp();
  if (file === undefined) terminal.out.write(document);
  else writeFileSync(file, document);
};

export const addOpenapi: AddCommand = (program, shell) => {
  program
    .command('openapi')
    .description('write the OpenAPI document of this version; needs no store')
    .argument('[file]', 'where to write it; else it is printed')
    .action((file: string | undefined) => write(shell, file));
};
