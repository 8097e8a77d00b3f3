/** The door of the search. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { belongsTo } from '../../http/cache-groups.ts';
import type { ArticleParts } from '../articles/actions.ts';
import { FOUND_TYPES, search } from './actions.ts';
import { searchDoor } from './schemas.ts';

export const searchRoutes: FastifyPluginAsyncTypebox<ArticleParts> = async (app, parts) => {
  app.get('/search', searchDoor, async (request, reply) => {
    belongsTo(reply, ['articles', 'authors', 'tags', 'site']);
    const { q, types = FOUND_TYPES, limit = 10 } = request.query;
    return { data: await search(parts, request.caller, { q, types, limit }) };
  });
};
