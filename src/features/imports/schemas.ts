/** What may stand in a file of records: one JSON object a line, told apart by `kind`. */
import type { TSchema } from 'typebox';
import { Type } from 'typebox';
import type { Fault } from '../../core/errors.ts';
import { COMMENT_STATUSES, STATUSES } from '../../core/statuses.ts';
import { faultsOf } from '../../http/faults.ts';
import { components, FilledText, nullable, oneOf, Text } from '../../http/schema.ts';
import { createAjv } from '../../http/validation.ts';
import { KINDS, type Kind } from './records.ts';
import '../articles/schemas.ts'; // declares NewArticle
import '../authors/schemas.ts'; // declares NewAuthor
import '../comments/schemas.ts'; // declares NewComment
import '../site/schemas.ts'; // declares SitePatch
import '../tags/schemas.ts'; // declares NewTag

/** The fields of a body that a door takes: what a record says is held to the same. */
const fieldsOf = (component: string) =>
  (components.get(component) as Type.TObject).properties as Record<string, TSchema>;
const [author, tag, article] = [fieldsOf('NewAuthor'), fieldsOf('NewTag'), fieldsOf('NewArticle')];
const [site, comment] = [fieldsOf('SitePatch'), fieldsOf('NewComment')];

const Key = (max: number) => Type.String({ minLength: 1, maxLength: max, pattern: '[\\p{L}\\p{N}]' });
const optional = (schema: TSchema | undefined) => Type.Optional(schema as TSchema);
const orNull = (schema: TSchema | undefined) => Type.Optional(nullable(schema as TSchema));

const StoredMoments = Type.Object(
  Object.fromEntries(
    ['createdAt', 'updatedAt', 'firstPublishedAt', 'deletedAt'].map((name) => [name, optional(article.publishedAt)]),
  ),
);
const MOVED = { oldSlugs: orNull(Type.Array(Text(200), { maxItems: 1000 })), stored: orNull(StoredMoments) };
const SourceName = Type.Union([FilledText(500), Type.Object(fieldsOf('SourceInput'))]);

const SCHEMAS: Record<Kind, Type.TObject> = {
  site: Type.Object({ kind: oneOf(KINDS), ...site }),
  author: Type.Object({
    kind: oneOf(KINDS),
    key: Key(120),
    name: orNull(author.name),
    bio: optional(author.bio),
    avatarUrl: optional(author.avatarUrl),
    websiteUrl: optional(author.websiteUrl),
    links: optional(author.links),
    email: optional(author.email),
    ...MOVED,
  }),
  tag: Type.Object({
    kind: oneOf(KINDS),
    key: Key(100),
    name: orNull(tag.name),
    description: optional(tag.description),
    tagKind: orNull(tag.kind),
    ...MOVED,
  }),
  article: Type.Object({
    kind: oneOf(KINDS),
    key: orNull(Key(200)),
    title: article.title as TSchema,
    subtitle: optional(article.subtitle),
    summary: orNull(Text(500_000)), // longer than an excerpt may be: it is cut, and said so
    slug: orNull(Text(500)),
    status: orNull(oneOf(STATUSES)),
    publishedAt: optional(article.publishedAt),
    unpublishAt: optional(article.unpublishAt),
    updatedAt: optional(article.contentUpdatedAt),
    authors: orNull(Type.Array(Key(120), { maxItems: 20 })),
    tags: orNull(Type.Array(Key(100), { maxItems: 50 })),
    category: orNull(Text(100)),
    body: optional(article.body),
    bodyFormat: orNull(article.bodyFormat),
    language: optional(article.language),
    translationKey: optional(article.translationKey),
    featured: optional(article.featured),
    commentPolicy: optional(article.commentPolicy),
    coverImage: optional(article.coverImage),
    seo: optional(article.seo),
    metadata: optional(article.metadata),
    workingCopy: orNull(Type.Object({})),
    source: orNull(SourceName),
    ...MOVED,
  }),
  comment: Type.Object({
    kind: oneOf(KINDS),
    key: FilledText(500),
    article: SourceName,
    parent: orNull(FilledText(500)),
    author: orNull(Key(120)),
    isStaff: orNull(Type.Boolean()),
    authorName: comment.authorName as TSchema,
    authorEmail: orNull(comment.authorEmail),
    authorUrl: optional(comment.authorUrl),
    body: comment.body as TSchema,
    status: orNull(oneOf(COMMENT_STATUSES)),
    createdAt: optional(article.publishedAt),
    updatedAt: optional(article.publishedAt),
  }),
};

/** The fields of a record of a kind; others are left out. */
export const FIELDS: Record<Kind, readonly string[]> = {
  site: Object.keys(SCHEMAS.site.properties),
  author: Object.keys(SCHEMAS.author.properties),
  tag: Object.keys(SCHEMAS.tag.properties),
  article: Object.keys(SCHEMAS.article.properties),
  comment: Object.keys(SCHEMAS.comment.properties),
};

const ajv = createAjv();
for (const schema of components.values()) ajv.addSchema(schema);

const faultFinder = (schema: TSchema) => {
  const check = ajv.compile(schema);
  return (value: unknown): Fault[] => (check(value) ? [] : faultsOf('body', check.errors ?? []));
};

/** Every fault of a record, with the names of the record. */
export const faultsOfRecord: Record<Kind, (record: unknown) => Fault[]> = {
  site: faultFinder(SCHEMAS.site),
  author: faultFinder(SCHEMAS.author),
  tag: faultFinder(SCHEMAS.tag),
  article: faultFinder(SCHEMAS.article),
  comment: faultFinder(SCHEMAS.comment),
};

/** Every fault for which `POST /v1/articles` would refuse a body. */
export const faultsOfNewArticle = faultFinder({ $ref: 'NewArticle#' } as TSchema);
