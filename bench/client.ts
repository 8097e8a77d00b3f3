/** One request and its answer, byte for byte as it came. */
import { Agent, type IncomingHttpHeaders, request } from 'node:http';

export type Ask = { path: string; headers?: Record<string, string> };
export type Answer = { status: number; headers: IncomingHttpHeaders; body: Buffer };
export type Sent = { method?: string; headers?: Record<string, string>; body?: string; agent?: Agent };

/** Sends a request and reads the answer whole, still compressed where it is. */
export const exchange = (url: string, { method = 'GET', headers = {}, body, agent }: Sent): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const outgoing = request(url, { method, headers, ...(agent && { agent }) }, (incoming) => {
      const pieces: Buffer[] = [];
      incoming.on('data', (piece: Buffer) => pieces.push(piece));
      incoming.on('error', reject);
      incoming.on('end', () =>
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: Buffer.concat(pieces) }),
      );
    });
    outgoing.on('error', reject).end(body);
  });

/** A client that keeps so many connections open. */
export const keptConnections = (most: number): Agent => new Agent({ keepAlive: true, maxSockets: most });
