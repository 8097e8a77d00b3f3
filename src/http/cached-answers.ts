/**
 * Answers anonymous reads from the response cache, in front of Fastify: no route is looked for and no hook runs, for
 * they cost as much as the answer. What a hit sends is what Fastify sent when it was kept, header for header; a coded form
 * differs in its tag, its length and its coding.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../core/clock.ts';
import type { Schedule } from '../core/schedule.ts';
import type { RequestMeter } from '../metrics/request-meter.ts';
import { cacheControlUntil, tellsStored, trueUntil } from './caching.ts';
import { codingOf, encodeAs, WORTH_CODING } from './content-coding.ts';
import { codedTag, matchesTag, REPEATED_BY_304 } from './etag.ts';
import { requestIdOf } from './headers.ts';
import { logHit } from './request-log.ts';
import type { Coding, Entry, Form, ResponseCache } from './response-cache.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The count of drops when the request began. */
    begunAtDrops: number;
  }
}

/** What the cache stands on. */
type CacheParts = {
  cache: ResponseCache;
  schedule: Schedule;
  clock: Clock;
  cacheControl: string;
  /** Whether the header fields of an answer are the same whatever origin asks. */
  sameForAllOrigins: boolean;
  /** Hears of what other processes have written; undefined where there is nothing to wait for. */
  noticeOthers: () => Promise<void> | undefined;
  logger: FastifyBaseLogger;
  meter: RequestMeter;
};

/** Header fields of the single request; these are told anew with every hit. */
const OF_THE_REQUEST = new Set(['x-request-id', 'cache-control', 'date', 'connection', 'keep-alive']);

const flat = (reply: FastifyReply, wanted: (name: string) => boolean): string[] =>
  Object.entries(reply.getHeaders())
    .filter(([name]) => !OF_THE_REQUEST.has(name) && wanted(name))
    .flatMap(([name, value]) => [name, String(value)]);

const NOTHING = Buffer.alloc(0);
const bytesOf = (payload: unknown): Buffer | undefined => {
  if (payload === undefined || payload === null) return NOTHING; // as of a 308
  if (Buffer.isBuffer(payload)) return payload;
  return typeof payload === 'string' ? Buffer.from(payload) : undefined;
};

/** Keeps what anonymous readers are answered. To be registered before what turns an answer into a 304. */
export const keepAnswers = (app: FastifyInstance, { cache, schedule, clock, sameForAllOrigins }: CacheParts): void => {
  app.decorateRequest('begunAtDrops', 0);
  app.addHook('onRequest', (request, _reply, done) => {
    request.begunAtDrops = cache.drops;
    done();
  });
  const mayKeep = (request: FastifyRequest, { groups, statusCode }: FastifyReply) =>
    groups !== null &&
    request.caller === null &&
    request.headers.authorization === undefined &&
    request.method === 'GET' &&
    (sameForAllOrigins || request.headers.origin === undefined) &&
    (statusCode === 200 || statusCode === 308);
  app.addHook('onSend', (request, reply, payload, done) => {
    const bytes = mayKeep(request, reply) ? bytesOf(payload) : undefined;
    // A moment that passed while it was made has dropped all there was, or will once it is noticed.
    if (bytes) cache.misses++;
    if (bytes && schedule.peek(clock()) !== undefined) cache.put(entryOf(request, reply, bytes), request.begunAtDrops);
    done(null, payload);
  });
};

const entryOf = (request: FastifyRequest, reply: FastifyReply, bytes: Buffer): Entry => ({
  url: request.raw.url ?? '',
  status: reply.statusCode,
  groups: reply.groups ?? [],
  route: request.routeOptions.url ?? '',
  etag: String(reply.getHeader('etag') ?? ''),
  thin: flat(reply, (name) => REPEATED_BY_304.has(name)),
  plain: { head: [...flat(reply, (name) => name !== 'content-length'), 'content-length', String(bytes.length)], bytes },
  coded: new Map(),
  wasUsed: false,
});

/** The header fields of a form in another coding than the plain one. */
const codedHead = (head: readonly string[], coding: Coding, bytes: Buffer): string[] => {
  const coded = ['content-encoding', coding];
  for (let i = 0; i < head.length; i += 2) {
    const [name, value] = [head[i] as string, head[i + 1] as string];
    if (name === 'etag') coded.push(name, codedTag(value, coding));
    else if (name === 'content-length') coded.push(name, String(bytes.length));
    else coded.push(name, value);
  }
  return coded;
};

