/** The origin of a change: who asked, in which request. */
import type { FastifyRequest } from 'fastify';
import type { Caller } from '../core/access.ts';

export const originOf = (request: FastifyRequest): { caller: Caller; requestId: string } => ({
  caller: request.caller,
  requestId: request.id,
});
