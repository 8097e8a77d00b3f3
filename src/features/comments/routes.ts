/** The doors of comments. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { Caller } from '../../core/access.ts';
import { articleGroup, commentsGroup, type Group } from '../../core/groups.ts';
import { sharersOf } from '../../http/address.ts';
import { belongsTo } from '../../http/cache-groups.ts';
import { expectationOf, item } from '../../http/etag.ts';
import { answersAgain } from '../../http/idempotency.ts';
import { originOf } from '../../http/origin.ts';
import { answerPage, sliceOf } from '../../http/pagination.ts';
import { type CommentParts, deleteComment, editComment, postComment, trashComment } from './actions.ts';
import { answerComment } from './answers.ts';
import { moderateComments, readModerated } from './moderating.ts';
import { type Moderating, moderateCommentsDoor, summarizeCommentsDoor } from './moderation-schemas.ts';
import { type CommentRow, countByStatus, findGuest, listComments } from './queries.ts';
import { listArticleComments, readComment, readPostedComment } from './reading.ts';
import {
  deleteCommentDoor,
  editCommentDoor,
  listArticleCommentsDoor,
  listCommentsDoor,
  postCommentDoor,
  readCommentDoor,
} from './schemas.ts';

const locationOf = (id: number) => `/v1/comments/${id}`;
const placeOf = ({ createdAt, id }: CommentRow) => ({ value: createdAt.getTime(), id });

/** The article decides whether its comments are shown, by its own policy or the site's. */
const groupsOf = (articleId: number): Group[] => [commentsGroup(articleId), articleGroup(articleId), 'site'];

const answerMany = (comments: CommentRow[], caller: Caller) => ({
  data: comments.map((comment) => answerComment(comment, caller)),
});

export const commentRoutes: FastifyPluginAsyncTypebox<CommentParts & { requireIfMatch: boolean }> = async (
  app,
  parts,
) => {
  answersAgain(app, 'comment', {
    locate: locationOf,
    answer: async (request, reply, id) =>
      item(reply, answerComment(await readPostedComment(parts, request.caller, id), request.caller)),
  });

  answersAgain(app, 'moderated-comments', {
    locate: () => '/v1/comments',
    // They are those of the body: that a request which is repeated has the same one is seen to already.
    answer: async ({ body, caller }) => answerMany(await readModerated(parts.store, (body as Moderating).ids), caller),
  });

  app.post('/articles/:id/comments', postCommentDoor, async (request, reply) => {
    const { params, body } = request;
    const comment = await postComment(parts, originOf(request), params.id, body, sharersOf(request));
    reply.code(201).header('location', locationOf(comment.id));
    return item(reply, answerComment(comment, request.caller));
  });

  app.get('/articles/:id/comments', listArticleCommentsDoor, async (request, reply) => {
    const slice = sliceOf(request, 'moment');
    const comments = await listArticleComments(parts, request.params.id, request.query.sort === '-createdAt', slice);
    belongsTo(reply, groupsOf(request.params.id));
    return answerPage(request, reply, slice, comments, placeOf, (comment) => answerComment(comment, request.caller));
  });

  app.get('/comments', listCommentsDoor, async (request, reply) => {
    const { status: statuses, article: articleId, sameGuestAs } = request.query;
    const slice = sliceOf(request, 'moment');
    const guest = sameGuestAs === undefined ? undefined : await findGuest(parts.store, sameGuestAs);
    const comments = await listComments(parts.store, { articleId, statuses, guest }, true, slice);
    return answerPage(request, reply, slice, comments, placeOf, (comment) => answerComment(comment, request.caller));
  });

  app.get('/comments/summary', summarizeCommentsDoor, () => countByStatus(parts.store));

  app.post('/comments/moderate', moderateCommentsDoor, async (request) => {
    const { ids, status } = request.body;
    return answerMany(await moderateComments(parts, originOf(request), ids, status), request.caller);
  });

  app.get('/comments/:id', readCommentDoor, async ({ caller, params }, reply) => {
    const comment = await readComment(parts, caller, params.id);
    belongsTo(reply, groupsOf(comment.articleId));
    return item(reply, answerComment(comment, caller));
  });

  app.patch('/comments/:id', editCommentDoor, async (request, reply) => {
    const expected = expectationOf(request, parts.requireIfMatch);
    const comment = await editComment(parts, originOf(request), request.params.id, expected, request.body);
    return item(reply, answerComment(comment, request.caller));
  });

  app.delete('/comments/:id', deleteCommentDoor, async (request, reply) => {
    const expected = expectationOf(request, parts.requireIfMatch);
    const remove = request.query.permanent ? deleteComment : trashComment;
    await remove(parts, originOf(request), request.params.id, expected);
    return reply.code(204).send();
  });
};
