/** The refusals of a door as the document shows them: by status, with an example for each code. */
import type { TSchema } from 'typebox';
import type { RefusalCode } from '../core/errors.ts';
import { alwaysSent, CHALLENGE, RETRY_AFTER, RETRY_AFTER_OF_SOME } from './answer-headers.ts';
import { PROBLEMS, problemType } from './problem.ts';
import { Problem } from './problem-schema.ts';

const headersOf = (status: number, codes: readonly RefusalCode[]) => ({
  ...alwaysSent('no-store'),
  ...(status === 401 && CHALLENGE),
  ...((status === 429 || status === 503) && RETRY_AFTER),
  ...(codes.includes('idempotency-in-progress') && RETRY_AFTER_OF_SOME),
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
