/** Measures writing: some clients at once, each with its next request as soon as the last was answered. */
import { type Answer, exchange, keptConnections } from './client.ts';
import { AUTHORS, BODIES, bodyOf, tagSlugOf } from './content.ts';
import { type Figures, percentile } from './figures.ts';
import { KEY } from './galley.ts';
import type { Served } from './process.ts';
import { sentenceOf, wordsOf } from './prose.ts';
import { randomOf } from './random.ts';

export const WRITES = ['create', 'patch'] as const;
export type WriteName = (typeof WRITES)[number];
export const CLIENTS = 8;

type Write = { method: string; path: string; body: Record<string, unknown> };
type Plan = { title: string; status: number; write: (n: number, articles: number) => Write };

const bodies = new Map<number, string>();
const keptBody = (number: number): string => {
  const body = bodies.get(number) ?? bodyOf(number);
  bodies.set(number, body);
  return body;
};

/** A prime, so that as many articles as there are come in turn, each as far from the last as any. */
const STRIDE = 7919;

const PLANS: Record<WriteName, Plan> = {
  create: {
    title: 'create an article, 4 KB of Markdown',
    status: 201,
    write: (n) => {
      const random = randomOf(8, n);
      const title = `${wordsOf(random, 5).join(' ')} ${n}`;
      const body = `${sentenceOf(random)}\n\n${keptBody(n % BODIES)}`;
      const named = { authorIds: [1 + (n % AUTHORS)], tags: [tagSlugOf(n % 7), tagSlugOf(10 + (n % 300))] };
      return { method: 'POST', path: '/v1/articles', body: { title, body, ...named, status: 'published' } };
    },
  },
  patch: {
    title: 'change the subtitle of an article',
    status: 200,
    write: (n, articles) => ({
      method: 'PATCH',
      path: `/v1/articles/${1 + ((n * STRIDE) % articles)}`,
      body: { subtitle: `The change of number ${n}` },
    }),
  },
};

export type WriteRow = { name: WriteName; title: string; figures: Figures };
type Written = { answer: Answer; sent: Write };

const isSubset = (part: Record<string, unknown>, of: Record<string, unknown>): boolean =>
  Object.entries(part).every(([name, value]) => typeof value !== 'string' || of[name] === value);

/** Throws unless what was written can be read again, everywhere where it was said to be. */
const demandKept = async (origin: string, { answer, sent }: Written): Promise<void> => {
  const { id } = JSON.parse(answer.body.toString()) as { id: number };
  const read = await exchange(`${origin}/v1/articles/${id}`, { headers: { authorization: `Bearer ${KEY}` } });
  const article = JSON.parse(read.body.toString()) as Record<string, unknown>;
  if (read.status !== 200 || !isSubset(sent.body, article)) throw new Error(`Article ${id} is not what was written`);
};

/** Counts on from run to run, so that no two writes of a store are the same. */
let written = 0;

/** Writes for some seconds, and reads some of it again. Throws at the first answer that is another than it should be. */
export const measureWrites = async (
  served: Served,
  name: WriteName,
  articles: number,
  seconds: number,
): Promise<Figures> => {
  const { status, write } = PLANS[name];
  const agent = keptConnections(CLIENTS);
  const times: number[] = [];
  const last: Written[] = [];
  const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' };
  const [since, cpuBefore, storeCpuBefore] = [performance.now(), served.cpu(), served.storeCpu()];
  const end = since + seconds * 1000;
  const client = async (place: number): Promise<void> => {
    while (performance.now() < end) {
      const sent = write(written++, articles);
      const body = JSON.stringify(sent.body);
      const begun = performance.now();
      const answer = await exchange(`${served.origin}${sent.path}`, { method: sent.method, headers, body, agent });
      times.push(performance.now() - begun);
      if (answer.status !== status) throw new Error(`${sent.method} ${sent.path}: ${answer.status} ${answer.body}`);
      last[place] = { answer, sent };
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, (_, place) => client(place)));
  const took = (performance.now() - since) / 1000;
  const cpu = (served.cpu() - cpuBefore) / times.length;
  const storeCpu = (served.storeCpu() - storeCpuBefore) / times.length;
  agent.destroy();
  for (const one of last) await demandKept(served.origin, one);
  return {
    ...{ requests: times.length, perSecond: times.length / took, refused: 0, cpu, storeCpu },
    ...{ p50: percentile(times, 0.5), p99: percentile(times, 0.99), max: percentile(times, 1) },
  };
};

export const titleOfWrite = (name: WriteName): string => PLANS[name].title;
