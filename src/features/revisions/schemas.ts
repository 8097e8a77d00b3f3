/** The doors of the stored versions of an article. */
import { Type } from 'typebox';
import { COMMENT_POLICIES, STATUSES } from '../../core/statuses.ts';
import { answer, door, ETAG, IfMatch, IfNoneMatch, LIST_ETAG, linkOf } from '../../http/door.ts';
import { listOf, pageQuery } from '../../http/pagination.ts';
import { ById, closed, component, Id, Moment, nullable, oneOf } from '../../http/schema.ts';
import { articleExample, articleMembers, CoverImage, NamedRef, Seo, Source } from '../articles/answer-schemas.ts';
import { coverExample, Metadata } from '../articles/schemas.ts';

const KeyRef = component(
  'KeyRef',
  Type.Object(
    { keyId: Id(), name: Type.String({ description: 'Its name now' }) },
    { description: 'The key that did it', examples: [{ keyId: 2, name: 'Desk' }] },
  ),
);

const revisionMembers = {
  version: Type.Integer({ description: 'The version of the article' }),
  at: Moment({ description: 'When it was stored' }),
  by: nullable(KeyRef),
  changedFields: Type.Array(Type.String(), {
    description:
      'The fields in which it differs from the version before: of the first, none. `deletedAt` tells that it was ' +
      'put in the trash, or taken out of it',
  }),
};
const revisionExample = {
  version: 2,
  at: '2026-11-22T07:00:00.000Z',
  by: { keyId: 2, name: 'Desk' },
  changedFields: ['title', 'body'],
};
const Revision = component(
  'Revision',
  Type.Object(revisionMembers, {
    description: 'A stored version of an article; `by` is null where it is not known',
    examples: [revisionExample],
  }),
);
const RevisionList = listOf('RevisionList', Revision, 'Stored versions of an article');

const snapshotExample = {
  title: 'The harbour at night',
  slug: 'the-harbour-at-night',
  subtitle: null,
  excerpt: null,
  body: 'The *first* boats are in.',
  bodyFormat: 'markdown',
  status: 'draft',
  publishedAt: null,
  unpublishAt: null,
  authorIds: [1],
  authors: [{ id: 1, slug: 'ada-lovelace', name: 'Ada Lovelace' }],
  tags: [{ id: 3, slug: 'harbour', name: 'Harbour' }],
  coverImage: { caption: null, credit: null, ...coverExample },
  language: 'en',
  translationKey: null,
  featured: false,
  commentPolicy: null,
  contentUpdatedAt: null,
  seo: null,
  metadata: {},
  source: null,
  deletedAt: null,
};

const OptionalMoment = (description: string) => nullable(Moment({ description }));
const ArticleSnapshot = component(
  'ArticleSnapshot',
  Type.Object(
    {
      title: Type.String({ description: 'Its heading' }),
      slug: Type.String({ description: 'Its name in addresses' }),
      subtitle: nullable(Type.String({ description: 'A second line under the title' })),
      excerpt: nullable(Type.String({ description: 'The editor’s; null: it was made from the text' })),
      body: Type.String({ description: 'As it was sent, byte for byte' }),
      bodyFormat: oneOf(['markdown', 'html'], { description: 'What the body is written in' }),
      status: oneOf(STATUSES, {
        description: 'As it was when the next version was made; of the current one, as it is',
      }),
      publishedAt: OptionalMoment('When it was to go live, or went'),
      unpublishAt: OptionalMoment('When it was to cease to be live'),
      authorIds: Type.Array(Id(), { description: 'The ids of its authors, in the order of the byline' }),
      authors: Type.Array(NamedRef, { description: 'The same, as they were called, also when they are gone' }),
      tags: Type.Array(NamedRef, { description: 'As they were called, also when they are gone' }),
      coverImage: nullable(CoverImage),
      language: Type.String({ description: 'BCP 47' }),
      translationKey: nullable(Type.String({ description: 'Shared by translations of one another' })),
      featured: Type.Boolean({ description: 'Whether a frontend should put it forward' }),
      commentPolicy: nullable(oneOf(COMMENT_POLICIES, { description: 'Null: the site’s' })),
      contentUpdatedAt: OptionalMoment('The “updated” a reader should see'),
      seo: nullable(Seo),
      metadata: Metadata,
      source: nullable(Source),
      deletedAt: OptionalMoment('When it was put in the trash'),
    },
    {
      description: 'What was written of a version of an article',
      examples: [snapshotExample],
    },
  ),
);
const RevisionWithSnapshot = component(
  'RevisionWithSnapshot',
  Type.Object(
    { ...revisionMembers, snapshot: ArticleSnapshot },
    {
      description: 'A stored version of an article, whole',
      examples: [{ ...revisionExample, snapshot: snapshotExample }],
    },
  ),
);

