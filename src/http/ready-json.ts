/** Answers that are bytes already: no serialiser runs, so what makes them is held to the document by the tests alone. */
import type { FastifyReply } from 'fastify';

/** Sends finished JSON; the handler returns the reply then. */
export const sendReady = (reply: FastifyReply, json: Buffer): void => {
  reply.type('application/json; charset=utf-8').send(json);
};
