/** The process: settings, store, renderer, app; listening and ending well. */
import { chmodSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { type AppParts, buildApp } from './app.ts';
import { systemClock } from './core/clock.ts';
import { startDueMoments } from './features/articles/due-moments.ts';
import { ensureAdminKey } from './features/keys/actions.ts';
import { startLastUsed } from './features/keys/last-used.ts';
import { ensureSite } from './features/site/actions.ts';
import { createRenderer, type Renderer } from './rendering/renderer.ts';
import type { Settings } from './settings.ts';
import { openSqlite } from './store/sqlite.ts';
import type { Store } from './store/store.ts';

/** How long a stop may take, in milliseconds, before it is cut short. */
const STOP_WITHIN = 10_000;

export type House = { store: Store; renderer: Renderer; close: () => Promise<void> };

/** Opens what a process works with, besides doors: the store, made and migrated where needed, and the renderer. */
export const openHouse = async (settings: Settings): Promise<House> => {
  const store = openSqlite(settings.databaseFile);
  const renderer = createRenderer({
    threads: Math.max(1, Math.min(4, availableParallelism())),
    embedHosts: settings.embedHosts,
  });
  await ensureSite({ store, clock: systemClock });
  return {
    store,
    renderer,
    close: async () => {
      await renderer.close();
      await store.close();
    },
  };
};

/** Makes the first key of an empty store known: on a terminal by telling it, else in a file that its owner alone reads. */
const tellFirstKey = (secret: string, settings: Settings): string => {
  if (process.stdout.isTTY) return `The first admin key, shown this once:\n\n  export KEY=${secret}\n`;
  const file = join(dirname(settings.databaseFile), 'admin-key');
  writeFileSync(file, `${secret}\n`, { mode: 0o600 });
  chmodSync(file, 0o600); // the mode above is for a new file alone
  return `The first admin key is in ${file}:\n\n  export KEY=$(cat ${file})\n`;
};

const NEXT_STEPS = (address: string) => `Next, try:

  curl ${address}/v1/articles
  curl -X POST ${address}/v1/authors -H "Authorization: Bearer $KEY" -H 'Content-Type: application/json' -d '{"name":"Ada Lovelace"}'
  curl -X POST ${address}/v1/articles -H "Authorization: Bearer $KEY" -H 'Content-Type: application/json' -d '{"title":"Hello, harbour","body":"The *first* boats are in.","authorIds":[1],"status":"published"}'

The API for people: ${address}/docs
`;

const addressOf = (app: FastifyInstance): string => {
  const { address, port, family } = app.server.address() as AddressInfo;
  const host = family === 'IPv6' ? `[${address}]` : address === '0.0.0.0' ? '127.0.0.1' : address;
  return `http://${host}:${port}`;
};

/** Ends the process well on SIGTERM and SIGINT: finish what runs, close the store, exit 0; after ten seconds, 1. */
const stopOnSignals = (stop: () => Promise<void>, logger: FastifyBaseLogger): void => {
  let stopping = false;
  const onSignal = (signal: string) => {
    if (stopping) return;
    stopping = true;
    logger.info({ signal }, 'stopping');
    setTimeout(() => {
      logger.error('the stop took too long and was cut short');
      process.exit(1);
    }, STOP_WITHIN).unref();
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        logger.error({ err: error }, 'the stop failed');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
};

/** Serves until a signal ends it. Logs go to standard output, a line of JSON each. */
export const serve = async (settings: Settings): Promise<void> => {
  const logger = pino({ level: settings.logLevel, redact: ['err.params'] });
  const house = await openHouse(settings);
  const { store, renderer } = house;
  const parts = { store, clock: systemClock };
  const firstKey = await ensureAdminKey(parts, settings.adminKey);
  const lastUsed = startLastUsed(parts, (error) => logger.error({ err: error }, 'the use of keys was not noted'));
  const dueMoments = await startDueMoments(parts, (error) =>
    logger.error({ err: error }, 'moments that came due were not noted'),
  );
  const appParts: AppParts = { ...parts, renderer, settings, logger, lastUsed };
  const app = await buildApp(appParts);
  await app.listen({ host: settings.host, port: settings.port });
  stopOnSignals(async () => {
    await app.close();
    dueMoments.stop();
    await lastUsed.flush();
    await house.close();
  }, logger);

  const address = settings.publicUrl ?? addressOf(app);
  logger.info({ address: addressOf(app) }, 'ready');
  if (firstKey !== undefined)
    process.stdout.write(
      `\nGalley is ready at ${address}\n\n${tellFirstKey(firstKey, settings)}\n${NEXT_STEPS(address)}\n`,
    );
};
