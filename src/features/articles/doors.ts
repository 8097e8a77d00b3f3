/** The doors of articles, said whole. */
import { Type } from 'typebox';
import { LONGEST_QUERY } from '../../core/search-query.ts';
import { STATUSES } from '../../core/statuses.ts';
import {
  answer,
  door,
  ETAG,
  IfMatch,
  IfNoneMatch,
  LIST_ETAG,
  linkOf,
  locationOf,
  moved,
  noContent,
  patch,
} from '../../http/door.ts';
import { ARTICLE_BODY_LIMIT } from '../../http/json-body.ts';
import { pageQuery } from '../../http/pagination.ts';
import { ById, BySlug, closed, Id, Moment, oneOf, QueryList, Text } from '../../http/schema.ts';
import { Article, ArticleList } from './answer-schemas.ts';
import { ARTICLE_INCLUDES, LIST_INCLUDES } from './includes.ts';
import { ArticlePatch, NewArticle } from './schemas.ts';
import { metadataFaults } from './writing.ts';

const ARTICLE_SORTS = [
  'relevance',
  ...(['-publishedAt', 'publishedAt', '-updatedAt', 'updatedAt'] as const),
  ...(['-createdAt', 'createdAt', 'title', '-title'] as const),
] as const;

const everyone = { tag: 'Articles', access: 'read live', headers: IfNoneMatch } as const;
const writers = { tag: 'Articles', access: 'edit unpublished', headers: IfMatch } as const;
const WRITE_REFUSALS = [
  ...(['unknown-reference', 'status-not-reachable', 'invalid-schedule', 'not-publishable', 'unrenderable'] as const),
  ...(['slug-taken', 'source-taken'] as const),
] as const;

const SlugList = (description: string, example: string[]) =>
  QueryList(Type.String({ minLength: 1, maxLength: 200 }), { description, examples: [example] });

const PUBLISHING =
  'Publishing and scheduling need a title, a body and an author. `published` without `publishedAt` means ' +
  'now, but a moment in the past that is stored already stays; with one in the future it means `scheduled`, ' +
  'and `scheduled` needs one. An article then goes live at its moment, and ceases to be at `unpublishAt`, ' +
  'without another request.';

export const listArticlesDoor = door({
  ...everyone,
  operationId: 'listArticles',
  keyed: ['status', 'trashed', 'mine', 'include=body'],
  summary: 'List articles: the live ones, newest first',
  description:
    '`status`, `trashed`, `mine` and `include=body` are for holders of keys, who then see what they may read.\n\n' +
    'With `include=html` or `body` a page ends where its texts come to 4 MiB, and `next` goes on from there. A page ' +
    'asked for by `page` holds all its articles; those for whose texts there is no room stand there without them.',
  querystring: closed({
    ...pageQuery,
    sort: Type.Optional(
      oneOf(ARTICLE_SORTS, {
        description:
          '`-publishedAt` unless said, and `relevance` with `q`. An article without publishedAt is sorted by createdAt. ' +
          'By `relevance` a list goes by `page` alone, page × limit at most 1,000',
      }),
    ),
    q: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: LONGEST_QUERY,
        description:
          'What is searched for: words, the last of which may be a beginning, `"phrases"`, `-not`. Title before ' +
          'subtitle and names before text, then the newest. At most the newest 10,000 matches are sorted and counted, ' +
          'and they are sought among the newest 200,000 articles that have the words',
        examples: ['harbour "at night" -fog'],
      }),
    ),
    tag: Type.Optional(SlugList('Slugs of tags: any of them', ['harbour', 'night'])),
    tagsAll: Type.Optional(SlugList('Slugs of tags: all of them', ['harbour', 'night'])),
    tagsNot: Type.Optional(SlugList('Slugs of tags: none of them', ['advertisement'])),
    author: Type.Optional(SlugList('Slugs of authors: any of them', ['ada-lovelace'])),
    status: Type.Optional(
      QueryList(oneOf([...STATUSES, 'any']), {
        description: 'Any of these, or `any`; for holders of keys',
        examples: [['draft', 'review']],
      }),
    ),
    language: Type.Optional(
      QueryList(Type.String({ format: 'bcp47', maxLength: 35 }), {
        description: 'Any of these; `en` also matches `en-GB`',
        examples: [['en', 'pt-BR']],
      }),
    ),
    featured: Type.Optional(Type.Boolean({ description: 'Only featured ones, or only others' })),
    ids: Type.Optional(
      Type.Array(Id(), { minItems: 1, maxItems: 100, description: 'Only these', examples: [[7, 12]] }),
    ),
    translationKey: Type.Optional(
      Text(100, { minLength: 1, description: 'Translations of one another', examples: ['harbour-2026'] }),
    ),
    publishedAfter: Type.Optional(Moment({ description: 'Published then or later' })),
    publishedBefore: Type.Optional(Moment({ description: 'Published earlier' })),
    updatedAfter: Type.Optional(Moment({ description: 'Changed then or later' })),
    updatedBefore: Type.Optional(Moment({ description: 'Changed earlier' })),
    include: Type.Optional(
      QueryList(oneOf(LIST_INCLUDES), {
        description:
          'What is wanted beside the summaries; `body` is for holders of keys, of what they may read unpublished; ' +
          '`highlights`, with `q`, shows where the words stand',
        examples: [['html', 'commentCount']],
      }),
    ),
    trashed: Type.Optional(Type.Boolean({ description: 'What is in the trash, instead; for holders of keys' })),
    mine: Type.Optional(Type.Boolean({ description: 'Only those by the author of the key' })),
  }),
  refusals: ['invalid-cursor'],
  answers: { 200: answer('Articles', ArticleList, { ...LIST_ETAG, ...linkOf('/v1/articles') }) },
});

