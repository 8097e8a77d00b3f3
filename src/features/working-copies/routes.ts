/** The doors of working copies. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { expectationOf, item } from '../../http/etag.ts';
import { originOf } from '../../http/origin.ts';
import type { ArticleParts } from '../articles/actions.ts';
import { answerArticle } from '../articles/answers.ts';
import { inputOf } from '../articles/input.ts';
import { readView } from '../articles/viewing.ts';
import { deleteCopy, editCopy, readCopy } from './actions.ts';
import { answerWorkingCopy } from './answers.ts';
import { publishCopy } from './publishing.ts';
import { deleteWorkingCopyDoor, editWorkingCopyDoor, publishWorkingCopyDoor, readWorkingCopyDoor } from './schemas.ts';

export const workingCopyRoutes: FastifyPluginAsyncTypebox<ArticleParts & { requireIfMatch: boolean }> = async (
  app,
  parts,
) => {
  const { requireIfMatch } = parts;
  const viewOf = ({ caller }: FastifyRequest) => readView(parts, caller);

  app.get('/articles/:id/working-copy', readWorkingCopyDoor, async (request, reply) => {
    const copy = await readCopy(parts, request.caller, request.params.id);
    return item(reply, answerWorkingCopy(copy, await viewOf(request)));
  });

  app.patch('/articles/:id/working-copy', editWorkingCopyDoor, async (request, reply) => {
    const expected = expectationOf(request, requireIfMatch);
    const copy = await editCopy(parts, originOf(request), request.params.id, expected, inputOf(request.body));
    return item(reply, answerWorkingCopy(copy, await viewOf(request)));
  });

  app.delete('/articles/:id/working-copy', deleteWorkingCopyDoor, async (request, reply) => {
    const expected = expectationOf(request, requireIfMatch);
    await deleteCopy(parts, originOf(request), request.params.id, expected);
    return reply.code(204).send();
  });

  app.post('/articles/:id/working-copy/publish', publishWorkingCopyDoor, async (request, reply) => {
    const expected = expectationOf(request, requireIfMatch);
    const article = await publishCopy(parts, originOf(request), request.params.id, expected);
    return item(reply, answerArticle(article, await viewOf(request)));
  });
};
