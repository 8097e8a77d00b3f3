/** What recording events costs whoever creates articles: two Galleys on one store, of which one records none, in turn. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Options, openHeld, shareCores, storeOf } from './bench.ts';
import { exchange } from './client.ts';
import { type Figures, median } from './figures.ts';
import { KEY, startGalley } from './galley.ts';
import { holding, temporaryFolder } from './held.ts';
import { describeMachine } from './machine.ts';
import type { Served } from './process.ts';
import { measureWrites } from './writes.ts';

/** What Node imports so that Galley records no event. */
const WITHOUT = fileURLToPath(new URL('without-events.mjs', import.meta.url));

/** As many seconds with events as without, one right after the other. */
type Round = { recorded: Figures; left: Figures };

/** The number of the last event. */
const lastEventOf = async ({ origin }: Served): Promise<number> => {
  const { body } = await exchange(`${origin}/v1/changes?after=now`, { headers: { authorization: `Bearer ${KEY}` } });
  return Number.parseInt((JSON.parse(body.toString()) as { pagination: { next: string } }).pagination.next, 10);
};

/** Creates articles for some seconds. Throws unless each was recorded, or none. */
const create = async (served: Served, isRecorded: boolean, { articles, seconds }: Options): Promise<Figures> => {
  const before = await lastEventOf(served);
  const figures = await measureWrites(served, 'create', articles[0] as number, seconds);
  const events = (await lastEventOf(served)) - before;
  if (isRecorded ? events < figures.requests : events > 0) throw new Error(`${events} events were recorded`);
  return figures;
};

/** How many times as much of a figure there is with events as without: the median of the rounds. */
const ratioOf = (rounds: readonly Round[], figure: (figures: Figures) => number): number =>
  median(rounds.map(({ recorded, left }) => figure(recorded) / figure(left)));

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

/** Measures rounds, of which each begins with the other of the two: what the machine does meanwhile falls on both. */
const measureRounds = async (recording: Served, leaving: Served, options: Options): Promise<Round[]> => {
  const withEvents = () => create(recording, true, options);
  const without = () => create(leaving, false, options);
  await withEvents();
  await without();
  const rounds: Round[] = [];
  for (let n = 0; n < options.rounds; n += 1) {
    const first = n % 2 === 0 ? await withEvents() : await without();
    const second = n % 2 === 0 ? await without() : await withEvents();
    const [recorded, left] = n % 2 === 0 ? [first, second] : [second, first];
    options.say(`${Math.round(recorded.perSecond)}/s with events, ${Math.round(left.perSecond)}/s without`);
    rounds.push({ recorded, left });
  }
  return rounds;
};

/** Measures, tells and writes what events cost. */
export const weighEvents = (options: Options, out: string): Promise<void> =>
  holding(async (held) => {
    const folder = temporaryFolder(held, options.folder);
    const stores = await openHeld(held, options, folder);
    const kept = await storeOf(options, stores, options.articles[0] as number, options.data[0]);
    const address = await stores.copy(kept);
    if (!address) throw new Error('There is no room for a copy of the store');
    const cores = shareCores(options, stores);
    const start = async (name: string, before: string[]) => {
      const program = [...before, ...options.program];
      const started = await startGalley(program, stores, address, 'cache on', join(folder, `${name}.log`));
      return held.add(started, () => started.stop());
    };
    const recording = await start('with', []);
    const leaving = await start('without', ['--import', WITHOUT]);
    const rounds = await measureRounds(recording, leaving, options);
    const cost = {
      throughput: 1 - ratioOf(rounds, ({ perSecond }) => perSecond),
      cpu: ratioOf(rounds, ({ cpu }) => cpu) - 1,
      cpuOfAll: ratioOf(rounds, ({ cpu, storeCpu }) => cpu + storeCpu) - 1,
    };
    options.say(
      `events cost ${percent(cost.throughput)} of the throughput of a create; ${percent(cost.cpu)} more processor time, ` +
        `with that of the store's server ${percent(cost.cpuOfAll)}`,
    );
    mkdirSync(out, { recursive: true });
    const result = { kind: 'events', machine: describeMachine(folder, stores.facts), cores, cost, rounds };
    writeFileSync(join(out, `${options.name}.json`), `${JSON.stringify(result, null, 2)}\n`);
  });
