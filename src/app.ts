/** Galley as an app: its table of contents. It never listens; `server.ts` does. */
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import type { Schedule } from './core/schedule.ts';
import { archiveRoutes } from './features/archives/routes.ts';
import { articleRoutes } from './features/articles/routes.ts';
import { keepSchedule } from './features/articles/schedule.ts';
import { authorRoutes } from './features/authors/routes.ts';
import { changeRoutes } from './features/changes/routes.ts';
import { commentRoutes } from './features/comments/routes.ts';
import { feedRoutes, jsonLdRoutes } from './features/feeds/routes.ts';
import { importRoutes } from './features/imports/routes.ts';
import { findActor } from './features/keys/actions.ts';
import { startKnowingKeys } from './features/keys/known-keys.ts';
import type { LastUsed } from './features/keys/last-used.ts';
import { keyRoutes } from './features/keys/routes.ts';
import { previewRoutes } from './features/previews/routes.ts';
import { revisionRoutes } from './features/revisions/routes.ts';
import { searchRoutes } from './features/search/routes.ts';
import { siteRoutes } from './features/site/routes.ts';
import { tagRoutes } from './features/tags/routes.ts';
import { webhookRoutes } from './features/webhooks/routes.ts';
import { workingCopyRoutes } from './features/working-copies/routes.ts';
import { guardDoors, type KeyKeeper, recogniseCallers } from './http/auth.ts';
import { tellGroups } from './http/cache-groups.ts';
import { answerHits, keepAnswers } from './http/cached-answers.ts';
import { sayWhatMayBeKept } from './http/caching.ts';
import { answerClientErrors } from './http/client-errors.ts';
import { sayWhatIsLast } from './http/closing.ts';
import { compilersFactory } from './http/compilers.ts';
import { answerUnchanged, tagAnswers } from './http/etag.ts';
import { refuseAmbiguous } from './http/framing.ts';
import { answerPreflights, commonHeaders, requestIdOf } from './http/headers.ts';
import { repeatSafely } from './http/idempotency.ts';
import { BODY_LIMIT, fillOptionalBodies, readJsonBodies, refuseFaultyBodies } from './http/json-body.ts';
import { MAX_PARAM_LENGTH, refuseUnknownDoors, rememberMethods } from './http/methods.ts';
import { metricsDoor } from './http/metrics-door.ts';
import { publishDocs, publishDocument, serveDocument } from './http/openapi.ts';
import { LIMITS, type Limits, refuseOverload } from './http/overload.ts';
import { answerFrameworkErrors, answerProblems } from './http/problem.ts';
import { parseQuery } from './http/query-string.ts';
import { hasGuessedTooOften, limitRates } from './http/rate-limit.ts';
import { openWindows } from './http/rate-windows.ts';
import { countRequests } from './http/request-counts.ts';
import { describeError, logRequests } from './http/request-log.ts';
import { ResponseCache } from './http/response-cache.ts';
import { serviceDoors } from './http/service-doors.ts';
import type { MetricObject } from './metrics/metric.ts';
import { createMetrics, describeMetrics, type Metrics } from './metrics/metrics.ts';
import { judgeAskingBy } from './outgoing/asking.ts';
import type { Renderer } from './rendering/renderer.ts';
import type { Settings } from './settings.ts';
import { importDirectoryOf } from './store/address.ts';
import { findOutcome } from './store/outcomes.ts';
import type { Parts } from './store/store.ts';

/** What an app is made of. */
export type AppParts = Parts & {
  renderer: Renderer;
  settings: Pick<
    Settings,
    | ('requireIfMatch' | 'cacheControl' | 'cacheHeaders' | 'cacheBytes' | 'corsOrigins' | 'trustProxy' | 'rates')
    | ('secret' | 'previewUrl' | 'publicUrl' | 'commentRetentionDays' | 'webhookAllowPrivate' | 'metricsToken')
    | ('importMaxBytes' | 'database')
  >;
  logger: FastifyBaseLogger;
  lastUsed: LastUsed;
  /** Where files stand that were sent to be imported; absent: beside the database. */
  importDirectory?: string;
  timeouts?: Timeouts;
  /** From when on requests are refused rather than kept waiting. */
  limits?: Limits;
  /** Where it counts; absent: in metrics of its own. */
  metrics?: Metrics;
  /** Asks every process that answers beside this one for its metrics, and this one; absent: there is no other. */
  gatherMetrics?: () => Promise<MetricObject[][]>;
};

/** The times a client has, in milliseconds, to send a whole request, to say anything at all, and between two requests. */
export type Timeouts = { requestTimeout: number; connectionTimeout: number; keepAliveTimeout: number };
// Node looks at a socket that does not take what is written to it twice before it ends it: after 50 s, then.
const TIMEOUTS: Timeouts = { requestTimeout: 30_000, connectionTimeout: 25_000, keepAliveTimeout: 72_000 };

/** Finds the bearers of keys, and notes that these were used. */
const keepKeys = (parts: AppParts): KeyKeeper => ({
  findActor: async (secret) => {
    const actor = await findActor(parts, secret);
    if (actor) parts.lastUsed.note(actor.keyId);
    return actor;
  },
  mayKnow: startKnowingKeys(parts),
});

