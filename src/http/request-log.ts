/** One JSON line a request: never a query string, a header, an email or a key. */
import type { FastifyInstance } from 'fastify';

export const logRequests = (app: FastifyInstance): void => {
  app.addHook('onResponse', async (request, reply) => {
    request.log.info(
      {
        method: request.method,
        route: request.routeOptions.url ?? null,
        path: request.url.split('?', 1)[0],
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime * 10) / 10,
        keyId: request.caller?.keyId ?? null,
      },
      'request',
    );
  });
};
