/** The doors of webhooks and their deliveries. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { answersAgain } from '../../http/idempotency.ts';
import { originOf } from '../../http/origin.ts';
import { answerPage, sliceOf } from '../../http/pagination.ts';
import { createWebhook, deleteWebhook, editWebhook, readWebhook, rotateSecret, type WebhookParts } from './actions.ts';
import { answerDelivery, answerWebhook } from './answers.ts';
import { listDeliveriesOf, readDelivery, replayDelivery, testWebhook } from './deliveries.ts';
import { listDeliveriesDoor, readDeliveryDoor, replayDeliveryDoor, testWebhookDoor } from './delivery-schemas.ts';
import { listWebhooks, type WebhookRow } from './queries.ts';
import {
  createWebhookDoor,
  deleteWebhookDoor,
  editWebhookDoor,
  listWebhooksDoor,
  readWebhookDoor,
  rotateWebhookSecretDoor,
} from './schemas.ts';

const locationOf = (id: number) => `/v1/webhooks/${id}`;
const placeOf = ({ id }: { id: number }) => ({ value: id, id });

export const webhookRoutes: FastifyPluginAsyncTypebox<WebhookParts> = async (app, parts) => {
  const { store, clock } = parts;
  const present = (webhook: WebhookRow) => answerWebhook(webhook, clock());
  answersAgain(app, 'webhook', {
    locate: locationOf,
    answer: async (_request, _reply, id) => ({ ...present(await readWebhook(store, id)), secret: null }),
  });
  answersAgain(app, 'delivery', {
    locate: (id) => `/v1/webhooks/deliveries/${id}`,
    answer: async (_request, _reply, id) => answerDelivery(await readDelivery(store, id)),
  });

  app.get('/webhooks', listWebhooksDoor, async (request, reply) => {
    const slice = sliceOf(request, 'integer');
    return answerPage(request, reply, slice, await listWebhooks(store, slice), placeOf, present);
  });

  app.post('/webhooks', createWebhookDoor, async (request, reply) => {
    const webhook = await createWebhook(parts, originOf(request), request.body);
    reply.code(201).header('location', locationOf(webhook.id));
    return { ...present(webhook), secret: webhook.secret };
  });

  app.get('/webhooks/:id', readWebhookDoor, async ({ params }) => present(await readWebhook(store, params.id)));

  app.patch('/webhooks/:id', editWebhookDoor, async ({ params, body }) =>
    present(await editWebhook(parts, params.id, body)),
  );

  app.delete('/webhooks/:id', deleteWebhookDoor, async ({ params }, reply) => {
    await deleteWebhook(parts, params.id);
    return reply.code(204).send();
  });

  app.post('/webhooks/:id/rotate-secret', rotateWebhookSecretDoor, async (request) => {
    const webhook = await rotateSecret(parts, originOf(request), request.params.id);
    return { ...present(webhook), secret: webhook.secret };
  });

  app.post('/webhooks/:id/test', testWebhookDoor, async (request, reply) => {
    reply.code(202);
    return answerDelivery(await testWebhook(parts, originOf(request), request.params.id));
  });

  app.get('/webhooks/:id/deliveries', listDeliveriesDoor, async (request, reply) => {
    const slice = sliceOf(request, 'integer');
    const found = await listDeliveriesOf(store, request.params.id, request.query.status, slice);
    return answerPage(request, reply, slice, found, placeOf, answerDelivery);
  });

  app.get('/webhooks/deliveries/:id', readDeliveryDoor, async ({ params }) =>
    answerDelivery(await readDelivery(store, params.id)),
  );

  app.post('/webhooks/deliveries/:id/replay', replayDeliveryDoor, async (request, reply) => {
    reply.code(202);
    return answerDelivery(await replayDelivery(parts, originOf(request), request.params.id));
  });
};
