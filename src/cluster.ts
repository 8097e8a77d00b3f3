/** The process that serves by workers: it makes the store ready, starts them, tells once for all, and ends them well. */
import { pino } from 'pino';
import { systemClock } from './core/clock.ts';
import { noteDueMoments } from './features/articles/due-moments.ts';
import { makeFirstKey, welcome } from './first-key.ts';
import { openHouse } from './house.ts';
import { describeError } from './http/request-log.ts';
import { type Settings, SettingsError } from './settings.ts';
import { STOP_WITHIN, stopOnSignals } from './signals.ts';
import { type Crew, StartFailed, startCrew } from './workers/primary.ts';

/** How much longer this process waits than a worker takes at most, in milliseconds. */
const MARGIN = 300;

/**
 * Serves by `settings.workers` processes until a signal ends them all. Throws a `SettingsError` where the settings, or a
 * worker's start, do not let it. The store is open here until all listen: one process migrates it and makes its first key.
 */
export const serveByWorkers = async (settings: Settings): Promise<void> => {
  const logger = pino({ level: settings.logLevel, serializers: { err: describeError } });
  let crew: Crew | undefined;
  const stop = async () => {
    if ((await crew?.stop(STOP_WITHIN)) === false) throw new Error('Not every worker ended well');
  };
  stopOnSignals({ stop, logger, within: STOP_WITHIN + MARGIN });

  const house = await openHouse(settings);
  const parts = { store: house.store, clock: systemClock };
  try {
    await noteDueMoments(parts);
    // A worker answers as soon as it listens: the key that is set has to be there by then; one that is made is told at an address.
    if (settings.adminKey !== null) await makeFirstKey(parts, settings);
    crew = startCrew(settings.workers, logger);
    const address = await crew.listening;
    const aboutKey = await makeFirstKey(parts, settings);
    if (aboutKey !== undefined) process.stdout.write(welcome(settings.publicUrl ?? address, aboutKey));
    logger.info({ address, workers: settings.workers }, 'ready');
  } catch (error) {
    await crew?.stop(STOP_WITHIN);
    throw error instanceof StartFailed ? new SettingsError(error.message) : error;
  } finally {
    await house.close();
  }
};
