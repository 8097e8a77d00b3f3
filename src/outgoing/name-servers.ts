/** Asks the name servers of the network where a name leads. */
import { type LookupAddress, promises } from 'node:dns';
import type { FindAddresses } from './addresses.ts';

/** How long a name server is waited for at first, in milliseconds, and how often all are asked: twice as long the second time. */
const WITHIN = 3000;
const TRIES = 2;

type Asking = { servers?: readonly string[]; within?: number };

const addressesOf = async (hostname: string, { servers, within = WITHIN }: Asking): Promise<LookupAddress[]> => {
  const resolver = new promises.Resolver({ timeout: within, tries: TRIES }); // anew, as the machine may have others since
  if (servers) resolver.setServers(servers);
  const [four, six] = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)]);
  if (four.status === 'rejected' && six.status === 'rejected') throw four.reason;
  const found = (told: PromiseSettledResult<string[]>, family: 4 | 6): LookupAddress[] =>
    told.status === 'fulfilled' ? told.value.map((address) => ({ address, family })) : [];
  return [...found(four, 4), ...found(six, 6)];
};

/**
 * Finds addresses by name servers alone, those of the machine unless `servers` says which; its file of hosts is not read. `dns.lookup`
 * has two threads for the whole process: names that nobody answers for would hold up all others, and the end of the process.
 */
export const findByNameServers =
  (asking: Asking = {}): FindAddresses =>
  (hostname, _options, tell) => {
    addressesOf(hostname, asking).then(
      (found) => tell(null, found),
      (error: NodeJS.ErrnoException) => tell(error, []),
    );
  };
