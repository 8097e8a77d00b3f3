/** The doors of webhooks and their deliveries. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { Parts } from '../../store/store.ts';

export type WebhookRouteParts = Parts & { allowPrivate: boolean };

export const webhookRoutes: FastifyPluginAsyncTypebox<WebhookRouteParts> = async (_app, _parts) => {};
