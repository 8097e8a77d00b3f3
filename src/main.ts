#!/usr/bin/env node
/** The command line: `galley …`. */
import { existsSync } from 'node:fs';
import { Command } from 'commander';
import { serve } from './server.ts';
import { readSettings, type Settings, SettingsError } from './settings.ts';

/** The settings, `.env` read first; a bad one ends the process with its one clear line. */
const settingsOrExit = (): Settings => {
  try {
    if (existsSync('.env')) process.loadEnvFile('.env');
    return readSettings(process.env);
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    console.error(`galley: ${error.message}`);
    process.exit(1);
  }
};

const program = new Command('galley').description('A headless CMS for publications');

program
  .command('serve')
  .description('run the service')
  .action(() => serve(settingsOrExit()));

await program.parseAsync();
