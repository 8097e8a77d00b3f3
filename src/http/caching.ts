/** What shared caches may keep: `Cache-Control` for anonymous reads, cut to the next moment that could change them. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../core/clock.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** When the request began: a moment that comes due while it is answered must still cut what may be kept. */
    beganAt: Date;
  }
}

/** Finds the first moment after one at which something goes live or ceases to be; null where none is set. */
export type FindNextMoment = (after: Date) => Promise<Date | null>;

/** The directives with `s-maxage` cut to the seconds that are left, and `max-age` never longer. */
export const cutToMoment = (directives: string, secondsLeft: number): string =>
  directives.replaceAll(
    /\b(s-maxage|max-age)=(\d+)/g,
    (_, name, seconds) => `${name}=${Math.min(Number(seconds), secondsLeft)}`,
  );

const isRead = ({ method }: FastifyRequest) => method === 'GET' || method === 'HEAD';
const mayBeKept = ({ statusCode }: FastifyReply) => [200, 304, 308].includes(statusCode);

/** Says of every answer under `/v1` who may keep it, where the handler has not. */
export const sayWhatMayBeKept = (
  app: FastifyInstance,
  { cacheControl, clock, findNextMoment }: { cacheControl: string; clock: Clock; findNextMoment: FindNextMoment },
): void => {
  app.decorateRequest('beganAt');
  app.addHook('onRequest', async (request) => {
    request.beganAt = clock();
  });
  app.addHook('onSend', async (request, reply, payload) => {
    if (reply.hasHeader('cache-control')) return payload;
    if (!isRead(request) || !mayBeKept(reply)) reply.header('cache-control', 'no-store');
    else if (request.caller) reply.header('cache-control', 'private, no-cache');
    else {
      const next = await findNextMoment(request.beganAt);
      const left =
        next === null ? Number.POSITIVE_INFINITY : Math.max(0, Math.floor((next.getTime() - clock().getTime()) / 1000));
      reply.header('cache-control', cutToMoment(cacheControl, left));
    }
    return payload;
  });
};
