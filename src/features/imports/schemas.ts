/** What may stand in a file of records: one JSON object a line, told apart by `kind`. */
import type { TSchema } from 'typebox';
import { Type } from 'typebox';
import type { Fault } from '../../core/errors.ts';
import { faultsOf } from '../../http/faults.ts';
import { components, FilledText, nullable, oneOf, Text } from '../../http/schema.ts';
import { createAjv } from '../../http/validation.ts';
import '../articles/schemas.ts'; // declares NewArticle
import '../authors/schemas.ts'; // declares NewAuthor
import '../tags/schemas.ts'; // declares NewTag

export const KINDS = ['author', 'tag', 'article'] as const;
export type Kind = (typeof KINDS)[number];

export type AuthorRecord = { kind: 'author'; key: string; name?: string | null; bio?: string | null };
export type TagRecord = { kind: 'tag'; key: string; name?: string | null; description?: string | null };
export type ArticleRecord = {
  kind: 'article';
  title: string;
  summary?: string | null;
  slug?: string | null;
  publishedAt?: string | null;
  updatedAt?: string | null;
  authors?: string[] | null;
  tags?: string[] | null;
  category?: string | null;
  body?: string | null;
  source?: string | null;
};
export type ImportRecord = AuthorRecord | TagRecord | ArticleRecord;

/** The fields of a body that a door takes: what a record says is held to the same. */
const fieldsOf = (component: string) =>
  (components.get(component) as Type.TObject).properties as Record<string, TSchema>;
const [author, tag, article] = [fieldsOf('NewAuthor'), fieldsOf('NewTag'), fieldsOf('NewArticle')];

const Key = (max: number) => Type.String({ minLength: 1, maxLength: max, pattern: '[\\p{L}\\p{N}]' });
const optional = (schema: TSchema | undefined) => Type.Optional(schema as TSchema);
const orNull = (schema: TSchema | undefined) => Type.Optional(nullable(schema as TSchema));

const SCHEMAS: Record<Kind, Type.TObject> = {
  author: Type.Object({ kind: oneOf(KINDS), key: Key(120), name: orNull(author.name), bio: optional(author.bio) }),
  tag: Type.Object({
    kind: oneOf(KINDS),
    key: Key(100),
    name: orNull(tag.name),
    description: optional(tag.description),
  }),
  article: Type.Object({
    kind: oneOf(KINDS),
    title: article.title as TSchema,
    summary: orNull(Text(500_000)), // longer than an excerpt may be: it is cut, and said so
    slug: orNull(Text(500)),
    publishedAt: optional(article.publishedAt),
    updatedAt: optional(article.contentUpdatedAt),
    authors: orNull(Type.Array(Key(120), { maxItems: 20 })),
    tags: orNull(Type.Array(Key(100), { maxItems: 50 })),
    category: orNull(Text(100)),
    body: optional(article.body),
    source: orNull(FilledText(500)),
  }),
};

/** The fields of a record of a kind; others are left out. */
export const FIELDS: Record<Kind, readonly string[]> = {
  author: Object.keys(SCHEMAS.author.properties),
  tag: Object.keys(SCHEMAS.tag.properties),
  article: Object.keys(SCHEMAS.article.properties),
};

const ajv = createAjv();
for (const schema of components.values()) ajv.addSchema(schema);

const faultFinder = (schema: TSchema) => {
  const check = ajv.compile(schema);
  return (value: unknown): Fault[] => (check(value) ? [] : faultsOf('body', check.errors ?? []));
};

/** Every fault of a record, with the names of the record. */
export const faultsOfRecord: Record<Kind, (record: unknown) => Fault[]> = {
  author: faultFinder(SCHEMAS.author),
  tag: faultFinder(SCHEMAS.tag),
  article: faultFinder(SCHEMAS.article),
};

/** Every fault for which `POST /v1/articles` would refuse a body. */
export const faultsOfNewArticle = faultFinder({ $ref: 'NewArticle#' } as TSchema);
