/** Which addresses of the network anyone may be sent to, and which lead inside. */
import type { LookupAddress, LookupAllOptions } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';

/** That an address is not asked, because it leads inside. */
export class AddressRefused extends Error {}

/** Finds all addresses of a name, as `dns.lookup` does. */
export type FindAddresses = (
  hostname: string,
  options: LookupAllOptions,
  tell: (error: NodeJS.ErrnoException | null, found: LookupAddress[]) => void,
) => void;

/** What is given out of IPv6 for the public internet; beside it stand old forms of IPv4, as `::127.0.0.1`, that no range names. */
const GIVEN_OUT = ipaddr.parseCIDR('2000::/3') as [ipaddr.IPv6, number];

/**
 * Whether an IP address is one of the public internet. What is private, loopback, link-local, shared by a carrier, reserved, or another
 * such one in the form of IPv6 (mapped, compatible, 6to4, Teredo, NAT64) is none.
 */
export const isPublicAddress = (address: string): boolean => {
  if (isIP(address) === 0) return false;
  const bare = ipaddr.process(address);
  return bare.range() === 'unicast' && (!(bare instanceof ipaddr.IPv6) || bare.match(GIVEN_OUT));
};

/** The host of a URL as a bare IP address; undefined where it is a name. */
export const addressOf = ({ hostname }: URL): string | undefined => {
  const bare = hostname.replace(/^\[|\]$/g, '');
  return isIP(bare) === 0 ? undefined : bare;
};

/** Finds the addresses of a name, and fails where one of them leads inside: what was looked at is what is connected to. */
export const lookupPublic =
  (find: FindAddresses): LookupFunction =>
  (hostname, options, tell) => {
    find(hostname, { ...options, all: true }, (error, found) => {
      const inside = error ? undefined : found.find(({ address }) => !isPublicAddress(address));
      const [first] = error ? [] : found;
      if (error) tell(error, []);
      else if (inside) tell(new AddressRefused(`${hostname} leads to ${inside.address}, which is not public`), []);
      else if (!first) tell(new Error(`${hostname} leads nowhere`), []);
      else if (options.all) tell(null, found);
      else tell(null, first.address, first.family);
    });
  };
