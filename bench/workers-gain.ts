/** What a second worker gains where nothing is kept in memory: Galley and bare Fastify, each as one process and as two, in turn. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
import { demandSame, fetchAnswers } from './answers.ts';
import { type Options, openHeld, storeOf } from './bench.ts';
import { type Figures, median } from './figures.ts';
import { startGalley } from './galley.ts';
import { holding, temporaryFolder } from './held.ts';
import { describeLoader } from './load.ts';
import { describeMachine } from './machine.ts';
import { cpuOfFamily, type Served } from './process.ts';
import { measure, startYardstick } from './reads.ts';
import { prepareWorkloads, type Workload, type WorkloadName } from './workloads.ts';

/** What is asked where no others are named: single articles, and lists. */
const ASKED: readonly WorkloadName[] = ['slug', 'newest', 'tag'];

const NAMES = ['one', 'two', 'bareOne', 'bareTwo'] as const;
type Name = (typeof NAMES)[number];

/** Figures, and the part of all cores that the load itself took meanwhile. */
type Measured = Figures & { clientShare: number };
type Round = Record<Name, Measured> & { loadBefore: number };
type Row = { name: string; title: string; gain: number; bareGain: number; rounds: Round[] };

const asWorkers = (workers: number) => ({ WORKERS: String(workers) });

const gainOf = (rounds: readonly Round[], one: Name, two: Name): number =>
  median(rounds.map((round) => round[two].perSecond / round[one].perSecond));

const measureRow = async (served: Record<Name, Served>, workload: Workload, options: Options, folder: string) => {
  const { loader, connections, seconds, rounds: count, say } = options;
  const pace = { loader, connections, seconds, rounds: count, folder };
  const measureOne = async (name: Name, length: number): Promise<Measured> => {
    const [before, since] = [cpuOfFamily(process.pid), performance.now()];
    const figures = await measure(served[name], workload, { ...pace, seconds: length });
    const whole = (performance.now() - since) * 1000 * availableParallelism();
    return { ...figures, clientShare: (cpuOfFamily(process.pid) - before) / whole };
  };
  for (const name of NAMES) await measureOne(name, seconds / 2);
  const rounds: Round[] = [];
  for (let n = 0; n < count; n++) {
    const loadBefore = loadavg()[0] ?? Number.NaN;
    const order = n % 2 === 0 ? NAMES : NAMES.toReversed(); // what the machine does meanwhile falls on all
    const measured: Partial<Record<Name, Measured>> = {};
    for (const name of order) measured[name] = await measureOne(name, seconds);
    const round = { ...(measured as Record<Name, Measured>), loadBefore };
    const told = NAMES.map((name) => `${name} ${Math.round(round[name].perSecond)}/s`).join(', ');
    const share = (100 * round.two.clientShare).toFixed(0);
    say(`${workload.title}: ${told}; the client took ${share} % beside two; load before ${loadBefore.toFixed(1)}`);
    rounds.push(round);
  }
  const row: Row = {
    ...{ name: workload.name, title: workload.title },
    ...{ gain: gainOf(rounds, 'one', 'two'), bareGain: gainOf(rounds, 'bareOne', 'bareTwo'), rounds },
  };
  say(`${row.title}: two are ${row.gain.toFixed(2)} × one; of bare Fastify ${row.bareGain.toFixed(2)} ×`);
  return row;
};

/** Measures, tells and writes what a second worker gains. Cores are not kept apart: the load takes its part of them. */
export const weighWorkers = (options: Options, out: string): Promise<void> =>
  holding(async (held) => {
    const folder = temporaryFolder(held, options.folder);
    const stores = await openHeld(held, options, folder);
    const machine = describeMachine(folder, stores.facts);
    const articles = options.articles[0] as number;
    const address = await storeOf(options, stores, articles, options.data[0]);
    const start = async (workers: number) => {
      const log = join(folder, `${workers}.log`);
      const started = await startGalley(options.program, stores, address, 'cache off', log, asWorkers(workers));
      return held.add(started, () => started.stop());
    };
    const [one, two] = [await start(1), await start(2)];
    const names = ASKED.filter((name) => options.only.includes(name));
    const { workloads } = await prepareWorkloads({ origin: one.origin, articles, urls: options.urls }, names);
    const rows: Row[] = [];
    for (const workload of workloads) {
      const answers = await fetchAnswers(one.origin, workload);
      demandSame(workload, await fetchAnswers(two.origin, workload), answers);
      const bareOne = await startYardstick(folder, workload, answers, false, asWorkers(1));
      const bareTwo = await startYardstick(folder, workload, answers, false, asWorkers(2));
      try {
        rows.push(await measureRow({ one, two, bareOne, bareTwo }, workload, options, folder));
      } finally {
        await Promise.all([bareOne.stop(), bareTwo.stop()]);
      }
    }
    mkdirSync(out, { recursive: true });
    const load = `${describeLoader(options.loader)}; connections: ${options.connections}`;
    const result = { kind: 'workers', machine, load, seconds: options.seconds, rows };
    writeFileSync(join(out, `${options.name}.json`), `${JSON.stringify(result, null, 2)}\n`);
  });
