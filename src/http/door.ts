/** One door, said whole: what passes, who may pass, and every answer it gives by number. */
import type { FastifyContextConfig } from 'fastify';
import { type TSchema, Type } from 'typebox';
import { GRANTS, type Permission } from '../core/access.ts';
import type { RefusalCode } from '../core/errors.ts';
import {
  alwaysSent,
  CACHE_GROUPS,
  type CacheControl,
  ETAG,
  header,
  INVALIDATION,
  LIST_ETAG,
} from './answer-headers.ts';
import { TOKENS, type TokenHeader } from './auth.ts';
import type { Judge } from './json-body.ts';
import { refusalAnswers } from './refusal-answers.ts';
import { closed, ENTITY_TAGS_PATTERN, MAX_HEADER } from './schema.ts';

type Answers = Record<number, TSchema>;
type DoorSpec = {
  /** The name of the action. */
  operationId: string;
  summary: string;
  description?: string;
  tag: string;
  /** What the caller must be granted; absent: open to all, and a key changes nothing. */
  access?: Permission;
  /** The header whose token opens it in place of such a key. */
  token?: TokenHeader;
  rate?: FastifyContextConfig['rate'];
  /** That of `FastifyContextConfig`. */
  ownToken?: FastifyContextConfig['ownToken'];
  /** The query parameters that holders of keys alone may use; `name=value`: that value of a list. */
  keyed?: readonly string[];
  bodyLimit?: number;
  /** What is judged of the whole body beside its schema. */
  judge?: Judge;
  params?: TSchema;
  querystring?: TSchema;
  body?: TSchema;
  /** The media types of files that it takes in the place of JSON. */
  takes?: readonly string[];
  /** It writes, though it takes neither a body nor a condition. */
  writes?: true;
  /** No body means the same as an empty object. */
  optionalBody?: boolean;
  headers?: TSchema;
  /** Who may keep what it answers, where its handler says that. */
  cacheControl?: CacheControl;
  answers: Answers;
  /** The refusals of this door beyond those of every door. */
  refusals?: readonly RefusalCode[];
};

/** What the type provider needs to know of a door. */
type SchemaOf<S extends DoorSpec> = Pick<S, Extract<keyof S, 'params' | 'querystring' | 'body'>> & {
  response: S['answers'];
};

/**
 * An answer with a body of some media type. T to the type checker, the media-type form to Fastify: without the cast the
 * handler's answer would go unchecked.
 */
export const answerAs = <T extends TSchema>(type: string, description: string, schema: T, headers: object = {}): T =>
  ({ description, headers, content: { [type]: { schema } } }) as unknown as T;

/** An answer with a JSON body. */
export const answer = <T extends TSchema>(description: string, schema: T, headers: object = {}): T =>
  answerAs('application/json', description, schema, headers);

/** An answer without a body, such as 204. */
export const noContent = (description: string, headers: object = {}) =>
  Type.Unsafe<undefined>({ type: 'null', description, headers });

/** A body that may come as JSON or as a merge patch (RFC 7396). */
export const patch = <T extends TSchema>(schema: T): T =>
  ({
    content: { 'application/json': { schema }, 'application/merge-patch+json': { schema } },
  }) as unknown as T;

/** A file of any of some media types; it is streamed, and no schema looks into it. */
export const fileOf = <T extends TSchema>(types: readonly string[], schema: T): T =>
  ({ content: Object.fromEntries(types.map((type) => [type, { schema }])) }) as unknown as T;

export { ETAG, LIST_ETAG };

/** The header of a list; `path` is where the example of the list stands. */
export const linkOf = (path: string) => ({
  Link: header(null, 40_000, {
    description: 'The first, previous and next page (RFC 8288)',
    examples: [`<${path}?limit=20>; rel="first"`],
  }),
});
/** The header of what was made; `path` is that of the example. */
export const locationOf = (path: string) => ({
  Location: header(null, 300, { description: 'The path of what was made', examples: [path] }),
});
/** The answer of a door by slug to a slug that its thing had once; `path` is that of the example. */
export const moved = (path: string) =>
  noContent('It has another slug by now', {
    Location: header(null, 20_000, { description: 'The path under that, the query kept', examples: [path] }),
  });
/** The header parameters of conditional requests. */
export const IfMatch = Type.Object({
  'if-match': Type.Optional(
    Type.String({
      pattern: ENTITY_TAGS_PATTERN,
      maxLength: MAX_HEADER,
      description: 'The ETag you have read: the write happens only to that version',
      examples: ['"7"'],
    }),
  ),
});
export const IfNoneMatch = Type.Object({
  'if-none-match': Type.Optional(
    Type.String({
      maxLength: MAX_HEADER,
      description: 'The ETag you hold: 304 where nothing has changed',
      examples: ['"7-0123456789abcdef"'],
    }),
  ),
});

