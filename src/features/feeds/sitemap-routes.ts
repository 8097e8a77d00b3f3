/** The doors of the sitemap. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { refuse } from '../../core/errors.ts';
import { belongsTo } from '../../http/cache-groups.ts';
import { sendReady } from '../../http/ready-answers.ts';
import type { Parts } from '../../store/store.ts';
import { readSite } from '../site/actions.ts';
import { placesOf } from './rules.ts';
import { IDS_A_PAGE, readSitemapDoor, readSitemapPageDoor } from './schemas.ts';
import { ALL, areTooMany, listPages, walkToLead } from './sitemap.ts';
import { answerIndex, answerSitemap, entriesOf, frontPage } from './sitemap-answers.ts';
import type { IdRange } from './sitemap-queries.ts';

const XML = 'application/xml';

/** What one sitemap may weigh (sitemaps.org), with room for what stands around the entries. */
const MOST_BYTES = 50 * 1024 * 1024 - 1000;

/** `api`: where this API is asked, once it is. */
export const sitemapRoutes: FastifyPluginAsyncTypebox<Parts & { api: () => string }> = async (app, parts) => {
  const read = async () => {
    const site = await readSite(parts.store);
    return { site, places: placesOf(site, parts.api()) };
  };

  /** The entries of a range; undefined where they weigh more than one sitemap may. Addresses are ASCII. */
  const readEntries = async (range: IdRange): Promise<string[] | undefined> => {
    const { site, places } = await read();
    const entries = range.after === 0 ? [frontPage(places)] : [];
    let length = 0;
    for await (const articles of walkToLead(parts, range)) {
      const some = entriesOf(articles, site, places);
      length += some.length;
      if (length > MOST_BYTES) return undefined;
      if (some !== '') entries.push(some);
    }
    return entries;
  };

  app.get('/sitemap.xml', readSitemapDoor, async (_request, reply) => {
    belongsTo(reply, ['articles', 'site']);
    const entries = (await areTooMany(parts)) ? undefined : await readEntries(ALL);
    const sitemap = entries
      ? answerSitemap(entries)
      : answerIndex(await listPages(parts, IDS_A_PAGE), (await read()).places);
    sendReady(reply, sitemap, XML);
    return reply;
  });

  app.get('/sitemap-:page.xml', readSitemapPageDoor, async (request, reply) => {
    belongsTo(reply, ['articles', 'site']);
    const { page } = request.params;
    const entries = await readEntries({ after: (page - 1) * IDS_A_PAGE, upTo: page * IDS_A_PAGE });
    if (!entries?.length) throw refuse('not-found', `There is no sitemap ${page}`);
    sendReady(reply, answerSitemap(entries), XML);
    return reply;
  });
};
