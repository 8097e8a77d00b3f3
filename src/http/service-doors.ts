/** The doors of the service itself: health, and the catalogue of problems. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { type RefusalCode, refuse } from '../core/errors.ts';
import { answer, door, IfNoneMatch, LIST_ETAG } from './door.ts';
import { PROBLEMS, problemType } from './problem.ts';
import { closed, component } from './schema.ts';

const Health = component(
  'Health',
  Type.Object({ status: Type.String() }, { description: 'A sign of life', examples: [{ status: 'ok' }] }),
);

const kindExample = { type: '/problems/gone', code: 'gone', status: 410, title: 'What was here is gone' };
const ProblemKind = component(
  'ProblemKind',
  Type.Object(
    {
      type: Type.String({ description: 'Where it is explained' }),
      code: Type.String({ description: 'The code' }),
      status: Type.Integer({ description: 'The HTTP status' }),
      title: Type.String({ description: 'What it means' }),
    },
    {
      description: 'One kind of refusal',
      examples: [kindExample],
    },
  ),
);
const ProblemKindList = component(
  'ProblemKindList',
  Type.Object(
    { data: Type.Array(ProblemKind) },
    { description: 'Every kind of refusal', examples: [{ data: [kindExample] }] },
  ),
);

const kindOf = (code: RefusalCode) => ({ type: problemType(code), code, ...PROBLEMS[code] });

const isCode = (code: string): code is RefusalCode => Object.hasOwn(PROBLEMS, code);

/** `checkReady` rejects while the service cannot take writes. */
export const serviceDoors: FastifyPluginAsyncTypebox<{ checkReady: () => Promise<void> }> = async (
  app,
  { checkReady },
) => {
  app.get(
    '/health/live',
    door({
      operationId: 'getLiveness',
      summary: 'Is the process alive?',
      description:
        'Answers as long as the process runs, whatever the database does: for a supervisor that would restart it.',
      tag: 'Service',
      answers: { 200: answer('It is', Health) },
    }),
    async (_request, reply) => {
      reply.header('cache-control', 'no-store');
      return { status: 'ok' };
    },
  );

  app.get(
    '/health/ready',
    door({
      operationId: 'getReadiness',
      summary: 'Can it take requests? The database is migrated and writable',
      description: 'A write is tried and undone: for a balancer that sends requests elsewhere while it fails.',
      tag: 'Service',
      answers: { 200: answer('It can', Health) },
    }),
    async (request, reply) => {
      reply.header('cache-control', 'no-store');
      try {
        await checkReady();
      } catch (error) {
        request.log.error({ requestId: request.id, err: error }, 'not ready');
        throw refuse('unavailable', 'The database cannot be written to', { retryAfter: 5 });
      }
      return { status: 'ok' };
    },
  );

  app.get(
    '/problems',
    door({
      operationId: 'listProblems',
      summary: 'Every code a refusal may carry',
      description: 'The catalogue that `code` and `type` of every problem (RFC 9457) refer to.',
      tag: 'Service',
      headers: IfNoneMatch,
      answers: { 200: answer('The codes', ProblemKindList, LIST_ETAG) },
    }),
    async () => ({ data: (Object.keys(PROBLEMS) as RefusalCode[]).map(kindOf) }),
  );

  app.get(
    '/problems/:code',
    door({
      operationId: 'getProblem',
      summary: 'What a code means',
      description: 'What stands at the `type` of a problem.',
      tag: 'Service',
      params: closed({ code: Type.String({ maxLength: 200, description: 'The code', examples: ['slug-taken'] }) }),
      headers: IfNoneMatch,
      answers: { 200: answer('The code', ProblemKind, LIST_ETAG) },
    }),
    async ({ params: { code } }) => {
      if (!isCode(code)) throw refuse('not-found', `There is no problem called ${code}`);
      return kindOf(code);
    },
  );
};
