/** An article as search engines read it in a page: schema.org’s `NewsArticle`, as JSON-LD; what is empty is absent there. */
import type { Static } from 'typebox';
import { answerCover, decodePage } from '../articles/cards.ts';
import type { StoredArticle } from '../articles/queries.ts';
import type { SiteRow } from '../site/queries.ts';
import { publicTags, publishedOf } from './feed-answers.ts';
import { absolute, pageOf, placesOf, updatedOf } from './rules.ts';
import type { ArticleJsonLd } from './schemas.ts';

/** Every image by which an article may be shown, that for search engines first. */
const imagesOf = ({ row }: StoredArticle, seoImage: string | null) => {
  const cover = answerCover(row.coverImage);
  const { url, width, height, caption } = cover ?? { url: null, width: null, height: null, caption: null };
  return [
    ...(seoImage !== null && seoImage !== url ? [{ '@type': 'ImageObject' as const, url: seoImage }] : []),
    ...(url !== null
      ? [
          {
            '@type': 'ImageObject' as const,
            url,
            ...(width !== null && { width }),
            ...(height !== null && { height }),
            ...(caption !== null && { caption }),
          },
        ]
      : []),
  ];
};

/** The text, fit to stand between the tags of a `script`: `<` is escaped, so that nothing in it ends that. */
export const answerJsonLd = (article: StoredArticle, site: SiteRow, api: string): string => {
  const { row, authors } = article;
  const { seo } = decodePage(article.content.page);
  const places = placesOf(site, api);
  const url = pageOf(row, site, places);
  const publishedAt = publishedOf(row);
  const images = imagesOf(article, seo?.imageUrl ?? null);
  const [sections, topics] = [
    publicTags(article).filter(isSection),
    publicTags(article).filter((tag) => !isSection(tag)),
  ];
  const answer: Static<typeof ArticleJsonLd> = {
    '@context': 'https://schema.org',
    '@type': 'NewsArticle',
    mainEntityOfPage: { '@type': 'WebPage', '@id': absolute(seo?.canonicalUrl ?? url, url) },
    url,
    headline: row.title,
    ...(row.subtitle !== null && { alternativeHeadline: row.subtitle }),
    description: seo?.description ?? row.excerpt ?? row.generatedExcerpt,
    ...(images.length > 0 && { image: images }),
    datePublished: publishedAt.toISOString(),
    dateModified: updatedOf({ publishedAt, contentUpdatedAt: row.contentUpdatedAt }).toISOString(),
    author: authors.map(({ name, websiteUrl }) => ({
      '@type': 'Person' as const,
      name,
      ...(websiteUrl !== null && { url: websiteUrl }),
    })),
    publisher: { '@type': 'Organization', name: site.title, url: places.home },
    inLanguage: row.language,
    ...(topics.length > 0 && { keywords: topics.map(nameOf) }),
    ...(sections.length > 0 && { articleSection: sections.map(nameOf) }),
    wordCount: row.wordCount,
    isAccessibleForFree: true,
  };
  return JSON.stringify(answer).replaceAll('<', '\\u003c');
};

const isSection = ({ kind }: { kind: string }) => kind === 'section';
const nameOf = ({ name }: { name: string }) => name;
