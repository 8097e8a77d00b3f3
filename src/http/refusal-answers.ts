/** The refusals of a door as the document shows them: by status, with an example for each code. */
import type { TSchema } from 'typebox';
import type { RefusalCode } from '../core/errors.ts';
import { PROBLEMS, problemType } from './problem.ts';
import { Problem } from './problem-schema.ts';

/** Headers of every answer; `example` is what `Cache-Control` says there. */
export const alwaysSent = (example: string) => ({
  'Cache-Control': { type: 'string', description: 'Who may keep the answer', examples: [example] },
  'X-Request-Id': { type: 'string', description: 'Under this id the request is logged', examples: ['8c1a6f0e'] },
});

/** Headers of writes and of answers to a key, where limits are set. */
export const RATE_LIMIT = {
  RateLimit: {
    type: 'string',
    description: 'What is left, and the seconds until it begins anew; on writes, and on reads with a key',
    examples: ['"read";r=5999;t=60'],
  },
  'RateLimit-Policy': {
    type: 'string',
    description: 'The limit, and its window in seconds',
    examples: ['"read";q=6000;w=60'],
  },
};

const RETRY_AFTER = { 'Retry-After': { type: 'string', description: 'Seconds to wait', examples: ['30'] } };
const CHALLENGE = { 'WWW-Authenticate': { type: 'string', description: 'How to authenticate', examples: ['Bearer'] } };

const headersOf = (status: number, codes: readonly RefusalCode[]) => ({
  ...alwaysSent('no-store'),
  ...(status === 401 && CHALLENGE),
  ...(status === 429 && { ...RATE_LIMIT, ...RETRY_AFTER }),
  ...((status === 503 || codes.includes('idempotency-in-progress')) && RETRY_AFTER),
});

/** What some refusals tell beyond their title. */
const TOLD: Partial<Record<RefusalCode, object>> = {
  'invalid-request': {
    // The one fault that every door can find.
    detail: 'colour is not known here',
    errors: [{ in: 'query', name: 'colour', code: 'unknown-field', detail: 'colour is not known here' }],
  },
  'slug-taken': { detail: 'The slug harbour is taken', suggestion: 'harbour-2' },
  'version-mismatch': { detail: 'The stored version is 8', currentVersion: 8, changedFields: ['title', 'body'] },
};

const exampleOf = (code: RefusalCode) => ({
  type: problemType(code),
  ...PROBLEMS[code],
  detail: PROBLEMS[code].title,
  instance: '/v1/…', // of no door: many share the example
  code,
  requestId: '8c1a6f0e',
  ...TOLD[code],
});

/** The answers of refusals, by status: each a problem, its codes told apart in the description and by examples. */
export const refusalAnswers = (codes: Iterable<RefusalCode>): Record<number, TSchema> => {
  const byStatus = new Map<number, RefusalCode[]>();
  for (const code of new Set(codes)) {
    const { status } = PROBLEMS[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, group]) => [
      status,
      {
        description: group.map((code) => `\`${code}\`: ${PROBLEMS[code].title}`).join('; '),
        headers: headersOf(status, group),
        content: {
          'application/problem+json': {
            schema: Problem,
            examples: Object.fromEntries(group.map((code) => [code, { value: exampleOf(code) }])),
          },
        },
      } as unknown as TSchema, // the form of a media type: Fastify and the document take it, TypeBox does not know it
    ]),
  );
};

type Answered = { content?: Record<string, { examples?: object }> };

/** The answers of a door, by status, with further refusals told among those it has. */
export const withRefusals = (answers: Record<string, unknown>, codes: readonly RefusalCode[]) => {
  const told = Object.values(answers).flatMap((answer) =>
    Object.keys((answer as Answered).content?.['application/problem+json']?.examples ?? {}),
  ) as RefusalCode[];
  return { ...answers, ...refusalAnswers([...told, ...codes]) };
};
