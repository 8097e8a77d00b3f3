/** How an app that listens ends: nobody new, a whole answer for all who ask, and a word to each that it is the last. */
import { Server } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';

/** After how many milliseconds answers say that they are the last: by then nobody listens, also where a primary does so for this process. */
const LAST_AFTER = 100;
/** After how many milliseconds connections are closed that are idle: their clients may have asked just when the end began. */
const IDLE_AFTER = 400;
/** How often it is looked for such connections from then on, in milliseconds. */
const SWEEP_EVERY = 50;
/** After how many milliseconds clients that are still busy are cut off. */
const CUT_OFF_AFTER = 6000;

const ending = new WeakSet<FastifyInstance>();

/** Has answers say that they are the last where the app ends, also those to requests that began before. */
export const sayWhatIsLast = (app: FastifyInstance): void => {
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (ending.has(app)) reply.raw.shouldKeepAlive = false;
    done(null, payload);
  });
};

/**
 * Ends an app within some six seconds. A connection that a client keeps is not closed under it at once, as it may ask just
 * then and would get no answer: the next answer says `Connection: close`, and only who asks nothing more for a while is
 * closed without one.
 */
export const closeWell = async (app: FastifyInstance): Promise<void> => {
  const { server } = app;
  const sayLast = setTimeout(() => {
    ending.add(app);
    // What comes from the cache, too.
    server.prependListener('request', (_request, response) => {
      response.shouldKeepAlive = false;
    });
  }, LAST_AFTER);
  let sweep: NodeJS.Timeout | undefined;
  const idle = setTimeout(() => {
    sweep = setInterval(() => server.closeIdleConnections(), SWEEP_EVERY);
  }, IDLE_AFTER);
  const cutOff = setTimeout(() => server.closeAllConnections(), CUT_OFF_AFTER);
  try {
    // Who has connected by now is let in: the second turn looks for all of them.
    for (let n = 0; n < 2; n++) await turn();
    // By that of net: the one of http would close idle connections right now.
    if (server.listening) await new Promise((resolve) => Server.prototype.close.call(server, resolve));
    await app.close();
  } finally {
    for (const timer of [sayLast, idle, cutOff]) clearTimeout(timer);
    clearInterval(sweep);
  }
};
