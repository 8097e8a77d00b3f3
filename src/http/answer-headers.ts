/** The headers of answers, as the document shows them: each with the name under which it stands there once. */

/** What is said of a header. `sometimes`: it does not stand on every answer whose document names it. */
type Told = { description: string; examples?: string[]; enum?: string[]; pattern?: string; sometimes?: true };

/** A header of at most so many characters; the document says it once, as `name`; null: at each answer, as its example differs. */
export const header = (name: string | null, maxLength: number, { sometimes, ...told }: Told) => ({
  type: 'string',
  ...(told.enum === undefined && { maxLength }),
  ...told,
  ...(name !== null && { 'x-component': name }),
  ...(sometimes && { 'x-sometimes': true }),
});

/** What the document calls a `Cache-Control`, by its example. */
const KEPT = {
  'no-store': 'NotKept',
  'private, no-cache': 'KeptByItsHolder',
  'private, no-store': 'KeptByNobody',
  'public, max-age=0, s-maxage=60': 'KeptByAll',
};
export type CacheControl = keyof typeof KEPT;

/** Headers of every answer; `cacheControl` is the example of what it says there. */
export const alwaysSent = (cacheControl: CacheControl) => ({
  'Cache-Control': header(KEPT[cacheControl], 1000, {
    description: 'Who may keep the answer',
    examples: [cacheControl],
  }),
  'X-Request-Id': header('RequestId', 64, {
    description: 'Under this id the request is logged',
    pattern: '^[A-Za-z0-9._-]+$',
    examples: ['8c1a6f0e'],
  }),
  'Access-Control-Allow-Origin': header('AllowedOrigin', 2048, {
    description: 'Who may read it in a browser: `*`, or the origin that asks, where it is one of those allowed',
    examples: ['*'],
    sometimes: true,
  }),
  RateLimit: header('RateLimit', 200, {
    description: 'What is left, and the seconds until it begins anew; on writes, on reads with a key, and on 429',
    examples: ['"read";r=5999;t=60'],
    sometimes: true,
  }),
  'RateLimit-Policy': header('RateLimitPolicy', 200, {
    description: 'The limit, and its window in seconds',
    examples: ['"read";q=6000;w=60'],
    sometimes: true,
  }),
});

const WAIT = { description: 'Seconds to wait', pattern: '^[0-9]+$', examples: ['30'] };
export const RETRY_AFTER = { 'Retry-After': header('RetryAfter', 10, WAIT) };
/** Where only one of several refusals of a status tells it. */
export const RETRY_AFTER_OF_SOME = { 'Retry-After': header('RetryAfterOfSome', 10, { ...WAIT, sometimes: true }) };

export const CHALLENGE = {
  'WWW-Authenticate': header('Challenge', 200, { description: 'How to authenticate', examples: ['Bearer'] }),
};

export const REPLAYED = {
  'Idempotent-Replayed': header('Replayed', 4, {
    enum: ['true'],
    description: 'It was done already, by an earlier request with this Idempotency-Key',
    sometimes: true,
  }),
};

/** The headers that tell caches what belongs together (RFC 9875). */
export const CACHE_GROUPS = {
  'Cache-Groups': header('CacheGroups', 2000, {
    description: 'The cache groups the answer belongs to (RFC 9875); of anonymous reads',
    examples: ['"articles", "site"'],
    sometimes: true,
  }),
};
export const INVALIDATION = {
  'Cache-Group-Invalidation': header('InvalidatedGroups', 1_000_000, {
    description: 'The cache groups whose answers this has made untrue (RFC 9875); of what the public sees',
    examples: ['"articles", "article-7", "author-1"'],
    sometimes: true,
  }),
};

export const ETAG = {
  ETag: header('EntityTag', 40, {
    description: 'The version and a digest of the bytes',
    pattern: '^(?:W/)?"[0-9]+-[0-9a-f]{16}(?:-gzip|-br)?"$',
    examples: ['"7-0123456789abcdef"'],
  }),
};
export const LIST_ETAG = {
  ETag: header('ListEntityTag', 40, {
    description: 'A digest of the bytes',
    pattern: '^(?:W/)?"[0-9a-f]{16}(?:-gzip|-br)?"$',
    examples: ['"0123456789abcdef"'],
  }),
};
/** Of an item that has a version, or no more than the place of one. */
export const ENTRY_ETAG = {
  ETag: header('EntryEntityTag', 40, {
    description: 'The version and a digest of the bytes; of the place of a removed comment, the digest alone',
    pattern: '^(?:W/)?"(?:[0-9]+-)?[0-9a-f]{16}(?:-gzip|-br)?"$',
    examples: ['"7-0123456789abcdef"', '"0123456789abcdef"'],
  }),
};
