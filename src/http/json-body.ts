/** Reads JSON bodies: strictly UTF-8, bounded in depth and number of values, without NUL or half characters. */
import { isUtf8 } from 'node:buffer';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { bodyFault, type Fault, refuse, refuseAll } from '../core/errors.ts';

/** Bodies of articles may be this long, in bytes; all others the default. */
export const ARTICLE_BODY_LIMIT = 4 * 1024 * 1024;
export const BODY_LIMIT = 1024 * 1024;
const MAX_DEPTH = 64;
const MAX_VALUES = 10_000;

const MERGE_PATCH = 'application/merge-patch+json';

/**
 * Walks the raw text once and refuses what would cost too much to parse or check: deeper than 64, more than 10,000
 * keys and values together.
 */
const checkShape = (text: string): void => {
  let depth = 0;
  let values = 1;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case 0x22: // a string: skip to its end
        for (at++; at < text.length && text.charCodeAt(at) !== 0x22; at++) if (text.charCodeAt(at) === 0x5c) at++;
        break;
      case 0x5b:
      case 0x7b:
        depth++;
        if (depth > MAX_DEPTH) throw tooMuch('too-deep', `The body nests deeper than ${MAX_DEPTH} levels`);
        break;
      case 0x5d:
      case 0x7d:
        depth--;
        break;
      case 0x2c: // each comma one more value, each colon one more key
      case 0x3a:
        values++;
        if (values > MAX_VALUES) throw tooMuch('too-many', `The body has more than ${MAX_VALUES} keys and values`);
        break;
    }
  }
};

const tooMuch = (code: string, detail: string) => refuseAll('invalid-request', [bodyFault('', code, detail)]);

/** NUL and lone surrogates can only come in through escapes, once the bytes are known to be UTF-8. */
const SUSPICIOUS = /\\u(?:0000|[dD][89a-fA-F])/;

const unplainFaults = (value: unknown, pointer: string): Fault[] => {
  if (typeof value === 'string') {
    const plain = !value.includes('\0') && value.isWellFormed();
    return plain ? [] : [bodyFault(pointer, 'wrong-format', `${pointer.slice(1)} has NUL or half a character`)];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => {
    const at = `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    const ownName = name.includes('\0') || !name.isWellFormed();
    return ownName
      ? [bodyFault(pointer, 'wrong-format', 'a name has NUL or half a character')]
      : unplainFaults(member, at);
  });
};

/** `__proto__`, or an escape that may hide a letter of it. */
const MAY_NAME_PROTO = /__proto__|\\u00[567]/;

/** Refuses a member called `__proto__`, which is no field of anything and the start of much mischief. */
const refuseProto = (name: string, value: unknown): unknown => {
  if (name === '__proto__') throw tooMuch('unknown-field', '__proto__ is not known here');
  return value;
};

const parse = (bytes: Buffer): unknown => {
  if (bytes.length === 0) return undefined; // an empty body counts as absent
  if (!isUtf8(bytes)) throw refuse('malformed-json', 'The body is not UTF-8');
  const text = bytes.toString('utf8');
  checkShape(text);
  let value: unknown;
  try {
    value = JSON.parse(text, MAY_NAME_PROTO.test(text) ? refuseProto : undefined);
  } catch (error) {
    if (error instanceof SyntaxError) throw refuse('malformed-json', error.message);
    throw error;
  }
  if (SUSPICIOUS.test(text)) {
    const faults = unplainFaults(value, '');
    if (faults.length > 0) throw refuseAll('invalid-request', faults);
  }
  return value;
};

/** Teaches the app to read JSON and, for PATCH, merge patches; all else is 415. */
export const readJsonBodies = (app: FastifyInstance): void => {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    ['application/json', MERGE_PATCH],
    { parseAs: 'buffer' },
    async (request: FastifyRequest, bytes: string | Buffer) => {
      if (request.method !== 'PATCH' && request.headers['content-type']?.toLowerCase().startsWith(MERGE_PATCH)) {
        throw refuse('unsupported-media-type', `${MERGE_PATCH} is for PATCH`);
      }
      return parse(bytes as Buffer);
    },
  );
};

/** A door that takes no body takes none: what was sent would be dropped unseen. */
export const refuseUnreadBody = async (request: FastifyRequest): Promise<void> => {
  const { body, routeOptions } = request;
  if (routeOptions.schema?.body !== undefined || body === undefined || body === null) return;
  const members = typeof body === 'object' ? Object.keys(body) : ['body'];
  if (members.length > 0) {
    throw refuseAll(
      'invalid-request',
      members.map((name) => bodyFault(`/${name}`, 'unknown-field', `${name} is not known here`)),
    );
  }
};
