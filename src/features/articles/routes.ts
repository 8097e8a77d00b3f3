/** The doors of articles. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { expectationOf, item } from '../../http/etag.ts';
import { originOf } from '../../http/origin.ts';
import { answerPage, numberedSliceOf, sliceOf } from '../../http/pagination.ts';
import { readSite } from '../site/actions.ts';
import { type ArticleParts, createArticle, editArticle, readArticle, readArticleBySlug } from './actions.ts';
import { answerArticle, answerFound, type View } from './answers.ts';
import {
  createArticleDoor,
  deleteArticleDoor,
  editArticleDoor,
  listArticlesDoor,
  readArticleBySlugDoor,
  readArticleDoor,
  restoreArticleDoor,
} from './doors.ts';
import { inputOf } from './input.ts';
import { checkAsked, listArticles } from './listing.ts';
import type { StoredArticle } from './queries.ts';
import { highlightArticles, RELEVANCE_REACH, sortAsked } from './searching.ts';
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

  app.get('/articles', listArticlesDoor, async (request, reply) => {
    checkAsked(request.caller, request.query);
    const { query } = request;
    const sort = sortAsked(query);
    Object.assign(query, { sort }); // the same list, whether it is said or not: its cursors serve both
    const slice =
      sort === 'relevance' ? numberedSliceOf(request, RELEVANCE_REACH) : sliceOf(request, sortOf(sort).kind);
    const view = await viewOf(request);
    const articles = await listArticles(store, view, sort, slice, query);
    const shown = articles.rows.slice(0, slice.limit).map(({ article }) => article);
    const highlights = query.include && query.q ? await highlightArticles(parts, query.q, shown) : undefined;
    return answerPage(
      request,
      reply,
      slice,
      articles,
      ({ place }) => place,
      ({ article }) => answerFound(article, view, highlights),
    );
  });

  app.post('/articles', createArticleDoor, async (request, reply) => {
    const article = await createArticle(parts, originOf(request), inputOf(request.body));
    reply.code(201).header('location', `/v1/articles/${article.row.id}`);
    return item(reply, await present(request, article));
  });

  app.get('/articles/:id', readArticleDoor, async (request, reply) =>
    item(reply, await present(request, await readArticle(parts, request.caller, request.params.id))),
  );

  app.get('/articles/by-slug/:slug', readArticleBySlugDoor, async (request, reply) =>
    item(reply, await present(request, await readArticleBySlug(parts, request.caller, request.params.slug))),
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
