/** Answers that are bytes already: no serialiser runs, so what makes them is held to the document by the tests alone. */
import type { FastifyReply } from 'fastify';

/** Sends a finished body in UTF-8, JSON unless another media type is said; the handler returns the reply then. */
export const sendReady = (reply: FastifyReply, body: Buffer | string, type = 'application/json'): void => {
  reply.type(`${type}; charset=utf-8`).send(body);
};
