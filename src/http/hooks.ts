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
