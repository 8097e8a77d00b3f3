/** The doors of tags. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { tagGroup } from '../../core/groups.ts';
import { belongsTo } from '../../http/cache-groups.ts';
import { expectationOf, item } from '../../http/etag.ts';
import { answersAgain } from '../../http/idempotency.ts';
import { sendMoved } from '../../http/moved.ts';
import { originOf } from '../../http/origin.ts';
import { answerPage, sliceOf } from '../../http/pagination.ts';
import type { Parts } from '../../store/store.ts';
import { createTag, deleteTag, editTag, readTag, readTagBySlug, visibleTo } from './actions.ts';
import { answerTag } from './answers.ts';
import { mergeTag } from './merging.ts';
import { listTags, type TagRow, type TagSort } from './queries.ts';
import {
  createTagDoor,
  deleteTagDoor,
  editTagDoor,
  listTagsDoor,
  mergeTagDoor,
  readTagBySlugDoor,
  readTagDoor,
} from './schemas.ts';

const locationOf = (id: number) => `/v1/tags/${id}`;
const placeBy = (sort: TagSort) => (tag: TagRow) => ({
  value: sort === 'name' ? tag.nameFolded : tag.articleCount,
  id: tag.id,
});

export const tagRoutes: FastifyPluginAsyncTypebox<Parts & { requireIfMatch: boolean }> = async (app, parts) => {
  answersAgain(app, 'tag', {
    locate: locationOf,
    answer: async (request, reply, id) => item(reply, answerTag(await readTag(parts, request.caller, id))),
  });

  app.get('/tags', listTagsDoor, async (request, reply) => {
    const { sort = 'name', kind: kinds, q } = request.query;
    const slice = sliceOf(request, sort === 'name' ? 'text' : 'integer');
    const tags = await listTags(parts.store, { sort, kinds, q }, visibleTo(request.caller, parts.clock()), slice);
    belongsTo(reply, ['tags']);
    return answerPage(request, reply, slice, tags, placeBy(sort), answerTag);
  });

  app.post('/tags', createTagDoor, async (request, reply) => {
    const tag = await createTag(parts, originOf(request), request.body);
    reply.code(201).header('location', locationOf(tag.id));
    return item(reply, answerTag(tag));
  });

  app.get('/tags/:id', readTagDoor, async ({ caller, params }, reply) => {
    const tag = await readTag(parts, caller, params.id);
    belongsTo(reply, [tagGroup(tag.id)]);
    return item(reply, answerTag(tag));
  });

  app.get('/tags/by-slug/:slug', readTagBySlugDoor, async (request, reply) => {
    const { caller, params } = request;
    const tag = await readTagBySlug(parts, caller, params.slug);
    if (tag.slug !== params.slug)
      return sendMoved(request, reply, `/v1/tags/by-slug/${tag.slug}`, ['tags', tagGroup(tag.id)]);
    belongsTo(reply, [tagGroup(tag.id)]);
    return item(reply, answerTag(tag));
  });

  app.patch('/tags/:id', editTagDoor, async (request, reply) => {
    const expected = expectationOf(request, parts.requireIfMatch);
    return item(reply, answerTag(await editTag(parts, originOf(request), request.params.id, expected, request.body)));
  });

  app.post('/tags/:id/merge', mergeTagDoor, async (request, reply) => {
    const expected = expectationOf(request, parts.requireIfMatch);
    const { into } = request.body;
    return item(reply, answerTag(await mergeTag(parts, originOf(request), request.params.id, expected, into)));
  });

  app.delete('/tags/:id', deleteTagDoor, async (request, reply) => {
    const expected = expectationOf(request, parts.requireIfMatch);
    await deleteTag(parts, originOf(request), request.params.id, expected);
    return reply.code(204).send();
  });
};
