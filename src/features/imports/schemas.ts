/** What may stand in a file of records: one JSON object a line, told apart by `kind`. */
import type { TSchema } from 'typebox';
import { Type } from 'typebox';
import type { Fault } from '../../core/errors.ts';
import { COMMENT_STATUSES, STATUSES } from '../../core/statuses.ts';
import { faultsOf } from '../../http/faults.ts';
import { closed, components, FilledText, nullable, oneOf, Text } from '../../http/schema.ts';
import { createAjv } from '../../http/validation.ts';
import { KINDS, type Kind } from '../formats/records.ts';
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

const moments = (...names: string[]) => Object.fromEntries(names.map((name) => [name, optional(article.publishedAt)]));
const StoredMoments = Type.Object({
  ...moments('createdAt', 'updatedAt', 'firstPublishedAt', 'deletedAt'),
  slugWasPublic: orNull(Type.Boolean()),
});
const OldSlug = Type.Union([Text(500), closed({ slug: Text(500), ...moments('at'), hidden: orNull(Type.Boolean()) })]);
const MOVED = { oldSlugs: orNull(Type.Array(OldSlug, { maxItems: 10_000 })), stored: orNull(StoredMoments) };
const SourceObject = Type.Object(fieldsOf('SourceInput'));
const SourceName = Type.Union([FilledText(500), SourceObject]);
const ArticleName = Type.Union([FilledText(500), SourceObject, closed({ key: Key(200) })]);

const named = {
  authors: Type.Array(Key(200), { maxItems: 20 }),
  tags: Type.Array(Key(200), { maxItems: 50 }),
};
/** What can wait in a working copy, as a record has it. */
const WorkingCopy = closed({
  ...Object.fromEntries(
    ['subtitle', 'excerpt', 'body', 'bodyFormat', 'language', 'coverImage', 'seo', 'metadata'].map((name) => [
      name,
      optional(article[name]),
    ]),
  ),
  title: optional(article.title),
  authors: optional(named.authors),
  tags: optional(named.tags),
  stored: orNull(closed(moments('createdAt', 'updatedAt'))),
});
const Moderation = closed({
  score: optional(Type.Integer({ minimum: 0, maximum: 1_000_000 })),
  reasons: optional(Type.Array(closed({ code: Text(100), detail: Text(5000) }), { maxItems: 100 })),
});

const SCHEMAS: Record<Kind, Type.TObject> = {
  site: Type.Object({ kind: oneOf(KINDS), ...site }),
  author: Type.Object({
    kind: oneOf(KINDS),
    key: Key(200),
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
    key: Key(200),
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
    authors: orNull(named.authors),
    tags: orNull(named.tags),
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
    workingCopy: orNull(WorkingCopy),
    source: orNull(SourceName),
    ...MOVED,
  }),
  comment: Type.Object({
    kind: oneOf(KINDS),
    key: FilledText(500),
    article: ArticleName,
    parent: orNull(FilledText(500)),
    author: orNull(Key(200)),
    isStaff: orNull(Type.Boolean()),
    removed: orNull(Type.Boolean()),
    authorName: orNull(comment.authorName),
    authorEmail: orNull(comment.authorEmail),
    authorUrl: optional(comment.authorUrl),
    body: orNull(comment.body),
    status: orNull(oneOf(COMMENT_STATUSES)),
    approvedAt: optional(article.publishedAt),
    moderation: orNull(Moderation),
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
