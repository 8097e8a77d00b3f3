/** Measures latency without load: one connection, one request after the other; and whom a search keeps waiting. */
import { setTimeout as sleep } from 'node:timers/promises';
import { exchange, keptConnections } from './client.ts';
import { median, percentile } from './figures.ts';
import { load } from './load.ts';
import type { Served } from './process.ts';
import type { Pace } from './reads.ts';
import type { Workload } from './workloads.ts';

/** Milliseconds. */
export type Latency = { name: string; title: string; p50: number; p99: number; max: number };

/** The latency of a workload on each of some servers, in rounds, in each of them every server once. */
export const measureLatency = async (
  places: readonly { served: Served; workload: Workload }[],
  pace: Pace,
): Promise<Latency[]> => {
  const found = places.map(() => ({ p50: [] as number[], p99: [] as number[], max: [] as number[] }));
  for (let round = 0; round <= pace.rounds; round++) {
    for (const [n, { served, workload }] of places.entries()) {
      const given = await load({ ...pace, connections: 1, origin: served.origin, asks: workload.asks });
      if (round === 0) continue; // only to warm up
      for (const name of ['p50', 'p99', 'max'] as const) found[n]?.[name].push(given[name]);
    }
  }
  return places.map(({ workload: { name, title } }, n) => {
    const { p50 = [], p99 = [], max = [] } = found[n] ?? {};
    return { name, title, p50: median(p50), p99: median(p99), max: median(max) };
  });
};

const BETWEEN_SIGNS = 5;

/** How long a sign of life takes, asked for every 5 ms, while `work` goes on. */
const askForSigns = async (served: Served, work: Promise<unknown>) => {
  const agent = keptConnections(1);
  const times: number[] = [];
  let goesOn = true;
  const ended = work.finally(() => {
    goesOn = false;
  });
  while (goesOn) {
    const begun = performance.now();
    await exchange(`${served.origin}/health/live`, { agent });
    times.push(performance.now() - begun);
    await sleep(BETWEEN_SIGNS);
  }
  await ended;
  agent.destroy();
  return { p50: percentile(times, 0.5), p99: percentile(times, 0.99), max: percentile(times, 1) };
};

/** How long a cheap request waits beside one client that always searches, and beside nobody: what the measuring takes itself. */
export const measureHold = async (served: Served, workload: Workload | null, pace: Pace): Promise<Latency> => {
  const { seconds } = pace;
  const work = workload
    ? load({ ...pace, connections: 1, origin: served.origin, asks: workload.asks })
    : sleep(seconds * 1000);
  const { name, title } = workload ?? { name: 'idle', title: 'nothing else' };
  return { name, title, ...(await askForSigns(served, work)) };
};
