/** How the process hears that it is to end. */
import type { FastifyBaseLogger } from 'fastify';

/** How long a stop may take, in milliseconds: then the process ends in any case. */
export const STOP_WITHIN = 9500;

type Stopping = {
  /** Ends what there is to end. */
  stop: () => Promise<void> | undefined;
  logger: Pick<FastifyBaseLogger, 'info' | 'error'>;
  within?: number;
};

/**
 * Ends the process well on SIGTERM and SIGINT: `stop`, where there is something to stop, and exit 0; when that takes too
 * long or fails, 1. Returns what does the same for another reason.
 */
export const stopOnSignals = ({ stop, logger, within = STOP_WITHIN }: Stopping): ((reason: string) => void) => {
  let isStopping = false;
  const onSignal = (signal: string) => {
    if (isStopping) return;
    isStopping = true;
    logger.info({ signal }, 'stopping');
    setTimeout(() => {
      logger.error('the stop took too long and was cut short');
      process.exit(1);
    }, within).unref();
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
  return onSignal;
};
