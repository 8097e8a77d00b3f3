/** Answers what never became a request: malformed HTTP, headers too large, clients too slow. */
import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyBaseLogger } from 'fastify';
import type { RefusalCode } from '../core/errors.ts';
import { PROBLEMS, type ProblemBody, problemType } from './problem.ts';

type ClientError = Error & { code?: string };

const codeOf = ({ code }: ClientError): RefusalCode => {
  if (code === 'HPE_HEADER_OVERFLOW') return 'headers-too-large';
  return code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 'request-timeout' : 'invalid-request';
};

/** Writes a problem to a socket whose request could not be read, and ends it. */
export const answerClientErrors =
  (logger: FastifyBaseLogger) =>
  (error: ClientError, socket: Socket): void => {
    if (error.code === 'ECONNRESET' || !socket.writable) return; // nobody is there to be told
    const code = codeOf(error);
    const { status, title } = PROBLEMS[code];
    const requestId = randomUUID();
    logger.info({ requestId, status, code: error.code }, 'unreadable request');
    const detail = code === 'invalid-request' ? 'The request is not well-formed HTTP' : title;
    const problem: ProblemBody = { type: problemType(code), title, status, detail, instance: '', code, requestId };
    const body = JSON.stringify(problem);
    const lines = [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      'Content-Type: application/problem+json',
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Cache-Control: no-store',
      `X-Request-Id: ${requestId}`,
      'Connection: close',
    ];
    socket.write(`${lines.join('\r\n')}\r\n\r\n${body}`);
    socket.destroySoon();
  };
