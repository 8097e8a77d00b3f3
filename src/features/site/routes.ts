/** The doors of the site. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { belongsTo } from '../../http/cache-groups.ts';
import { originOf } from '../../http/origin.ts';
import type { Parts } from '../../store/store.ts';
import { editSite, readSite } from './actions.ts';
import type { SiteRow } from './queries.ts';
import { editSiteDoor, readSiteDoor } from './schemas.ts';

const answerSite = ({ title, description, url, language, timeZone, articleUrlPattern, commentPolicy }: SiteRow) => ({
  title,
  description,
  url,
  language,
  timeZone,
  articleUrlPattern,
  commentPolicy,
});

export const siteRoutes: FastifyPluginAsyncTypebox<Parts> = async (app, parts) => {
  app.get('/site', readSiteDoor, async (_request, reply) => {
    belongsTo(reply, ['site']);
    return answerSite(await readSite(parts.store));
  });

  app.patch('/site', editSiteDoor, async (request) =>
    answerSite(await editSite(parts, originOf(request), request.body)),
  );
};