/** Keeps finished answers in memory, each until a commit touches it or a moment passes. */
const cacheAnswers = (
  app: FastifyInstance,
  { store, clock, settings, logger, metrics }: AppParts & { metrics: Metrics },
  schedule: Schedule,
): void => {
  const cache = new ResponseCache(settings.cacheBytes);
  metrics.counter('response_cache_hits_total', 'Answers from the response cache', () => cache.hits);
  metrics.counter(
    'response_cache_misses_total',
    'Answers that it could have kept, and that were made',
    () => cache.misses,
  );
  metrics.gauge('response_cache_bytes', 'How much the response cache holds', () => cache.bytes);
  metrics.gauge('response_cache_answers', 'How many answers the response cache holds', () => cache.size);
  schedule.onPassed = () => cache.drop('all');
  const forget = store.onTouched((touched) => cache.drop(touched));
  app.addHook('onClose', async () => forget());
  const parts = {
    ...{ cache, schedule, clock, logger, meter: metrics.requests, cacheControl: settings.cacheControl },
    sameForAllOrigins: settings.corsOrigins.includes('*'),
    noticeOthers: store.noticeOthers,
  };
  keepAnswers(app, parts);
  answerHits(app, parts);
};

/** Builds the app. The hooks run in the order in which a request is judged: route, rate, key, role. */
export const buildApp = async (parts: AppParts): Promise<FastifyInstance> => {
  const { store, clock, settings, logger, timeouts = TIMEOUTS, metrics = createMetrics(), limits = LIMITS } = parts;
  const { gatherMetrics = async () => [await metrics.collect()] } = parts;
  const setHeaders = commonHeaders(settings.corsOrigins);
  const app = Fastify({
    loggerInstance: logger.child({}, { serializers: { err: describeError } }),
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    ...timeouts,
    // Who sends no Host is told so by a problem, with the other faults of framing.
    // Node exchanges the two where headers may take longer than the whole request, as they may by default.
    http: {
      headersTimeout: timeouts.requestTimeout,
      connectionsCheckingInterval: timeouts.requestTimeout / 10,
      requireHostHeader: false,
    },
    bodyLimit: BODY_LIMIT,
    trustProxy: typeof settings.trustProxy === 'boolean' ? settings.trustProxy : [...settings.trustProxy],
    genReqId: requestIdOf,
    childLoggerFactory: (shared) => shared, // a logger for each request costs more than its one line, which tells the id
    requestIdHeader: false,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH, querystringParser: parseQuery },
    frameworkErrors: answerFrameworkErrors(setHeaders, metrics.requests),
    clientErrorHandler: answerClientErrors(logger, settings.corsOrigins),
    return503OnClosing: false, // what is under way while the process stops is answered
    schemaController: { compilersFactory },
    forceCloseConnections: 'idle',
  }).withTypeProvider<TypeBoxTypeProvider>();

  logRequests(app);
  sayWhatIsLast(app);
  countRequests(app, metrics.requests);
  answerProblems(app, store.failureOf);
  readJsonBodies(app);

  const paths = rememberMethods(app);
  answerPreflights(app, setHeaders, paths.methodsOf);
  refuseUnknownDoors(app, paths);
  const windows = openWindows(settings.rates);
  recogniseCallers(app, keepKeys(parts), (request) => hasGuessedTooOften(windows, request));
  limitRates(app, windows);
  guardDoors(app);
  fillOptionalBodies(app);
  refuseFaultyBodies(app);
  repeatSafely(app, (retry) => findOutcome(store, retry, clock()));
  tagAnswers(app);
  const schedule = keepSchedule(store);
  app.addHook('onClose', async () => schedule.close());
  const { noticeOthers } = store;
  sayWhatMayBeKept(app, { cacheControl: settings.cacheControl, clock, schedule, noticeOthers });
  tellGroups(app, settings.cacheHeaders);
  refuseOverload(app, { logger, corsOrigins: settings.corsOrigins, metrics, limits });
  if (settings.cacheBytes > 0) cacheAnswers(app, { ...parts, metrics }, schedule);
  answerUnchanged(app);
  refuseAmbiguous(app, logger, settings.corsOrigins); // before the cache, too

  await publishDocument(app);
  await publishDocs(app);
  serveDocument(app);
  await app.register(serviceDoors, { checkReady: () => store.checkWritable() });
  await app.register(metricsDoor, {
    token: settings.metricsToken,
    describe: async () => describeMetrics(await gatherMetrics()),
  });

  const inV1 = { prefix: '/v1', ...parts, requireIfMatch: settings.requireIfMatch };
  await app.register(articleRoutes, inV1);
  await app.register(revisionRoutes, inV1);
  await app.register(workingCopyRoutes, inV1);
  const { secret, previewUrl, publicUrl, commentRetentionDays: retentionDays } = settings;
  await app.register(previewRoutes, { ...inV1, secret, previewUrl, publicUrl });
  await app.register(archiveRoutes, inV1);
  await app.register(authorRoutes, inV1);
  await app.register(tagRoutes, inV1);
  await app.register(commentRoutes, { ...inV1, secret, flood: settings.rates.comment, retentionDays });
  await app.register(searchRoutes, inV1);
  await app.register(siteRoutes, inV1);
  await app.register(changeRoutes, inV1);
  const judgeAsking = judgeAskingBy({ allowPrivate: settings.webhookAllowPrivate });
  await app.register(webhookRoutes, { ...inV1, judgeAsking });
  const { importDirectory = importDirectoryOf(settings.database) } = parts;
  const { importMaxBytes } = settings;
  await app.register(importRoutes, { ...inV1, importDirectory, importMaxBytes, patience: timeouts.requestTimeout });
  await app.register(keyRoutes, inV1);
  await app.register(jsonLdRoutes, { ...inV1, publicUrl });
  await app.register(feedRoutes, { ...parts, publicUrl });
  return app;
};
