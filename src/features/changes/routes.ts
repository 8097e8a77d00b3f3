/** The doors of what happened: changes, for those who follow them, and the audit. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { Parts } from '../../store/store.ts';

export const changeRoutes: FastifyPluginAsyncTypebox<Parts> = async (_app, _parts) => {};
