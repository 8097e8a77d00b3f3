/** Asks other servers, within a time limit: no redirect is followed, and nothing of what they answer is read but the status. */
import { Agent, request } from 'undici';
import { AddressRefused, addressOf, isPublicAddress, lookupPublic } from './addresses.ts';

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

/** How much of an answer is waited for, in bytes: it is thrown away, so that the connection can be used again. */
const MOST_ANSWER = 64 * 1024;

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

/** Makes a sender; `allowPrivate`: also to addresses that lead inside. It never rejects: what fails is told as what came of it. */
export const createSender = ({ allowPrivate }: { allowPrivate: boolean }): Sender => {
  const agent = new Agent({
    connections: 16,
    keepAliveTimeout: 4000,
    ...(!allowPrivate && { connect: { lookup: lookupPublic } }),
  });
  const ask = async ({ url, method, headers, body, timeout }: Outgoing): Promise<number> => {
    const address = addressOf(url);
    // A name is looked up, an address is not.
    if (!allowPrivate && address !== undefined && !isPublicAddress(address)) throw new AddressRefused(address);
    const signal = AbortSignal.timeout(timeout);
    // PURGE is a method of HTTP that undici's types do not know.
    const answer = await request(url, {
      method: method as 'POST',
      headers,
      body: body ?? null,
      dispatcher: agent,
      signal,
    });
    await answer.body.dump({ limit: MOST_ANSWER, signal });
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