/** Answers hits before Fastify sees them. Once the app is ready, since the server has its listener then. */
export const answerHits = (app: FastifyInstance, parts: CacheParts): void => {
  const { cache, schedule, clock, cacheControl, sameForAllOrigins, noticeOthers, logger, meter } = parts;

  type Asked = { req: IncomingMessage; res: ServerResponse; began: number };
  const send = ({ req, res, began }: Asked, entry: Entry, form: Form, coding: Coding | undefined) => {
    const now = clock();
    const next = schedule.peek(now);
    // Unknown by now, where a form had to be made first: then nobody else may keep it.
    const until = next === undefined ? now : trueUntil(schedule, next, now);
    const id = requestIdOf(req);
    const own = ['cache-control', cacheControlUntil(cacheControl, until, now), 'x-request-id', id];
    const ifNoneMatch = req.headers['if-none-match'];
    const isKnown = ifNoneMatch !== undefined && entry.status === 200 && matchesTag(ifNoneMatch, entry.etag);
    if (isKnown) {
      res.writeHead(304, thinHead(entry, coding).concat(own));
      res.end();
    } else {
      res.writeHead(entry.status, form.head.concat(own));
      res.end(req.method === 'HEAD' ? undefined : form.bytes);
    }
    const status = isKnown ? 304 : entry.status;
    cache.hits++;
    meter.note(req.method as string, entry.route, status, (performance.now() - began) / 1000);
    logHit(logger, req, id, entry.route, status);
  };

  /** Answers from the cache; false where it cannot. */
  const hit = (req: IncomingMessage, res: ServerResponse): boolean => {
    const began = performance.now();
    const { headers } = req;
    if ((req.method !== 'GET' && req.method !== 'HEAD') || headers.authorization !== undefined) return false;
    const entry = cache.get(req.url ?? '');
    if (entry === undefined || schedule.peek(clock()) === undefined) return false;
    if (!sameForAllOrigins && headers.origin !== undefined) return false;
    // A read with a body is refused, by Fastify.
    if (headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0') return false;
    const coding = entry.plain.bytes.length < WORTH_CODING ? undefined : codingOf(headers['accept-encoding']);
    const asked = { req, res, began };
    if (coding === undefined) {
      send(asked, entry, entry.plain, undefined);
      return true;
    }
    const form = entry.coded.get(coding);
    if (form) send(asked, entry, form, coding);
    else void sendCoded(asked, entry, coding);
    return true;
  };

  /** Makes a coded form, keeps it and answers with it; with plain bytes, should that fail. */
  const sendCoded = async (asked: Asked, entry: Entry, coding: Coding): Promise<void> => {
    const form = await codedForm(entry, coding);
    if (form) send(asked, entry, form, coding);
    else send(asked, entry, entry.plain, undefined);
  };

  /** Forms that are being made, so that one is made once however many ask for it. */
  const making = new WeakMap<Entry, Map<Coding, Promise<Form | undefined>>>();
  const codedForm = (entry: Entry, coding: Coding): Promise<Form | undefined> => {
    const forms = making.get(entry) ?? new Map<Coding, Promise<Form | undefined>>();
    making.set(entry, forms);
    const form = forms.get(coding) ?? makeForm(entry, coding);
    forms.set(coding, form);
    return form;
  };
  const makeForm = async (entry: Entry, coding: Coding): Promise<Form | undefined> => {
    try {
      const bytes = await encodeAs(coding, entry.plain.bytes);
      const form = { head: codedHead(entry.plain.head, coding, bytes), bytes };
      cache.addForm(entry, coding, form);
      return form;
    } catch (error) {
      logger.error({ err: error }, 'an answer could not be compressed');
      return undefined;
    }
  };

  app.addHook('onReady', async () => {
    const [inner] = app.server.listeners('request') as ((req: IncomingMessage, res: ServerResponse) => void)[];
    if (!inner) return; // an app that never listens
    const answer = (req: IncomingMessage, res: ServerResponse) => {
      if (!hit(req, res)) inner(req, res);
    };
    app.server.removeListener('request', inner);
    app.server.on('request', (req, res) => {
      const noticing = tellsStored(req.url) ? noticeOthers() : undefined;
      if (noticing === undefined) answer(req, res);
      else
        noticing.then(
          () => answer(req, res),
          () => inner(req, res), // Fastify meets the same fault, and tells it
        );
    });
  });
};

/** The header fields of a 304, with the tag of the form that would have been sent. */
const thinHead = (entry: Entry, coding: Coding | undefined): string[] =>
  coding === undefined ? entry.thin : entry.thin.map((text) => (text === entry.etag ? codedTag(text, coding) : text));
