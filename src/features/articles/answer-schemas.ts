/** What comes out of the doors of articles: an article whole, and as a list shows it. */
import { Type } from 'typebox';
import { COMMENT_POLICIES, STATUSES } from '../../core/statuses.ts';
import { listOf } from '../../http/pagination.ts';
import { component, Id, Moment, nullable, oneOf } from '../../http/schema.ts';
import { AuthorRef } from '../authors/schemas.ts';
import { TagRef } from '../tags/schemas.ts';
import { coverExample, Metadata, seoExample, sourceExample } from './schemas.ts';

const OptionalText = (description: string) => nullable(Type.String({ description }));

// Open and without limits, unlike what is sent: an answer may hold more one day, and where null is possible the
// serialiser checks what it writes, so that a limit here would turn what is stored into a 500.
export const CoverImage = component(
  'CoverImage',
  Type.Object(
    {
      url: Type.String({ description: 'An absolute http or https address' }),
      alt: Type.String({ description: 'What the image shows' }),
      caption: OptionalText('What stands under it'),
      credit: OptionalText('Whose image it is'),
      width: nullable(Type.Integer({ description: 'In pixels' })),
      height: nullable(Type.Integer({ description: 'In pixels' })),
    },
    { description: 'The image above an article', examples: [{ caption: null, credit: null, ...coverExample }] },
  ),
);
export const Seo = component(
  'Seo',
  Type.Object(
    {
      title: OptionalText('Instead of the article’s'),
      description: OptionalText('Instead of the excerpt'),
      imageUrl: OptionalText('An absolute http or https address'),
      canonicalUrl: OptionalText('Where the text stands first, if not here'),
      noindex: nullable(Type.Boolean({ description: 'Whether search engines should leave it out' })),
    },
    {
      description: 'For search engines',
      examples: [{ description: null, imageUrl: null, canonicalUrl: null, ...seoExample }],
    },
  ),
);
export const Source = component(
  'Source',
  Type.Object(
    {
      system: Type.String({ description: 'The system it came from' }),
      id: Type.String({ description: 'Its id there' }),
      url: OptionalText('Its address there'),
    },
    { description: 'Where an article came from', examples: [sourceExample] },
  ),
);

const ref = { id: Id(), slug: Type.String(), name: Type.String() };
export const NamedRef = component(
  'NamedRef',
  Type.Object(ref, {
    description: 'An author or tag, as a list embeds it',
    examples: [{ id: 1, slug: 'ada-lovelace', name: 'Ada Lovelace' }],
  }),
);

