/** Where a request comes from, as far as callers are told apart by it. */
import { isIP } from 'node:net';
import type { FastifyRequest } from 'fastify';

/**
 * Who shares a limit at an address: the address, or of IPv6 its /64, which is what one subscriber has to choose from
 * (RFC 6177). IPv4 written as IPv6 is IPv4.
 */
const sharersAt = (address: string): string => {
  if (!address.includes(':')) return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped) return mapped[1] as string;
  const [head = '', tail] = address.split('::');
  const [before, after] = [head, tail ?? ''].map((part) => part.split(':').filter((group) => group !== '')) as [
    string[],
    string[],
  ];
  const groups = [...before, ...Array<string>(Math.max(0, 8 - before.length - after.length)).fill('0'), ...after];
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
};

/**
 * Who shares a limit with the sender of a request. A proxy that forwards what is no address tells nothing of the client:
 * its clients count as the proxy itself then. The socket has none once it is closed.
 */
export const sharersOf = ({ ip, socket }: FastifyRequest): string =>
  sharersAt(isIP(ip ?? '') === 0 ? (socket.remoteAddress ?? '') : ip);
