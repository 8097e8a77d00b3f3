/** How often one may ask: a fixed window per key or address, told by the fields of draft-ietf-httpapi-ratelimit-headers-10. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { refuse } from '../core/errors.ts';
import { atOnce } from './hooks.ts';

/** So many requests a window of so many seconds; null: no limit. */
export type Rate = { limit: number; seconds: number } | null;
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

/**
 * Who shares a limit at an address: the address, or of IPv6 its /64, which is what one subscriber has to choose from
 * (RFC 6177). IPv4 written as IPv6 is IPv4.
 */
const sharersAt = (address: string): string => {
  if (!address.includes(':')) return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped) return mapped[1] as string;
  const [head = '', tail] = address.split('::');
  const [before, after] = [head, tail ?? ''].map((part) => part.split(':').filter((group) => group !== '')) as [
    string[],
    string[],
  ];
  const groups = [...before, ...Array<string>(Math.max(0, 8 - before.length - after.length)).fill('0'), ...after];
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
};

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
    const taken = window.take(
      request.caller ? `key ${request.caller.keyId}` : sharersAt(request.ip),
      performance.now(),
    );
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
