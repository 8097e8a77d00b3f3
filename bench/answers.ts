/** The answers of a server to a workload: fetched, held to what they must be, and given to a yardstick. */
import { gunzipSync } from 'node:zlib';
import { type Answer, exchange, keptConnections } from './client.ts';
import type { Workload } from './workloads.ts';

/** An answer as a yardstick is given it, by its path; `body` in base64, null: a 304. */
export type Given = { path: string; headers: Record<string, string | string[]>; body: string | null };

/** The bytes of an answer, unpacked. */
export const contentOf = ({ headers, body }: Answer): Buffer =>
  headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;

/** All answers to a workload, in order. Throws at the first that is not what was asked for. */
export const fetchAnswers = async (origin: string, { asks, status, isRight }: Workload): Promise<Answer[]> => {
  const agent = keptConnections(1);
  const answers: Answer[] = [];
  for (const ask of asks) {
    const answer = await exchange(`${origin}${ask.path}`, { agent, ...(ask.headers && { headers: ask.headers }) });
    const content = contentOf(answer);
    const isGood =
      answer.status === status &&
      (status === 304 ? content.length === 0 : isRight(ask, JSON.parse(content.toString())));
    if (!isGood)
      throw new Error(`${origin}${ask.path} answered ${answer.status}, and wrongly: ${content.subarray(0, 300)}`);
    answers.push(answer);
  }
  agent.destroy();
  return answers;
};

/** The tag of the content, however it was packed on its way. */
const tagOf = ({ headers }: Answer): string | undefined =>
  headers.etag?.replace(/^W\//, '').replace(/-(?:gzip|br)"$/, '"');

/** Throws unless two servers gave the same content under the same tag. */
export const demandSame = (workload: Workload, ours: readonly Answer[], theirs: readonly Answer[]): void => {
  for (const [n, { path }] of workload.asks.entries()) {
    const [one, other] = [ours[n] as Answer, theirs[n] as Answer];
    const isSame = tagOf(one) === tagOf(other) && contentOf(one).equals(contentOf(other));
    if (!isSame) throw new Error(`Two servers of one store answer ${path} differently`);
  }
};

/** Throws unless a yardstick gives the same bytes. */
export const demandBytes = async (origin: string, workload: Workload, answers: readonly Answer[]): Promise<void> => {
  const theirs = await fetchAnswers(origin, workload);
  for (const [n, { path }] of workload.asks.entries()) {
    if (!theirs[n]?.body.equals((answers[n] as Answer).body)) throw new Error(`The yardstick answers ${path} wrongly`);
  }
};

/** Headers that a server makes for each answer by itself. */
const OWN = ['connection', 'keep-alive', 'date', 'content-length', 'transfer-encoding'];
const NEEDED = ['content-type', 'content-encoding'];

/** What a yardstick answers: with all headers, or as bare as can be. */
export const givenOf = ({ asks, status }: Workload, answers: readonly Answer[], allHeaders: boolean): Given[] =>
  answers.map(({ headers, body }, n) => ({
    path: asks[n]?.path as string,
    body: status === 304 ? null : body.toString('base64'),
    headers: Object.fromEntries(
      Object.entries(headers).flatMap(([name, value]) => {
        const isWanted = allHeaders ? !OWN.includes(name) : NEEDED.includes(name);
        return isWanted && value !== undefined ? [[name, value]] : [];
      }),
    ),
  }));
