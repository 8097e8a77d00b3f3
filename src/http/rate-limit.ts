/** How often one may ask: a fixed window per key or address, told by the fields of draft-ietf-httpapi-ratelimit-headers-10. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { refuse } from '../core/errors.ts';
import type { Rate } from '../core/rate.ts';
import { sharersOf } from './address.ts';
import { atOnce } from './hooks.ts';

export type Rates = { read: Rate; write: Rate; comment: Rate };
type RateName = keyof Rates;

type Taken = { left: number; resetsIn: number };

/** Counts within windows that begin together for all, so that memory is bounded by the callers of one window. */
class Window {
  private counts = new Map<string, number>();
  private endsAt = 0;
  readonly rate: NonNullable<Rate>;

  constructor(rate: NonNullable<Rate>) {
    this.rate = rate;
  }

  /** Takes one from the caller's share; `left` is negative when there was none. */
  take(caller: string, now: number): Taken {
    if (now >= this.endsAt) {
      this.counts = new Map();
      this.endsAt = now + this.rate.seconds * 1000;
    }
    const count = (this.counts.get(caller) ?? 0) + 1;
    this.counts.set(caller, count);
    return { left: this.rate.limit - count, resetsIn: Math.ceil((this.endsAt - now) / 1000) };
  }
}

const rateOf = (request: FastifyRequest): RateName => {
  if (request.method === 'GET' || request.method === 'HEAD') return 'read';
  return request.routeOptions.config.rate === 'comment' && request.caller === null ? 'comment' : 'write';
};

const tell = (reply: FastifyReply, name: RateName, { limit, seconds }: NonNullable<Rate>, taken: Taken): void => {
  reply.header('ratelimit-policy', `"${name}";q=${limit};w=${seconds}`);
  reply.header('ratelimit', `"${name}";r=${Math.max(0, taken.left)};t=${taken.resetsIn}`);
};

/**
 * Limits every request by its key, or its address where it has no valid one. The fields stand on keyed answers, on
 * writes and on 429, never on what a shared cache may keep. Time is the machine's own, not the app's clock: a limit
 * is about load.
 */
export const limitRates = (app: FastifyInstance, rates: Rates): void => {
  const windows = new Map<RateName, Window>();
  for (const name of ['read', 'write', 'comment'] as const) {
    const rate = rates[name];
    if (rate) windows.set(name, new Window(rate));
  }
  const limit = atOnce((request, reply) => {
    const name = rateOf(request);
    const window = windows.get(name);
    if (!window) return;
    const taken = window.take(request.caller ? `key ${request.caller.keyId}` : sharersOf(request), performance.now());
    if (taken.left < 0) {
      tell(reply, name, window.rate, taken);
      throw refuse(
        'rate-limited',
        `The limit is ${window.rate.limit} ${name} requests in ${window.rate.seconds} seconds`,
        {
          retryAfter: taken.resetsIn,
        },
      );
    }
    if (request.caller || name !== 'read') tell(reply, name, window.rate, taken);
  });
  app.addHook('onRequest', limit);
};
