/** Counts the requests that Fastify answers; those that the response cache answers in front of it are counted there. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { RequestMeter } from '../metrics/request-meter.ts';
import { atOnce } from './hooks.ts';

/** Counts a request with its answer. */
export const countRequest = (meter: RequestMeter, request: FastifyRequest, reply: FastifyReply): void => {
  meter.note(request.method, request.routeOptions.url ?? '', reply.statusCode, reply.elapsedTime / 1000);
};

export const countRequests = (app: FastifyInstance, meter: RequestMeter): void => {
  app.addHook(
    'onResponse',
    atOnce((request, reply) => countRequest(meter, request, reply)),
  );
};
