/** A metric as it is told: plain data, so that one process can hand its own to another. */
import type { Timings } from '../core/timings.ts';

export type Labels = Record<string, string | number>;
export type Sample = { value: number; labels: Labels; metricName?: string };

/** How the values of several processes become one: `max` where all of them look at the same thing, such as the store. */
export type Joined = 'sum' | 'first' | 'min' | 'max' | 'average' | 'omit';

/** In the shape of `getMetricsAsJSON` of prom-client. */
export type MetricObject = {
  name: string;
  help: string;
  type: 'counter' | 'gauge' | 'histogram';
  aggregator: Joined;
  values: Sample[];
};

/** The samples of a histogram: each bucket holds the shorter ones too. */
export const samplesOf = (name: string, timings: Timings, labels: Labels = {}): Sample[] => {
  const { upTo, count, sum } = timings.read();
  const bucket = (le: number | string, value: number) => ({
    ...{ value, metricName: `${name}_bucket` },
    labels: { ...labels, le },
  });
  return [
    ...upTo.map(([bound, below]) => bucket(bound, below)),
    bucket('+Inf', count),
    { value: sum, labels, metricName: `${name}_sum` },
    { value: count, labels, metricName: `${name}_count` },
  ];
};
