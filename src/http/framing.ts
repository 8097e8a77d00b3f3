/**
 * What Node lets through, or answers by itself, before any route: targets in absolute form, requests that two readers could
 * take for two things (RFC 9112), more header fields than anybody needs. Each is refused by a problem, as all else is.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import type { RefusalCode } from '../core/errors.ts';
import { answerSocket } from './client-errors.ts';
import { unreadProblem } from './unread.ts';

/** Node drops what is beyond its limit without a word, a key or a length among it; here it is refused. */
const MOST_FIELDS = 100;

type Ambiguity = [code: RefusalCode, detail: string];

/** Fields of which a second could be the one that a proxy in front has judged by. */
const SINGLE = new Set(['host', 'authorization']);

const repeatedField = (rawHeaders: readonly string[]): string | undefined => {
  let seen = '';
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] as string).toLowerCase();
    if (!SINGLE.has(name)) continue;
    if (seen.includes(name)) return name;
    seen += name;
  }
  return undefined;
};

/** Why a request is not taken as it stands; undefined: it is. */
const ambiguityOf = (req: IncomingMessage): Ambiguity | undefined => {
  const { rawHeaders, headers, httpVersion, url = '' } = req;
  if (rawHeaders.length > 2 * MOST_FIELDS)
    return ['headers-too-large', `The request has more than ${MOST_FIELDS} header fields`];
  if (httpVersion !== '1.1' && httpVersion !== '1.0')
    return ['invalid-request', 'The request is not in a version of HTTP that is spoken here: HTTP/1.1'];
  if (headers.host === undefined && httpVersion === '1.1') return ['invalid-request', 'The request has no Host'];
  const repeated = repeatedField(rawHeaders);
  if (repeated !== undefined) return ['invalid-request', `The request has ${repeated} twice`];
  if (headers['transfer-encoding'] !== undefined && httpVersion === '1.0')
    return ['invalid-request', 'HTTP/1.0 has no Transfer-Encoding'];
  return url.includes('#') ? ['invalid-request', 'The target of a request has no fragment'] : undefined;
};

/** A target in origin form (RFC 9112, section 3.2.1), as every route knows it; whatever host an absolute one names. */
const originForm = (url: string): string => {
  const path = /^https?:\/\/[^/?]*/i.exec(url);
  if (!path) return url;
  const rest = url.slice(path[0].length);
  return rest.startsWith('/') ? rest : `/${rest}`;
};

type Listener = (req: IncomingMessage, res: ServerResponse) => void;

/** Puts the check in front of all that listens for requests. To be called after everybody else who does. */
export const refuseAmbiguous = (app: FastifyInstance, logger: FastifyBaseLogger, origins: readonly string[]): void => {
  const { server } = app;
  server.maxHeadersCount = MOST_FIELDS + 1; // one more than are taken, so that too many are seen to be;
  const problem = (code: RefusalCode, detail: string) => unreadProblem(logger, origins, code, detail);

  app.addHook('onReady', async () => {
    const inner = server.listeners('request') as Listener[];
    server.removeAllListeners('request');
    const answer: Listener = (req, res) => {
      const ambiguity = ambiguityOf(req);
      if (ambiguity) {
        const { status, headers, body } = problem(...ambiguity);
        res.writeHead(status, headers).end(req.method === 'HEAD' ? undefined : body);
        return;
      }
      const { url = '/' } = req;
      if (!url.startsWith('/')) req.url = originForm(url);
      for (const listener of inner) listener(req, res);
    };
    server.on('request', answer);
    server.on('checkExpectation', answer); // an expectation that nobody knows is none (RFC 9110, section 10.1.1)
    server.on('connect', (_req: IncomingMessage, socket: Socket) => {
      socket.on('error', () => {}); // whoever has left need not be told
      answerSocket(socket, problem('method-not-allowed', 'CONNECT is known nowhere here'));
    });
  });
};
