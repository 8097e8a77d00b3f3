/** How each kind of cache outside is asked to forget the answers of some groups, or all that it holds. */
import type { Group } from '../../core/groups.ts';
import type { PurgePreset, PurgeTarget } from '../../core/purge-targets.ts';
import type { Outgoing } from '../../outgoing/sender.ts';
import type { Touched } from '../../store/touches.ts';

/** How long a cache may take to answer, in milliseconds. */
const TIMEOUT = 5000;

/** How many groups one request names, and how it is asked by which; all: what `everything` says. */
type Preset = {
  most: number;
  some: (target: PurgeTarget, groups: readonly Group[]) => Omit<Outgoing, 'timeout'>;
  everything: (target: PurgeTarget) => Omit<Outgoing, 'timeout'>;
};

/** Fastly's API: `POST /service/{id}/purge` with `Surrogate-Key`, and `/purge_all`. */
const askFastly = ({ url, token }: PurgeTarget, path: string, keys: Record<string, string>) => ({
  method: 'POST' as const,
  url: new URL(`${url}${path}`),
  headers: { 'fastly-key': token ?? '', accept: 'application/json', ...keys },
});

/** Cloudflare's API: `POST /zones/{id}/purge_cache` with what is to be purged as JSON. */
const askCloudflare = ({ url, token }: PurgeTarget, what: object) => ({
  method: 'POST' as const,
  url: new URL(`${url}/purge_cache`),
  headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
  body: JSON.stringify(what),
});

/** What examples/varnish/default.vcl answers. */
const askVarnish = ({ url }: PurgeTarget, headers: Record<string, string>) => ({
  method: 'PURGE' as const,
  url: new URL(url),
  headers,
});

const PRESETS: Record<PurgePreset, Preset> = {
  // A group is at most 19 letters: 150 stay under 4 KiB, half of what Varnish takes as one header by default.
  'varnish-xkey': {
    most: 150,
    some: (target, groups) => askVarnish(target, { 'xkey-purge': groups.join(' ') }),
    everything: (target) => askVarnish(target, { 'xkey-purge-all': '1' }),
  },
  fastly: {
    most: 256,
    some: (target, groups) => askFastly(target, '/purge', { 'surrogate-key': groups.join(' ') }),
    everything: (target) => askFastly(target, '/purge_all', {}),
  },
  cloudflare: {
    most: 30,
    some: (target, groups) => askCloudflare(target, { tags: groups }),
    everything: (target) => askCloudflare(target, { purge_everything: true }),
  },
};

/** How many groups are told one by one, as many as a write tells its client: where there are more, everything goes. */
export const MOST_GROUPS = 500;

/** Several touches as one; without the group that no answer is in. */
export const mergeTouched = (touches: readonly Touched[]): Touched => {
  const groups = new Set<Group>();
  for (const touched of touches) {
    if (touched === 'all') return 'all';
    for (const group of touched) if (group !== 'schedule') groups.add(group);
  }
  return groups.size > MOST_GROUPS ? 'all' : groups;
};

/** The requests by which a cache is told what was touched. */
export const purgeRequests = (target: PurgeTarget, touched: Touched): Outgoing[] => {
  const { most, some, everything } = PRESETS[target.preset];
  if (touched === 'all') return [{ ...everything(target), timeout: TIMEOUT }];
  const groups = [...touched];
  return Array.from({ length: Math.ceil(groups.length / most) }, (_, n) => ({
    ...some(target, groups.slice(n * most, (n + 1) * most)),
    timeout: TIMEOUT,
  }));
};
