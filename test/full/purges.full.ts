import { test } from 'tap';
import { readKey, startProcess, temporaryDirectory } from '../support/process.ts';
import { startCache } from '../support/purged-cache.ts';

/** How long it may take to start, to find a dead process's lease run out, and to tell, in milliseconds. */
const TOLD_WITHIN = 40_000;

test('what a process had committed and not purged when it was killed is purged by the next', async (t) => {
  const { url, take, answering } = await startCache(t);
  const directory = temporaryDirectory(t);
  const environment = { PURGE_URLS: `varnish-xkey+${url}` };
  /** Whether a group was told, or everything, since it was asked last; waits for it. */
  const toldOf = async (group: string) => {
    for (const since = performance.now(); performance.now() - since < TOLD_WITHIN; ) {
      const keys = take().flatMap(({ headers }) =>
        headers['xkey-purge-all'] ? ['everything'] : String(headers['xkey-purge']).split(' '),
      );
      if (keys.includes(group)) return true;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return false;
  };
  const first = await startProcess(t, directory, { environment });
  const address = await first.ready;
  t.ok(await toldOf('everything'));
  t.ok(await toldOf('everything'), 'and again');
  const post = (path: string, body: object) =>
    fetch(`${address}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${readKey(directory)}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  t.equal((await post('/v1/authors', { name: 'Ada' })).status, 201);
  answering.status = null; // what is told now nobody hears to its end
  const article = { title: 'The ferry', body: 'It leaves.', authorIds: [1], status: 'published' };
  t.equal((await post('/v1/articles', article)).status, 201);
  t.ok(await toldOf('article-1'));
  t.match(await first.stop('SIGKILL'), { signal: 'SIGKILL' });
  take();
  answering.status = 200;
  const second = await startProcess(t, directory, { environment });
  await second.ready;
  const since = performance.now();
  t.ok(await toldOf('article-1'));
  t.comment(`${Math.round(performance.now() - since)} ms after the next was ready`);
  t.ok(await toldOf('article-1'), 'and again');
  t.equal((await second.stop()).code, 0);
});
