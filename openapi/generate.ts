/**
 * Writes openapi.json, or the file that is named, from the doors of the app itself; with `--check`, tells whether it is
 * current.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { buildApp } from '../src/app.ts';
import { systemClock } from '../src/core/clock.ts';
import { startLastUsed } from '../src/features/keys/last-used.ts';
import { createRenderer } from '../src/rendering/renderer.ts';
import { readSettings } from '../src/settings.ts';
import { openSqlite } from '../src/store/sqlite.ts';

const { values, positionals } = parseArgs({ options: { check: { type: 'boolean' } }, allowPositionals: true });
const FILE = positionals[0] ?? fileURLToPath(new URL('openapi.json', import.meta.url));

const fail = (error: unknown): never => {
  throw error;
};

/** The document of an app that serves nobody, over a store that is thrown away. */
const describeApp = async (): Promise<string> => {
  const directory = mkdtempSync(join(tmpdir(), 'galley-openapi-'));
  const store = openSqlite(join(directory, 'galley.db'));
  const parts = { store, clock: systemClock };
  const settings = readSettings({});
  const renderer = createRenderer({ threads: 1, embedHosts: settings.embedHosts });
  const logger = pino({ level: 'silent' });
  const app = await buildApp({ ...parts, renderer, settings, logger, lastUsed: startLastUsed(parts, fail) });
  try {
    await app.ready();
    return `${JSON.stringify(app.swagger(), null, 2)}\n`;
  } finally {
    await app.close();
    await renderer.close();
    await store.close();
    rmSync(directory, { recursive: true });
  }
};

const readCommitted = (): string | undefined => {
  try {
    return readFileSync(FILE, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
};

const document = await describeApp();
if (!values.check) {
  writeFileSync(FILE, document);
} else if (readCommitted() !== document) {
  console.error('openapi/openapi.json is not current: run `npm run openapi` and commit it with its cause');
  process.exitCode = 1;
}
