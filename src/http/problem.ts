/** Refusals on the wire: RFC 9457 problems, one table of codes, one place where what is thrown is answered. */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Fault, Refusal, type RefusalCode, refuse, refuseAll } from '../core/errors.ts';
import type { RequestMeter } from '../metrics/request-meter.ts';
import type { SetHeaders } from './headers.ts';
import { nothingAt, shownPath } from './methods.ts';
import { countRequest } from './request-counts.ts';
import { logRequest } from './request-log.ts';
import { faultsOfRequest } from './validation.ts';

type Row = { status: number; title: string };

/** Every code with its status and title; served at `/problems` and used by the OpenAPI document. */
export const PROBLEMS: Record<RefusalCode, Row> = {
  'malformed-json': { status: 400, title: 'The body is not well-formed JSON' },
  'invalid-request': { status: 400, title: 'The request does not match the contract' },
  'invalid-cursor': { status: 400, title: 'The cursor does not belong to this list' },
  unauthenticated: { status: 401, title: 'A valid key is needed' },
  forbidden: { status: 403, title: 'The key does not allow this' },
  'comments-closed': { status: 403, title: 'The article takes no comments' },
  'not-found': { status: 404, title: 'There is nothing here' },
  'method-not-allowed': { status: 405, title: 'This path does not know the method' },
  'slug-taken': { status: 409, title: 'The slug is taken' },
  'name-taken': { status: 409, title: 'The name is taken' },
  'author-in-use': { status: 409, title: 'The author is in use' },
  'source-taken': { status: 409, title: 'The source is taken by another article' },
  'duplicate-comment': { status: 409, title: 'The same was said here already' },
  trashed: { status: 409, title: 'The article is in the trash' },
  'not-live': { status: 409, title: 'The article is not live' },
  'last-admin': { status: 409, title: 'The last admin key must stay' },
  'idempotency-in-progress': { status: 409, title: 'The same request is still being answered' },
  gone: { status: 410, title: 'What was here is gone' },
  'cursor-expired': { status: 410, title: 'What followed the cursor is no longer known' },
  'version-mismatch': { status: 412, title: 'The resource has changed since it was read' },
  'payload-too-large': { status: 413, title: 'The body is too large' },
  'unsupported-media-type': { status: 415, title: 'The media type is not supported' },
  'unknown-reference': { status: 422, title: 'The request names something that does not exist' },
  'status-not-reachable': { status: 422, title: 'The article cannot take this status now' },
  'invalid-schedule': { status: 422, title: 'The moments do not fit together' },
  'not-publishable': { status: 422, title: 'The article lacks what publishing needs' },
  'invalid-parent': { status: 422, title: 'The comment cannot be replied to' },
  unrenderable: { status: 422, title: 'The text cannot be rendered within the limits' },
  'idempotency-mismatch': { status: 422, title: 'The Idempotency-Key was sent with another body' },
  'precondition-required': { status: 428, title: 'The write must be conditional' },
  'rate-limited': { status: 429, title: 'Too many requests' },
  'request-timeout': { status: 408, title: 'The request came too slowly' },
  'headers-too-large': { status: 431, title: 'The headers of the request are too large' },
  internal: { status: 500, title: 'Something went wrong inside' },
  unavailable: { status: 503, title: 'The service cannot answer now' },
  'insufficient-storage': { status: 507, title: 'There is no room left to store it' },
};

/** A problem as it is sent (RFC 9457 with `code`, `requestId` and, where there are faults, `errors`). */
export type ProblemBody = Row & {
  type: string;
  detail: string;
  instance: string;
  code: RefusalCode;
  requestId: string;
  errors?: Fault[];
};

/** Where a code is explained. */
export const problemType = (code: RefusalCode): string => `/problems/${code}`;

const badPath = (code: string, detail: string) =>
  refuseAll('invalid-request', [{ in: 'path', name: '', code, detail }]);

/** Errors of Fastify and its plugins, as refusals; undefined: it is none that a caller caused. */
const refusalOf = (error: FastifyError, { routeOptions }: FastifyRequest): Refusal | undefined => {
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return refuse('payload-too-large', 'The body is larger than this door takes');
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return refuse(
        'unsupported-media-type',
        `Send ${(routeOptions.config?.takes ?? ['application/json']).join(', ')}`,
      );
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return refuse('malformed-json', 'The body ends before or after its Content-Length');
    case 'FST_ERR_BAD_URL':
      return badPath('wrong-format', 'The path is not well-encoded UTF-8');
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return badPath('too-long', 'A part of the path is too long');
    case 'ECONNRESET':
      return refuse('request-timeout', 'The connection ended before the request did'); // for the log: nobody reads it
    default:
      return isCallersFault(error) ? refuse('invalid-request', error.message) : undefined;
  }
};

