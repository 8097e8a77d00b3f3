/** Answers what never became a request: malformed HTTP, headers too large, clients too slow. */
import { type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyBaseLogger } from 'fastify';
import type { RefusalCode } from '../core/errors.ts';
import { PROBLEMS } from './problem.ts';
import { type Unread, unreadProblem } from './unread.ts';

type ClientError = Error & { code?: string };

const TOO_SLOW = 'ERR_HTTP_REQUEST_TIMEOUT';

const codeOf = ({ code }: ClientError): RefusalCode => {
  if (code === 'HPE_HEADER_OVERFLOW') return 'headers-too-large';
  return code === TOO_SLOW ? 'request-timeout' : 'invalid-request';
};

/** Writes an answer to a socket and ends it. */
export const answerSocket = (socket: Socket, { status, headers, body }: Unread): void => {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`);
  socket.destroySoon();
};

/**
 * Whether an answer to an earlier request is on its way: another in the midst of it would be read as a part of it. Node
 * asks the same of a field that it has not documented.
 */
const isAnswering = (socket: Socket & { _httpMessage?: ServerResponse | null }): boolean =>
  socket._httpMessage?.headersSent ?? false;

/** The connections on which a file is being sent: Node's limit for whole requests is none for them. */
const uploading = new WeakSet<Socket>();

/** Lets a body take as long as it needs; whoever reads it is to watch that it comes. Returns what ends that. */
export const letUpload = (socket: Socket): (() => void) => {
  uploading.add(socket);
  return () => void uploading.delete(socket);
};

/** Ends a connection on which a body comes too slowly, as Node itself would. */
export const refuseSlow = (server: Server, socket: Socket): void => {
  uploading.delete(socket);
  server.emit('clientError', Object.assign(new Error('The body came too slowly'), { code: TOO_SLOW }), socket);
};

/** Writes a problem to a socket whose request could not be read, and ends it. */
export const answerClientErrors =
  (logger: FastifyBaseLogger, origins: readonly string[]) =>
  (error: ClientError, socket: Socket): void => {
    if (error.code === 'ECONNRESET' || !socket.writable) return; // nobody is there to be told
    if (error.code === TOO_SLOW && uploading.has(socket)) return; // told once a request, so it is not asked again
    const code = codeOf(error);
    const detail = code === 'invalid-request' ? 'The request is not well-formed HTTP' : PROBLEMS[code].title;
    const answer = unreadProblem(logger, origins, code, detail, error.code);
    if (isAnswering(socket)) socket.destroy();
    else answerSocket(socket, answer);
  };
