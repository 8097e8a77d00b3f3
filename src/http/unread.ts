/** Problems for what no route ever sees: no request at all, one that two readers could take for two things, one too many. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { FastifyBaseLogger } from 'fastify';
import type { RefusalCode } from '../core/errors.ts';
import { headersOfAll } from './headers.ts';
import { shownPath } from './methods.ts';
import { PROBLEMS, type ProblemBody, problemType } from './problem.ts';

/** An answer that is whole: Fastify has no part in it. */
export type Unread = { status: number; headers: Record<string, string>; body: string };

type Told = {
  origins: readonly string[];
  code: RefusalCode;
  detail: string;
  id: string;
  /** The request, where one could be read. */
  req?: IncomingMessage;
};

/** Makes a whole answer of a refusal. */
export const problemOf = ({ origins, code, detail, id, req }: Told): Unread => {
  const { status, title } = PROBLEMS[code];
  const instance = req === undefined ? '' : shownPath(req.url ?? '');
  const problem: ProblemBody = { type: problemType(code), title, status, detail, instance, code, requestId: id };
  const body = JSON.stringify(problem);
  const headers = {
    'Content-Type': 'application/problem+json',
    'Content-Length': String(Buffer.byteLength(body)),
    'Cache-Control': 'no-store',
    'X-Request-Id': id,
    ...headersOfAll(origins, req?.headers.origin),
  };
  return { status, headers, body };
};

/** Makes the problem and logs it; the connection ends with it, as nobody knows what else stands on it. */
export const unreadProblem = (
  logger: FastifyBaseLogger,
  origins: readonly string[],
  code: RefusalCode,
  detail: string,
  cause?: string,
): Unread => {
  const id = randomUUID();
  const problem = problemOf({ origins, code, detail, id });
  logger.info({ requestId: id, status: problem.status, code: cause }, 'unreadable request');
  return { ...problem, headers: { ...problem.headers, Connection: 'close' } };
};
