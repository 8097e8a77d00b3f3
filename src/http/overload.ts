/**
 * Refuses early what cannot be answered in time (503 with `Retry-After`), so that what is answered is answered quickly: who
 * comes late in a turn of the loop that is held too long, and who would be one too many of those that wait for the store.
 * Answers from the cache, health and metrics are no part of it.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyBaseLogger, FastifyInstance, FastifyRequest } from 'fastify';
import { type Refusal, refuse } from '../core/errors.ts';
import { bodiesIn, memorySize } from '../core/memory-size.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { requestIdOf } from './headers.ts';
import { atOnce } from './hooks.ts';
import { watchTurns } from './loop-turns.ts';
import { logRefused } from './request-log.ts';
import { problemOf } from './unread.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** What it takes of that which is bounded, until it is answered; null: nothing. */
    load: Load | null;
  }
}

/** `bytes` of its body are in memory; `kind` says among whom it is counted once it is worked on. */
type Load = { bytes: number; kind: Kind | null };
type Kind = 'read' | 'write';

/** How many reads and writes may be worked on at once, and how many bytes the bodies of all that is under way may take. */
export type Limits = Record<Kind, number> & { bodyBytes: number };

/** With the embedded engine reads never wait, and writes take turns. */
export const LIMITS: Limits = { read: 500, write: 200, bodyBytes: bodiesIn(memorySize()) };
/** A body that is shorter than this finds room always, in bytes. */
const SHORT_BODY = 64 * 1024;
/** Whoever is refused comes again after so many seconds at least, and not all at the same time. */
const AGAIN_AFTER = 1;
const SPREAD = 3;

const retryAfter = (): number => AGAIN_AFTER + Math.floor(Math.random() * SPREAD);

/** Why somebody is refused, for the metrics. */
const REASONS = ['loop', 'read', 'write', 'body'] as const;
type Reason = (typeof REASONS)[number];

const kindOf = (method = 'GET'): Kind => (method === 'GET' || method === 'HEAD' ? 'read' : 'write');

/** What is answered whatever else goes on. */
const isAlwaysAnswered = ({ method, url = '' }: IncomingMessage): boolean =>
  method === 'OPTIONS' || url.startsWith('/health/') || url.startsWith('/metrics');

const DETAIL = 'Too many requests are being answered; try again';

type OverloadParts = {
  logger: FastifyBaseLogger;
  corsOrigins: readonly string[];
  metrics: Metrics;
  limits: Limits;
};

/** To be registered before the response cache, so that it stands between that and Fastify. */
export const refuseOverload = (app: FastifyInstance, { logger, corsOrigins, metrics, limits }: OverloadParts): void => {
  const working: Record<Kind, number> = { read: 0, write: 0 };
  let bytes = 0;
  const refused: Record<Reason, number> = { loop: 0, read: 0, write: 0, body: 0 };
  const turns = watchTurns();

  metrics.gauge('http_requests_working', 'Requests whose answers are being made', () =>
    Object.entries(working).map(([kind, value]) => ({ value, labels: { kind } })),
  );
  metrics.gauge('http_body_bytes', 'How much of bodies is in memory', () => bytes);
  metrics.counter(
    'http_requests_refused_total',
    'Requests that were refused (503) since there was too much to do',
    () => REASONS.map((reason) => ({ value: refused[reason], labels: { reason } })),
  );

  const refuseFor = (reason: Reason): Refusal => {
    refused[reason]++;
    return refuse('unavailable', DETAIL, { retryAfter: retryAfter() });
  };

  /** In front of Fastify, where a refusal costs little; `isLate` is asked of each request, for it watches them all. */
  const reasonOf = (req: IncomingMessage): Reason | undefined => {
    const isLate = turns.isTooLate();
    if (isAlwaysAnswered(req)) return undefined;
    if (isLate) return 'loop';
    const kind = kindOf(req.method);
    return working[kind] >= limits[kind] ? kind : undefined;
  };
  const answer = (req: IncomingMessage, res: ServerResponse, reason: Reason): void => {
    const { retryAfter: after, message } = refuseFor(reason);
    const id = requestIdOf(req);
    const { status, headers, body } = problemOf({
      origins: corsOrigins,
      code: 'unavailable',
      detail: message,
      id,
      req,
    });
    res.writeHead(status, { ...headers, 'Retry-After': String(after) });
    res.end(req.method === 'HEAD' ? undefined : body);
    metrics.requests.note(req.method ?? '', '', status, 0);
    logRefused(logger, req, id, status);
  };
  app.addHook('onReady', async () => {
    const [inner] = app.server.listeners('request') as ((req: IncomingMessage, res: ServerResponse) => void)[];
    if (!inner) return; // an app that never listens
    app.server.removeListener('request', inner);
    app.server.on('request', (req, res) => {
      const reason = reasonOf(req);
      if (reason === undefined) inner(req, res);
      else answer(req, res, reason);
    });
  });

  app.decorateRequest('load', null);
  const letGo = (request: FastifyRequest): void => {
    if (request.load === null) return;
    bytes -= request.load.bytes;
    if (request.load.kind !== null) working[request.load.kind]--;
    request.load = null;
  };
  // Bodies count as they come in: one that is only announced would cost whoever announces it nothing.
  app.addHook('preParsing', (request, _reply, payload, done) => {
    const length = Number(request.headers['content-length'] ?? Number.POSITIVE_INFINITY);
    const isSent = request.headers['transfer-encoding'] !== undefined || length > 0;
    const isStreamed = request.routeOptions.config.takes !== undefined; // to the disk: it is never in memory
    if (kindOf(request.method) === 'read' || !isSent || isStreamed) return done(null, payload);
    if (bytes >= limits.bodyBytes && length > SHORT_BODY) return done(refuseFor('body'));
    const load: Load = { bytes: 0, kind: null };
    request.load = load;
    payload.on('data', (piece: Buffer) => {
      if (request.load !== load) return; // what comes after the answer is thrown away
      load.bytes += piece.length;
      bytes += piece.length;
    });
    done(null, payload);
  });
  // Not before its body is there: a slow sender takes no place from others.
  const begin = atOnce((request) => {
    if (isAlwaysAnswered(request.raw)) return;
    const kind = kindOf(request.method);
    if (working[kind] >= limits[kind]) throw refuseFor(kind);
    request.load ??= { bytes: 0, kind: null };
    request.load.kind = kind;
    working[kind]++;
  });
  app.addHook('preHandler', begin);
  app.addHook('onSend', (request, _reply, payload, done) => {
    letGo(request); // a slow reader takes none, either
    done(null, payload);
  });
  app.addHook('onResponse', atOnce(letGo)); // where another hook failed before it
};
