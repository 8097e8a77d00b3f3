/** How an article is answered, whole or in a list. */
import { type Caller, may } from '../../core/access.ts';
import { formatMoment } from '../../core/moment.ts';
import { isLive, statusAt } from '../../core/statuses.ts';
import { answerAuthorRef } from '../authors/answers.ts';
import type { SiteRow } from '../site/queries.ts';
import { answerTagRef } from '../tags/answers.ts';
import { firstLiveMoment } from './moves.ts';
import type { ListedArticle, StoredArticle } from './queries.ts';
import { commentsAreOpen, readingMinutes } from './rules.ts';
import { sourceOf } from './writing.ts';

/** What an answer depends on besides the article. */
export type View = { caller: Caller; site: SiteRow; now: Date };

/** The days of moments in a time zone; made once each, for a formatter is dear. */
const calendars = new Map<string, Intl.DateTimeFormat>();
const calendarOf = (timeZone: string): Intl.DateTimeFormat => {
  const known = calendars.get(timeZone);
  if (known) return known;
  const calendar = new Intl.DateTimeFormat('en', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
  calendars.set(timeZone, calendar);
  return calendar;
};

/** The address of an article by the site's pattern; its moment is told in the site's time zone. */
const urlOf = ({ row }: ListedArticle, { site }: View): string => {
  const dayPart = (wanted: string) =>
    calendarOf(site.timeZone)
      .formatToParts(row.sortAt)
      .find(({ type }) => type === wanted)?.value ?? '';
  const path = site.articleUrlPattern.replaceAll(/\{(slug|id|language|year|month|day)\}/g, (_, name: string) =>
    name === 'slug' || name === 'id' || name === 'language' ? String(row[name]) : dayPart(name),
  );
  return `${site.url?.replace(/\/+$/, '') ?? ''}${path}`;
};

/** Tags the caller may know of: internal ones are for holders of keys. */
const shownTags = ({ tags }: ListedArticle, caller: Caller) =>
  may(caller, 'use a key') ? tags : tags.filter(({ kind }) => kind !== 'internal');

const seesUnpublished = ({ authors }: ListedArticle, caller: Caller) =>
  may(
    caller,
    'read unpublished',
    authors.map(({ id }) => id),
  );

/** Every documented member is answered, null where it is empty. */
const EMPTY_COVER = { caption: null, credit: null, width: null, height: null };
const EMPTY_SEO = { title: null, description: null, imageUrl: null, canonicalUrl: null, noindex: null };
const EMPTY_SOURCE = { url: null };

const answerFields = (article: ListedArticle, view: View) => {
  const { row } = article;
  const { now, site, caller } = view;
  return {
    id: row.id,
    version: row.version,
    title: row.title,
    slug: row.slug,
    subtitle: row.subtitle,
    excerpt: row.excerpt ?? row.generatedExcerpt,
    excerptSource: row.excerpt === null ? ('generated' as const) : ('author' as const),
    bodyFormat: row.bodyFormat,
    status: statusAt(row, now),
    live: isLive(row, now),
    publishedAt: formatMoment(row.publishedAt),
    unpublishAt: formatMoment(row.unpublishAt),
    firstPublishedAt: formatMoment(firstLiveMoment(row, now)),
    coverImage: row.coverImage && { ...EMPTY_COVER, ...row.coverImage },
    language: row.language,
    translationKey: row.translationKey,
    featured: row.featured,
    commentPolicy: row.commentPolicy,
    commentsOpen: commentsAreOpen(row, site.commentPolicy, now),
    contentUpdatedAt: formatMoment(row.contentUpdatedAt),
    url: urlOf(article, view),
    wordCount: row.wordCount,
    readingMinutes: readingMinutes(row.wordCount),
    createdAt: formatMoment(row.createdAt),
    updatedAt: formatMoment(row.updatedAt),
    ...(seesUnpublished(article, caller) && { deletedAt: formatMoment(row.deletedAt) }),
  };
};

const answerSource = ({ row }: ListedArticle) => {
  const source = sourceOf(row);
  return source && { ...EMPTY_SOURCE, ...source };
};

const named = ({ id, slug, name }: { id: number; slug: string; name: string }) => ({ id, slug, name });

/** An article, as a list shows it. */
export const answerSummary = (article: ListedArticle, view: View) => ({
  ...answerFields(article, view),
  authors: article.authors.map(named),
  tags: shownTags(article, view.caller).map(named),
});

/** An article of a list that may be a search, with where the words stand if that was asked for. */
export const answerFound = (
  article: ListedArticle,
  view: View,
  highlights: ReadonlyMap<number, { title: string; snippet: string }> | undefined,
) => {
  const found = highlights?.get(article.row.id);
  return { ...answerSummary(article, view), ...(found && { highlights: found }) };
};

/** An article whole; body and source stand in it for those who may read it unpublished. */
export const answerArticle = (article: StoredArticle, view: View) => ({
  ...answerFields(article, view),
  html: article.content.html,
  authors: article.authors.map(answerAuthorRef),
  tags: shownTags(article, view.caller).map(answerTagRef),
  seo: article.content.seo && { ...EMPTY_SEO, ...article.content.seo },
  metadata: article.content.metadata,
  commentCount: article.row.commentCount,
  ...(seesUnpublished(article, view.caller) && { body: article.content.body, source: answerSource(article) }),
});
