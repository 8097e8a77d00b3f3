/** The process that serves: the house, its app, the work beside it, listening and ending well; alone, or as one of several workers. */
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { buildApp } from './app.ts';
import { systemClock } from './core/clock.ts';
import { keepHeapSmall } from './core/heap.ts';
import { isSmall, memorySize, threadsIn } from './core/memory-size.ts';
import { startLastUsed } from './features/keys/last-used.ts';
import { makeFirstKey, welcome } from './first-key.ts';
import { openHouse } from './house.ts';
import { closeWell } from './http/closing.ts';
import { listeningAt } from './http/listening.ts';
import { describeError } from './http/request-log.ts';
import { measure } from './measuring.ts';
import type { MetricObject } from './metrics/metric.ts';
import { createMetrics } from './metrics/metrics.ts';
import { type Settings, SettingsError } from './settings.ts';
import { stopOnSignals } from './signals.ts';
import { storeFault } from './store/open.ts';
import { startWork, type Work } from './work.ts';
import { joinPrimary, type Membership } from './workers/worker.ts';

/** How many texts of callers may be rendered or wait for it at once; each may be a megabyte. */
const MOST_RENDERINGS = 64;

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

type Failure = Error & { code?: string };

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

/** What workers take of the machine together is what one process takes alone. */
const shareOf = ({ workers }: Settings, whole: number): number => Math.ceil(whole / workers);

const serveAs = async (membership: Membership | undefined, settings: Settings): Promise<void> => {
  if (isSmall(memorySize())) keepHeapSmall();
  const logger = pino({ level: settings.logLevel, serializers: { err: describeError } });
  let stop: (() => Promise<void>) | undefined;
  const tellsOfItself = { info: logger.info.bind(logger), error: logger.error.bind(logger) };
  const stopAs = stopOnSignals({
    stop: () => stop?.(),
    logger: membership ? { ...tellsOfItself, info: logger.debug.bind(logger) } : tellsOfItself, // the primary tells of all
  });
  membership?.onOrphaned(() => stopAs('its primary is gone'));

  const house = await openHouse(settings, {
    mostWaiting: shareOf(settings, MOST_RENDERINGS),
    threads: shareOf(settings, threadsIn(memorySize(), availableParallelism())),
  });
  const { store, renderer } = house;
  const parts = { store, clock: systemClock };
  const lastUsed = startLastUsed(parts, (error) => logger.error({ err: error }, 'the use of keys was not noted'));
  let working: Promise<Work> | undefined;
  const begin = () => {
    working ??= startWork({ ...parts, renderer, settings, logger });
    return working;
  };
  if (membership) {
    store.joinSiblings(membership.siblings);
    membership.answer('work', () =>
      begin().then(
        () => null,
        (error: unknown) => {
          working = undefined;
          throw error;
        },
      ),
    );
  } else await begin();
  const metrics = createMetrics({
    ofProcess: true,
    onError: (err) => logger.warn({ err }, 'a metric could not be read'),
  });
  measure(metrics, { version, store, renderer, settings });
  membership?.answer('metrics', () => metrics.collect());
  const app = await buildApp({
    ...{ ...parts, renderer, logger, lastUsed, metrics },
    settings: { ...settings, cacheBytes: shareOf(settings, settings.cacheBytes) },
    ...(membership && { gatherMetrics: async () => (await membership.askAll('metrics')) as MetricObject[][] }),
  });
  const end = async () => {
    const work = await working;
    // Both wait for others; what the last requests changed is delivered by another process, or after the next start.
    await Promise.all([closeWell(app), work?.stopDelivering()]);
    await work?.stop();
    await lastUsed.flush();
    await house.close();
  };

  try {
    if (!membership && settings.adminKey !== null) await makeFirstKey(parts, settings); // who is answered may come in
    await listen(app, settings);
    stop = end;
    const address = listeningAt(app) as string; // it was just listened at
    if (membership) await membership.tellReady(address);
    else {
      const aboutKey = await makeFirstKey(parts, settings);
      if (aboutKey !== undefined) process.stdout.write(welcome(settings.publicUrl ?? address, aboutKey));
      logger.info({ address }, 'ready');
    }
  } catch (error) {
    await end(); // connections to a database would keep the process from ending
    throw error;
  }
};

/**
 * Serves until a signal ends it; logs a line of JSON each to standard output. Throws a `SettingsError` where the settings
 * do not let it start; a worker has its primary say so, once for all, and ends.
 */
export const serve = async (settings: Settings): Promise<void> => {
  const membership = joinPrimary();
  try {
    await serveAs(membership, settings);
  } catch (error) {
    const line = error instanceof SettingsError ? error.message : storeFault(error)?.message;
    if (!membership || line === undefined) throw error;
    await membership.tellFailed(line);
    process.exit(1);
  }
};