const NO_QUERY = closed({});

/** Who may pass, for the document: a key is needed, or a token in its place, or a key is optional, or changes nothing. */
const securityOf = ({ access, token }: DoorSpec) => {
  if (access === undefined) return [];
  if (GRANTS[access].anonymous !== 'no') return [{}, { bearer: [] }];
  return token === undefined ? [{ bearer: [] }] : [{ bearer: [] }, { [TOKENS[token]]: [] }];
};

/** Whether a door is one of a write. */
const isWrite = ({ body, headers, answers, writes }: DoorSpec): boolean =>
  writes === true || body !== undefined || headers === IfMatch || 204 in answers;

/** The refusals that the shape of a door brings with it. */
const impliedRefusals = (spec: DoorSpec): RefusalCode[] => [
  ...(['invalid-request', 'unauthenticated', 'rate-limited', 'internal', 'unavailable'] as const),
  ...(spec.access !== undefined && Object.values(GRANTS[spec.access]).some((grant) => grant !== 'yes')
    ? (['forbidden'] as const)
    : []),
  ...(spec.params ? (['not-found'] as const) : []),
  // A write may come with a body also where none is taken: it is read, and refused.
  ...(isWrite(spec)
    ? (['malformed-json', 'payload-too-large', 'unsupported-media-type', 'insufficient-storage'] as const)
    : []),
  ...(spec.headers === IfMatch ? (['version-mismatch', 'precondition-required'] as const) : []),
];

/** What may keep the answer, for the document: reads by the settings, and what only a key is shown by its holder alone. */
const cacheControlOf = ({ access, headers, cacheControl }: DoorSpec): CacheControl =>
  cacheControl ?? (headers === IfNoneMatch ? cacheControlOfReads(access) : 'no-store');
const cacheControlOfReads = (access: Permission | undefined): CacheControl =>
  access !== undefined && GRANTS[access].anonymous === 'no' ? 'private, no-cache' : 'public, max-age=0, s-maxage=60';

/** What caches are told by a successful answer. */
const groupsTold = (spec: DoorSpec): object => {
  if (isWrite(spec)) return INVALIDATION;
  return spec.headers === IfNoneMatch && cacheControlOf(spec).startsWith('public') ? CACHE_GROUPS : {};
};

/** The answers of a door with the headers that all answers have. */
const answersOf = (spec: DoorSpec): Answers => {
  const { answers, headers } = spec;
  const common = alwaysSent(cacheControlOf(spec));
  const { ETag } = headersOf(answers[200]);
  const unchanged = noContent('You hold these bytes already', { ETag });
  const all = { ...answers, ...(ETag !== undefined && headers === IfNoneMatch && { 304: unchanged }) };
  const told = groupsTold(spec);
  return Object.fromEntries(
    Object.entries(all).map(([status, given]) => [
      status,
      { ...given, headers: { ...headersOf(given), ...common, ...(status !== '304' && told) } },
    ]),
  );
};

const headersOf = (schema: TSchema | undefined): Record<string, object> =>
  (schema as { headers?: Record<string, object> } | undefined)?.headers ?? {};

/** Builds the options of a Fastify route from what is said of its door. */
export const door = <const S extends DoorSpec>(spec: S) => {
  const {
    operationId,
    summary,
    description,
    tag,
    access,
    token,
    rate,
    ownToken,
    keyed,
    judge,
    takes,
    bodyLimit,
    params,
    querystring,
    body,
    optionalBody,
    headers,
  } = spec;
  const schema = {
    operationId,
    summary,
    ...(description && { description }),
    tags: [tag],
    security: securityOf(spec),
    ...(params && { params }),
    querystring: querystring ?? NO_QUERY,
    ...(body && { body }),
    ...(optionalBody && { 'x-optional-body': true }),
    ...(headers && { headers }),
    response: {
      ...answersOf(spec),
      ...refusalAnswers([...impliedRefusals(spec), ...(spec.refusals ?? [])]),
    },
  };
  const config: FastifyContextConfig = {
    ...(access && { access }),
    ...(token && { token }),
    ...(rate && { rate }),
    ...(ownToken && { ownToken }),
    ...(keyed && { keyed }),
    ...(judge && { judge }),
    ...(takes && { takes }),
    ...(optionalBody && { optionalBody }),
  };
  // To the type provider the door is what its spec says; to Fastify, the whole schema.
  return { schema: schema as unknown as SchemaOf<S>, config, ...(bodyLimit && { bodyLimit }) };
};
