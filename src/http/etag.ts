/** Versions and tags: conditional reads (RFC 9110, If-None-Match) and writes that name the version they are about (If-Match). */
import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Expectation } from '../core/expectation.ts';

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
const digest = (bytes: string | Buffer): string => createHash('sha256').update(bytes).digest('hex').slice(0, 16);

/** A tag without what a cache or a coding added to it: `W/`, `-gzip`, `-br`. */
const bare = (tag: string): string =>
  tag
    .trim()
    .replace(/^W\//, '')
    .replace(/-(?:gzip|br)"$/, '"');

/** Whether `If-None-Match` names the tag (the whole of it, compared weakly), or is `*`. */
const matchesTag = (ifNoneMatch: string, etag: string): boolean =>
  ifNoneMatch.trim() === '*' || ifNoneMatch.split(',').some((tag) => bare(tag) === etag);

const isRead = ({ method }: FastifyRequest) => method === 'GET' || method === 'HEAD';

/** Gives every successful JSON answer its strong tag, and answers 304 where the caller has those bytes already. */
export const tagAnswers = (app: FastifyInstance): void => {
  app.decorateReply('entityVersion', 0);
  app.addHook('onSend', async (request, reply, payload) => {
    if (reply.statusCode !== 200 && reply.statusCode !== 201) return payload;
    if (typeof payload !== 'string' || reply.hasHeader('etag')) return payload;
    if (!isRead(request) && reply.entityVersion === 0) return payload;
    const version = reply.entityVersion === 0 ? '' : `${reply.entityVersion}-`;
    const etag = `"${version}${digest(payload)}"`;
    reply.header('etag', etag);
    const ifNoneMatch = request.headers['if-none-match'];
    if (!isRead(request) || ifNoneMatch === undefined || !matchesTag(ifNoneMatch, etag)) return payload;
    reply.code(304).removeHeader('content-type').removeHeader('content-length');
    return request.method === 'HEAD' ? payload : null; // Fastify measures what it leaves out of an answer to HEAD
  });
};

const OUR_TAG = /"([1-9][0-9]{0,9})(?:-[0-9a-f]{16})?(?:-gzip|-br)?"/g;

/**
 * Reads `If-Match`: the version alone counts, from any representation's tag or a bare `"7"`; the schema of the door has
 * seen to it that these are entity tags. What it means for the article at hand is decided by `checkExpected`, once that is found.
 */
export const expectationOf = (request: FastifyRequest, required: boolean): Expectation => {
  const header = request.headers['if-match'];
  if (header === undefined) return required ? 'missing' : 'any';
  if (header.trim() === '*') return 'any';
  return { versions: [...header.matchAll(OUR_TAG)].map((match) => Number(match[1])) };
};
