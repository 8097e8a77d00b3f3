/** The headers every answer has: safety, CORS, and the request's id. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** What of helmet's matters to an API that serves JSON, as one constant. */
export const SAFETY = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'cross-origin',
};

const ALLOWED_HEADERS =
  'Authorization, Content-Type, If-Match, If-None-Match, Idempotency-Key, Comment-Token, X-Request-Id';
const EXPOSED_HEADERS =
  'ETag, Link, Location, Retry-After, RateLimit, RateLimit-Policy, X-Request-Id, Idempotent-Replayed, Allow';
const VARY = 'Authorization, Accept-Encoding';
const METHODS = 'GET, HEAD, POST, PATCH, DELETE';

const REQUEST_ID = /^[A-Za-z0-9._-]{1,64}$/;

/** The caller's `X-Request-Id` where it is well formed, else a new one. */
export const requestIdOf = (request: IncomingMessage): string => {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
};

const allowOrigin = (request: FastifyRequest, reply: FastifyReply, origins: readonly string[]): void => {
  if (origins.includes('*')) {
    reply.header('access-control-allow-origin', '*');
    return;
  }
  appendVary(reply, 'Origin');
  const { origin } = request.headers;
  if (origin !== undefined && origins.includes(origin)) reply.header('access-control-allow-origin', origin);
};

const appendVary = (reply: FastifyReply, name: string): void => {
  const vary = reply.getHeader('vary');
  reply.header('vary', vary ? `${vary}, ${name}` : name);
};

/** What an answer has that is no route's; where nobody knows who asks, an origin is let in only where all are. */
export const headersOfAll = (origins: readonly string[], origin?: string): Record<string, string> => ({
  ...SAFETY,
  vary: origins.includes('*') ? VARY : `${VARY}, Origin`,
  ...(origins.includes('*') && { 'access-control-allow-origin': '*' }),
  ...(origin !== undefined && origins.includes(origin) && { 'access-control-allow-origin': origin }),
  'access-control-expose-headers': EXPOSED_HEADERS,
});

/** Sets the headers that every answer has. */
export type SetHeaders = (request: FastifyRequest, reply: FastifyReply) => void;

/** What sets the headers of every answer, for an app with these CORS origins. */
export const commonHeaders =
  (origins: readonly string[]): SetHeaders =>
  (request, reply) => {
    reply.headers(SAFETY).header('vary', VARY).header('x-request-id', request.id);
    allowOrigin(request, reply, origins);
    reply.header('access-control-expose-headers', EXPOSED_HEADERS);
  };

/** Sets the headers of every answer, problems among them, and answers preflights of known paths. */
export const answerPreflights = (
  app: FastifyInstance,
  setHeaders: SetHeaders,
  methodsOf: (url: string) => readonly string[],
): void => {
  app.addHook('onRequest', (request, reply, done) => {
    setHeaders(request, reply);
    const preflight = request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined;
    if (!preflight || methodsOf(request.url).length === 0) {
      done();
      return;
    }
    reply
      .code(204)
      .headers({
        'access-control-allow-methods': METHODS,
        'access-control-allow-headers': ALLOWED_HEADERS,
        'access-control-max-age': '7200',
      })
      .send();
  });
};
