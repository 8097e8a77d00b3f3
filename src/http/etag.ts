/** Versions and tags: conditional reads (RFC 9110, If-None-Match) and writes that name the version they are about (If-Match). */
import { hash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Expectation } from '../core/expectation.ts';
import { isRead } from './caching.ts';
import { SAFETY } from './headers.ts';

declare module 'fastify' {
  interface FastifyReply {
    /** The version of the item in the answer; 0 where it has none. */
    entityVersion: number;
  }
}

/** Marks an answer as one versioned item, so that its tag tells the version, and returns it. */
export const item = <T extends { version: number }>(reply: FastifyReply, answer: T): T => {
  reply.entityVersion = answer.version;
  return answer;
};

/** 16 hex digits that change exactly when the bytes do. */
const digest = (bytes: string | Buffer): string => hash('sha256', bytes, 'hex').slice(0, 16);

/** A tag without what a cache or a coding added to it: `W/`, `-gzip`, `-br`. */
const bare = (tag: string): string =>
  tag
    .trim()
    .replace(/^W\//, '')
    .replace(/-(?:gzip|br)"$/, '"');

/** The tag of an answer in another coding: other bytes, so another strong tag. */
export const codedTag = (etag: string, coding: string): string => etag.replace(/"$/, `-${coding}"`);

/** Whether `If-None-Match` names the tag (the whole of it, compared weakly), or is `*`. */
export const matchesTag = (ifNoneMatch: string, etag: string): boolean =>
  ifNoneMatch === etag || ifNoneMatch.trim() === '*' || ifNoneMatch.split(',').some((tag) => bare(tag) === etag);

/**
 * What a 304 repeats of the header fields of its 200 (RFC 9110, section 15.4.5), what a browser needs to see it, and the
 * fields of safety: whatever stores or shows the answer anew has them.
 */
export const REPEATED_BY_304 = new Set([
  ...Object.keys(SAFETY),
  ...['cache-control', 'etag', 'vary', 'access-control-allow-origin', 'x-request-id'],
  ...['access-control-expose-headers', 'ratelimit', 'ratelimit-policy'],
]);

/** Gives every successful answer its strong tag, but what is told of this moment alone. */
export const tagAnswers = (app: FastifyInstance): void => {
  app.decorateReply('entityVersion', 0);
  app.addHook('onSend', (request, reply, payload, done) => {
    const isTagged = reply.statusCode === 200 || reply.statusCode === 201;
    const isOfMoment = reply.getHeader('cache-control') === 'no-store';
    const isBytes = typeof payload === 'string' || Buffer.isBuffer(payload);
    if (
      isTagged &&
      isBytes &&
      !isOfMoment &&
      !reply.hasHeader('etag') &&
      (isRead(request) || reply.entityVersion !== 0)
    ) {
      const version = reply.entityVersion === 0 ? '' : `${reply.entityVersion}-`;
      reply.header('etag', `"${version}${digest(payload)}"`);
    }
    done(null, payload);
  });
};

/** Answers 304 where the caller has those bytes already; the last of all that is done with an answer. */
export const answerUnchanged = (app: FastifyInstance): void => {
  app.addHook('onSend', (request, reply, payload, done) => {
    const ifNoneMatch = request.headers['if-none-match'];
    const etag = reply.getHeader('etag');
    const isUnchanged =
      ifNoneMatch !== undefined &&
      typeof etag === 'string' &&
      reply.statusCode === 200 &&
      isRead(request) &&
      matchesTag(ifNoneMatch, etag);
    if (!isUnchanged) {
      done(null, payload);
      return;
    }
    reply.code(304);
    for (const name of Object.keys(reply.getHeaders())) if (!REPEATED_BY_304.has(name)) reply.removeHeader(name);
    done(null, request.method === 'HEAD' ? payload : null); // Fastify measures what it leaves out of an answer to HEAD
  });
};

const OUR_TAG = /"(0|[1-9][0-9]{0,9})(?:-[0-9a-f]{16})?(?:-gzip|-br)?"/g;

/**
 * Reads `If-Match`: the version alone counts, from any representation's tag or a bare `"7"`, and `"0"` where nothing is
 * there yet; the schema of the door has seen to it that these are entity tags. What it means for the article at hand is
 * decided by `checkExpected`, once that is found.
 */
export const expectationOf = (request: FastifyRequest, required: boolean): Expectation => {
  const header = request.headers['if-match'];
  if (header === undefined) return required ? 'missing' : 'any';
  if (header.trim() === '*') return 'any';
  return { versions: [...header.matchAll(OUR_TAG)].map((match) => Number(match[1])) };
};
