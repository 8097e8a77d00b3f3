/** The door of the metrics: for the token of the operator alone, or where there is none for this machine alone. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { refuse } from '../core/errors.ts';
import { answerAs, door } from './door.ts';
import { atOnce } from './hooks.ts';
import { nothingAt } from './methods.ts';

/** How Prometheus reads it. */
const TEXT = 'text/plain';
const VERSION = 'version=0.0.4; charset=utf-8';

/** What a proxy says of whom it forwards: with any of them a request is not of this machine, whoever is believed. */
const isForwarded = ({ headers }: FastifyRequest): boolean => {
  for (const name in headers)
    if (name.startsWith('x-forwarded') || name === 'forwarded' || name === 'via' || name === 'x-real-ip') return true;
  return false;
};

const isLoopback = (address: string): boolean =>
  address === '::1' || /^(?:::ffff:)?127\.\d+\.\d+\.\d+$/.test(address) || address === 'localhost';

/** The host that is asked for, without its port: a page that has its own name lead here is not of this machine (DNS rebinding). */
const hostOf = ({ headers: { host = '' } }: FastifyRequest): string => {
  const name = host.replace(/:\d+$/, '').toLowerCase();
  return isIP(name.slice(1, -1)) === 6 ? name.slice(1, -1) : name;
};

/** Whether the socket itself leads to this machine, and nobody stands between. */
const isOfThisMachine = (request: FastifyRequest): boolean =>
  isLoopback(request.socket.remoteAddress ?? '') && isLoopback(hostOf(request)) && !isForwarded(request);

const bearerOf = ({ headers: { authorization = '' } }: FastifyRequest): string | undefined =>
  /^bearer +(.*)$/i.exec(authorization)?.[1]?.trim();

/** As long whatever it is of: `timingSafeEqual` compares what is equally long. */
const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Whether the token is the right one, in the same time whatever is right of it. */
const isRight = (given: string | undefined, token: string): boolean =>
  given !== undefined && timingSafeEqual(digestOf(given), digestOf(token));

const guardOf = (token: string | null) =>
  atOnce((request: FastifyRequest, reply: FastifyReply) => {
    // No page reads this, whatever the origins of the API.
    reply.removeHeader('access-control-allow-origin').removeHeader('access-control-expose-headers');
    reply.header('cross-origin-resource-policy', 'same-origin');
    if (token === null) {
      if (!isOfThisMachine(request)) throw nothingAt(request.url);
    } else if (!isRight(bearerOf(request), token)) {
      throw refuse('unauthenticated', 'Send METRICS_TOKEN: Authorization: Bearer …');
    }
  });

/** `describe` tells all there is to tell, as text; `token` is the one that opens, null: only this machine is answered. */
export const metricsDoor: FastifyPluginAsyncTypebox<{ token: string | null; describe: () => Promise<string> }> = async (
  app,
  { token, describe },
) => {
  app.get(
    '/metrics',
    {
      ...door({
        operationId: 'getMetrics',
        summary: 'What goes on inside, in figures',
        description:
          'For Prometheus, in its text format 0.0.4. With the setting `METRICS_TOKEN` it opens to that token, sent as ' +
          '`Authorization: Bearer` (401), without it to requests of the same machine alone: to all others there is nothing here (404).',
        tag: 'Service',
        ownToken: true,
        rate: 'none',
        answers: {
          200: answerAs(TEXT, 'The metrics', Type.String({ examples: ['galley_response_cache_hits_total 7\n'] })),
        },
        refusals: ['not-found'],
      }),
      onRequest: guardOf(token),
    },
    async (_request, reply) => {
      reply.header('cache-control', 'no-store').type(`${TEXT}; ${VERSION}`);
      return describe();
    },
  );
};
