/** Raw connections: bytes as they are written, and what comes back. */
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { Test } from 'tap';
import type { Galley } from './app.ts';

/** Lets a Galley listen, and returns its port. */
export const listen = async ({ app }: Galley): Promise<number> => {
  await app.listen({ host: '127.0.0.1', port: 0 });
  return (app.server.address() as AddressInfo).port;
};

/** A raw connection: what it was told, and after how many milliseconds it was ended. */
export const dial = (t: Test, port: number) => {
  const start = performance.now();
  const socket: Socket = connect(port, '127.0.0.1');
  t.teardown(() => socket.destroy());
  let text = '';
  socket.on('data', (bytes) => {
    text += bytes;
  });
  socket.on('error', () => {}); // a reset is one of the ways of being cut
  const ended = new Promise<{ ms: number; text: string }>((resolve) => {
    socket.on('close', () => resolve({ ms: performance.now() - start, text }));
  });
  return { socket, ended, heard: () => text };
};

export type Heard = { status: number; headers: Record<string, string>; body: string };

const heardIn = (text: string): Heard => {
  const [head = '', body = ''] = text.split('\r\n\r\n');
  const [first = '', ...lines] = head.split('\r\n');
  const headers = lines.map((line) => [line.split(':', 1)[0]?.toLowerCase() ?? '', line.replace(/^[^:]*: */, '')]);
  return { status: Number(first.split(' ')[1]), headers: Object.fromEntries(headers), body };
};

/** Sends bytes on a connection of their own; all that is answered until the server ends it. */
export const converse = async (t: Test, port: number, bytes: string): Promise<Heard[]> => {
  const { socket, ended } = dial(t, port);
  socket.write(bytes, 'latin1');
  const { text } = await ended;
  return text.split(/(?=HTTP\/1\.1 \d{3} )/).map(heardIn);
};
