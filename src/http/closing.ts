/** How an app that listens ends: nobody new, a whole answer for all who ask, and a word to each that it is the last. */
import type { FastifyInstance } from 'fastify';

/** For how long a connection may be idle before it is closed, in milliseconds: its client may be sending already. */
const QUIET = 400;
/** How often it is looked for such connections after that, in milliseconds. */
const SWEEP_EVERY = 50;
/** When clients that are still busy are cut off, in milliseconds. */
const CUT_OFF_AFTER = 6000;

/**
 * Ends an app within some six seconds. A connection that a client keeps is not closed under it at once, as it may ask just
 * then and would get no answer: the next answer says `Connection: close`, and only who asks nothing more for a while is
 * closed without one.
 */
export const closeWell = async (app: FastifyInstance): Promise<void> => {
  const { server } = app;
  server.prependListener('request', (_request, response) => {
    response.shouldKeepAlive = false;
  });
  // Node and Fastify would do it right when they stop to listen.
  const closeIdle = server.closeIdleConnections.bind(server);
  server.closeIdleConnections = () => {};
  let sweep: NodeJS.Timeout | undefined;
  const quiet = setTimeout(() => {
    closeIdle();
    sweep = setInterval(closeIdle, SWEEP_EVERY);
  }, QUIET);
  const cutOff = setTimeout(() => server.closeAllConnections(), CUT_OFF_AFTER);
  try {
    await app.close();
  } finally {
    clearTimeout(quiet);
    clearInterval(sweep);
    clearTimeout(cutOff);
  }
};
