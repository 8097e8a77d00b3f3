/** The origin of a change: who asked, in which request, and whether that may be repeated. */
import type { FastifyRequest } from 'fastify';
import type { Caller } from '../core/access.ts';
import type { Group } from '../core/groups.ts';
import type { Retry } from '../core/retry.ts';

type Origin = { caller: Caller; requestId: string; touched: Set<Group>; retry?: Retry };

export const originOf = (request: FastifyRequest): Origin => {
  request.touched ??= new Set();
  const { caller, id: requestId, touched, retry } = request;
  return { caller, requestId, touched, ...(retry && { retry }) };
};
