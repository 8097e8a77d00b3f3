/** The vocabulary of schemas: named components, nullables, and the types all features share. */
import { type Static, type TSchema, Type } from 'typebox';
import { SLUG_PATTERN } from '../core/slug.ts';

/** What all headers of a request may have together, in bytes: Node's own limit. */
export const MAX_HEADER = 16_384;

/** Every named component of the document, by name. */
export const components = new Map<string, TSchema>();

/** Declares a named component and returns a typed `$ref` to it, which Ajv, the serialiser and the document all resolve. */
export const component = <T extends TSchema>(name: string, schema: T) => {
  components.set(name, { ...schema, $id: name, title: name });
  return Type.Unsafe<Static<T>>({ $ref: `${name}#` });
};

/** The value or null. `anyOf` only around a `$ref`: a list with `anyOf` serialises half as fast. */
export const nullable = <T extends TSchema>(schema: T) => {
  const { type, enum: members } = schema as { type?: string; enum?: unknown[] };
  if (type === undefined) return Type.Unsafe<Static<T> | null>({ anyOf: [schema, { type: 'null' }] });
  return Type.Unsafe<Static<T> | null>({
    ...schema,
    type: [type, 'null'],
    ...(members && { enum: [...members, null] }),
  });
};

/** One of some words. */
export const oneOf = <const T extends readonly string[]>(members: T, options: object = {}) =>
  Type.Unsafe<T[number]>({ type: 'string', enum: [...members], ...options });

/** An object that takes its members and no others. */
export const closed = <const T extends Record<string, TSchema>>(members: T, options: object = {}) =>
  Type.Object(members, { ...options, additionalProperties: false });

/** The greatest id: what both engines can hold. */
export const MAX_ID = 2_147_483_647;

export const Id = (options: object = {}) => Type.Integer({ minimum: 1, maximum: MAX_ID, ...options });
export const Text = (max: number, options: object = {}) => Type.String({ maxLength: max, ...options });
/** Something besides white space and what has no width; spelt out, for `\s` differs between languages. */
export const FILLED_PATTERN =
  '[^\\u0000-\\u0020\\u0085\\u00a0\\u00ad\\u1680\\u180e\\u2000-\\u200f\\u2028-\\u202f\\u205f-\\u2064\\u3000\\ufeff]';
/** A list of entity tags, or `*` (RFC 9110, If-Match). */
export const ENTITY_TAGS_PATTERN =
  '^[ \\t]*(?:\\*|(?:W/)?"[!#-~\\u0080-\\u00ff]*"(?:[ \\t]*,[ \\t]*(?:W/)?"[!#-~\\u0080-\\u00ff]*")*)[ \\t]*$';
/** What a request is known by when it is repeated. */
export const IDEMPOTENCY_KEY_PATTERN = '^[!-~]+$';
/** What a file may be called, wherever it is put. */
export const FILE_NAME_PATTERN = '^[A-Za-z0-9_][A-Za-z0-9_.-]*$';
/** Text that is not empty and not only spaces. */
export const FilledText = (max: number, options: object = {}) =>
  Type.String({ minLength: 1, maxLength: max, pattern: FILLED_PATTERN, ...options });
/** How an address of the web begins: http or https, a host, and no password for everyone to read. */
export const WEB_ADDRESS_PATTERN = '^[Hh][Tt][Tt][Pp][Ss]?://[^/?#@]+(?:[/?#].*)?$';
/** Such an address without a query and a fragment, so that paths can stand behind it. */
export const SITE_ADDRESS_PATTERN = '^[Hh][Tt][Tt][Pp][Ss]?://[^/?#@]+(?:/[^?#]*)?$';
export const Url = (options: object = {}) =>
  Type.String({ format: 'uri', maxLength: 2048, description: 'An absolute http or https address', ...options });
export const Email = (options: object = {}) => Type.String({ format: 'email', maxLength: 254, ...options });
export const Moment = (options: object = {}) =>
  Type.String({ format: 'date-time', maxLength: 64, examples: ['2026-11-22T07:00:00.000Z'], ...options });
export const Slug = (options: object = {}) =>
  Type.String({
    pattern: SLUG_PATTERN,
    minLength: 1,
    maxLength: 200,
    description: 'Lower-case letters and digits with single hyphens between them',
    examples: ['the-harbour-at-night'],
    ...options,
  });
/** A list in a query: `tag=a&tag=b` and `tag=a,b` mean the same. */
export const QueryList = <T extends TSchema>(items: T, options: object = {}) =>
  Type.Array(items, { maxItems: 20, minItems: 1, ...options });

/** The path of one thing by its id. */
export const ById = closed({ id: Id({ description: 'The id', examples: [7] }) });
/** The path of one thing by its slug. Any text may be asked for; what no slug can be is simply not found. */
export const BySlug = (example: string) =>
  closed({ slug: Type.String({ minLength: 1, maxLength: 200, description: 'The slug', examples: [example] }) });
