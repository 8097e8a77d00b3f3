/** The benchmark: one size of store measured whole, or some sizes compared. */
import { join } from 'node:path';
import { type StoreAddress, shownAddress } from '../src/store/address.ts';
import { median, medianOf } from './figures.ts';
import { type SettingsName, startGalley } from './galley.ts';
import { type Held, holding, temporaryFolder } from './held.ts';
import { type Latency, measureHold, measureLatency } from './latency.ts';
import { describeLoader } from './load.ts';
import { describeMachine } from './machine.ts';
import { areApart, keepApart, type Served } from './process.ts';
import { measureReads, type Pace } from './reads.ts';
import type { Comparison, Results, Table } from './report.ts';
import { type EngineName, openStores, type Stores } from './stores.ts';
import { COMPARED, prepareWorkloads, WORKLOADS, type Workload, type WorkloadName } from './workloads.ts';
import { CLIENTS, measureWrites, titleOfWrite, WRITES, type WriteName, type WriteRow } from './writes.ts';

export type Options = Omit<Pace, 'folder'> & {
  /** How many articles, for each store. */
  articles: number[];
  engine: EngineName;
  /** The server of an engine that has one; undefined: one of its own, thrown away after the run. */
  database: string | undefined;
  /** Stores to be used again, one for each size: files, or databases of the server; others are gone after the run. */
  data: string[];
  only: readonly (WorkloadName | WriteName)[];
  tables: readonly SettingsName[];
  /** How many different addresses a workload asks for, at most. */
  urls: number;
  /** Whether server and load are kept on cores of their own. */
  pin: boolean;
  /** How many cold starts. */
  starts: number;
  name: string;
  /** Where the temporary folder is made. */
  folder: string;
  /** What Node is told to run. */
  program: readonly string[];
  say: (line: string) => void;
  onStored: (stored: number, of: number) => void;
};

/** Keeps what is measured and what measures on cores of their own, where that is wanted and can be; tells how it is. */
export const shareCores = ({ pin }: Options, stores: Stores): string => {
  if (pin) keepApart();
  if (!areApart()) return 'not kept apart';
  const server = stores.keepApart();
  return `server on one, load on another${server === '' ? '' : `; ${server}`}`;
};

const describeOptions = (options: Options, cores: string): Record<string, string> => ({
  articles: options.articles.map((size) => size.toLocaleString('en')).join(', '),
  load: `${describeLoader(options.loader)}; connections: ${options.connections}, of those who write: ${CLIENTS}`,
  rounds: `${options.rounds} of ${options.seconds} s, the median is told`,
  cores,
});

export const openHeld = async (held: Held, { engine, database }: Options, folder: string): Promise<Stores> =>
  held.add(await openStores(engine, folder, database), (stores) => stores.end());

/** The store of so many articles; made where it is not there. */
export const storeOf = async (
  options: Options,
  stores: Stores,
  articles: number,
  name?: string,
): Promise<StoreAddress> => {
  const since = performance.now();
  const address = await stores.open(articles, name, (stored) => options.onStored(stored, articles));
  const took = ((performance.now() - since) / 1000).toFixed(1);
  options.say(`store of ${articles} articles: ${shownAddress(address)} (${took} s)`);
  return address;
};

const measureColdStart = async (
  { program, starts }: Options,
  stores: Stores,
  address: StoreAddress,
  folder: string,
) => {
  const times: number[] = [];
  for (let n = 0; n < starts; n++) {
    const served = await startGalley(program, stores, address, 'cache on', join(folder, 'start.log'));
    times.push(served.startedIn);
    await served.stop();
  }
  return median(times);
};

/** A sign of life beside nothing and beside the search of a common word, where that is among the workloads. */
const measureHolds = async (served: Served, workloads: readonly Workload[], pace: Pace): Promise<Latency[]> => {
  const search = workloads.find(({ name }) => name === 'search-common');
  if (!search) return [];
  return [await measureHold(served, null, pace), await measureHold(served, search, pace)];
};

type Reading = Pick<Results, 'tables' | 'latencies' | 'holds' | 'memory' | 'notes'>;

/** A store and where it is kept. */
type Kept = { stores: Stores; address: StoreAddress };

/** `embedded`: the same store in the embedded engine, measured beside this one where the cache is off. */
const measureReading = (options: Options, kept: Kept, embedded: Kept | undefined, pace: Pace): Promise<Reading> =>
  holding(async (held) => {
    const { program, only, tables: wanted, urls, say } = options;
    const articles = options.articles[0] as number;
    const startOn = async ({ stores, address }: Kept, name: SettingsName) => {
      const log = join(pace.folder, `${name}.log`);
      return held.add(await startGalley(program, stores, address, name, log), (served) => served.stop());
    };
    const start = (name: SettingsName) => startOn(kept, name);
    const reference = await start('cache off');
    const beside = embedded && { embedded: await startOn(embedded, 'cache off') };
    const names = WORKLOADS.filter((name) => only.includes(name));
    const { workloads, skipped } = await prepareWorkloads({ origin: reference.origin, articles, urls }, names);
    const tables: Table[] = [];
    const memory: Record<string, number> = {};
    let quiet = reference;
    for (const settings of wanted) {
      const galley = settings === 'cache off' ? reference : await start(settings);
      if (settings === 'cache on') quiet = galley;
      const table: Table = { settings, rows: [] };
      for (const workload of workloads) {
        // With the defaults an answer may be refused: what it would be is told by one that refuses nothing.
        const subject =
          settings === 'defaults'
            ? { galley, reference: quiet, mayRefuse: true }
            : { galley, reference, mayRefuse: false, ...(settings === 'cache off' && beside) };
        const row = await measureReads(subject, workload, pace);
        const { byRate, byCpu } = row.ratios.bare;
        const rate = Math.round(row.galley.perSecond);
        say(`${settings}: ${row.title}: ${rate}/s, ratio ${byRate.toFixed(2)}, by CPU ${byCpu.toFixed(2)}`);
        if (row.embedded) say(`  to SQLite ${row.embedded.ratios.byRate.toFixed(2)}`);
        table.rows.push(row);
      }
      memory[`reading, ${settings}`] = galley.memory();
      tables.push(table);
    }
    const latencies: Latency[] = [];
    for (const workload of workloads.filter(({ name }) => COMPARED.includes(name))) {
      say(`latency: ${workload.title}`);
      latencies.push(...(await measureLatency([{ served: reference, workload }], pace)));
    }
    const holds = await measureHolds(reference, workloads, pace);
    return { tables, latencies, holds, memory, notes: skipped };
  });

