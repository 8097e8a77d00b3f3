/** The doors of preview links and of the previews they lead to. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { item } from '../../http/etag.ts';
import { answersAgain } from '../../http/idempotency.ts';
import { listeningAt } from '../../http/listening.ts';
import { originOf } from '../../http/origin.ts';
import { answerPage, sliceOf } from '../../http/pagination.ts';
import { answerArticle } from '../articles/answers.ts';
import { readView } from '../articles/viewing.ts';
import {
  createPreviewLink,
  listPreviewLinks,
  type PreviewParts,
  readPreview,
  readPreviewLink,
  revokePreviewLink,
} from './actions.ts';
import { answerPreviewLink } from './answers.ts';
import type { PreviewPlace } from './rules.ts';
import {
  createPreviewLinkDoor,
  listPreviewLinksDoor,
  PREVIEW_CONTROL,
  readPreviewDoor,
  readPreviewLinkDoor,
  revokePreviewLinkDoor,
} from './schemas.ts';

const locationOf = (articleId: number, id: number) => `/v1/articles/${articleId}/preview-links/${id}`;

export const previewRoutes: FastifyPluginAsyncTypebox<PreviewParts & PreviewPlace> = async (app, parts) => {
  /** Where previews are shown: without settings, where this process listens. */
  const place = () => ({ ...parts, publicUrl: parts.publicUrl ?? listeningAt(app) });
  // The request is one of the door below.
  const articleOf = ({ params }: FastifyRequest) => (params as { id: number }).id;
  answersAgain(app, 'preview-link', {
    locate: (id, request) => locationOf(articleOf(request), id),
    answer: async (request, _reply, id) => {
      const link = await readPreviewLink(parts, request.caller, articleOf(request), id);
      return answerPreviewLink({ ...link, token: null }, place());
    },
  });

  app.post('/articles/:id/preview-links', createPreviewLinkDoor, async (request, reply) => {
    const { id } = request.params;
    const link = await createPreviewLink(parts, originOf(request), id, request.body.expiresIn);
    reply.code(201).header('location', locationOf(id, link.id));
    return answerPreviewLink(link, place());
  });

  app.get('/articles/:id/preview-links', listPreviewLinksDoor, async (request, reply) => {
    const slice = sliceOf(request, 'integer');
    const links = await listPreviewLinks(parts, request.caller, request.params.id, slice);
    const placeOf = ({ id }: { id: number }) => ({ value: id, id });
    return answerPage(request, reply, slice, links, placeOf, (link) => answerPreviewLink(link, place()));
  });

  app.get('/articles/:id/preview-links/:linkId', readPreviewLinkDoor, async ({ caller, params }) =>
    answerPreviewLink(await readPreviewLink(parts, caller, params.id, params.linkId), place()),
  );

  app.delete('/articles/:id/preview-links/:linkId', revokePreviewLinkDoor, async (request, reply) => {
    const { id, linkId } = request.params;
    await revokePreviewLink(parts, originOf(request), id, linkId);
    return reply.code(204).send();
  });

  app.get('/previews/:token', readPreviewDoor, async (request, reply) => {
    const article = await readPreview(parts, request.params.token);
    reply.headers({ 'cache-control': PREVIEW_CONTROL, 'x-robots-tag': 'noindex', 'referrer-policy': 'no-referrer' });
    return item(reply, answerArticle(article, await readView(parts, null)));
  });
};
