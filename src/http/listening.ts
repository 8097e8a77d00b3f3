/** Where a process can be asked, as far as it knows itself. */
import type { FastifyInstance } from 'fastify';

/** What listens at all addresses of a machine is asked at its own. */
const OWN: Record<string, string> = { '0.0.0.0': '127.0.0.1', '::': '[::1]' };

/** The address at which an app listens, such as `http://127.0.0.1:3000`; null where it does not. */
export const listeningAt = ({ server }: FastifyInstance): string | null => {
  const listening = server.address();
  if (listening === null || typeof listening === 'string') return null;
  const { address, port } = listening;
  return `http://${OWN[address] ?? (address.includes(':') ? `[${address}]` : address)}:${port}`;
};
