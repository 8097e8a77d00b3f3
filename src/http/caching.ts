/** What shared caches may keep: `Cache-Control` for anonymous reads, cut to the next moment that could change them. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../core/clock.ts';
import type { Schedule } from '../core/schedule.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** When the request began: a moment that comes due while it is answered must still cut what may be kept. */
    beganAt: Date;
  }
}

/** The directives with `s-maxage` cut to the seconds that are left, and `max-age` never longer. */
export const cutToMoment = (directives: string, secondsLeft: number): string =>
  directives.replaceAll(
    /\b(s-maxage|max-age)=(\d+)/g,
    (_, name, seconds) => `${name}=${Math.min(Number(seconds), secondsLeft)}`,
  );

let lastCut = { directives: '', seconds: -1, text: '' };

/** How long counts may trail a moment that has passed, in ms; outside of this process nothing may be kept meanwhile. */
const SETTLED_AFTER = 2000;

/** Until when an answer is true at most, given the next moment. */
export const trueUntil = ({ lastPassed }: Schedule, next: Date | null, now: Date): Date | null =>
  now.getTime() - lastPassed < SETTLED_AFTER ? now : next;

/** The directives of an answer that is true until a moment (null: until it is changed). */
export const cacheControlUntil = (directives: string, next: Date | null, now: Date): string => {
  if (next === null) return directives;
  const seconds = Math.max(0, Math.floor((next.getTime() - now.getTime()) / 1000));
  // The same for all requests of a second.
  if (lastCut.seconds !== seconds || lastCut.directives !== directives)
    lastCut = { directives, seconds, text: cutToMoment(directives, seconds) };
  return lastCut.text;
};

/** An address in absolute form (RFC 9112, section 3.2.2), or whose first step is written in escapes. */
const WRITTEN_OTHERWISE = /^(?:[^/]|\/[^/?]*%)/;

/**
 * Whether what answers at an address tells what is stored, and so may be untrue once others have written: the API, feeds,
 * sitemaps. One that is written otherwise may lead there too.
 */
export const tellsStored = (url = ''): boolean =>
  url.startsWith('/v1/') || url.startsWith('/feeds/') || url.startsWith('/sitemap') || WRITTEN_OTHERWISE.test(url);

export const isRead = ({ method }: FastifyRequest): boolean => method === 'GET' || method === 'HEAD';
const mayBeKept = ({ statusCode }: FastifyReply) => [200, 304, 308].includes(statusCode);

/** `noticeOthers` hears of what other processes have written; undefined where there is nothing to wait for. */
type CachingParts = {
  cacheControl: string;
  clock: Clock;
  schedule: Schedule;
  noticeOthers: () => Promise<void> | undefined;
};

/** Says of every answer who may keep it, where the handler has not. */
export const sayWhatMayBeKept = (
  app: FastifyInstance,
  { cacheControl, clock, schedule, noticeOthers }: CachingParts,
): void => {
  app.decorateRequest('beganAt');
  app.addHook('onRequest', (request, _reply, done) => {
    request.beganAt = clock();
    // Whether the process lives is told while the store is away.
    if (!tellsStored(request.url)) return done();
    const noticing = noticeOthers();
    // What has passed is found now rather than when the answer is made: it could not be kept then.
    if (noticing || schedule.peek(request.beganAt) === undefined)
      Promise.resolve(noticing)
        .then(() => schedule.next(clock()))
        .then(() => done(), done);
    else done();
  });
  app.addHook('onSend', (request, reply, payload, done) => {
    if (reply.hasHeader('cache-control')) done(null, payload);
    else if (!isRead(request) || !mayBeKept(reply)) {
      reply.header('cache-control', 'no-store');
      done(null, payload);
    } else if (request.caller) {
      reply.header('cache-control', 'private, no-cache');
      done(null, payload);
    } else {
      const now = clock();
      const tell = (next: Date | null) => {
        const isOver = schedule.lastPassed > request.beganAt.getTime();
        const until = isOver ? now : trueUntil(schedule, next, now);
        reply.header('cache-control', cacheControlUntil(cacheControl, until, now));
        done(null, payload);
      };
      const known = schedule.peek(now);
      if (known === undefined) schedule.next(now).then(tell, done);
      else tell(known);
    }
  });
};
