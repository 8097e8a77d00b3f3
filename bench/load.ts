/** Load: asks a server as fast as it answers, from another core. By wrk where there is one, else by autocannon. */
import { spawn, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import autocannon from 'autocannon';
import type { Ask } from './client.ts';
import type { Load } from './figures.ts';
import { LOAD_CORE, onCore } from './process.ts';

export const LOADERS = ['wrk', 'autocannon'] as const;
export type Loader = (typeof LOADERS)[number];

/** The version of wrk; undefined where there is none. It exits with 1 when it tells it. */
const wrkVersion = (): string | undefined =>
  /wrk (?:\S*\/)?(\d\S*)/.exec(spawnSync('wrk', ['-v'], { encoding: 'utf8' }).stdout ?? '')?.[1];

/** wrk where it is installed: autocannon takes longer for a request than a fast server does. */
export const bestLoader = (): Loader => (wrkVersion() === undefined ? 'autocannon' : 'wrk');
export const describeLoader = (loader: Loader): string => (loader === 'wrk' ? `wrk ${wrkVersion()}` : loader);

export type Loading = {
  loader: Loader;
  origin: string;
  /** Asked in turn, again and again. */
  asks: readonly Ask[];
  connections: number;
  seconds: number;
  /** For files that the load needs. */
  folder: string;
};

/** A script that has wrk send finished requests in turn, and tell its figures as JSON. Lua reads such strings as JSON does. */
const wrkScript = ({ origin, asks }: Loading): string => {
  const finished = asks.map(({ path, headers = {} }) => {
    const lines = Object.entries({ host: new URL(origin).host, ...headers }).map(
      ([name, value]) => `${name}: ${value}`,
    );
    return JSON.stringify(`GET ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
  });
  return `local asks = {${finished.join(',\n')}}
local last = 0
request = function()
  last = last % #asks + 1
  return asks[last]
end
done = function(summary, latency)
  local errors = summary.errors
  io.write(string.format('\\nFIGURES {"requests":%d,"perSecond":%f,"p50":%f,"p99":%f,"max":%f,"refused":%d,"lost":%d}\\n',
    summary.requests, summary.requests / summary.duration * 1e6, latency:percentile(50) / 1000,
    latency:percentile(99) / 1000, latency.max / 1000, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout))
end
`;
};

const checkKept = (lost: number): void => {
  if (lost > 0) throw new Error(`${lost} requests had no answer`);
};

/** Runs wrk; what it told, or undefined where it was interrupted before it could tell anything. */
const runWrk = ({ origin, connections }: Loading, script: string, seconds: number): Promise<string | undefined> =>
  new Promise((resolve, reject) => {
    const options = ['-t1', `-c${connections}`, `-d${Math.ceil(seconds)}s`, '--timeout', '30s', '-s', script, origin];
    const [program = '', ...args] = onCore(LOAD_CORE, ['wrk', ...options]);
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const killIt = () => child.kill('SIGKILL');
    process.once('exit', killIt);
    // It counts whole seconds, but ends well when it is interrupted.
    const early = Number.isInteger(seconds) ? undefined : setTimeout(() => child.kill('SIGINT'), seconds * 1000);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    child.on('error', reject).on('close', (_code, signal) => {
      clearTimeout(early);
      process.off('exit', killIt);
      const told = /^FIGURES (.*)$/m.exec(output)?.[1];
      if (told !== undefined || signal === 'SIGINT') resolve(told);
      else reject(new Error(`wrk failed: ${output}`));
    });
  });

const loadByWrk = async (loading: Loading): Promise<Load> => {
  const { folder, seconds } = loading;
  const script = join(folder, 'load.lua');
  writeFileSync(script, wrkScript(loading));
  const told = (await runWrk(loading, script, seconds)) ?? (await runWrk(loading, script, Math.ceil(seconds)));
  const { lost, ...load } = JSON.parse(told as string) as Load & { lost: number };
  checkKept(lost);
  return load;
};

const loadByAutocannon = async ({ origin, asks, connections, seconds }: Loading): Promise<Load> => {
  const requests = asks.map(({ path, headers = {} }) => ({ path, headers }));
  const result = await autocannon({ url: origin, connections, duration: seconds, requests });
  checkKept(result.errors + result.timeouts);
  return {
    requests: result.requests.total,
    perSecond: result.requests.total / result.duration,
    ...{ p50: result.latency.p50, p99: result.latency.p99, max: result.latency.max },
    refused: result['4xx'] + result['5xx'],
  };
};

/** Loads a server for some seconds. Throws where a request had no answer, or none was made. */
export const load = async (loading: Loading): Promise<Load> => {
  const given = await (loading.loader === 'wrk' ? loadByWrk(loading) : loadByAutocannon(loading));
  if (given.requests > 0) return given;
  if (!Number.isInteger(loading.seconds)) return load({ ...loading, seconds: Math.ceil(loading.seconds) });
  throw new Error(`${loading.origin} answered nothing within ${loading.seconds} s`);
};
