/** The log: one JSON line a request, and never a query string, a header, a body, an email, a key or a token. */
import type { IncomingMessage } from 'node:http';
import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { atOnce } from './hooks.ts';
import { shownPath } from './methods.ts';

/** Writes the line of a request. */
export const logRequest = (request: FastifyRequest, reply: FastifyReply): void => {
  request.log.info(
    {
      requestId: request.id,
      method: request.method,
      route: request.routeOptions.url ?? null,
      path: shownPath(request.url),
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime * 10) / 10,
      keyId: request.caller?.keyId ?? null,
    },
    'request',
  );
};

/** Writes the line of a request that the response cache answered. */
export const logHit = (
  logger: FastifyBaseLogger,
  { method, url = '' }: IncomingMessage,
  requestId: string,
  route: string,
  status: number,
): void => {
  logger.info({ requestId, method, route, path: shownPath(url), status, ms: 0, keyId: null, cached: true }, 'request');
};

/** Writes the line of a request that was refused before any route was looked for. */
export const logRefused = (
  logger: FastifyBaseLogger,
  { method, url = '' }: IncomingMessage,
  requestId: string,
  status: number,
): void => {
  logger.info({ requestId, method, route: null, path: shownPath(url), status, ms: 0, keyId: null }, 'request');
};

/** Writes a line for every request, where the level lets it through. */
export const logRequests = (app: FastifyInstance): void => {
  if (!['trace', 'debug', 'info'].includes(app.log.level)) return;
  app.addHook(
    'onResponse',
    atOnce((request, reply) => logRequest(request, reply)),
  );
};

const SECRETS = /gl[ckp]_[A-Za-z0-9_-]+|[^\s@<>"',;:()[\]]+@[^\s@<>"',;:()[\]]+/g;
const LONGEST_MESSAGE = 500;

const safe = (text: string) => text.slice(0, LONGEST_MESSAGE).replaceAll(SECRETS, '…');

const stackOf = ({ stack = '' }: Error): string =>
  stack
    .split('\n')
    .filter((line) => /^ {4}at /.test(line))
    .join('\n');

/**
 * An error for the log. The message of a failed query quotes the values that were written, emails and texts among them:
 * its statement is told instead, with the message of its cause. Messages of others are cut, keys and emails masked.
 */
export const describeError = (error: unknown): Record<string, unknown> => {
  if (!(error instanceof Error)) return { type: typeof error };
  const { query, code } = error as { query?: unknown; code?: unknown };
  return {
    type: error.name,
    ...(typeof code === 'string' && { code }),
    ...(typeof query === 'string' ? { query: query.slice(0, LONGEST_MESSAGE) } : { message: safe(error.message) }),
    stack: stackOf(error),
    ...(error.cause !== undefined && { cause: describeError(error.cause) }),
  };
};
