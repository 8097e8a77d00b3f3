/**
 * What of an article is stored ready to be sent, as JSON in UTF-8: its card, the members of a summary that nothing but
 * a change of the article changes, and its page, the long texts. To decode, build and encode them at every read would
 * cost five times what the store needs to find them.
 */
import { formatMoment } from '../../core/moment.ts';
import { isLive, statusAt } from '../../core/statuses.ts';
import type { CardNames, CoverImage, Seo } from '../../store/tables.ts';
import { firstLiveMoment } from './moves.ts';
import type { ArticleRow } from './queries.ts';
import { readingMinutes } from './rules.ts';

/** Every documented member is answered, null where it is empty. */
const EMPTY_COVER = { caption: null, credit: null, width: null, height: null };
const EMPTY_SEO = { title: null, description: null, imageUrl: null, canonicalUrl: null, noindex: null };

/** A cover image as it is answered. */
export const answerCover = (cover: CoverImage | null) => cover && { ...EMPTY_COVER, ...cover };
/** What is for search engines, as it is answered. */
export const answerSeo = (seo: Seo | null): AnsweredSeo | null => seo && { ...EMPTY_SEO, ...seo };

type Own = Omit<ArticleRow, 'id' | 'card' | 'cardNames'>;

/** The members of an answer, all but its id, that the article alone decides, and the moment at which it is read. */
export const ownMembers = (row: Own, now: Date) => ({
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
  coverImage: answerCover(row.coverImage),
  language: row.language,
  translationKey: row.translationKey,
  featured: row.featured,
  commentPolicy: row.commentPolicy,
  contentUpdatedAt: formatMoment(row.contentUpdatedAt),
  wordCount: row.wordCount,
  readingMinutes: readingMinutes(row.wordCount),
  createdAt: formatMoment(row.createdAt),
  updatedAt: formatMoment(row.updatedAt),
});

const encode = (value: object): Buffer => Buffer.from(JSON.stringify(value));

export type Cards = { card: Buffer | null; cardNames: CardNames | null };

/** The card of an article on the shelf of what is published, as it is while it is live; none on other shelves. */
export const cardOf = (row: Own, cardNames: CardNames): Cards => {
  if (row.shelf !== 'published' || row.publishedAt === null) return { card: null, cardNames: null };
  return { card: encode(ownMembers(row, row.publishedAt)), cardNames };
};

/** The long texts of an article, and what else only its page shows; every member of `seo` is there, null where it is empty. */
export type Page = { html: string; seo: AnsweredSeo | null; metadata: Record<string, unknown> };
type AnsweredSeo = { [M in keyof Seo]-?: Exclude<Seo[M], undefined> };
type NewPage = Omit<Page, 'seo'> & { seo: Seo | null };

export const encodePage = ({ html, seo, metadata }: NewPage): Buffer => encode({ html, seo: answerSeo(seo), metadata });

/** The page as it is answered. */
export const decodePage = (page: Buffer): Page => JSON.parse(page.toString('utf8'));

/** The SEO members as an editor wrote them: a member that is null is one that is not there. */
export const seoAsWritten = ({ seo }: Page): Seo | null =>
  seo && Object.fromEntries(Object.entries(seo).filter(([, value]) => value !== null));
