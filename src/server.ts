/** The process: the house, its app, the work beside it, listening and ending well. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { buildApp } from './app.ts';
import { systemClock } from './core/clock.ts';
import { ensureAdminKey } from './features/keys/actions.ts';

import { openHouse } from './house.ts';
import { listeningAt } from './http/listening.ts';
import { describeError } from './http/request-log.ts';
import { measure } from './measuring.ts';
import { createMetrics } from './metrics/metrics.ts';
import { type Settings, SettingsError } from './settings.ts';
import { directoryOf } from './store/address.ts';
import type { Parts } from './store/store.ts';
import { startWork } from './work.ts';

/** How many texts of callers may be rendered or wait for it at once; each may be a megabyte. */
const MOST_RENDERINGS = 64;

/** How long a stop may take, in milliseconds: then clients that are still busy are cut off, and then the process ends in any case. */
const CUT_OFF_AFTER = 6000;
const STOP_WITHIN = 9500;

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

type Failure = Error & { code?: string; cause?: Failure };

/** Writes a new file that its owner alone reads, numbered where another store's stands there already; returns its path. */
const newFile = (path: string, content: string): string => {
  for (let n = 1; ; n++) {
    const file = n === 1 ? path : `${path}-${n}`;
    try {
      writeFileSync(file, content, { mode: 0o600, flag: 'wx' });
      return file;
    } catch (error) {
      if ((error as Failure).code !== 'EEXIST') throw error;
    }
  }
};

/** Writes a key into a directory, made where it is not there; returns the path of the file. */
const writeKey = (directory: string, secret: string): string => {
  try {
    mkdirSync(directory, { recursive: true });
    return newFile(join(directory, 'admin-key'), `${secret}\n`);
  } catch (error) {
    const { message } = error as Error;
    throw new SettingsError(`The first admin key cannot be written (ADMIN_KEY sets one instead): ${message}`);
  }
};

/** How the first key is told, and the file that was written for it. */
type ToldKey = { about: string; file: string | null };

/** Makes the first key known: on a terminal by telling it, else in a file that its owner alone reads. */
const tellFirstKey = (secret: string, { database }: Settings): ToldKey => {
  if (process.stdout.isTTY) {
    return { about: `The first admin key, shown this once:\n\n  export KEY=${secret}\n`, file: null };
  }
  const file = writeKey(directoryOf(database), secret);
  return { about: `The first admin key is in ${file}:\n\n  export KEY="$(cat '${file}')"\n`, file };
};

/** Makes and tells the first key, where there is none. Told within the transaction: a key that nobody got to know must not be there at the next start. */
const makeFirstKey = async (parts: Parts, settings: Settings): Promise<string | undefined> => {
  let told: ToldKey | undefined;
  const takeBack = () => {
    if (told?.file) rmSync(told.file);
    told = undefined;
  };
  try {
    await parts.store.transaction(async (tx) => {
      takeBack(); // what is run again was not kept before
      const secret = await ensureAdminKey({ ...parts, store: tx }, settings.adminKey);
      if (secret !== undefined) told = tellFirstKey(secret, settings);
    });
  } catch (error) {
    // Where nobody knows whether it was kept, a key that opens nothing does less harm than one that nobody has.
    if (parts.store.failureOf(error) !== 'unreachable') takeBack();
    throw error;
  }
  return told?.about;
};

const welcome = (address: string, aboutKey: string) => `
Galley is ready at ${address}

${aboutKey}
Next, try:

  curl ${address}/v1/authors -H "Authorization: Bearer $KEY" -H 'Content-Type: application/json' -d '{"name":"Ada Lovelace"}'
  curl ${address}/v1/articles -H "Authorization: Bearer $KEY" -H 'Content-Type: application/json' -d '{"title":"Hello, harbour","body":"The *first* boats are in.","authorIds":[1],"status":"published"}'
  curl ${address}/v1/articles/by-slug/hello-harbour

The API for people: ${address}/docs

`;

/** What an address that cannot be listened at is called, by the code of the fault. */
const LISTEN_FAULTS: Record<string, (settings: Settings) => string> = {
  EADDRINUSE: ({ host, port }) => `PORT=${port}: is taken at ${host}; must be a free port, or 0 for any`,
  EACCES: ({ port }) => `PORT=${port}: is not open to this user; must be 1024 or more`,
  EADDRNOTAVAIL: ({ host }) => `HOST=${host}: must be an address of this machine`,
  ENOTFOUND: ({ host }) => `HOST=${host}: must be an address of this machine`,
  EAI_AGAIN: ({ host }) => `HOST=${host}: must be an address of this machine`,
};

const listen = async (app: FastifyInstance, settings: Settings): Promise<void> => {
  try {
    await app.listen({ host: settings.host, port: settings.port });
  } catch (error) {
    const line = LISTEN_FAULTS[(error as Failure).code ?? '']?.(settings);
    throw line === undefined ? error : new SettingsError(line);
  }
};

/** Ends the process well on SIGTERM and SIGINT: `stop`, where there is something to stop, and exit 0; when that takes too long or fails, 1. */
const stopOnSignals = (stop: () => Promise<void> | undefined, logger: FastifyBaseLogger): void => {
  let stopping = false;
  const onSignal = (signal: string) => {
    if (stopping) return;
    stopping = true;
    logger.info({ signal }, 'stopping');
    setTimeout(() => {
      logger.error('the stop took too long and was cut short');
      process.exit(1);
    }, STOP_WITHIN).unref();
    Promise.resolve(stop()).then(
      () => {
        logger.info('stopped');
        process.exit(0);
      },
      (error: unknown) => {
        logger.error({ err: error }, 'the stop failed');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
};

/** Serves until a signal ends it; logs a line of JSON each to standard output. Throws a `SettingsError` where the settings do not let it start. */
export const serve = async (settings: Settings): Promise<void> => {
  const logger = pino({ level: settings.logLevel, serializers: { err: describeError } });
  let stop: (() => Promise<void>) | undefined;
  stopOnSignals(() => stop?.(), logger);

  const house = await openHouse(settings, { mostWaiting: MOST_RENDERINGS });
  const { store, renderer } = house;
  const parts = { store, clock: systemClock };
  const work = await startWork({ ...parts, renderer, settings, logger });
  const metrics = createMetrics({
    ofProcess: true,
    onError: (err) => logger.warn({ err }, 'a metric could not be read'),
  });
  measure(metrics, { version, store, renderer, purgeTargets: settings.purgeTargets });
  const app = await buildApp({ ...parts, renderer, settings, logger, metrics, lastUsed: work.lastUsed });
  const end = async () => {
    // Connections that fall idle only now are closed as well: their clients would keep them, and the process, for a minute.
    const sweep = setInterval(() => app.server.closeIdleConnections(), 50);
    const cutOff = setTimeout(() => app.server.closeAllConnections(), CUT_OFF_AFTER);
    // Both wait for others; what the last requests changed is delivered by another process, or after the next start.
    await Promise.all([app.close(), work.stopDelivering()]);
    clearInterval(sweep);
    clearTimeout(cutOff);
    await work.stop();
    await house.close();
  };

  try {
    await listen(app, settings);
    stop = end;
    const aboutKey = await makeFirstKey(parts, settings);
    const address = listeningAt(app) as string; // it was just listened at
    if (aboutKey !== undefined) process.stdout.write(welcome(settings.publicUrl ?? address, aboutKey));
    logger.info({ address }, 'ready');
  } catch (error) {
    await end(); // connections to a database would keep the process from ending
    throw error;
  }
};
