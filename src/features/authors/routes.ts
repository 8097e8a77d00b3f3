/** The doors of authors. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { authorGroup } from '../../core/groups.ts';
import { belongsTo } from '../../http/cache-groups.ts';
import { expectationOf, item } from '../../http/etag.ts';
import { answersAgain } from '../../http/idempotency.ts';
import { sendMoved } from '../../http/moved.ts';
import { originOf } from '../../http/origin.ts';
import { answerPage, sliceOf } from '../../http/pagination.ts';
import type { Parts } from '../../store/store.ts';
import { createAuthor, deleteAuthor, editAuthor, readAuthor, readAuthorBySlug, visibleTo } from './actions.ts';
import { answerAuthor } from './answers.ts';
import { type AuthorRow, type AuthorSort, listAuthors } from './queries.ts';
import {
  createAuthorDoor,
  deleteAuthorDoor,
  editAuthorDoor,
  listAuthorsDoor,
  readAuthorBySlugDoor,
  readAuthorDoor,
} from './schemas.ts';

const locationOf = (id: number) => `/v1/authors/${id}`;
const placeBy = (sort: AuthorSort) => (author: AuthorRow) => ({
  value: sort === 'name' ? author.nameFolded : author.articleCount,
  id: author.id,
});

export const authorRoutes: FastifyPluginAsyncTypebox<Parts & { requireIfMatch: boolean }> = async (app, parts) => {
  answersAgain(app, 'author', {
    locate: locationOf,
    answer: async (request, reply, id) =>
      item(reply, answerAuthor(await readAuthor(parts, request.caller, id), request.caller)),
  });

  app.get('/authors', listAuthorsDoor, async (request, reply) => {
    const { caller, query } = request;
    const { sort = 'name', q } = query;
    const slice = sliceOf(request, sort === 'name' ? 'text' : 'integer');
    const authors = await listAuthors(parts.store, { sort, q }, visibleTo(caller, parts.clock()), slice);
    belongsTo(reply, ['authors']);
    return answerPage(request, reply, slice, authors, placeBy(sort), (author) => answerAuthor(author, caller));
  });

  app.post('/authors', createAuthorDoor, async (request, reply) => {
    const author = await createAuthor(parts, originOf(request), request.body);
    reply.code(201).header('location', locationOf(author.id));
    return item(reply, answerAuthor(author, request.caller));
  });

  app.get('/authors/:id', readAuthorDoor, async ({ caller, params }, reply) => {
    const author = await readAuthor(parts, caller, params.id);
    belongsTo(reply, [authorGroup(author.id)]);
    return item(reply, answerAuthor(author, caller));
  });

  app.get('/authors/by-slug/:slug', readAuthorBySlugDoor, async (request, reply) => {
    const { caller, params } = request;
    const author = await readAuthorBySlug(parts, caller, params.slug);
    if (author.slug !== params.slug)
      return sendMoved(request, reply, `/v1/authors/by-slug/${author.slug}`, ['authors', authorGroup(author.id)]);
    belongsTo(reply, [authorGroup(author.id)]);
    return item(reply, answerAuthor(author, caller));
  });

  app.patch('/authors/:id', editAuthorDoor, async (request, reply) => {
    const expected = expectationOf(request, parts.requireIfMatch);
    const author = await editAuthor(parts, originOf(request), request.params.id, expected, request.body);
    return item(reply, answerAuthor(author, request.caller));
  });

  app.delete('/authors/:id', deleteAuthorDoor, async (request, reply) => {
    const expected = expectationOf(request, parts.requireIfMatch);
    await deleteAuthor(parts, originOf(request), request.params.id, expected, request.query.reassignTo);
    return reply.code(204).send();
  });
};
