/** What a process tells of itself in figures: handed in to whoever counts, and asked when somebody wants to know. */
import { AggregatorRegistry, collectDefaultMetrics, Registry } from 'prom-client';
import type { Timings } from '../core/timings.ts';
import { type Joined, type Labels, type MetricObject, type Sample, samplesOf } from './metric.ts';
import { RequestMeter } from './request-meter.ts';

/** A value, or several told apart by labels; undefined where there is none yet. */
type Reading = number | undefined | { value: number; labels: Labels }[];
type Read = () => Reading | Promise<Reading>;

export type Metrics = {
  readonly requests: RequestMeter;
  /** Tells a value that is read when it is asked for; one that cannot be read is left out, and its error told. */
  gauge(name: string, help: string, read: Read, joined?: Joined): void;
  /** Tells a value that only grows. */
  counter(name: string, help: string, read: Read): void;
  /** Tells how long things took. */
  histogram(name: string, help: string, timings: Timings): void;
  /** All there is to tell of this process. */
  collect(): Promise<MetricObject[]>;
};

const PREFIX = 'galley_';

const samples = (reading: Reading): Sample[] => {
  if (reading === undefined) return [];
  return typeof reading === 'number' ? [{ value: reading, labels: {} }] : reading;
};

type MetricsOptions = {
  /** Tells of the process itself, too: memory, processor, event loop, garbage. Once a process is enough. */
  ofProcess?: boolean;
  /** Hears what could not be read. */
  onError?: (error: unknown) => void;
};

/** How finely the event loop is watched, in milliseconds: each look wakes an idle process. */
const LOOP_PRECISION = 20;

/** Makes the metrics of an app. Names of metrics are given without the prefix `galley_`. */
export const createMetrics = ({ ofProcess = false, onError = () => {} }: MetricsOptions = {}): Metrics => {
  const ofAll = new Registry();
  if (ofProcess) collectDefaultMetrics({ register: ofAll, eventLoopMonitoringPrecision: LOOP_PRECISION });
  const requests = new RequestMeter();
  const others: (() => Promise<MetricObject>)[] = [];

  const add = (type: 'gauge' | 'counter', name: string, help: string, read: Read, aggregator: Joined) => {
    others.push(async () => {
      const told = { name: PREFIX + name, help, type, aggregator };
      try {
        return { ...told, values: samples(await read()) };
      } catch (error) {
        onError(error);
        return { ...told, values: [] };
      }
    });
  };
  return {
    requests,
    gauge: (name, help, read, joined = 'sum') => add('gauge', name, help, read, joined),
    counter: (name, help, read) => add('counter', name, help, read, 'sum'),
    histogram: (name, help, timings) => {
      const told = { name: PREFIX + name, help, type: 'histogram', aggregator: 'sum' } as const;
      others.push(async () => ({ ...told, values: samplesOf(told.name, timings) }));
    },
    collect: async () => [
      ...((await ofAll.getMetricsAsJSON()) as unknown as MetricObject[]), // its types take their names for numbers
      ...requests.collect(),
      ...(await Promise.all(others.map((other) => other()))),
    ],
  };
};

/** What prom-client would leave out where there are several processes, such as when they began: the first of them did. */
const keepAll = (metric: MetricObject): MetricObject =>
  metric.aggregator === 'omit' ? { ...metric, aggregator: 'min' } : metric;

/** The metrics of some processes as one, in Prometheus' text format 0.0.4. */
export const describeMetrics = (processes: readonly (readonly MetricObject[])[]): Promise<string> =>
  AggregatorRegistry.aggregate(processes.map((metrics) => metrics.map(keepAll))).metrics();
