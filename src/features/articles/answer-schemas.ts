/** What comes out of the doors of articles: an article whole, and as a list shows it. */
import { Type } from 'typebox';
import { COMMENT_POLICIES, STATUSES } from '../../core/statuses.ts';
import { listOf } from '../../http/pagination.ts';
import { component, Id, Moment, nullable, oneOf } from '../../http/schema.ts';
import { AuthorRef } from '../authors/schemas.ts';
import { TagRef } from '../tags/schemas.ts';
import { CoverImage, coverExample, Metadata, Seo, Source } from './schemas.ts';

const ref = { id: Id(), slug: Type.String(), name: Type.String() };
const NamedRef = component(
  'NamedRef',
  Type.Object(ref, {
    description: 'An author or tag, as a list embeds it',
    examples: [{ id: 1, slug: 'ada-lovelace', name: 'Ada Lovelace' }],
  }),
);

const answered = {
  id: Id(),
  version: Type.Integer({ description: 'From 1, one more with every stored change' }),
  title: Type.String(),
  slug: Type.String(),
  subtitle: nullable(Type.String()),
  excerpt: Type.String(),
  excerptSource: oneOf(['author', 'generated'], { description: 'Who made the excerpt' }),
  bodyFormat: oneOf(['markdown', 'html']),
  status: oneOf(STATUSES),
  live: Type.Boolean({ description: 'Whether everyone can read it now' }),
  publishedAt: nullable(Moment()),
  unpublishAt: nullable(Moment()),
  firstPublishedAt: nullable(Moment({ description: 'The moment with which it first was live' })),
  coverImage: nullable(CoverImage),
  language: Type.String(),
  translationKey: nullable(Type.String()),
  featured: Type.Boolean(),
  commentPolicy: nullable(oneOf(COMMENT_POLICIES)),
  commentsOpen: Type.Boolean({ description: 'Whether a comment can be posted now' }),
  contentUpdatedAt: nullable(Moment()),
  url: Type.String({ description: 'Its address on the site, by the site’s articleUrlPattern' }),
  wordCount: Type.Integer(),
  readingMinutes: Type.Integer(),
  createdAt: Moment(),
  updatedAt: Moment(),
  deletedAt: Type.Optional(
    nullable(Moment({ description: 'When it was put in the trash; for those who may read it unpublished' })),
  ),
};

const summaryExample = {
  id: 7,
  version: 1,
  title: 'The harbour at night',
  slug: 'the-harbour-at-night',
  subtitle: null,
  excerpt: 'The first boats are in.',
  excerptSource: 'generated',
  bodyFormat: 'markdown',
  status: 'published',
  live: true,
  publishedAt: '2026-11-22T07:00:00.000Z',
  unpublishAt: null,
  firstPublishedAt: '2026-11-22T07:00:00.000Z',
  coverImage: coverExample,
  language: 'en',
  translationKey: null,
  featured: false,
  commentPolicy: null,
  commentsOpen: true,
  contentUpdatedAt: null,
  url: '/the-harbour-at-night',
  wordCount: 5,
  readingMinutes: 1,
  createdAt: '2026-11-22T07:00:00.000Z',
  updatedAt: '2026-11-22T07:00:00.000Z',
  authors: [{ id: 1, slug: 'ada-lovelace', name: 'Ada Lovelace' }],
  tags: [{ id: 3, slug: 'harbour', name: 'Harbour' }],
};

const authorRefExample = { ...summaryExample.authors[0], bio: null, avatarUrl: null, websiteUrl: null, links: [] };

export const Article = component(
  'Article',
  Type.Object(
    {
      ...answered,
      html: Type.String({ description: 'The body, sanitised: the only form meant for a page' }),
      body: Type.Optional(Type.String({ description: 'As it was sent; for those who may read it unpublished' })),
      authors: Type.Array(AuthorRef),
      tags: Type.Array(TagRef),
      seo: nullable(Seo),
      metadata: Metadata,
      source: Type.Optional(nullable(Source)),
      commentCount: Type.Integer({ description: 'How many comments are approved' }),
    },
    {
      description: 'An article',
      examples: [
        {
          ...summaryExample,
          html: '<p>The <em>first</em> boats are in.</p>\n',
          authors: [authorRefExample],
          tags: [{ ...summaryExample.tags[0], kind: 'topic' }],
          seo: null,
          metadata: {},
          commentCount: 0,
        },
      ],
    },
  ),
);

const ArticleSummary = component(
  'ArticleSummary',
  Type.Object(
    { ...answered, authors: Type.Array(NamedRef), tags: Type.Array(NamedRef) },
    { description: 'An article, as a list shows it', examples: [summaryExample] },
  ),
);
export const ArticleList = listOf('ArticleList', ArticleSummary, 'Articles');
