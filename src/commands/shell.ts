/** What every command is handed, and how it is added to `galley`. */
import type { Command } from 'commander';
import type { Terminal } from '../core/terminal.ts';
import type { Settings } from '../settings.ts';

export type Shell = {
  /** The settings, `.env` read first. Throws a `SettingsError`. */
  settings(): Settings;
  terminal: Terminal;
  /** A signal that Ctrl-C and SIGTERM give from now on, so that work ends between two steps. */
  ending(): AbortSignal;
};

/** Adds a command, its help and its options. A command loads what it needs when it runs: `--help` loads nothing. */
export type AddCommand = (program: Command, shell: Shell) => void;
