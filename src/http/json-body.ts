/** Reads JSON bodies: strictly UTF-8, bounded in depth and number of values, without NUL or half characters. */
import { isUtf8 } from 'node:buffer';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Caller } from '../core/access.ts';
import { bodyFault, type Fault, refuse, refuseAll } from '../core/errors.ts';
import { isRead } from './caching.ts';
import { atOnce } from './hooks.ts';
import { faultsOfShape, pointerStep } from './json-shape.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Faults of the body that no schema can see; told together with those of the schema. */
    bodyFaults?: Fault[];
  }
  interface FastifyContextConfig {
    /** Tells the faults of a body that no schema can, its fields being as they were sent, right or wrong. */
    judge?: Judge;
    /** No body means the same as an empty object. */
    optionalBody?: boolean;
  }
}

/** A rule about a whole body, told together with the faults of its schema. */
export type Judge = (body: Record<string, unknown>, caller: Caller) => Fault[];

/** Bodies of articles may be this long, in bytes; all others the default. */
export const ARTICLE_BODY_LIMIT = 4 * 1024 * 1024;
export const BODY_LIMIT = 1024 * 1024;

const JSON_TYPE = 'application/json';
const MERGE_PATCH = 'application/merge-patch+json';

/**
 * NUL and lone surrogates can only come in through escapes, once the bytes are known to be UTF-8; numbers beyond a
 * double only by a large exponent or hundreds of digits.
 */
const SUSPICIOUS = /\\u(?:0000|[dD][89a-fA-F])|\d[eE]\+?\d{3}|\d{300}/;
const isPlain = (text: string) => !text.includes('\0') && text.isWellFormed();

const unplainFaults = (value: unknown, pointer: string): Fault[] => {
  if (typeof value === 'string') {
    const what = pointer === '' ? 'The body' : pointer.slice(1);
    return isPlain(value) ? [] : [bodyFault(pointer, 'wrong-format', `${what} must not have NUL or half a character`)];
  }
  if (typeof value === 'number' && !Number.isFinite(value))
    return [bodyFault(pointer, 'too-large', `${pointer.slice(1)} is a number too large to keep`)];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) =>
    isPlain(name)
      ? unplainFaults(member, `${pointer}${pointerStep(name)}`)
      : [bodyFault(pointer, 'wrong-format', 'a name must not have NUL or half a character')],
  );
};

/**
 * Reads the bytes of a body, strictly; `value` is undefined where there are none, `faults` are those no schema can see.
 * Throws `malformed-json` and `invalid-request`.
 */
export const readJson = (bytes: Buffer): { value: unknown; faults: Fault[] } => {
  if (bytes.length === 0) return { value: undefined, faults: [] }; // an empty body counts as absent
  if (!isUtf8(bytes)) throw refuse('malformed-json', 'The body is not UTF-8');
  const text = bytes.toString('utf8');
  if (text.startsWith('\ufeff'))
    throw refuse('malformed-json', 'The body begins with a byte order mark; send it without');
  const faults = faultsOfShape(text);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw refuse('malformed-json', error.message);
    throw error;
  }
  if (SUSPICIOUS.test(text)) faults.push(...unplainFaults(value, ''));
  return { value, faults };
};

/** Refuses the merge patch where it has no meaning, and text in another coding than UTF-8 (RFC 8259, section 8.1). */
const checkType = ({ method, headers }: FastifyRequest): void => {
  const [type, ...parameters] = (headers['content-type'] ?? '').toLowerCase().split(';');
  if (type?.trim() === MERGE_PATCH && method !== 'PATCH') {
    throw refuse('unsupported-media-type', `${MERGE_PATCH} is for PATCH`);
  }
  const coding = headers['content-encoding'] ?? 'identity';
  if (coding.toLowerCase() !== 'identity') throw refuse('unsupported-media-type', 'The body must not be compressed');
  const charset = parameters.map((text) => text.trim()).find((text) => text.startsWith('charset='));
  if (charset !== undefined && !/^charset="?utf-?8"?$/.test(charset)) {
    throw refuse('unsupported-media-type', 'JSON is sent in UTF-8');
  }
};

/** Teaches the app to read JSON and, for PATCH, merge patches; all else is 415. */
export const readJsonBodies = (app: FastifyInstance): void => {
  app.decorateRequest('bodyFaults');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    [JSON_TYPE, MERGE_PATCH],
    { parseAs: 'buffer' },
    async (request: FastifyRequest, bytes: string | Buffer) => {
      checkType(request);
      const { value, faults } = readJson(bytes as Buffer);
      request.bodyFaults = faults;
      return value;
    },
  );
};

/** Takes an absent body as an empty object at the doors that say so. */
export const fillOptionalBodies = (app: FastifyInstance): void => {
  const fill = atOnce((request) => {
    if (request.body === undefined) request.body = {};
  });
  app.addHook('onRoute', (route) => {
    if (route.config?.optionalBody) route.preValidation = [...[route.preValidation ?? []].flat(), fill];
  });
};

const isBodySent = ({ headers }: FastifyRequest) =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

/**
 * The faults of a body beyond its schema: names that are there twice, NUL, half characters, and all of what is sent to
 * a door that takes no body, where it would be dropped unseen. An empty object counts as nothing.
 */
export const faultsOfBody = (request: FastifyRequest): Fault[] => {
  const { body, routeOptions, method } = request;
  if (routeOptions.schema?.body !== undefined) {
    // A schema by media type is not asked where there is neither.
    const isMissing = body === undefined && request.mediaType === undefined;
    if (isMissing) return [bodyFault('', 'required', 'The body is required')];
    const isObject = typeof body === 'object' && body !== null && !Array.isArray(body);
    const judged = isObject ? routeOptions.config.judge?.(body as Record<string, unknown>, request.caller) : undefined;
    return [...(request.bodyFaults ?? []), ...(judged ?? [])];
  }
  if (isRead(request) && isBodySent(request)) return [bodyFault('', 'unknown-field', `${method} takes no body`)];
  if (body === undefined || body === null) return [];
  if (typeof body !== 'object' || Array.isArray(body)) return [bodyFault('', 'unknown-field', 'There is no body here')];
  return Object.keys(body).map((name) => bodyFault(pointerStep(name), 'unknown-field', `${name} is not known here`));
};

/** Refuses a request whose schema is met but whose body has faults of its own. */
export const refuseFaultyBodies = (app: FastifyInstance): void => {
  const refuseFaulty = atOnce((request) => {
    if (isRead(request) && !isBodySent(request)) return; // as nearly all are
    const faults = faultsOfBody(request);
    if (faults.length > 0) throw refuseAll('invalid-request', faults);
  });
  app.addHook('preHandler', refuseFaulty);
};
