/** What is sent through the doors of articles: the fields an editor writes. */
import { Type } from 'typebox';
import { COMMENT_POLICIES, STATUSES } from '../../core/statuses.ts';
import { closed, component, FilledText, Id, Moment, nullable, oneOf, Slug, Text, Url } from '../../http/schema.ts';

const Pixels = (options: object) => nullable(Type.Integer({ minimum: 1, maximum: 100_000, ...options }));
const alt = Text(500, { description: 'What the image shows' });
const coverOptional = {
  caption: Type.Optional(nullable(Text(1000, { description: 'What stands under it' }))),
  credit: Type.Optional(nullable(Text(500, { description: 'Whose image it is' }))),
  width: Type.Optional(Pixels({ description: 'In pixels' })),
  height: Type.Optional(Pixels({ description: 'In pixels' })),
};
const coverFields = { url: Url(), alt, ...coverOptional };
export const coverExample = {
  url: 'https://harbour.example/quay.jpg',
  alt: 'The quay at night',
  width: 1600,
  height: 900,
};
const CoverImageInput = component(
  'CoverImageInput',
  closed(coverFields, { description: 'The image above an article, as it is sent', examples: [coverExample] }),
);
const CoverImagePatch = component(
  'CoverImagePatch',
  closed(
    { url: Type.Optional(nullable(Url())), alt: Type.Optional(nullable(alt)), ...coverOptional },
    { description: 'A merge patch of a cover image', examples: [{ alt: 'The quay at night' }] },
  ),
);

const seoFields = {
  title: Type.Optional(nullable(Text(300, { description: 'Instead of the article’s' }))),
  description: Type.Optional(nullable(Text(500, { description: 'Instead of the excerpt' }))),
  imageUrl: Type.Optional(nullable(Url())),
  canonicalUrl: Type.Optional(nullable(Url({ description: 'Where the text stands first, if not here' }))),
  noindex: Type.Optional(nullable(Type.Boolean({ description: 'Whether search engines should leave it out' }))),
};
export const seoExample = { title: 'The harbour at night', noindex: false };
const SeoInput = component(
  'SeoInput',
  closed(seoFields, { description: 'For search engines, as it is sent', examples: [seoExample] }),
);

const system = FilledText(100, { description: 'The system it came from' });
const id = FilledText(500, { description: 'Its id there' });
export const sourceExample = { system: 'wordpress', id: '4711', url: 'https://old.harbour.example/?p=4711' };
const sourceFields = { system, id, url: Type.Optional(nullable(Url())) };
const SourceInput = component(
  'SourceInput',
  closed(sourceFields, {
    description: 'Where an article came from; unique, so that an import can be repeated',
    examples: [sourceExample],
  }),
);
const SourcePatch = component(
  'SourcePatch',
  closed(
    {
      system: Type.Optional(nullable(system)),
      id: Type.Optional(nullable(id)),
      url: Type.Optional(nullable(Url())),
    },
    { description: 'A merge patch of a source', examples: [{ url: null }] },
  ),
);

export const Metadata = Type.Record(Type.String(), Type.Unknown(), {
  description: 'For the frontend’s own needs; at most 16 KiB of JSON, ten levels deep',
});

/** A tag as it may be sent. An object may be one of an answer: its other members are ignored. */
const TagInput = component(
  'TagInput',
  Type.Union(
    [
      FilledText(100, { description: 'A name, or a slug' }),
      Type.Object(
        {
          id: Type.Optional(Id()),
          slug: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
          name: Type.Optional(FilledText(100)),
        },
        { minProperties: 1, description: 'Told by id, slug or name' },
      ),
    ],
    { description: 'A tag by name, slug or id; an editor’s unknown name makes the tag', examples: ['Harbour'] },
  ),
);

