/** The command line of the benchmark: `npm run bench -- …`. */
import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Presets, SingleBar } from 'cli-progress';
import { Command, InvalidArgumentError, Option } from 'commander';
import { readAddress } from '../src/store/address.ts';
import { compareSizes, type Options, runBench } from './bench.ts';
import { weighEvents } from './events-cost.ts';
import type { SettingsName } from './galley.ts';
import { bestLoader, LOADERS, type Loader } from './load.ts';
import { writeReport } from './report.ts';
import { ENGINES, type EngineName } from './stores.ts';
import { weighWorkers } from './workers-gain.ts';
import { WORKLOADS, type WorkloadName } from './workloads.ts';
import { WRITES, type WriteName } from './writes.ts';

const size = (text: string): number => {
  const match = /^([1-9]\d*)([km]?)$/i.exec(text);
  if (!match) throw new InvalidArgumentError('must be like 500, 10k or 1m');
  return Number(match[1]) * ({ k: 1000, m: 1_000_000 }[match[2]?.toLowerCase() ?? ''] ?? 1);
};
const sizes = (text: string): number[] => text.split(',').map(size);
const amount = (text: string): number => {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('must be a number above 0');
  return value;
};
const whole = (text: string): number => {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError('must be a whole number from 1');
  return Number(text);
};
const server = (text: string): string => {
  if (readAddress(text)?.engine !== 'postgres')
    throw new InvalidArgumentError('must be like postgres://user@host/name');
  return text;
};
const parts = (text: string): string[] => text.split(',');

type Name = WorkloadName | WriteName;
const NAMES: readonly Name[] = [...WORKLOADS, ...WRITES];
const workloads = (text: string): Name[] =>
  text.split(',').map((wanted) => {
    const name = NAMES.find((each) => each === wanted);
    if (name === undefined) throw new InvalidArgumentError(`must be among ${NAMES.join(', ')}`);
    return name;
  });

type Flags = {
  articles: number;
  compare?: number[];
  events: boolean;
  workers: boolean;
  seconds: number;
  rounds: number;
  connections: number;
  starts: number;
  urls: number;
  pin: boolean;
  only: Name[];
  cache: 'on' | 'off' | 'both';
  defaults: boolean;
  load: Loader;
  engine: EngineName;
  database?: string;
  data: string[];
  folder: string;
  name?: string;
  out: string;
  program: string;
};

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

const tablesOf = ({ cache, defaults }: Flags): SettingsName[] => [
  ...(cache === 'off' ? [] : (['cache on'] as const)),
  ...(cache === 'on' ? [] : (['cache off'] as const)),
  ...(defaults ? (['defaults'] as const) : []),
];

/** Shows how far the making of a store is, on a terminal. */
const progress = () => {
  const format = '{bar} {percentage}% · {value} of {total} articles · {eta_formatted} left';
  let bar: SingleBar | undefined;
  return (stored: number, of: number): void => {
    if (!process.stderr.isTTY) return;
    if (!bar) {
      bar = new SingleBar({ format, clearOnComplete: true }, Presets.shades_classic);
      bar.start(of, 0);
    }
    bar.update(stored);
    if (stored < of) return;
    bar.stop();
    bar = undefined;
  };
};

const shortOf = (articles: number): string =>
  articles % 1_000_000 === 0
    ? `${articles / 1_000_000}m`
    : articles % 1000 === 0
      ? `${articles / 1000}k`
      : `${articles}`;

const run = async (flags: Flags): Promise<void> => {
  const { articles, compare, events, workers, load, program, ...rest } = flags;
  const names = (compare ?? [articles]).map(shortOf).join('-');
  mkdirSync(flags.folder, { recursive: true });
  const options: Options = {
    ...rest,
    database: flags.database,
    articles: compare ?? [articles],
    name:
      flags.name ?? `${compare ? 'compare-' : events ? 'events-' : workers ? 'workers-' : ''}${names}-${flags.engine}`,
    loader: load,
    tables: tablesOf(flags),
    program: program.split(' '),
    say: (line) => process.stderr.write(`${line}\n`),
    onStored: progress(),
  };
  if (events) return weighEvents(options, flags.out);
  if (workers) return weighWorkers(options, flags.out);
  const results = await (compare ? compareSizes(options) : runBench(options));
  writeReport(flags.out, results);
  process.stderr.write(`written to ${flags.out}/${results.name}.md\n`);
};

// By an exit, so that what was started ends and what was made goes.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

await new Command('bench')
  .description('Measures Galley beside bare Fastify with the same answers, and writes a table and a plot')
  .option('--articles <number>', 'how many articles the store holds, as 10k or 1m', size, 10_000)
  .option('--compare <sizes>', 'only compare the latency of some sizes, as 10k,1m', sizes)
  .option('--events', 'only weigh what it costs a create that events are recorded', false)
  .option('--workers', 'only weigh what a second worker gains', false)
  .option('--seconds <number>', 'how long each server is loaded in a round', amount, 4)
  .option('--rounds <number>', 'how many rounds; the median is told', whole, 3)
  .option('--connections <number>', 'how many connections a load keeps open', whole, 32)
  .option('--starts <number>', 'how many cold starts', whole, 5)
  .option('--urls <number>', 'how many different addresses a workload asks for, at most', whole, 1000)
  .option('--no-pin', 'let server and load share the cores')
  .option('--only <workloads>', `only some, of ${NAMES.join(', ')}`, workloads, [...NAMES])
  .addOption(new Option('--cache <which>', 'the tables to make').choices(['on', 'off', 'both']).default('both'))
  .option('--no-defaults', 'leave out the table with the default settings')
  .addOption(new Option('--load <program>', 'what makes the load').choices(LOADERS).default(bestLoader()))
  .addOption(new Option('--engine <name>', 'what keeps the stores').choices(ENGINES).default('sqlite'))
  .option('--database <url>', 'a server of PostgreSQL, whose user may create databases; else one is started', server)
  .option(
    '--data <names>',
    'stores to use again, files or databases, one for each size; made where not there',
    parts,
    [],
  )
  .option('--folder <path>', 'where temporary stores are made', tmpdir())
  .option('--name <name>', 'what the results are called')
  .option('--out <path>', 'where the results are written', path('results'))
  .option('--program <arguments>', 'what Node runs as Galley', path('../dist/main.js'))
  .action(run)
  .parseAsync();
