/** Hooks that wait for nothing. An async one costs a promise and a turn of the queue, on every request. */
import type { FastifyReply, FastifyRequest } from 'fastify';

type Work = (request: FastifyRequest, reply: FastifyReply) => void;
type Done = (error?: Error) => void;

/** A hook that does its work at once; what it throws is answered as any other error. */
export const atOnce =
  (work: Work) =>
  (request: FastifyRequest, reply: FastifyReply, done: Done): void => {
    try {
      work(request, reply);
    } catch (error) {
      done(error as Error);
      return;
    }
    done();
  };

/** The same for `onSend`; the payload stays as it is. */
export const atOnceOnSend =
  (work: (request: FastifyRequest, reply: FastifyReply, payload: unknown) => void) =>
  (
    request: FastifyRequest,
    reply: FastifyReply,
    payload: unknown,
    done: (error: Error | null, payload?: unknown) => void,
  ): void => {
    try {
      work(request, reply, payload);
    } catch (error) {
      done(error as Error);
      return;
    }
    done(null, payload);
  };
