/** Which addresses of the network anyone may be sent to, and which lead inside. */
import { lookup as ask, type LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';

/** That an address is not asked, because it leads inside. */
export class AddressRefused extends Error {}

/**
 * Whether an IP address is one of the public internet. What is private, loopback, link-local, shared by a carrier, reserved, or another
 * such one in the form of IPv6 (mapped, 6to4, Teredo, NAT64) is none.
 */
export const isPublicAddress = (address: string): boolean =>
  ipaddr.isValid(address) && ipaddr.process(address).range() === 'unicast';

/** The host of a URL as a bare IP address; undefined where it is a name. */
export const addressOf = ({ hostname }: URL): string | undefined => {
  const bare = hostname.replace(/^\[|\]$/g, '');
  return isIP(bare) === 0 ? undefined : bare;
};

/** Finds the addresses of a name, and fails where one of them leads inside: what was looked at is what is connected to. */
export const lookupPublic: LookupFunction = (hostname, options, tell) => {
  ask(hostname, { ...options, all: true }, (error, found: LookupAddress[]) => {
    const inside = error ? undefined : found.find(({ address }) => !isPublicAddress(address));
    if (error) tell(error, []);
    else if (inside) tell(new AddressRefused(`${hostname} leads to ${inside.address}, which is not public`), []);
    else if (options.all) tell(null, found);
    else tell(null, found[0]?.address ?? '', found[0]?.family);
  });
};