const answered = {
  id: Id(),
  version: Type.Integer({ description: 'From 1, one more with every stored change' }),
  title: Type.String({ description: 'Its heading, as plain text' }),
  slug: Type.String({ description: 'Its name in addresses' }),
  subtitle: nullable(Type.String({ description: 'A second line under the title' })),
  excerpt: Type.String({ description: 'The editor’s, or else the beginning of the text, as plain text' }),
  excerptSource: oneOf(['author', 'generated'], { description: 'Who made the excerpt' }),
  bodyFormat: oneOf(['markdown', 'html'], { description: 'What the body is written in' }),
  status: oneOf(STATUSES, {
    description: 'Decided at the read: `scheduled` before publishedAt, `archived` from unpublishAt on',
  }),
  live: Type.Boolean({ description: 'Whether everyone can read it now' }),
  publishedAt: nullable(Moment({ description: 'When it goes live, or went' })),
  unpublishAt: nullable(Moment({ description: 'When it ceases to be live' })),
  firstPublishedAt: nullable(Moment({ description: 'The moment with which it first was live' })),
  coverImage: nullable(CoverImage),
  language: Type.String({ description: 'BCP 47' }),
  translationKey: nullable(Type.String({ description: 'Articles that share it are translations of one another' })),
  featured: Type.Boolean({ description: 'Whether a frontend should put it forward' }),
  commentPolicy: nullable(oneOf(COMMENT_POLICIES, { description: 'Null: the site’s' })),
  commentsOpen: Type.Boolean({ description: 'Whether a comment can be posted now' }),
  contentUpdatedAt: nullable(Moment({ description: 'The “updated” a reader should see' })),
  url: Type.String({ description: 'Its address by the site’s articleUrlPattern; a path while the site has no url' }),
  wordCount: Type.Integer({ description: 'How many words the body has' }),
  readingMinutes: Type.Integer({ description: 'How long it takes to read, rounded up' }),
  createdAt: Moment({ description: 'When it was made' }),
  updatedAt: Moment({ description: 'When it was last changed, by whomever and in whatever' }),
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
  coverImage: { caption: null, credit: null, ...coverExample },
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

const html = Type.String({
  description: 'The body, sanitised: the only form meant for a page. Ids in it begin with `user-content-`',
});
const body = Type.String({ description: 'As it was sent; for those who may read it unpublished' });
const commentCount = Type.Integer({ description: 'How many comments are approved' });

const Highlights = component(
  'Highlights',
  Type.Object(
    {
      title: Type.String({ description: 'The title' }),
      snippet: Type.String({ description: 'Some 200 characters of the text around the first hit, or its beginning' }),
    },
    {
      description: 'Where the words of a search stand: HTML in which `mark` is the only element',
      examples: [{ title: 'The <mark>harbour</mark> at night', snippet: 'The first boats are in.' }],
    },
  ),
);

const ArticleSummary = component(
  'ArticleSummary',
  Type.Object(
    {
      ...answered,
      authors: Type.Array(NamedRef),
      tags: Type.Array(NamedRef),
      html: Type.Optional(html),
      body: Type.Optional(body),
      commentCount: Type.Optional(commentCount),
      highlights: Type.Optional(Highlights),
    },
    { description: 'An article, as a list shows it', examples: [summaryExample] },
  ),
);
const Neighbour = component(
  'Neighbour',
  Type.Object(
    { id: Id(), slug: Type.String(), title: Type.String(), publishedAt: Moment() },
    {
      description: 'The live article before or behind another',
      examples: [{ id: 6, slug: 'the-quay', title: 'The quay', publishedAt: '2026-11-21T07:00:00.000Z' }],
    },
  ),
);
const Translation = component(
  'Translation',
  Type.Object(
    { id: Id(), slug: Type.String(), language: Type.String({ description: 'BCP 47' }) },
    { description: 'The same in another language', examples: [{ id: 9, slug: 'o-porto-a-noite', language: 'pt' }] },
  ),
);
/** What stands beside an article where it is asked for. */
const around = {
  adjacent: Type.Optional(
    Type.Object(
      { previous: nullable(Neighbour), next: nullable(Neighbour) },
      { description: 'The live articles published right before and behind it; with `include=adjacent`' },
    ),
  ),
  related: Type.Optional(
    Type.Array(ArticleSummary, {
      description: 'At most five live ones that share tags with it, most of them first; with `include=related`',
    }),
  ),
  translations: Type.Optional(
    Type.Array(Translation, {
      description: 'The other live ones with its translationKey; with `include=translations`',
    }),
  ),
};

/** The members of an article whole. */
export const articleMembers = {
  ...answered,
  html,
  body: Type.Optional(body),
  authors: Type.Array(AuthorRef, { description: 'In the order of the byline' }),
  tags: Type.Array(TagRef, { description: 'In the order of the editor; internal ones for holders of keys alone' }),
  seo: nullable(Seo),
  metadata: Metadata,
  source: Type.Optional(nullable(Source)),
  commentCount,
};
export const articleExample = {
  ...summaryExample,
  html: '<p>The <em>first</em> boats are in.</p>\n',
  authors: [authorRefExample],
  tags: [{ ...summaryExample.tags[0], kind: 'topic' }],
  seo: null,
  metadata: {},
  commentCount: 0,
};

export const Article = component(
  'Article',
  Type.Object({ ...articleMembers, ...around }, { description: 'An article', examples: [articleExample] }),
);

export const ArticleList = listOf('ArticleList', ArticleSummary, 'Articles');