type Writing = Pick<Results, 'writes' | 'memory' | 'notes'>;

/** Measures writing on a copy, so that the store stays what it is. */
const measureWriting = (options: Options, { stores, address }: Kept, pace: Pace): Promise<Writing> =>
  holding(async (held) => {
    const names = WRITES.filter((name) => options.only.includes(name));
    const memory: Record<string, number> = {};
    if (names.length === 0) return { writes: [], memory, notes: [] };
    const copy = await stores.copy(address);
    if (!copy) {
      return { writes: [], memory, notes: ['writing: not measured, as there is no room for a copy of the store'] };
    }
    const log = join(pace.folder, 'written.log');
    const started = await startGalley(options.program, stores, copy, 'cache on', log);
    const served = held.add(started, () => started.stop());
    const writes: WriteRow[] = [];
    for (const name of names) {
      const write = (seconds: number) => measureWrites(served, name, options.articles[0] as number, seconds);
      await write(pace.seconds / 2);
      const rounds = [];
      for (let round = 0; round < pace.rounds; round++) rounds.push(await write(pace.seconds));
      const row = { name, title: titleOfWrite(name), figures: medianOf(rounds) };
      options.say(`${row.title}: ${Math.round(row.figures.perSecond)}/s`);
      writes.push(row);
    }
    memory.writing = served.memory();
    return { writes, memory, notes: [] };
  });

/** Measures one store whole. */
export const runBench = (options: Options): Promise<Results> =>
  holding(async (held) => {
    const { loader, connections, seconds, rounds, name } = options;
    const folder = temporaryFolder(held, options.folder);
    const pace: Pace = { loader, connections, seconds, rounds, folder };
    const stores = await openHeld(held, options, folder);
    const isBeside = stores.engine !== 'sqlite' && options.tables.includes('cache off');
    const files = isBeside ? await openStores('sqlite', folder, undefined) : undefined;
    const machine = describeMachine(folder, { ...stores.facts, ...files?.facts });
    const articles = options.articles[0] as number;
    const kept: Kept = { stores, address: await storeOf(options, stores, articles, options.data[0]) };
    const embedded = files && { stores: files, address: await storeOf(options, files, articles) };
    const told = describeOptions(options, shareCores(options, stores));
    const coldStart = await measureColdStart(options, stores, kept.address, folder);
    const reading = await measureReading(options, kept, embedded, pace);
    const writing = await measureWriting(options, kept, pace);
    return {
      ...{ kind: 'run', name, machine, options: told, coldStart, ...reading, ...writing },
      memory: { ...reading.memory, ...writing.memory },
      notes: [...reading.notes, ...writing.notes],
    };
  });

/** Compares the latency of some sizes, with one connection and the cache off. */
export const compareSizes = (options: Options): Promise<Comparison> =>
  holding(async (held) => {
    const { loader, seconds, rounds, name, program, say, only, urls } = options;
    const folder = temporaryFolder(held, options.folder);
    const pace: Pace = { loader, connections: 1, seconds, rounds, folder };
    const stores = await openHeld(held, options, folder);
    const machine = describeMachine(folder, stores.facts);
    const addresses: StoreAddress[] = [];
    for (const [n, articles] of options.articles.entries()) {
      addresses.push(await storeOf(options, stores, articles, options.data[n]));
    }
    const told = describeOptions({ ...options, connections: 1 }, shareCores(options, stores));
    const names = COMPARED.filter((each) => only.includes(each));
    const places: {
      articles: number;
      served: Served;
      workloads: Workload[];
      latencies: Latency[];
      holds: Latency[];
    }[] = [];
    const notes = new Set<string>();
    for (const [n, articles] of options.articles.entries()) {
      const log = join(folder, `${articles}.log`);
      const started = await startGalley(program, stores, addresses[n] as StoreAddress, 'cache off', log);
      const served = held.add(started, () => started.stop());
      const { workloads, skipped } = await prepareWorkloads({ origin: served.origin, articles, urls }, names);
      for (const each of skipped) notes.add(each);
      places.push({ articles, served, workloads, latencies: [], holds: [] });
    }
    for (const n of places[0]?.workloads.keys() ?? []) {
      const pairs = places.map(({ served, workloads }) => ({ served, workload: workloads[n] as Workload }));
      const found = await measureLatency(pairs, pace);
      for (const [at, latency] of found.entries()) places[at]?.latencies.push(latency);
      say(`${found[0]?.title}: p50 ${found.map(({ p50 }) => `${p50.toFixed(3)} ms`).join(', ')}`);
    }
    for (const place of places) place.holds.push(...(await measureHolds(place.served, place.workloads, pace)));
    return {
      ...{ kind: 'comparison', name, machine, options: told },
      sizes: places.map(({ articles, latencies, holds, served }) => ({
        ...{ articles, latencies, holds, memory: served.memory() },
      })),
      notes: [...notes],
    };
  });
