/** The origin of a change: who asked, in which request. */
import type { FastifyRequest } from 'fastify';
import type { Caller } from '../core/access.ts';
import type { Group } from '../core/groups.ts';

export const originOf = (request: FastifyRequest): { caller: Caller; requestId: string; touched: Set<Group> } => {
  request.touched ??= new Set();
  return { caller: request.caller, requestId: request.id, touched: request.touched };
};
