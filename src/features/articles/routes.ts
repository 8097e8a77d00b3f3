/** The doors of articles. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { articleGroup, groupsOfArticle } from '../../core/groups.ts';
import { belongsTo } from '../../http/cache-groups.ts';
import { expectationOf, item } from '../../http/etag.ts';
import { answersAgain } from '../../http/idempotency.ts';
import { sendMoved } from '../../http/moved.ts';
import { originOf } from '../../http/origin.ts';
import { answerPage, numberedSliceOf, pageOf, sliceOf } from '../../http/pagination.ts';
import { sendReady } from '../../http/ready-answers.ts';
import { readSite } from '../site/actions.ts';
import { type ArticleParts, createArticle, editArticle, readArticle, readArticleBySlug } from './actions.ts';
import { answerArticle } from './answers.ts';
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
import { publicArticle, publicList } from './public-answers.ts';
import { listPublicCards } from './public-listing.ts';
import { readPublicPage } from './public-reading.ts';
import type { StoredArticle } from './queries.ts';
import { highlightArticles, RELEVANCE_REACH, sortAsked } from './searching.ts';
import { deleteArticle, restoreArticle, trashArticle } from './trash.ts';
import { readView } from './viewing.ts';
import { sortOf } from './walks.ts';

type Including = { Querystring: { include?: ArticleInclude[] } };
const locationOf = (id: number) => `/v1/articles/${id}`;
const idOf = ({ id }: { id: number }) => id;

export const articleRoutes: FastifyPluginAsyncTypebox<ArticleParts & { requireIfMatch: boolean }> = async (
  app,
  parts,
) => {
  const { store, clock, requireIfMatch } = parts;
  const viewOf = ({ caller }: FastifyRequest) => readView(parts, caller);
  const present = async (request: FastifyRequest, article: StoredArticle) =>
    answerArticle(article, await viewOf(request));
  /** An article with what is asked for beside it. */
  const presentWith = async (request: FastifyRequest<Including>, article: StoredArticle) => {
    const { include } = request.query;
    const presented = await present(request, article);
    if (!include) return presented;
    const view = await viewOf(request);
    return { ...presented, ...answerSurroundings(await readSurroundings(store, article, include, view.now), view) };
  };

  /** Answers the anonymous with what is stored ready; false where that cannot be. */
  const sendPublicPage = async (
    request: FastifyRequest,
    reply: FastifyReply,
    asked: number | string,
  ): Promise<boolean> => {
    if (request.caller !== null) return false;
    const now = clock();
    const page = await readPublicPage(store, asked, now);
    if (!page) return false;
    const { id, authors, tags } = page.card;
    reply.entityVersion = page.version;
    belongsTo(reply, groupsOfArticle(id, { authorIds: authors.map(idOf), tagIds: tags.map(idOf) }));
    sendReady(reply, publicArticle(page, { site: await readSite(store), now }));
    return true;
  };

  const sendArticle = async (request: FastifyRequest<Including>, reply: FastifyReply, article: StoredArticle) => {
    const answer = await presentWith(request, article);
    const { id, authors, tags } = answer;
    const groups = groupsOfArticle(id, { authorIds: authors.map(idOf), tagIds: tags.map(idOf) });
    belongsTo(reply, request.query.include === undefined ? groups : ['articles', ...groups]); // others stand beside it
    return item(reply, answer);
  };

  answersAgain(app, 'article', {
    locate: locationOf,
    answer: async (request, reply, id) =>
      item(reply, await present(request, await readArticle(parts, request.caller, id))),
  });

  app.get('/articles', listArticlesDoor, async (request, reply) => {
    checkAsked(request.caller, request.query);
    const { query } = request;
    const sort = sortAsked(query);
    Object.assign(query, { sort }); // the same list, whether it is said or not: its cursors serve both
    const slice =
      sort === 'relevance' ? numberedSliceOf(request, RELEVANCE_REACH) : sliceOf(request, sortOf(sort).kind);
    const view = await viewOf(request);
    const { include = [] } = query;
    if (request.caller === null && include.length === 0) {
      const listed = await listPublicCards(store, view.now, sort, slice, query);
      if (listed) {
        const { shown, pagination } = pageOf(request, reply, slice, listed.found, ({ place }) => place);
        const cards = shown.map(({ card }) => card);
        belongsTo(reply, listed.groups);
        sendReady(reply, publicList(cards, view, pagination));
        return reply;
      }
    }
    belongsTo(reply, include.includes('commentCount') ? ['articles', 'site', 'comments'] : ['articles', 'site']);
    const articles = await listArticles(store, view, sort, slice, query);
    const shown = articles.rows.slice(0, slice.limit).map(({ article }) => article);
    const isMarked = include.includes('highlights') && query.q !== undefined;
    const highlights = isMarked ? await highlightArticles(parts, query.q as string, shown) : undefined;
    return answerPage(
      request,
      reply,
      slice,
      articles,
      ({ place }) => place,
      ({ article, texts }) => answerListed(article, { texts, highlights, include }, view),
    );
  });

  app.post('/articles', createArticleDoor, async (request, reply) => {
    const article = await createArticle(parts, originOf(request), inputOf(request.body));
    reply.code(201).header('location', locationOf(article.row.id));
    return item(reply, await present(request, article));
  });

  app.get('/articles/:id', readArticleDoor, async (request, reply) => {
    const { id } = request.params;
    if (request.query.include === undefined && (await sendPublicPage(request, reply, id))) return reply;
    return sendArticle(request, reply, await readArticle(parts, request.caller, id));
  });

  app.get('/articles/by-slug/:slug', readArticleBySlugDoor, async (request, reply) => {
    const { slug } = request.params;
    if (request.query.include === undefined && (await sendPublicPage(request, reply, slug))) return reply;
    const article = await readArticleBySlug(parts, request.caller, slug);
    const { row } = article;
    if (row.slug !== slug)
      return sendMoved(request, reply, `/v1/articles/by-slug/${row.slug}`, ['articles', articleGroup(row.id), 'site']);
    return sendArticle(request, reply, article);
  });

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
