/** Asks other servers, within a time limit: no redirect is followed, and nothing of what they answer is read but the status. */
import { Agent, request } from 'undici';
import { AddressRefused, type FindAddresses, lookupPublic } from './addresses.ts';
import { judgeAskingBy } from './asking.ts';
import { findByNameServers } from './name-servers.ts';

/** What is sent; `timeout` is for all of it, from the look-up of the name to the end of the answer, in milliseconds. */
export type Outgoing = {
  method: 'POST' | 'PURGE';
  url: URL;
  headers: Record<string, string>;
  body?: string;
  timeout: number;
};

/** Why there was no answer. */
export type SendFault = 'address-refused' | 'timeout' | 'unreachable';

/** What came of it: a status, whatever it is, or the reason why there is none; and how long it took. */
export type Sent =
  | { status: number; fault: null; durationMs: number }
  | { status: null; fault: SendFault; durationMs: number };

export type Sender = { send(outgoing: Outgoing): Promise<Sent>; close(): Promise<void> };

/** `allowPrivate`: also to addresses that lead inside, and over http; `find` finds the addresses of a name that must lead outside. */
export type SenderOptions = { allowPrivate: boolean; find?: FindAddresses };

/** How much of an answer is waited for, in bytes: it is thrown away, so that the connection can be used again. */
const MOST_ANSWER = 64 * 1024;
/** How long a connection is kept that nothing is sent by, in milliseconds, whatever its server offers: names may lead elsewhere since. */
const KEPT_ALIVE = 4000;
/** How long it may take to be connected, in milliseconds: as long as any time limit. Undici's own is shorter. */
const CONNECT_WITHIN = 15_000;

const causes = (error: unknown): unknown[] => {
  const found = [];
  for (let cause = error; cause instanceof Error; cause = cause.cause) found.push(cause);
  return found;
};

const faultOf = (error: unknown): SendFault => {
  const all = causes(error);
  if (all.some((cause) => cause instanceof AddressRefused)) return 'address-refused';
  return all.some((cause) => /Timeout|AbortError/.test((cause as Error).name)) ? 'timeout' : 'unreachable';
};

const judge = judgeAskingBy({ allowPrivate: false });

/** Throws where a URL says by itself that it leads inside, or is open to whoever listens on the way: an address is not looked up. */
const refuseInside = (url: URL): void => {
  const [fault] = judge(url);
  if (fault) throw new AddressRefused(`The address ${fault.detail}`);
};

/** Rejects once a signal comes. */
const endedBy = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));

/** Makes a sender. It never rejects: what fails is told as what came of it. */
export const createSender = ({ allowPrivate, find = findByNameServers() }: SenderOptions): Sender => {
  // How many are under way is for those to bound who send: one that waited here would hear no signal.
  const agent = new Agent({
    keepAliveTimeout: KEPT_ALIVE,
    keepAliveMaxTimeout: KEPT_ALIVE,
    connectTimeout: CONNECT_WITHIN,
    ...(!allowPrivate && { connect: { lookup: lookupPublic(find) } }),
  });
  const ask = async ({ url, method, headers, body, timeout }: Outgoing): Promise<number> => {
    if (!allowPrivate) refuseInside(url);
    const signal = AbortSignal.timeout(timeout);
    // PURGE is a method of HTTP that undici's types do not know.
    const asked = { method: method as 'POST', headers, body: body ?? null, dispatcher: agent, signal };
    // Undici hears the signal only once it is connected.
    const answer = await Promise.race([request(url, asked), endedBy(signal)]);
    // Who has told a status has heard: what becomes of the rest changes nothing.
    await answer.body.dump({ limit: MOST_ANSWER, signal }).catch(() => {});
    return answer.statusCode;
  };
  return {
    send: async (outgoing) => {
      const since = performance.now();
      const durationMs = () => Math.round(performance.now() - since);
      try {
        return { status: await ask(outgoing), fault: null, durationMs: durationMs() };
      } catch (error) {
        return { status: null, fault: faultOf(error), durationMs: durationMs() };
      }
    },
    close: () => agent.destroy(),
  };
};
