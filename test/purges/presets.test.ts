import { test } from 'tap';
import { articleGroup, type Group } from '../../src/core/groups.ts';
import type { PurgeTarget } from '../../src/core/purge-targets.ts';
import { MOST_GROUPS, mergeTouched, purgeRequests } from '../../src/features/purges/presets.ts';

const VARNISH: PurgeTarget = { preset: 'varnish-xkey', url: 'http://cache:6081', token: null };
const FASTLY: PurgeTarget = { preset: 'fastly', url: 'https://api.fastly.com/service/S1', token: 'hidden' };
const CLOUDFLARE: PurgeTarget = {
  preset: 'cloudflare',
  url: 'https://api.cloudflare.com/client/v4/zones/Z1',
  token: 'hidden',
};
const TWO = new Set<Group>(['articles', 'article-7']);

const told = (target: PurgeTarget, touched: Parameters<typeof purgeRequests>[1]) =>
  purgeRequests(target, touched).map(({ url, timeout, ...rest }) => ({ ...rest, url: url.href }));

test('each kind of cache is asked by its own words', async (t) => {
  const method = 'POST';
  t.strictSame(told(VARNISH, TWO), [
    { method: 'PURGE', url: 'http://cache:6081/', headers: { 'xkey-purge': 'articles article-7' } },
  ]);
  t.strictSame(told(VARNISH, 'all'), [
    { method: 'PURGE', url: 'http://cache:6081/', headers: { 'xkey-purge-all': '1' } },
  ]);
  const fastly = { 'fastly-key': 'hidden', accept: 'application/json' };
  t.strictSame(told(FASTLY, TWO), [
    {
      method,
      url: 'https://api.fastly.com/service/S1/purge',
      headers: { ...fastly, 'surrogate-key': 'articles article-7' },
    },
  ]);
  t.strictSame(told(FASTLY, 'all'), [{ method, url: 'https://api.fastly.com/service/S1/purge_all', headers: fastly }]);
  const cloudflare = {
    method,
    url: 'https://api.cloudflare.com/client/v4/zones/Z1/purge_cache',
    headers: { authorization: 'Bearer hidden', 'content-type': 'application/json' },
  };
  t.strictSame(told(CLOUDFLARE, TWO), [{ ...cloudflare, body: '{"tags":["articles","article-7"]}' }]);
  t.strictSame(told(CLOUDFLARE, 'all'), [{ ...cloudflare, body: '{"purge_everything":true}' }]);
  for (const target of [VARNISH, FASTLY, CLOUDFLARE]) t.strictSame(told(target, new Set()), []);
});

test('many groups go in several requests, each as large as the cache takes it', async (t) => {
  const long = Array.from({ length: MOST_GROUPS }, (_, n) => articleGroup(2_147_483_647 - n));
  const asked = (target: PurgeTarget) => purgeRequests(target, new Set(long));
  const keysOf = (target: PurgeTarget, header: string) => asked(target).map(({ headers }) => headers[header] ?? '');
  const [varnish, fastly] = [keysOf(VARNISH, 'xkey-purge'), keysOf(FASTLY, 'surrogate-key')];
  t.strictSame(varnish.join(' ').split(' '), long);
  t.ok(varnish.every((keys) => keys.length < 4096));
  t.strictSame(fastly.join(' ').split(' '), long);
  t.ok(fastly.every((keys) => keys.split(' ').length <= 256));
  const tags = asked(CLOUDFLARE).map(({ body }) => JSON.parse(body ?? '').tags);
  t.strictSame(tags.flat(), long);
  t.ok(tags.every(({ length }) => length <= 30));
});

test('what was touched several times is told once, and too much of it as everything', async (t) => {
  t.strictSame(mergeTouched([TWO, new Set(['articles', 'schedule', 'tags'])]), new Set([...TWO, 'tags']));
  t.strictSame(mergeTouched([new Set(['schedule'])]), new Set(), 'no answer is in that group');
  t.equal(mergeTouched([TWO, 'all']), 'all');
  const many = (length: number) => new Set(Array.from({ length }, (_, n) => articleGroup(n)));
  t.not(mergeTouched([many(MOST_GROUPS)]), 'all');
  t.equal(mergeTouched([many(MOST_GROUPS), new Set(['articles'])]), 'all');
});
