/** The OpenAPI document without a service that serves it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { buildApp } from './app.ts';
import { systemClock } from './core/clock.ts';
import { startLastUsed } from './features/keys/last-used.ts';
import { createRenderer } from './rendering/renderer.ts';
import { readSettings } from './settings.ts';
import { openStore } from './store/open.ts';

const fail = (error: unknown): never => {
  throw error;
};

/** The document of an app that serves nobody, over a store that is thrown away. */
export const describeApp = async (): Promise<string> => {
  const directory = mkdtempSync(join(tmpdir(), 'galley-openapi-'));
  const settings = readSettings({ DATABASE_URL: `file:${join(directory, 'galley.db')}` });
  const store = await openStore(settings.database);
  const parts = { store, clock: systemClock };
  const renderer = createRenderer({ threads: 1, embedHosts: settings.embedHosts });
  const logger = pino({ level: 'silent' });
  const app = await buildApp({
    ...parts,
    renderer,
    settings,
    logger,
    lastUsed: startLastUsed(parts, fail),
    importDirectory: directory,
  });
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