const aroundIt = closed({
  include: Type.Optional(
    QueryList(oneOf(ARTICLE_INCLUDES), {
      description: 'What is wanted beside the article: live ones alone, for everyone',
      examples: [['adjacent', 'related']],
    }),
  ),
});

export const readArticleDoor = door({
  ...everyone,
  operationId: 'readArticle',
  summary: 'Read one article',
  description:
    'Everyone reads a live one; who may read it unpublished is also answered body, source and what is not live yet.',
  params: ById,
  querystring: aroundIt,
  refusals: ['gone'],
  answers: { 200: answer('The article', Article, ETAG) },
});

export const readArticleBySlugDoor = door({
  ...everyone,
  operationId: 'readArticleBySlug',
  summary: 'Read one article by slug',
  description: 'A slug under which an article was live once leads to the one it has now.',
  params: BySlug('the-harbour-at-night'),
  querystring: aroundIt,
  refusals: ['gone'],
  answers: { 200: answer('The article', Article, ETAG), 308: moved('/v1/articles/by-slug/the-harbour-by-night') },
});

export const createArticleDoor = door({
  tag: 'Articles',
  access: 'create article',
  operationId: 'createArticle',
  judge: ({ metadata }) => metadataFaults(metadata),
  summary: 'Make an article',
  description:
    `${PUBLISHING}\n\n` +
    'The articles of a contributor’s or author’s key are by the author of the key: `authorIds` is left out, ' +
    'or names that author alone (else 403). Authors’ keys publish; contributors’ keys make drafts and hand ' +
    'them to review.',
  bodyLimit: ARTICLE_BODY_LIMIT,
  body: NewArticle,
  refusals: [...WRITE_REFUSALS, 'gone'], // of one that is repeated
  answers: { 201: answer('The new article', Article, { ...ETAG, ...locationOf('/v1/articles/7') }) },
});

export const editArticleDoor = door({
  ...writers,
  operationId: 'editArticle',
  summary: 'Change an article',
  description:
    'A merge patch: what is absent stays, `null` clears (lists become empty; `title`, `status` and ' +
    '`bodyFormat` cannot be null), lists are replaced whole, and `coverImage`, `seo`, `metadata` and `source` ' +
    'are merged.\n\n' +
    'The status moves draft ↔ review, draft or review → scheduled or published, scheduled → draft or ' +
    'published, published → archived or draft, archived → draft or published; other moves are 422. ' +
    `${PUBLISHING}\n\n` +
    'A contributor’s or author’s key changes articles that name its author, and cannot change `authorIds` ' +
    '(403); contributors’ keys change only what is in draft or review.',
  bodyLimit: ARTICLE_BODY_LIMIT,
  params: ById,
  body: patch(ArticlePatch),
  refusals: [...WRITE_REFUSALS, 'trashed', 'gone'],
  answers: { 200: answer('The article', Article, ETAG) },
});

export const deleteArticleDoor = door({
  ...writers,
  operationId: 'deleteArticle',
  summary: 'Put an article in the trash, or delete it for good',
  description:
    'From the trash it can be restored. Deleted for good, by an admin, nothing of it is left but an event with its id.',
  params: ById,
  querystring: closed({
    permanent: Type.Optional(Type.Boolean({ description: 'For good; for admins' })),
  }),
  refusals: ['gone'],
  answers: { 204: noContent('It is no longer there') },
});

export const restoreArticleDoor = door({
  ...writers,
  operationId: 'restoreArticle',
  summary: 'Take an article out of the trash, as a draft',
  description: 'It keeps its slug, its content and its id; it is published again by a change of its status.',
  params: ById,
  refusals: ['gone'],
  answers: { 200: answer('The article', Article, ETAG) },
});
