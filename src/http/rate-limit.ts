/** How often one may ask: a fixed window per key or address, told by the fields of draft-ietf-httpapi-ratelimit-headers-10. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { refuse } from '../core/errors.ts';
import type { Rate } from '../core/rate.ts';
import { sharersOf } from './address.ts';
import { atOnce } from './hooks.ts';
import type { RateName, RateWindows, Taken } from './rate-windows.ts';

/** How each limit is called where it is told. */
const TOLD: Record<RateName, { policy: string; of: string }> = {
  read: { policy: 'read', of: 'read requests' },
  write: { policy: 'write', of: 'write requests' },
  comment: { policy: 'comment', of: 'comment requests' },
  wrongKey: { policy: 'wrong-key', of: 'requests with a wrong key' },
};

/** A wrong key counts by itself: whoever guesses, or goes on with a revoked key, takes nothing from readers at the same address. */
const rateOf = (request: FastifyRequest): RateName => {
  if (request.hasWrongKey) return 'wrongKey';
  if (request.method === 'GET' || request.method === 'HEAD') return 'read';
  return request.routeOptions.config.rate === 'comment' && request.caller === null ? 'comment' : 'write';
};

const tell = (reply: FastifyReply, name: RateName, { limit, seconds }: NonNullable<Rate>, taken: Taken): void => {
  const { policy } = TOLD[name];
  reply.header('ratelimit-policy', `"${policy}";q=${limit};w=${seconds}`);
  reply.header('ratelimit', `"${policy}";r=${Math.max(0, taken.left)};t=${taken.resetsIn}`);
};

/**
 * Limits every request by its key, or its address where it has no valid one. The fields stand on keyed answers, on
 * writes and on 429, never on what a shared cache may keep. Time is the machine's own, not the app's clock: a limit
 * is about load.
 */
export const limitRates = (app: FastifyInstance, windows: RateWindows): void => {
  const limit = atOnce((request, reply) => {
    const name = rateOf(request);
    const window = windows.get(name);
    if (!window) return;
    const taken = window.take(request.caller ? `key ${request.caller.keyId}` : sharersOf(request), performance.now());
    if (taken.left < 0 && request.routeOptions.config.rate !== 'none') {
      tell(reply, name, window.rate, taken);
      const { limit, seconds } = window.rate;
      throw refuse('rate-limited', `The limit is ${limit} ${TOLD[name].of} in ${seconds} seconds`, {
        retryAfter: taken.resetsIn,
      });
    }
    if (request.caller || name !== 'read') tell(reply, name, window.rate, taken);
  });
  app.addHook('onRequest', limit);
};

/** Whether whoever shares the address of a request has sent as many wrong keys as the limit lets them. */
export const hasGuessedTooOften = (windows: RateWindows, request: FastifyRequest): boolean =>
  windows.get('wrongKey')?.isSpent(sharersOf(request), performance.now()) ?? false;
