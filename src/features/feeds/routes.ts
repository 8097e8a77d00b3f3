/** The doors of feeds, and of articles as search engines read them. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { refuse } from '../../core/errors.ts';
import { authorGroup, groupsOfArticle, groupsOfList, tagGroup } from '../../core/groups.ts';
import { belongsTo } from '../../http/cache-groups.ts';
import { listeningAt } from '../../http/listening.ts';
import { sendMoved } from '../../http/moved.ts';
import { sendReady } from '../../http/ready-answers.ts';
import type { Parts } from '../../store/store.ts';
import { readSite } from '../site/actions.ts';
import { findSubject, readArticleForSearch, readFeed } from './actions.ts';
import { answerAtom } from './atom-answers.ts';
import { describeFeed, publicTags } from './feed-answers.ts';
import { answerJsonFeed } from './json-answers.ts';
import { answerJsonLd } from './jsonld-answers.ts';
import { answerRss } from './rss-answers.ts';
import type { Subject } from './rules.ts';
import {
  articlesFeedDoor,
  FORMATS,
  type Format,
  IDS_A_PAGE,
  readArticleJsonLdDoor,
  readSitemapDoor,
  readSitemapPageDoor,
  subjectFeedDoor,
} from './schemas.ts';
import { ALL, areTooMany, listPages, walkToLead } from './sitemap.ts';
import { answerIndex, answerSitemap, entriesOf, frontPage } from './sitemap-answers.ts';
import type { IdRange } from './sitemap-queries.ts';

export type FeedParts = Parts & { publicUrl: string | null };

/** Where clients ask this API: as the settings say, else where it listens; an app that does neither answers nobody. */
const apiOf = (app: FastifyInstance, { publicUrl }: FeedParts): string =>
  publicUrl ?? listeningAt(app) ?? 'http://localhost';

/**
 * What the entries of one sitemap of all may weigh: less than sitemaps.org allows (50 MiB), for what weighs more than the
 * response cache keeps as it comes would be made anew for whoever asks. Pages have too few entries to need a limit.
 */
const MOST_BYTES = 8_000_000;

const WRITERS = { rss: answerRss, atom: answerAtom, json: answerJsonFeed };

const groupsOf = (subject: Subject) =>
  groupsOfList({
    authorIds: subject.kind === 'author' ? [subject.row.id] : [],
    tagIds: subject.kind === 'tag' ? [subject.row.id] : [],
  });
/** Where a feed is, without its ending. */
const pathOf = (subject: Subject): string =>
  subject.kind === 'articles' ? '/feeds/articles' : `/feeds/${subject.kind}s/${subject.row.slug}`;
const idOf = ({ id }: { id: number }) => id;

/** Those at the root: feeds and the sitemap. */
export const feedRoutes: FastifyPluginAsyncTypebox<FeedParts> = async (app, parts) => {
  const sendFeed = async (reply: FastifyReply, format: Format, subject: Subject) => {
    const feed = describeFeed(await readFeed(parts, subject), apiOf(app, parts), `${pathOf(subject)}.${format}`);
    belongsTo(reply, groupsOf(subject));
    sendReady(reply, WRITERS[format](feed), FORMATS[format].type);
    return reply;
  };

  for (const format of Object.keys(FORMATS) as Format[]) {
    app.get(`/feeds/articles.${format}`, articlesFeedDoor(format), async (_request, reply) =>
      sendFeed(reply, format, { kind: 'articles' }),
    );

    for (const kind of ['tag', 'author'] as const) {
      app.get(`/feeds/${kind}s/:slug.${format}`, subjectFeedDoor(kind, format), async (request, reply) => {
        const subject = await findSubject(parts, kind, request.params.slug);
        const { row } = subject;
        if (row.slug === request.params.slug) return sendFeed(reply, format, subject);
        const group = kind === 'tag' ? tagGroup(row.id) : authorGroup(row.id);
        return sendMoved(request, reply, `${pathOf(subject)}.${format}`, [`${kind}s`, group]);
      });
    }
  }

  /** The entries of a sitemap; undefined where they weigh more than `most` bytes. Addresses are ASCII. */
  const readEntries = async (range: IdRange, most: number): Promise<string[] | undefined> => {
    const [site, api] = [await readSite(parts.store), apiOf(app, parts)];
    const entries = range.after === 0 ? [frontPage(site, api)] : [];
    let length = 0;
    for await (const articles of walkToLead(parts, range)) {
      const some = entriesOf(articles, site, api);
      length += some.length;
      if (length > most) return undefined;
      if (some !== '') entries.push(some);
    }
    return entries;
  };

  app.get('/sitemap.xml', readSitemapDoor, async (_request, reply) => {
    belongsTo(reply, ['articles', 'site']);
    const entries = (await areTooMany(parts)) ? undefined : await readEntries(ALL, MOST_BYTES);
    const sitemap = entries
      ? answerSitemap(entries)
      : answerIndex(await listPages(parts, IDS_A_PAGE), apiOf(app, parts));
    sendReady(reply, sitemap, 'application/xml');
    return reply;
  });

  app.get('/sitemap-:page.xml', readSitemapPageDoor, async (request, reply) => {
    const { page } = request.params;
    const upTo = Math.min(page * IDS_A_PAGE, ALL.upTo);
    const entries = await readEntries({ after: (page - 1) * IDS_A_PAGE, upTo }, Number.POSITIVE_INFINITY);
    if (!entries?.length) throw refuse('not-found', `There is no sitemap ${page}`);
    belongsTo(reply, ['articles', 'site']);
    sendReady(reply, answerSitemap(entries), 'application/xml');
    return reply;
  });
};

/** Those under `/v1`. */
export const jsonLdRoutes: FastifyPluginAsyncTypebox<FeedParts> = async (app, parts) => {
  app.get('/articles/:id/jsonld', readArticleJsonLdDoor, async (request, reply) => {
    const { article, site } = await readArticleForSearch(parts, request.params.id);
    const { row, authors } = article;
    belongsTo(reply, groupsOfArticle(row.id, { authorIds: authors.map(idOf), tagIds: publicTags(article).map(idOf) }));
    reply.entityVersion = row.version;
    sendReady(reply, answerJsonLd(article, site, apiOf(app, parts)), 'application/ld+json');
    return reply;
  });
};
