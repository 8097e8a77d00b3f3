/** The doors of comments. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Caller, may } from '../../core/access.ts';
import { articleGroup, commentsGroup, type Group } from '../../core/groups.ts';
import { sharersOf } from '../../http/address.ts';
import { belongsTo } from '../../http/cache-groups.ts';
import { expectationOf, item } from '../../http/etag.ts';
import { answersAgain } from '../../http/idempotency.ts';
import { originOf } from '../../http/origin.ts';
import { answerPage, cursorInto, sliceOf } from '../../http/pagination.ts';
import { sendReady } from '../../http/ready-answers.ts';
import { type CommentParts, deleteComment, editComment, postComment, trashComment } from './actions.ts';
import type { ThreadList } from './answer-schemas.ts';
import { answerBranch, answerComment, answerEntry, answerErasure, answerOne, answerPosted } from './answers.ts';
import {
  deleteCommentDoor,
  editCommentDoor,
  listArticleCommentsDoor,
  listCommentsDoor,
  listRepliesDoor,
  postCommentDoor,
  readCommentDoor,
} from './doors.ts';
import { eraseComments, readErasure } from './erasing.ts';
import { eraseCommentsDoor } from './erasing-schemas.ts';
import { editOwnComment, withdrawComment } from './guests.ts';
import { moderateComments, readModerated } from './moderating.ts';
import { type Moderating, moderateCommentsDoor, summarizeCommentsDoor } from './moderation-schemas.ts';
import { type CommentRow, countByStatus, findGuest } from './queries.ts';
import { readComment, readPostedComment } from './reading.ts';
import { listQueue } from './searching.ts';
import type { Entry } from './thread-queries.ts';
import type { Branch } from './thread-rules.ts';
import { listArticleComments, listArticleThreads, listReplies } from './threads.ts';

const locationOf = (id: number) => `/v1/comments/${id}`;
const placeOf = ({ createdAt, id }: Entry) => ({ value: createdAt.getTime(), id });

/** Where the replies to an entry go on that are not in its tree. */
const nextRepliesOf = ({ entry, replies, hasMore }: Branch): string | null => {
  const last = replies.at(-1);
  return hasMore ? cursorInto(`${locationOf(entry.id)}/replies`, last ? placeOf(last.entry) : null) : null;
};

/** The serialiser would try every entry, and all below it, against what it may be: ten times the work of writing it down. */
const sendThreads = (reply: FastifyReply, threads: ThreadList): FastifyReply => {
  sendReady(reply, Buffer.from(JSON.stringify(threads)));
  return reply;
};

/** The token by which a guest asks; undefined where a key lets the caller, who then needs none. The door takes nobody else. */
const tokenOf = ({ caller, headers }: FastifyRequest): string | undefined =>
  may(caller, 'moderate comments') ? undefined : String(headers['comment-token']);

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
    answer: async (request, reply, id) => {
      const comment = await readPostedComment(parts, request.caller, id);
      return item(reply, answerPosted({ ...comment, editToken: null }, request.caller));
    },
  });
  answersAgain(app, 'comment-erasure', {
    locate: () => '/v1/comments', // nothing is made at an address of its own
    answer: async (_request, _reply, id) => answerErasure(await readErasure(parts, id)),
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
    return item(reply, answerPosted(comment, request.caller));
  });

  app.get('/articles/:id/comments', listArticleCommentsDoor, async (request, reply) => {
    const { caller, params, query } = request;
    const slice = sliceOf(request, 'moment');
    const asked = [params.id, query.sort === '-createdAt', slice] as const;
    if (query.view !== 'tree') {
      const entries = await listArticleComments(parts, ...asked);
      belongsTo(reply, groupsOf(params.id));
      return sendThreads(
        reply,
        answerPage(request, reply, slice, entries, placeOf, (entry) => answerEntry(entry, caller)),
      );
    }
    const branches = await listArticleThreads(parts, ...asked);
    belongsTo(reply, groupsOf(params.id));
    const place = ({ entry }: Branch) => placeOf(entry);
    return sendThreads(
      reply,
      answerPage(request, reply, slice, branches, place, (branch) => answerBranch(branch, caller, nextRepliesOf)),
    );
  });

  app.get('/comments/:id/replies', listRepliesDoor, async (request, reply) => {
    const slice = sliceOf(request, 'moment');
    const { articleId, ...entries } = await listReplies(parts, request.params.id, slice);
    belongsTo(reply, groupsOf(articleId));
    return sendThreads(
      reply,
      answerPage(request, reply, slice, entries, placeOf, (entry) => answerEntry(entry, request.caller)),
    );
  });

  app.get('/comments', listCommentsDoor, async (request, reply) => {
    const { status: statuses, article: articleId, sameGuestAs, q } = request.query;
    const slice = sliceOf(request, 'moment');
    const guest = sameGuestAs === undefined ? undefined : await findGuest(parts.store, sameGuestAs);
    const comments = await listQueue(parts.store, { articleId, statuses, guest }, q, slice);
    return answerPage(request, reply, slice, comments, placeOf, (comment) => answerComment(comment, request.caller));
  });

  app.get('/comments/summary', summarizeCommentsDoor, () => countByStatus(parts.store));

  app.post('/comments/moderate', moderateCommentsDoor, async (request) => {
    const { ids, status } = request.body;
    return answerMany(await moderateComments(parts, originOf(request), ids, status), request.caller);
  });

  app.get('/comments/:id', readCommentDoor, async ({ caller, params }, reply) => {
    const entry = await readComment(parts, caller, params.id);
    belongsTo(reply, groupsOf(entry.articleId));
    const answer = answerOne(entry, caller);
    return 'version' in answer ? item(reply, answer) : answer;
  });

  app.patch('/comments/:id', editCommentDoor, async (request, reply) => {
    const expected = expectationOf(request, parts.requireIfMatch);
    const { id } = request.params;
    const token = tokenOf(request);
    const comment = await (token === undefined
      ? editComment(parts, originOf(request), id, expected, request.body)
      : editOwnComment(parts, originOf(request), { token, id, expected }, request.body));
    return item(reply, answerComment(comment, request.caller));
  });

  app.delete('/comments/:id', deleteCommentDoor, async (request, reply) => {
    const expected = expectationOf(request, parts.requireIfMatch);
    const { id } = request.params;
    const token = tokenOf(request);
    if (request.query.permanent) await deleteComment(parts, originOf(request), id, expected);
    else if (token === undefined) await trashComment(parts, originOf(request), id, expected);
    else await withdrawComment(parts, originOf(request), { token, id, expected });
    return reply.code(204).send();
  });

  app.post('/comments/erase', eraseCommentsDoor, async (request) =>
    answerErasure(await eraseComments(parts, originOf(request), request.body)),
  );
};
