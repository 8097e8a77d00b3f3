/** What is written of a run: the figures whole as JSON, and a page to read with its plot. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Figures } from './figures.ts';
import type { Latency } from './latency.ts';
import type { Machine } from './machine.ts';
import { plot } from './plot.ts';
import type { Row } from './reads.ts';
import type { WriteRow } from './writes.ts';

export type Table = { settings: string; rows: Row[] };
export type Results = {
  kind: 'run';
  name: string;
  machine: Machine;
  options: Record<string, string>;
  tables: Table[];
  writes: WriteRow[];
  latencies: Latency[];
  holds: Latency[];
  /** MiB resident after the runs, by what the process did. */
  memory: Record<string, number>;
  /** Milliseconds from the start of the process to its first answer; NaN: not measured. */
  coldStart: number;
  notes: string[];
};
export type Comparison = {
  kind: 'comparison';
  name: string;
  machine: Machine;
  options: Record<string, string>;
  sizes: { articles: number; latencies: Latency[]; holds: Latency[]; memory: number }[];
  notes: string[];
};

const count = (value: number) => Math.round(value).toLocaleString('en');
const ratio = (value: number) => (Number.isNaN(value) ? '–' : value.toFixed(2));
const micros = (value: number) => (Number.isNaN(value) ? '–' : value.toFixed(1));
const millis = (value: number) => value.toFixed(value < 1 ? 3 : value < 10 ? 2 : 1);

