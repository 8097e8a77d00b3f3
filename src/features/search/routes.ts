/** The door of the search. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { ArticleParts } from '../articles/actions.ts';
import { FOUND_TYPES, search } from './actions.ts';
import { searchDoor } from './schemas.ts';

export const searchRoutes: FastifyPluginAsyncTypebox<ArticleParts> = async (app, parts) => {
  app.get('/search', searchDoor, async (request) => {
    const { q, types = FOUND_TYPES, limit = 10 } = request.query;
    return { data: await search(parts, request.caller, { q, types, limit }) };
  });
};
