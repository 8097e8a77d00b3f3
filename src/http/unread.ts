/** Problems for what no route ever sees: no request at all, or one that two readers could take for two things. */
import { randomUUID } from 'node:crypto';
import type { FastifyBaseLogger } from 'fastify';
import type { RefusalCode } from '../core/errors.ts';
import { headersOfAll } from './headers.ts';
import { PROBLEMS, type ProblemBody, problemType } from './problem.ts';

/** An answer that is whole: Fastify has no part in it. */
export type Unread = { status: number; headers: Record<string, string>; body: string };

/** Makes the problem and logs it; the connection ends with it, as nobody knows what else stands on it. */
export const unreadProblem = (
  logger: FastifyBaseLogger,
  origins: readonly string[],
  code: RefusalCode,
  detail: string,
  cause?: string,
): Unread => {
  const { status, title } = PROBLEMS[code];
  const requestId = randomUUID();
  logger.info({ requestId, status, code: cause }, 'unreadable request');
  const problem: ProblemBody = { type: problemType(code), title, status, detail, instance: '', code, requestId };
  const body = JSON.stringify(problem);
  const headers = {
    'Content-Type': 'application/problem+json',
    'Content-Length': String(Buffer.byteLength(body)),
    'Cache-Control': 'no-store',
    'X-Request-Id': requestId,
    ...headersOfAll(origins),
    Connection: 'close',
  };
  return { status, headers, body };
};
