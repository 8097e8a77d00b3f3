/** Tells an unknown path (404) from a known one asked with another method (405), before anything else is looked at. */
import type { FastifyInstance } from 'fastify';
import findMyWay from 'find-my-way';
import { refuse } from '../core/errors.ts';

/** The longest parameter of a path: slugs may have 200 letters, each written as up to twelve. */
export const MAX_PARAM_LENGTH = 2400;

/** Remembers every path with its methods; `methodsOf` answers what may be done there. */
export const rememberMethods = (app: FastifyInstance): ((url: string) => readonly string[]) => {
  const paths = findMyWay({ maxParamLength: MAX_PARAM_LENGTH });
  const known = new Map<string, Set<string>>();
  app.addHook('onRoute', ({ url, method }) => {
    const methods = known.get(url) ?? new Set<string>();
    if (!known.has(url)) paths.on('GET', url, () => {}, methods);
    known.set(url, methods);
    for (const name of [method].flat()) methods.add(name);
  });
  return (url) => [...((paths.find('GET', url.split('?', 1)[0] ?? '/')?.store as Set<string> | undefined) ?? [])];
};

/** Refuses what no route takes: 405 with `Allow` on a known path, else 404. */
export const refuseUnknownDoors = (app: FastifyInstance, methodsOf: (url: string) => readonly string[]): void => {
  app.addHook('onRequest', async (request, reply) => {
    if (!request.is404) return;
    const methods = methodsOf(request.url);
    if (methods.length === 0) throw refuse('not-found', `There is nothing at ${request.url.split('?', 1)[0]}`);
    reply.header('allow', methods.join(', '));
    throw refuse(
      'method-not-allowed',
      `${request.method} is not known here; ${methods.join(', ')} ${methods.length > 1 ? 'are' : 'is'}`,
    );
  });
};
