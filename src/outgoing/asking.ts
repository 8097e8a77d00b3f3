/** What can be said against an address before anyone asks it; where a name leads is seen when it is asked. */
import { addressOf, isPublicAddress } from './addresses.ts';

/** Why an address is not asked. */
export type AskingFault = { code: 'not-https' | 'private-address'; detail: string };

/** Names that lead inside wherever they are asked for (RFC 6761, RFC 6762, and what ICANN keeps for inside). */
const INSIDE = ['localhost', 'local', 'internal'];

/** Whether the host of a URL is an address that is not public, or a name that no public server has. */
const leadsInside = (url: URL): boolean => {
  const address = addressOf(url);
  if (address !== undefined) return !isPublicAddress(address);
  const labels = url.hostname.replace(/\.$/, '').split('.');
  return labels.length === 1 || INSIDE.includes(labels.at(-1) ?? '');
};

/** Judges addresses by what the process is set to; `allowPrivate`: whatever leads inside, and over plain http, may be asked. */
export const judgeAskingBy =
  ({ allowPrivate }: { allowPrivate: boolean }) =>
  (url: URL): AskingFault[] => {
    if (allowPrivate) return [];
    const faults: AskingFault[] = [];
    if (url.protocol !== 'https:') faults.push({ code: 'not-https', detail: 'must begin with https:' });
    if (leadsInside(url)) faults.push({ code: 'private-address', detail: 'must lead to a public address' });
    return faults;
  };
