/** A server that Galley sends to: what it was sent, and what it answers. */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Test } from 'tap';

export type Received = { method: string; path: string; headers: IncomingHttpHeaders; body: string };

/** Answers a request; `count` is how many there were, this one among them. */
export type Answering = (answer: ServerResponse, received: Received, count: number) => void;

/** Starts a receiver at this machine; it ends with the test. It answers 204 unless told otherwise. */
export const startReceiver = async (t: Test, answering: Answering = (answer) => answer.writeHead(204).end()) => {
  const received: Received[] = [];
  const listener: RequestListener = async (request, answer) => {
    let body = '';
    for await (const piece of request.setEncoding('utf8')) body += piece;
    const { method = '', url: path = '', headers } = request;
    const one = { method, path, headers, body };
    received.push(one);
    answering(answer, one, received.length);
  };
  const server = createServer((request, answer) => {
    (listener(request, answer) as unknown as Promise<void>).catch(() => {}); // one that was cut off meanwhile
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { server, port, url: `http://127.0.0.1:${port}/hook`, received };
};
