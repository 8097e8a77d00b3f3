/** Asks over a socket, where the response cache stands in front of the app; `app.inject` goes past it. */
import { Agent, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Test } from 'tap';

export type Wired = { status: number; headers: Record<string, string>; bytes: Buffer };
export type Wire = (path: string, headers?: Record<string, string>, method?: string) => Promise<Wired>;

/** Lets an app listen until the test ends, and returns what asks it. */
export const overTheWire = async (t: Test, app: FastifyInstance): Promise<Wire> => {
  await app.listen({ host: '127.0.0.1', port: 0 });
  const agent = new Agent({ keepAlive: true });
  t.teardown(() => agent.destroy());
  const { port } = app.server.address() as AddressInfo;
  return (path, headers = {}, method = 'GET') =>
    new Promise((resolve, reject) => {
      const asked = request({ host: '127.0.0.1', port, path, headers, method, agent }, (answer) => {
        const pieces: Buffer[] = [];
        answer.on('data', (piece) => pieces.push(piece));
        answer.on('error', reject);
        answer.on('end', () =>
          resolve({
            status: answer.statusCode ?? 0,
            headers: answer.headers as Record<string, string>,
            bytes: Buffer.concat(pieces),
          }),
        );
      });
      asked.on('error', reject);
      asked.end();
    });
};

/** What of an answer must be the same whether it came from the cache or not. */
export const sameAnswer = ({ status, headers: { date, 'x-request-id': _, ...headers }, bytes }: Wired) => ({
  status,
  headers,
  text: bytes.toString('utf8').replace(/"requestId":"[^"]+"/, ''),
});