const FieldChange = component(
  'FieldChange',
  Type.Object(
    {
      field: Type.String({ description: 'A field of the snapshot' }),
      from: Type.Unknown({ description: 'What it was; null where there was nothing' }),
      to: Type.Unknown({ description: 'What it became' }),
    },
    {
      description: 'How a field differs between two versions',
      examples: [{ field: 'title', from: 'The harbour', to: 'The harbour at night' }],
    },
  ),
);
const RevisionDiff = component(
  'RevisionDiff',
  Type.Object(
    {
      version: Type.Integer({ description: 'The version that is compared' }),
      against: nullable(Type.Integer({ description: 'The version it is compared with; null: it is the first' })),
      changes: Type.Array(FieldChange, { description: 'The fields in which they differ' }),
    },
    {
      description: 'How a version of an article differs from another',
      examples: [
        {
          version: 2,
          against: 1,
          changes: [{ field: 'title', from: 'The harbour', to: 'The harbour at night' }],
        },
      ],
    },
  ),
);

const RestoredArticle = component(
  'RestoredArticle',
  Type.Object(
    {
      ...articleMembers,
      missingTags: Type.Optional(
        Type.Array(NamedRef, {
          description: 'The tags of that version that are gone, and were left out; absent where all are there',
        }),
      ),
    },
    {
      description: 'An article that has the content of an earlier version again',
      examples: [{ ...articleExample, missingTags: [{ id: 5, slug: 'fog', name: 'Fog' }] }],
    },
  ),
);

const version = (description: string) => Id({ description, examples: [2] });
const ByVersion = closed({
  id: Id({ description: 'The id', examples: [7] }),
  version: version('The version'),
});
const readers = { tag: 'Articles', access: 'read unpublished', headers: IfNoneMatch, refusals: ['gone'] } as const;
const WHO = 'For those who may read the article unpublished, also while it is live.';

export const listRevisionsDoor = door({
  ...readers,
  operationId: 'listRevisions',
  summary: 'List the stored versions of an article, the newest first',
  description: WHO,
  params: ById,
  querystring: closed(pageQuery),
  refusals: ['gone', 'invalid-cursor'],
  answers: { 200: answer('Versions', RevisionList, { ...LIST_ETAG, ...linkOf('/v1/articles/7/revisions') }) },
});

export const readRevisionDoor = door({
  ...readers,
  operationId: 'readRevision',
  summary: 'Read a stored version of an article',
  description: `What was written of it, under the names it is written by. ${WHO}`,
  params: ByVersion,
  answers: { 200: answer('The version', RevisionWithSnapshot, ETAG) },
});

export const compareRevisionsDoor = door({
  ...readers,
  operationId: 'compareRevisions',
  summary: 'Tell how a version of an article differs from another',
  description: `Each field whole, as it was and as it became. ${WHO}`,
  params: ByVersion,
  querystring: closed({
    against: Type.Optional(
      Id({ description: 'The version it is compared with; the one before it unless said', examples: [1] }),
    ),
  }),
  answers: { 200: answer('What differs', RevisionDiff, LIST_ETAG) },
});

export const restoreRevisionDoor = door({
  tag: 'Articles',
  access: 'edit unpublished',
  headers: IfMatch,
  operationId: 'restoreRevision',
  summary: 'Give an article the content of an earlier version again',
  description:
    'Title, subtitle, excerpt, body, format, authors, tags, cover image, language, `seo` and `metadata` become what ' +
    'they were, as a new version; status, moments and slug stay. Tags that are gone are left out, and named in ' +
    '`missingTags`; where an author is gone, it is 422. What is the same makes no version.\n\n' +
    'It needs the right to edit the article. A contributor’s or author’s key cannot bring back other authors (403).',
  params: ByVersion,
  refusals: ['unknown-reference', 'not-publishable', 'unrenderable', 'trashed', 'gone'],
  answers: { 200: answer('The article', RestoredArticle, ETAG) },
});
