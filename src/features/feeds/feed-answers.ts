/** A feed as all formats tell it. */
import { answerCover } from '../articles/cards.ts';
import type { ListedArticle } from '../articles/queries.ts';
import type { SiteRow } from '../site/queries.ts';
import { withAbsoluteLinks } from './link-rules.ts';
import {
  absolute,
  type Entry,
  type FeedContent,
  type Places,
  pageOf,
  permanentId,
  placesOf,
  type Subject,
  updatedOf,
} from './rules.ts';

type Item = {
  id: string;
  url: string;
  title: string;
  /** Plain text. */
  summary: string;
  html: string;
  image: ReturnType<typeof answerCover>;
  publishedAt: Date;
  updatedAt: Date;
  language: string;
  authors: { name: string; url: string | null; avatarUrl: string | null }[];
  tags: { slug: string; name: string }[];
};
export type Feed = {
  id: string;
  title: string;
  description: string;
  language: string;
  publisher: string;
  /** Where readers find the publication, and where this feed is. */
  home: string;
  self: string;
  updatedAt: Date;
  items: Item[];
};

/** Tags that everyone may know. */
export const publicTags = ({ tags }: Pick<ListedArticle, 'tags'>) => tags.filter(({ kind }) => kind !== 'internal');

/** When an article went live; the anonymous are shown none that has no such moment. */
export const publishedOf = ({ publishedAt, sortAt }: ListedArticle['row']): Date => publishedAt ?? sortAt;

const itemOf = ({ article, html }: Entry, site: SiteRow, places: Places): Item => {
  const { row, authors } = article;
  const url = pageOf(row, site, places);
  const publishedAt = publishedOf(row);
  return {
    id: permanentId(places, `article-${row.id}`),
    url,
    title: row.title,
    summary: row.excerpt ?? row.generatedExcerpt,
    html: withAbsoluteLinks(html, url),
    image: answerCover(row.coverImage),
    publishedAt,
    updatedAt: updatedOf({ publishedAt, contentUpdatedAt: row.contentUpdatedAt }),
    language: row.language,
    authors: authors.map(({ name, websiteUrl, avatarUrl }) => ({ name, url: websiteUrl, avatarUrl })),
    tags: publicTags(article).map(({ slug, name }) => ({ slug, name })),
  };
};

/** What tells feeds apart: the rest of their ids, what they are about, and in what words. */
const about = (subject: Subject, { title, description }: SiteRow) => {
  switch (subject.kind) {
    case 'articles':
      return { name: 'feed', title, description };
    case 'tag': {
      const { row } = subject;
      return { name: `feed-tag-${row.id}`, title: `${title}: ${row.name}`, description: row.description };
    }
    case 'author': {
      const { row } = subject;
      return { name: `feed-author-${row.id}`, title: `${title}: ${row.name}`, description: row.bio };
    }
  }
};

/** A feed; `api` is where this API is asked, `path` where the feed is in it. */
export const describeFeed = ({ site, subject, entries }: FeedContent, api: string, path: string): Feed => {
  const places = placesOf(site, api);
  const { name, title, description } = about(subject, site);
  const items = entries.map((entry) => itemOf(entry, site, places));
  const moments = items.map(({ updatedAt }) => updatedAt.getTime());
  return {
    id: permanentId(places, name),
    title,
    description: description ?? '',
    language: site.language,
    publisher: site.title,
    home: places.home,
    self: absolute(path, api),
    updatedAt: moments.length === 0 ? site.updatedAt : new Date(Math.max(...moments)),
    items,
  };
};
