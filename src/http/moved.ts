/** Answers to a slug that leads to a thing which has another by now: 308 (RFC 9110, section 15.4.9). */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Group } from '../core/groups.ts';
import { belongsTo } from './cache-groups.ts';

/** Sends a reader on to the path where a thing is now, the query kept. `groups`: whatever makes that untrue touches one of them. */
export const sendMoved = (
  request: FastifyRequest,
  reply: FastifyReply,
  path: string,
  groups: readonly Group[],
): FastifyReply => {
  belongsTo(reply, groups);
  const query = request.url.indexOf('?');
  return reply
    .code(308)
    .header('location', query === -1 ? path : path + request.url.slice(query))
    .send();
};
