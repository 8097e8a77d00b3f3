/** The doors of what happened: changes, for those who follow them, and the audit. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { answerPage, sliceOf } from '../../http/pagination.ts';
import type { Parts } from '../../store/store.ts';
import { followChanges, listAudit } from './actions.ts';
import { answerAuditEntry, answerChange } from './answers.ts';
import { listAuditDoor, listChangesDoor } from './schemas.ts';

export const changeRoutes: FastifyPluginAsyncTypebox<Parts> = async (app, { store }) => {
  app.get('/changes', listChangesDoor, async ({ query, caller }) => {
    const { limit = 20, ...asked } = query;
    const { events, next } = await followChanges(store, { ...asked, limit });
    return { data: events.map((event) => answerChange(caller, event)), pagination: { limit, next, previous: null } };
  });

  app.get('/audit', listAuditDoor, async (request, reply) => {
    const slice = sliceOf(request, 'integer');
    const { types, kind, id, key } = request.query;
    const asked = { ...(types && { types }), ...(kind && { kind }), ...(id && { id }), ...(key && { key }) };
    const found = await listAudit(store, asked, slice);
    return answerPage(request, reply, slice, found, (row) => ({ value: row.id, id: row.id }), answerAuditEntry);
  });
};
