/** Counts answered requests by route, method and status, and how long each route took. */
import { Timings } from '../core/timings.ts';
import { type MetricObject, samplesOf } from './metric.ts';

const METHODS = ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE', 'OPTIONS', 'PUT'];
const OTHER = 'other';
/** Strangers choose their methods, and must not choose how many metrics there are. */
const PLACES = new Map(METHODS.map((method, place) => [method, place]));

type RouteMeter = { timings: Timings; counts: Map<number, { count: number }> };

const REQUESTS = 'galley_http_requests_total';
const DURATION = 'galley_http_request_duration_seconds';

export class RequestMeter {
  readonly #routes = new Map<string, RouteMeter>();

  /** Counts an answer; `route` is the pattern of its path, empty where there is none, and `seconds` what it took. */
  note(method: string, route: string, status: number, seconds: number): void {
    let meter = this.#routes.get(route);
    if (meter === undefined) {
      meter = { timings: new Timings(), counts: new Map() };
      this.#routes.set(route, meter);
    }
    meter.timings.note(seconds);
    const key = (PLACES.get(method) ?? METHODS.length) * 1000 + status; // an object for each request would cost more
    const cell = meter.counts.get(key);
    if (cell === undefined) meter.counts.set(key, { count: 1 });
    else cell.count++;
  }

  collect(): MetricObject[] {
    const routes = [...this.#routes];
    return [
      {
        ...{ name: REQUESTS, type: 'counter', aggregator: 'sum' },
        help: 'Requests that were answered, by the pattern of their path; none where there is nothing at it',
        values: routes.flatMap(([route, { counts }]) =>
          [...counts].map(([key, { count }]) => {
            const method = METHODS[Math.floor(key / 1000)] ?? OTHER;
            return { value: count, labels: { method, route, status: key % 1000 } };
          }),
        ),
      },
      {
        ...{ name: DURATION, type: 'histogram', aggregator: 'sum' },
        help: 'How long requests took, from when they were read to the end of the answer',
        values: routes.flatMap(([route, { timings }]) => samplesOf(DURATION, timings, { route })),
      },
    ];
  }
}
