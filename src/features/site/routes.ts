/** The doors of the site. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { type Caller, may } from '../../core/access.ts';
import { belongsTo } from '../../http/cache-groups.ts';
import { originOf } from '../../http/origin.ts';
import type { Parts } from '../../store/store.ts';
import { editSite, readSite } from './actions.ts';
import type { SiteRow } from './queries.ts';
import { editSiteDoor, readSiteDoor } from './schemas.ts';

/** The site; the words for which comments wait stand in it for those who moderate. */
const answerSite = (site: SiteRow, caller: Caller) => ({
  title: site.title,
  description: site.description,
  url: site.url,
  language: site.language,
  timeZone: site.timeZone,
  articleUrlPattern: site.articleUrlPattern,
  commentPolicy: site.commentPolicy,
  moderation: site.moderation,
  commentsCloseAfterDays: site.commentsCloseAfterDays,
  ...(may(caller, 'moderate comments') && { moderationWords: site.moderationWords }),
});

export const siteRoutes: FastifyPluginAsyncTypebox<Parts> = async (app, parts) => {
  app.get('/site', readSiteDoor, async ({ caller }, reply) => {
    belongsTo(reply, ['site']);
    return answerSite(await readSite(parts.store), caller);
  });

  app.patch('/site', editSiteDoor, async (request) =>
    answerSite(await editSite(parts, originOf(request), request.body), request.caller),
  );
};