const optional = {
  slug: Type.Optional(nullable(Slug())),
  subtitle: Type.Optional(nullable(Text(500, { description: 'A second line under the title' }))),
  excerpt: Type.Optional(nullable(Text(1000, { description: 'Made from the text where it is empty' }))),
  body: Type.Optional(nullable(Text(500_000, { description: 'Answered byte for byte as it was sent' }))),
  bodyFormat: Type.Optional(
    oneOf(['markdown', 'html'], {
      description: 'CommonMark with tables and footnotes, or HTML; `markdown` unless said',
    }),
  ),
  status: Type.Optional(
    oneOf(STATUSES, { description: 'Of a new article `draft` unless said; the moves stand at the operation' }),
  ),
  publishedAt: Type.Optional(nullable(Moment({ description: 'When it goes live, or went' }))),
  unpublishAt: Type.Optional(nullable(Moment({ description: 'When it ceases to be live' }))),
  authorIds: Type.Optional(
    nullable(
      Type.Array(Id(), {
        maxItems: 20,
        uniqueItems: true,
        description: 'The ids of its authors, in the order of the byline. For editors to choose',
        examples: [[1]],
      }),
    ),
  ),
  tags: Type.Optional(nullable(Type.Array(TagInput, { maxItems: 50, description: 'Its tags, in this order' }))),
  language: Type.Optional(
    nullable(
      Type.String({
        format: 'bcp47',
        maxLength: 35,
        description: 'BCP 47; the site’s unless said',
        examples: ['en-GB'],
      }),
    ),
  ),
  translationKey: Type.Optional(
    nullable(FilledText(100, { description: 'Articles that share it are translations of one another' })),
  ),
  featured: Type.Optional(nullable(Type.Boolean({ description: 'Whether a frontend should put it forward' }))),
  commentPolicy: Type.Optional(nullable(oneOf(COMMENT_POLICIES, { description: 'Null: the site’s' }))),
  contentUpdatedAt: Type.Optional(nullable(Moment({ description: 'The “updated” a reader should see' }))),
  metadata: Type.Optional(nullable(Metadata)),
};

const title = FilledText(300, { description: 'Its heading, as plain text' });
const readOnly = {
  'x-read-only': [
    ...['id', 'version', 'live', 'html', 'authors', 'url', 'wordCount', 'readingMinutes', 'excerptSource'],
    ...['commentCount', 'commentsOpen', 'createdAt', 'updatedAt', 'firstPublishedAt', 'deletedAt'],
  ],
};
const writtenExample = {
  title: 'The harbour at night',
  body: 'The *first* boats are in.',
  authorIds: [1],
  tags: ['Harbour', 'Night'],
  status: 'published',
};

export const NewArticle = component(
  'NewArticle',
  closed(
    {
      title,
      ...optional,
      coverImage: Type.Optional(nullable(CoverImageInput)),
      seo: Type.Optional(nullable(SeoInput)),
      source: Type.Optional(nullable(SourceInput)),
    },
    { ...readOnly, description: 'An article to be made', examples: [writtenExample] },
  ),
);

export const ArticlePatch = component(
  'ArticlePatch',
  closed(
    {
      title: Type.Optional(title),
      ...optional,
      coverImage: Type.Optional(nullable(CoverImagePatch)),
      seo: Type.Optional(nullable(SeoInput)),
      source: Type.Optional(nullable(SourcePatch)),
    },
    { ...readOnly, description: 'A merge patch of an article (RFC 7396)', examples: [{ status: 'published' }] },
  ),
);

const { subtitle, excerpt, body, bodyFormat, authorIds, tags, language, metadata } = optional;
const placed = ['slug', 'status', 'publishedAt', 'unpublishAt', 'translationKey', 'featured', 'commentPolicy'];
const readOnlyInCopies = {
  'x-read-only': [
    ...readOnly['x-read-only'],
    ...placed,
    'contentUpdatedAt',
    'source',
    'articleVersion',
    'changedFields',
  ],
};

/** What of an article can wait in a working copy: its content. */
export const WorkingCopyPatch = component(
  'WorkingCopyPatch',
  closed(
    {
      title: Type.Optional(title),
      ...{ subtitle, excerpt, body, bodyFormat, authorIds, tags, language, metadata },
      coverImage: Type.Optional(nullable(CoverImagePatch)),
      seo: Type.Optional(nullable(SeoInput)),
    },
    {
      ...readOnlyInCopies,
      description: 'A merge patch of a working copy (RFC 7396)',
      examples: [{ title: 'The harbour at dawn', body: 'The *last* boats are out.' }],
    },
  ),
);
