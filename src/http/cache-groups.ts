/** Tells caches outside which groups an answer belongs to, and which a write has made untrue (RFC 9875). */
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Group } from '../core/groups.ts';
import { isRead } from './caching.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The cache groups that this request has touched; null: it wrote nothing. */
    touched: Set<Group> | null;
  }
  interface FastifyReply {
    /** The cache groups the answer belongs to; null: it is not to be kept in this process. */
    groups: readonly Group[] | null;
  }
}

/** How a kind of cache is told of groups: the header's name, and its value. */
const HEADERS = {
  'surrogate-key': (groups: readonly Group[]) => groups.join(' '),
  'cache-tag': (groups: readonly Group[]) => groups.join(','),
};
export type GroupHeader = keyof typeof HEADERS;
export const GROUP_HEADERS = Object.keys(HEADERS) as GroupHeader[];

/** How many groups a write tells one by one: headers of 16 KiB are more than many clients take. */
const MOST_TOLD = 500;

/** What a write tells of what it touched. Answers that hold an article or its comments are in the group `site` too, which stands for many. */
const toldOf = (touched: ReadonlySet<Group>): Group[] => {
  const told = [...touched].filter((group) => group !== 'schedule');
  if (told.length <= MOST_TOLD) return told;
  return [...new Set<Group>([...told.filter((group) => !/^(?:article|comments)-/.test(group)), 'site'])];
};

/** A list of strings (RFC 9651). */
const stringsOf = (groups: readonly Group[]): string => groups.map((group) => `"${group}"`).join(', ');

/** Says which groups an answer belongs to. */
export const belongsTo = (reply: FastifyReply, groups: readonly Group[]): void => {
  reply.groups = groups;
};

/** Sets `Cache-Groups`, and the headers that are asked for, on anonymous reads; `Cache-Group-Invalidation` on writes. */
export const tellGroups = (app: FastifyInstance, headers: readonly GroupHeader[]): void => {
  app.decorateRequest('touched', null);
  app.decorateReply('groups', null);
  app.addHook('onSend', (request, reply, _payload, done) => {
    const { groups } = reply;
    if (groups !== null && request.caller === null && isRead(request)) {
      reply.header('cache-groups', stringsOf(groups));
      for (const name of headers) reply.header(name, HEADERS[name](groups));
    } else if (request.touched !== null && request.caller !== null && reply.statusCode < 300) {
      const told = toldOf(request.touched);
      if (told.length > 0) reply.header('cache-group-invalidation', stringsOf(told));
    }
    done();
  });
};
