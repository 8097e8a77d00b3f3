/**
 * Requests that may be repeated (draft-ietf-httpapi-idempotency-key-header): a POST with an `Idempotency-Key` has its
 * effect once, and its success is answered again, with the resource as it is now.
 */
import { hash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteHandlerMethod, RouteOptions } from 'fastify';
import { Type } from 'typebox';
import { type RefusalCode, refuse, refuseAll } from '../core/errors.ts';
import type { KeptOutcome, Retry } from '../core/retry.ts';
import { REPLAYED } from './answer-headers.ts';
import { withRefusals } from './refusal-answers.ts';
import { IDEMPOTENCY_KEY_PATTERN } from './schema.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** What the action is to keep of this request; null: it is not to be repeated. */
    retry: Retry | null;
    /** What tells a body from others that was not read into memory. */
    bodyDigest?: string;
  }
  interface FastifyInstance {
    /** How each kind of resource is answered again. */
    replays: Map<string, Replay>;
  }
}

/**
 * How a kind of resource is answered to a request that is repeated: as it is now, to who may read it, without secrets;
 * and where it is, for a 201.
 */
export type Replay = {
  answer(request: FastifyRequest, reply: FastifyReply, id: number): Promise<unknown>;
  locate(id: number, request: FastifyRequest): string;
};

/** Finds what came of a request; undefined where nothing did, or too long ago. */
export type FindOutcome = (retry: Retry) => Promise<KeptOutcome | undefined>;

const NAME = 'idempotency-key';
const REFUSALS: readonly RefusalCode[] = ['idempotency-in-progress', 'idempotency-mismatch', 'not-found'];
const KEY_HEADER = Type.Optional(
  Type.String({
    minLength: 1,
    maxLength: 255,
    pattern: IDEMPOTENCY_KEY_PATTERN,
    description:
      'A name for this request, such as a UUID, under which it may be sent again for 24 hours: it has its effect ' +
      'once. Its success is then answered with the resource as it is now; after a refusal it is tried anew',
    examples: ['5f0a8c1e-3a52-4f0e-9a53-0a4f7c1d2b6e'],
  }),
);
type Responses = Record<string, { headers?: object }>;
type Told = { headers?: { properties?: object }; response: Responses };

const isSuccess = (status: string) => status.startsWith('2');

/** The schema of a door that takes an `Idempotency-Key`. */
const completed = ({ headers, response, ...rest }: Told) => ({
  ...rest,
  headers: { ...Type.Object({}), ...headers, properties: { ...headers?.properties, [NAME]: KEY_HEADER } },
  response: withRefusals(
    Object.fromEntries(
      Object.entries(response).map(([status, answer]) => [
        status,
        isSuccess(status) ? { ...answer, headers: { ...answer.headers, ...REPLAYED } } : answer,
      ]),
    ),
    REFUSALS,
  ),
});

const sorted = (_name: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;

/** A digest of what a body says, however it is spaced and in whatever order its names stand. No body says as much as `{}`. */
const fingerprintOf = (body: unknown): string => hash('sha256', JSON.stringify(body ?? {}, sorted), 'hex');

/** The path of a request, however it was spelled. */
const pathAsked = ({ routeOptions: { url = '' }, params }: FastifyRequest): string =>
  url.replaceAll(/:([A-Za-z]+)/g, (_, name) => encodeURIComponent(String((params as Record<string, unknown>)[name])));

const retryOf = (request: FastifyRequest, idempotencyKey: string, status: number): Retry => ({
  ...{ keyId: request.caller?.keyId ?? 0, path: pathAsked(request), idempotencyKey },
  ...{ fingerprint: request.bodyDigest ?? fingerprintOf(request.body), status },
});

const mismatch = () =>
  refuseAll('idempotency-mismatch', [
    {
      ...{ in: 'header', name: NAME, code: 'idempotency-mismatch' },
      detail: `${NAME} was sent with another body; send a new request under a new one`,
    },
  ]);

/** Says how resources of a kind are answered to requests that are repeated. */
export const answersAgain = (app: FastifyInstance, kind: string, replay: Replay): void => {
  app.replays.set(kind, replay);
};

/** Lets every POST that is registered after it be repeated under an `Idempotency-Key`, and its schema say so. */
export const repeatSafely = (app: FastifyInstance, findOutcome: FindOutcome): void => {
  app.decorateRequest('retry', null);
  app.decorateRequest('bodyDigest');
  app.decorate('replays', new Map<string, Replay>());
  /** What is being answered for the first time in this process. Those of other processes are met in the store. */
  const running = new Set<string>();

  const replay = async (request: FastifyRequest, reply: FastifyReply, retry: Retry, outcome: KeptOutcome) => {
    if (outcome.fingerprint !== retry.fingerprint) throw mismatch();
    const { kind, id, status } = outcome;
    const known = app.replays.get(kind);
    if (!known) throw new Error(`It is not known how a repeated request is answered of: ${kind}`);
    const answer = await known.answer(request, reply, id);
    reply.code(status).header('idempotent-replayed', 'true');
    if (status === 201) reply.header('location', known.locate(id, request));
    return answer;
  };

  /** Answers a request for the first time; or again, where another process was first meanwhile. */
  const answerFirst = async (request: FastifyRequest, reply: FastifyReply, retry: Retry, handle: () => unknown) => {
    request.retry = retry;
    try {
      return await handle();
    } catch (error) {
      // Whatever stood in its way may be its own effect: a slug that is taken, or an answer of the store that was lost.
      const other = await findOutcome(retry).catch(() => undefined); // what failed first is what is told
      if (!other) throw error;
      return replay(request, reply, retry, other);
    }
  };

  const answer = async (request: FastifyRequest, reply: FastifyReply, retry: Retry, handle: () => unknown) => {
    const earlier = await findOutcome(retry);
    if (earlier) return replay(request, reply, retry, earlier);
    const name = `${retry.keyId} ${retry.path} ${retry.idempotencyKey}`;
    if (running.has(name))
      throw refuse('idempotency-in-progress', 'The same request is still being answered', { retryAfter: 1 });
    running.add(name);
    try {
      return await answerFirst(request, reply, retry, handle);
    } finally {
      running.delete(name); // only now, also where its client has gone: what it does was not over
    }
  };

  const safely = (handler: RouteHandlerMethod, status: number): RouteHandlerMethod =>
    function (request, reply) {
      const handle = () => handler.call(this, request, reply);
      const idempotencyKey = request.headers[NAME];
      if (typeof idempotencyKey !== 'string') return handle();
      return answer(request, reply, retryOf(request, idempotencyKey, status), handle);
    };

  app.addHook('onRoute', (route: RouteOptions) => {
    if (route.method !== 'POST') return;
    const schema = route.schema as Told;
    const status = Number(Object.keys(schema.response).find(isSuccess));
    route.schema = completed(schema);
    route.handler = safely(route.handler, status);
  });
};
