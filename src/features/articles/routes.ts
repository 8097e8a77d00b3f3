/** The doors of articles. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { expectationOf, item } from '../../http/etag.ts';
import { originOf } from '../../http/origin.ts';
import { answerPage, sliceOf } from '../../http/pagination.ts';
import { readSite } from '../site/actions.ts';
import { type ArticleParts, createArticle, editArticle, readArticle, readArticleBySlug } from './actions.ts';
import { answerArticle, type View } from './answers.ts';
import {
  createArticleDoor,
  deleteArticleDoor,
  editArticleDoor,
  listArticlesDoor,
  readArticleBySlugDoor,
  readArticleDoor,
  restoreArticleDoor,
} from './doors.ts';
import { answerListed, answerSurroundings } from './include-answers.ts';
import type { ArticleInclude } from './includes.ts';
import { inputOf } from './input.ts';
import { checkAsked, listArticles } from './listing.ts';
import { readSurroundings } from './neighbours.ts';
import type { StoredArticle } from './queries.ts';
import { deleteArticle, restoreArticle, trashArticle } from './trash.ts';
import { sortOf } from './walks.ts';

export const articleRoutes: FastifyPluginAsyncTypebox<ArticleParts & { requireIfMatch: boolean }> = async (
  app,
  parts,
) => {
  const { store, clock, requireIfMatch } = parts;
  const viewOf = async ({ caller }: FastifyRequest): Promise<View> => ({
    caller,
    site: await readSite(store),
    now: clock(),
  });
  const present = async (request: FastifyRequest, article: StoredArticle) =>
    answerArticle(article, await viewOf(request));
  /** An article with what is asked for beside it. */
  const presentWith = async (
    request: FastifyRequest<{ Querystring: { include?: ArticleInclude[] } }>,
    article: StoredArticle,
  ) => {
    const { include } = request.query;
    const presented = await present(request, article);
    if (!include) return presented;
    const view = await viewOf(request);
    return { ...presented, ...answerSurroundings(await readSurroundings(store, article, include, view.now), view) };
  };

  app.get('/articles', listArticlesDoor, async (request, reply) => {
    checkAsked(request.caller, request.query);
    const sort = request.query.sort ?? '-publishedAt';
    const slice = sliceOf(request, sortOf(sort).kind);
    const view = await viewOf(request);
    const articles = await listArticles(store, view, sort, slice, request.query);
    return answerPage(
      request,
      reply,
      slice,
      articles,
      ({ place }) => place,
      ({ article, texts }) => answerListed(article, texts, request.query.include ?? [], view),
    );
  });

  app.post('/articles', createArticleDoor, async (request, reply) => {
    const article = await createArticle(parts, originOf(request), inputOf(request.body));
    reply.code(201).header('location', `/v1/articles/${article.row.id}`);
    return item(reply, await present(request, article));
  });

  app.get('/articles/:id', readArticleDoor, async (request, reply) =>
    item(reply, await presentWith(request, await readArticle(parts, request.caller, request.params.id))),
  );

  app.get('/articles/by-slug/:slug', readArticleBySlugDoor, async (request, reply) =>
    item(reply, await presentWith(request, await readArticleBySlug(parts, request.caller, request.params.slug))),
  );

  app.patch('/articles/:id', editArticleDoor, async (request, reply) => {
    const expected = expectationOf(request, requireIfMatch);
    const article = await editArticle(parts, originOf(request), request.params.id, expected, inputOf(request.body));
    return item(reply, await present(request, article));
  });

  app.delete('/articles/:id', deleteArticleDoor, async (request, reply) => {
    const expected = expectationOf(request, requireIfMatch);
    const remove = request.query.permanent ? deleteArticle : trashArticle;
    await remove(parts, originOf(request), request.params.id, expected);
    return reply.code(204).send();
  });

  app.post('/articles/:id/restore', restoreArticleDoor, async (request, reply) => {
    const expected = expectationOf(request, requireIfMatch);
    const article = await restoreArticle(parts, originOf(request), request.params.id, expected);
    return item(reply, await present(request, article));
  });
};
