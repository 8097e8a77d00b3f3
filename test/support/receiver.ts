/** A server that writes down what it is asked, and answers as a test says. */
import { createServer } from 'node:http';
import type { Test } from 'tap';

export type Received = { method: string; path: string; headers: Record<string, unknown>; body: string };

/** Starts one; it ends with the test. `status` null: it does not answer. */
export const startReceiver = async (t: Test) => {
  const received: Received[] = [];
  const answering: { status: number | null } = { status: 200 };
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (piece: string) => {
      body += piece;
    });
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request;
      received.push({ method, path, headers, body });
      if (answering.status !== null) response.writeHead(answering.status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('It does not listen');
  return {
    url: `http://127.0.0.1:${address.port}`,
    answering,
    /** What came since this was asked last. */
    take: (): Received[] => received.splice(0),
    count: () => received.length,
  };
};
