/** The doors of keys, and of who one is. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { Actor } from '../../core/access.ts';
import { parseMoment } from '../../core/moment.ts';
import { answersAgain } from '../../http/idempotency.ts';
import { originOf } from '../../http/origin.ts';
import { answerPage, sliceOf } from '../../http/pagination.ts';
import type { Parts } from '../../store/store.ts';
import { createKey, editKey, type KeyInput, readKey, revokeKey } from './actions.ts';
import { answerKey } from './answers.ts';
import { findKeyAuthor, listKeys } from './queries.ts';
import { createKeyDoor, editKeyDoor, listKeysDoor, readKeyDoor, readMeDoor, revokeKeyDoor } from './schemas.ts';

const locationOf = (id: number) => `/v1/keys/${id}`;

/** The input of the wire with its moment read; the schema has checked its form. */
const inputOf = <T extends { expiresAt?: string | null }>({ expiresAt, ...rest }: T) => ({
  ...rest,
  ...(expiresAt !== undefined && { expiresAt: expiresAt === null ? null : (parseMoment(expiresAt) as Date) }),
});

export const keyRoutes: FastifyPluginAsyncTypebox<Parts> = async (app, parts) => {
  answersAgain(app, 'key', {
    locate: locationOf,
    answer: async (_request, _reply, id) => ({ ...answerKey(await readKey(parts.store, id)), secret: null }),
  });

  app.get('/keys', listKeysDoor, async (request, reply) => {
    const slice = sliceOf(request, 'integer');
    const keys = await listKeys(parts.store, slice);
    return answerPage(request, reply, slice, keys, ({ id }) => ({ value: id, id }), answerKey);
  });

  app.post('/keys', createKeyDoor, async (request, reply) => {
    const { key, secret } = await createKey(parts, originOf(request), inputOf(request.body) as KeyInput);
    reply.code(201).header('location', locationOf(key.id));
    return { ...answerKey(key), secret };
  });

  app.get('/keys/:id', readKeyDoor, async ({ params }) => answerKey(await readKey(parts.store, params.id)));

  app.patch('/keys/:id', editKeyDoor, async ({ params, body }) =>
    answerKey(await editKey(parts, params.id, inputOf(body))),
  );

  app.delete('/keys/:id', revokeKeyDoor, async ({ params }, reply) => {
    await revokeKey(parts, params.id);
    return reply.code(204).send();
  });

  app.get('/me', readMeDoor, async ({ caller }) => {
    const { role, keyId, authorId } = caller as Actor; // the door is open to keys alone
    return { role, keyId, author: authorId === null ? null : await findKeyAuthor(parts.store, authorId) };
  });
};
