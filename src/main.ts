#!/usr/bin/env node
/** The command line: `galley …`. */
import { existsSync } from 'node:fs';
import { Command } from 'commander';
import { serve } from './server.ts';
import { readSettings, type Settings, SettingsError } from './settings.ts';

/** The settings; those of the environment win over those of `.env`. */
const settings = (): Settings => {
  if (existsSync('.env')) process.loadEnvFile('.env');
  return readSettings(process.env);
};

const program = new Command('galley').description('A headless CMS for publications');

program
  .command('serve')
  .description('run the service')
  .action(() => serve(settings()));

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof SettingsError)) throw error;
  console.error(`galley: ${error.message}`);
  process.exit(1);
}
