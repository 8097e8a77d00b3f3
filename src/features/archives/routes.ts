/** The door of archives. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { belongsTo } from '../../http/cache-groups.ts';
import type { Parts } from '../../store/store.ts';
import { listArchives } from './actions.ts';
import { listArchivesDoor } from './schemas.ts';

export const archiveRoutes: FastifyPluginAsyncTypebox<Parts> = async (app, parts) => {
  app.get('/archives', listArchivesDoor, async (_request, reply) => {
    belongsTo(reply, ['articles', 'site']);
    return { data: await listArchives(parts) };
  });
};