const isCallersFault = ({ statusCode = 500 }: FastifyError) => statusCode >= 400 && statusCode < 500;

/** Sends a refusal as its problem. */
const sendProblem = (request: FastifyRequest, reply: FastifyReply, refusal: Refusal): FastifyReply => {
  const row = PROBLEMS[refusal.code];
  const body: ProblemBody = {
    type: problemType(refusal.code),
    title: row.title,
    status: row.status,
    detail: refusal.message,
    instance: shownPath(request.url),
    code: refusal.code,
    requestId: request.id,
    ...refusal.extra,
    ...(refusal.errors && { errors: refusal.errors }),
  };
  if (refusal.code === 'unauthenticated') reply.header('www-authenticate', 'Bearer');
  if (refusal.retryAfter !== undefined) reply.header('retry-after', String(refusal.retryAfter));
  // Serialised here: a problem is the same at every door, those that the router refused included.
  return reply
    .code(row.status)
    .header('cache-control', 'no-store')
    .type('application/problem+json')
    .serializer(JSON.stringify)
    .send(body);
};

/** What an error says of the store: others write too long, there is no room left, or it cannot be reached. */
export type FailureOf = (error: unknown) => keyof typeof FAILURES | undefined;

const FAILURES = {
  busy: () => refuse('unavailable', 'The store is busy; try again', { retryAfter: 1 }),
  full: () => refuse('insufficient-storage', 'There is no room left to store this'),
  unreachable: () => refuse('unavailable', 'The store cannot be reached; try again', { retryAfter: 5 }),
};

/** An error that no caller caused, as the refusal that tells nothing of the inside; the log has the rest. */
const failed = (error: unknown, request: FastifyRequest, failureOf: FailureOf): Refusal => {
  const failure = failureOf(error);
  request.log.error({ requestId: request.id, err: error }, failure ? `the store is ${failure}` : 'internal error');
  return failure ? FAILURES[failure]() : refuse('internal', 'The error has been logged under this request id');
};

/** The longest body that is read to its end though it was refused, in bytes. */
const READ_ON = 64 * 1024 * 1024;

/**
 * Keeps the connection of a body that is too large, which Fastify would end: bytes that arrive at a closed connection reset
 * it, and a client that is still sending would never read why it was refused. What it sends is thrown away.
 */
const readOn = ({ headers }: FastifyRequest, reply: FastifyReply): void => {
  if (Number(headers['content-length'] ?? Number.POSITIVE_INFINITY) <= READ_ON) reply.removeHeader('connection');
};

type AnswerError = (error: FastifyError, request: FastifyRequest, reply: FastifyReply) => FastifyReply;

/** Answers whatever was thrown: a refusal as it is, a failed validation with all faults of all parts, the rest as a 5xx. */
const errorAnswer =
  (failureOf: FailureOf): AnswerError =>
  (error, request, reply) => {
    if (error instanceof Refusal) return sendProblem(request, reply, error);
    if (error.validation && error.validationContext) {
      return sendProblem(request, reply, refuseAll('invalid-request', faultsOfRequest(request, error)));
    }
    if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') readOn(request, reply);
    return sendProblem(request, reply, refusalOf(error, request) ?? failed(error, request, failureOf));
  };

/** Makes every refusal and every unexpected error of the app a problem. */
export const answerProblems = (app: FastifyInstance, failureOf: FailureOf): void => {
  app.setErrorHandler(errorAnswer(failureOf));
  // The hook of `methods.ts` has already answered unknown paths; this stands behind it for what the router alone refuses.
  app.setNotFoundHandler((request, reply) => sendProblem(request, reply, nothingAt(request.url)));
};

/** For errors the framework meets before any route and hook, such as a badly encoded path. */
export const answerFrameworkErrors =
  (setHeaders: SetHeaders, meter: RequestMeter) =>
  (error: FastifyError, request: FastifyRequest, reply: FastifyReply): void => {
    setHeaders(request, reply);
    errorAnswer(() => undefined)(error, request, reply);
    logRequest(request, reply);
    countRequest(meter, request, reply);
  };
