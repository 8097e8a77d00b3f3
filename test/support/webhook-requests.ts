/** Requests about webhooks and their deliveries, made by chance. */
import type { Role } from '../../src/core/access.ts';
import type { Asking, Known } from './requests.ts';
import type { Random } from './truth/random.ts';

type With = { random: Random; known: Known; idOf: (things: { id: number }[]) => number | string };
type Choice = [weight: number, make: () => Asking];

const URLS = [
  'https://hooks.harbour.example/',
  'https://HOOKS.harbour.example/?q=1',
  'https://127.1/',
  'http://a.example/',
];

/** Reads and writes of webhooks, each with how often it is made. */
export const webhookRequests = ({ random, known, idOf }: With) => {
  const { one, percent, below } = random;
  const role = (): Role | null => (percent(94) ? 'admin' : one(['editor', null] as const));
  const webhook = () => `/v1/webhooks/${idOf(known.webhooks)}`;
  const delivery = () => `/v1/webhooks/deliveries/${percent(90) ? 1 + below(12) : one([0, 999, 'x'])}`;
  const events = () => one([['*'], ['article.published', 'tag.merged'], ['site.updated'], [], ['x']]);
  const fields = () => ({ url: percent(80) ? URLS[0] : one(URLS), events: percent(80) ? ['*'] : events() });
  const changes = () =>
    one<object>([
      { active: false },
      { active: true },
      { events: events() },
      { url: one(URLS) },
      { description: null },
      {},
    ]);
  const writes: Choice[] = [
    [2, () => ({ method: 'POST', url: '/v1/webhooks', role: role(), body: fields() })],
    [2, () => ({ method: 'PATCH', url: webhook(), role: role(), body: changes() })],
    [1, () => ({ method: 'DELETE', url: webhook(), role: percent(30) ? role() : null })],
    [2, () => ({ method: 'POST', url: `${webhook()}/${one(['test', 'test', 'rotate-secret'])}`, role: role() })],
    [1, () => ({ method: 'POST', url: `${delivery()}/replay`, role: role() })],
  ];
  const filters = [
    '',
    '?status=pending',
    '?status=failed&count=exact',
    '?limit=1',
    '?page=1&limit=2',
    '?status=x',
    '?cursor=x',
  ];
  const reads: Choice[] = [
    [
      2,
      () => ({
        method: 'GET',
        url: one([webhook(), '/v1/webhooks', '/v1/webhooks?limit=2&count=exact']),
        role: role(),
      }),
    ],
    [2, () => ({ method: 'GET', url: `${webhook()}/deliveries${one(filters)}`, role: role() })],
    [1, () => ({ method: 'GET', url: delivery(), role: role() })],
  ];
  return { writes, reads };
};