const table = (heads: readonly string[], rows: readonly (readonly string[])[]): string =>
  [heads, heads.map((_, n) => (n === 0 ? '---' : '--:')), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');

const section = (title: string, ...parts: string[]): string => `## ${title}\n\n${parts.join('\n\n')}`;

const sizeOf = ({ bytes, encoding }: Row) => `${(bytes / 1024).toFixed(1)} KB${encoding ? ` ${encoding}` : ''}`;
const refusedShare = ({ refused, requests }: Figures) =>
  refused === 0 ? '' : ` (${((100 * refused) / requests).toFixed(0)} % refused)`;

const readTable = ({ settings, rows }: Table): string =>
  section(
    `Reading, ${settings}`,
    table(
      [
        ...['workload', 'answer', 'req/s', 'bare req/s', 'ratio', 'ratio, same headers'],
        ...['CPU µs', 'bare CPU µs', 'CPU ratio', 'CPU ratio, same headers', 'p50 ms', 'p99 ms'],
      ],
      rows.map((row) => {
        const { title, galley, bare, ratios } = row;
        return [
          ...[title, sizeOf(row), `${count(galley.perSecond)}${refusedShare(galley)}`, count(bare.perSecond)],
          ...[`**${ratio(ratios.bare.byRate)}**`, ratio(ratios.sameHeaders.byRate)],
          ...[micros(galley.cpu), micros(bare.cpu), `**${ratio(ratios.bare.byCpu)}**`, ratio(ratios.sameHeaders.byCpu)],
          ...[millis(galley.p50), millis(galley.p99)],
        ];
      }),
    ),
  );

const EMBEDDED_LEGEND = `The same requests to a Galley with the same articles in SQLite, in the same rounds, and the same answers. A ratio is
PostgreSQL to SQLite; more is better. By Galley's CPU: of the processor time of Galley's process alone, what it takes where
PostgreSQL has a machine of its own; by all CPU: with that of PostgreSQL.`;

/** Galley beside itself with the embedded engine, where that was measured too. */
const embeddedTable = ({ settings, rows }: Table): string[] => {
  const cells = rows.flatMap(({ title, galley, embedded }) => {
    if (!embedded) return [];
    const { figures, ratios } = embedded;
    return [
      [
        ...[title, count(galley.perSecond), count(figures.perSecond), `**${ratio(ratios.byRate)}**`],
        ...[micros(galley.cpu), micros(galley.storeCpu), micros(figures.cpu)],
        ...[ratio(ratios.byCpu), ratio(ratios.byWholeCpu), millis(galley.p50), millis(figures.p50)],
      ],
    ];
  });
  if (cells.length === 0) return [];
  const heads = [
    ...['workload', 'req/s', 'SQLite req/s', 'ratio', 'CPU µs', "PostgreSQL's CPU µs", 'SQLite: CPU µs'],
    ...["ratio by Galley's CPU", 'ratio by all CPU', 'p50 ms', 'SQLite: p50 ms'],
  ];
  return [section(`Reading, ${settings}: PostgreSQL beside SQLite`, EMBEDDED_LEGEND, table(heads, cells))];
};

const writeTable = (rows: readonly WriteRow[]): string =>
  section(
    'Writing, 8 clients, durable',
    table(
      ['workload', 'req/s', 'CPU µs', "CPU µs of the store's server", 'p50 ms', 'p99 ms', 'longest ms'],
      rows.map(({ title, figures: { perSecond, cpu, storeCpu, p50, p99, max } }) => [
        ...[title, count(perSecond), count(cpu), Number.isNaN(storeCpu) ? '–' : count(storeCpu)],
        ...[p50, p99, max].map(millis),
      ]),
    ),
  );

const latencyTable = (latencies: readonly Latency[]): string =>
  table(
    ['workload', 'p50 ms', 'p99 ms', 'longest ms'],
    latencies.map(({ title, p50, p99, max }) => [title, millis(p50), millis(p99), millis(max)]),
  );

const list = (lines: readonly string[]): string => lines.map((line) => `- ${line}`).join('\n');
const facts = (told: Record<string, string>): string =>
  list(Object.entries(told).map(([name, value]) => `${name}: ${value}`));

const LEGEND = `A ratio is Galley to bare Fastify with the same bytes (and, beside it, with the same headers too), measured in
turn in every round; the median of the rounds is told. By rate: of requests a second. By CPU: of the server's processor time
for a request, which the load generator does not blur. More is better; 1 is as fast as bare Fastify.`;
const HOLD_LEGEND = 'Asked for every 5 ms, beside one client that always searches; how long the answer takes.';

const head = ({ name, machine, options }: Results | Comparison): string[] => [
  `# Benchmark ${name}`,
  section('Machine and options', facts({ ...machine, ...options })),
];
const notesOf = (notes: readonly string[]): string[] => (notes.length > 0 ? [section('Notes', list(notes))] : []);

const pageOf = (results: Results): string => {
  const { name, tables, writes, latencies, holds, memory, coldStart, notes } = results;
  const [title = '', about = ''] = head(results);
  const memories = Object.entries(memory).map(
    ([what, mebibytes]) => `resident memory, ${what}: ${count(mebibytes)} MiB`,
  );
  const parts = [
    title,
    ...(tables.length > 0
      ? [`![Ratios](${name}.svg)`, LEGEND, ...tables.flatMap((each) => [readTable(each), ...embeddedTable(each)])]
      : []),
    ...(writes.length > 0 ? [writeTable(writes)] : []),
    ...(latencies.length > 0 ? [section('Latency with one connection, cache off', latencyTable(latencies))] : []),
    ...(holds.length > 0 ? [section('A sign of life beside a search', HOLD_LEGEND, latencyTable(holds))] : []),
    section('Process', list([`cold start to the first answer: ${count(coldStart)} ms`, ...memories])),
    ...notesOf(notes),
    about,
  ];
  return `${parts.join('\n\n')}\n`;
};

const comparisonPageOf = (comparison: Comparison): string => {
  const { sizes, notes } = comparison;
  const [title = '', about = ''] = head(comparison);
  const [first] = sizes;
  const rows = (first?.latencies ?? []).map((one, n) => {
    const each = sizes.map(({ latencies }) => latencies[n]?.p50 ?? Number.NaN);
    return [one.title, ...each.map(millis), ...each.slice(1).map((p50) => `**${ratio(p50 / one.p50)}**`)];
  });
  const names = sizes.map(({ articles }) => count(articles));
  const others = names.slice(1).map((name) => `${name} to ${names[0]}`);
  const parts = [
    title,
    section(
      'Latency with one connection, cache off: p50 ms',
      table(['workload', ...names.map((name) => `${name} articles`), ...others], rows),
    ),
    ...sizes.flatMap(({ articles, holds }) =>
      holds.length > 0
        ? [section(`A sign of life beside a search, ${count(articles)} articles`, HOLD_LEGEND, latencyTable(holds))]
        : [],
    ),
    section(
      'Process',
      list(sizes.map((size) => `resident memory, ${count(size.articles)}: ${count(size.memory)} MiB`)),
    ),
    ...notesOf(notes),
    about,
  ];
  return `${parts.join('\n\n')}\n`;
};

/** Writes the results into a folder: `<name>.json`, `<name>.md`, and `<name>.svg` where there are ratios. */
export const writeReport = (folder: string, results: Results | Comparison): void => {
  mkdirSync(folder, { recursive: true });
  const file = (ending: string) => join(folder, `${results.name}.${ending}`);
  writeFileSync(file('json'), `${JSON.stringify(results, null, 2)}\n`);
  writeFileSync(file('md'), results.kind === 'run' ? pageOf(results) : comparisonPageOf(results));
  if (results.kind === 'run' && results.tables.length > 0) writeFileSync(file('svg'), plot(results.tables));
};
