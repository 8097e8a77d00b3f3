/** Tells an unknown path (404) from a known one asked with another method (405), before anything else is looked at. */
import type { FastifyInstance } from 'fastify';
import findMyWay from 'find-my-way';
import { type Refusal, refuse } from '../core/errors.ts';
import { atOnce } from './hooks.ts';
import { MAX_HEADER } from './schema.ts';

/** The longest parameter of a path: as much as a request can name, so that its schema says by its name that it is too long. */
export const MAX_PARAM_LENGTH = MAX_HEADER;

/** The order in which `Allow` names them. */
const METHODS = ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE'];

/** The refusal of an unknown path. */
export const nothingAt = (url: string): Refusal => {
  const path = shownPath(url);
  return refuse('not-found', `There is nothing at ${path.length > 200 ? `${path.slice(0, 200)}…` : path}`);
};

/** What is known of paths. */
type Paths = {
  /** What may be done at an address; nothing: there is none. */
  methodsOf(url: string): readonly string[];
  /** Whether an address that a route with a parameter took, as an id, is a path of its own, which lacks the method. */
  isAnother(method: string, url: string): boolean;
};

/** Remembers every path with its methods. */
export const rememberMethods = (app: FastifyInstance): Paths => {
  const paths = findMyWay({ maxParamLength: MAX_PARAM_LENGTH });
  const known = new Map<string, Set<string>>();
  app.addHook('onRoute', ({ url, method }) => {
    const methods = known.get(url) ?? new Set<string>();
    if (!known.has(url)) paths.on('GET', url, () => {}, methods);
    known.set(url, methods);
    for (const name of [method].flat()) methods.add(name);
  });
  return {
    methodsOf: (url) => {
      const found = paths.find('GET', pathOf(url));
      if (!found || isEmptyStep(found.params)) return [];
      return METHODS.filter((method) => (found.store as Set<string>).has(method));
    },
    isAnother: (method, url) => known.get(pathOf(url))?.has(method) === false,
  };
};

/** Whether a parameter is empty, as the id of `/v1/articles/` would be: such a path names nothing. */
const isEmptyStep = (params: unknown) => {
  for (const name in params as object) if ((params as Record<string, string>)[name] === '') return true;
  return false;
};

const hasStep = (params: unknown) => {
  for (const _name in params as object) return true;
  return false;
};

/** The path of a URL, without its query. */
export const pathOf = (url: string): string => url.split('?', 1)[0] ?? '/';

/**
 * What is not told of a path, wherever it stands: what gives access, which is the rest of a preview's, and keys and tokens
 * by their beginnings; and emails, or who asks by name and password.
 */
const SECRETS = /(\/previews\/+).+|gl[ckp]_[A-Za-z0-9_-]*|(?<![^/])[^/@]+@[^/]*/gis;
const ESCAPE = /%([0-9a-f]{2})/gi;

/** The path of a URL as it may be told: secrets and emails are left out, however they are written. */
export const shownPath = (url: string): string => {
  const path = pathOf(url);
  const plain = path.replaceAll(ESCAPE, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
  const shown = plain.replaceAll(SECRETS, (_, kept: string | undefined) => `${kept ?? ''}…`);
  return shown === plain ? path : shown;
};

/** Refuses what no route takes: 405 with `Allow` on a known path, else 404. */
export const refuseUnknownDoors = (app: FastifyInstance, { methodsOf, isAnother }: Paths): void => {
  const refuseUnknown = atOnce((request, reply) => {
    const { is404, params, method, url } = request;
    if (!is404 && !isEmptyStep(params) && !(hasStep(params) && isAnother(method, url))) return;
    const methods = methodsOf(request.url);
    if (methods.length === 0) throw nothingAt(request.url);
    reply.header('allow', methods.join(', '));
    throw refuse(
      'method-not-allowed',
      `${request.method} is not known here; ${methods.join(', ')} ${methods.length > 1 ? 'are' : 'is'}`,
    );
  });
  app.addHook('onRequest', refuseUnknown);
};
