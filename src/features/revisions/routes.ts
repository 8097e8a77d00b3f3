/** The doors of the stored versions of an article. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { expectationOf, item } from '../../http/etag.ts';
import { originOf } from '../../http/origin.ts';
import { answerPage, sliceOf } from '../../http/pagination.ts';
import type { ArticleParts } from '../articles/actions.ts';
import { answerArticle, answerNamed } from '../articles/answers.ts';
import { readView } from '../articles/viewing.ts';
import { listVersions, readVersion, readVersions, restoreVersion } from './actions.ts';
import { answerDiff, answerRevision, answerVersion } from './answers.ts';
import { compareRevisionsDoor, listRevisionsDoor, readRevisionDoor, restoreRevisionDoor } from './schemas.ts';

export const revisionRoutes: FastifyPluginAsyncTypebox<ArticleParts & { requireIfMatch: boolean }> = async (
  app,
  parts,
) => {
  app.get('/articles/:id/revisions', listRevisionsDoor, async (request, reply) => {
    const slice = sliceOf(request, 'integer');
    const found = await listVersions(parts, request.caller, request.params.id, slice);
    return answerPage(request, reply, slice, found, ({ version }) => ({ value: version, id: version }), answerRevision);
  });

  app.get('/articles/:id/revisions/:version', readRevisionDoor, async ({ caller, params }, reply) =>
    item(reply, answerVersion(await readVersion(parts, caller, params.id, params.version))),
  );

  app.get('/articles/:id/revisions/:version/diff', compareRevisionsDoor, async ({ caller, params, query }) =>
    answerDiff(await readVersions(parts, caller, params.id, params.version, query.against)),
  );

  app.post('/articles/:id/revisions/:version/restore', restoreRevisionDoor, async (request, reply) => {
    const expected = expectationOf(request, parts.requireIfMatch);
    const { id, version } = request.params;
    const { article, missingTags } = await restoreVersion(parts, originOf(request), id, version, expected);
    const view = await readView(parts, request.caller);
    const leftOut = missingTags.length > 0 && { missingTags: missingTags.map(answerNamed) };
    return item(reply, { ...answerArticle(article, view), ...leftOut });
  });
};
