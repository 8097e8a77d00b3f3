/** `npm run test:varnish`: Galley behind a Varnish that it purges, with the VCL of examples/varnish, as a newspaper runs them. */
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Test, test } from 'tap';
import { Agent, type Dispatcher, request } from 'undici';
import { readKey, startProcess, temporaryDirectory } from '../support/process.ts';
import { freePort, startVarnish } from '../support/varnish.ts';

const AUTHORS = 30;
const ARTICLES = 300;
const READS = 10_000;
const READERS = 16;
/** How long what was changed may be read as it was, in milliseconds. */
const SEEN_WITHIN = 1000;
/** How long what comes due may be late, in milliseconds: its seconds are cut to whole ones, and a busy machine adds some. */
const DUE_WITHIN = 2000;
/** After how long what was purged has been purged again, in milliseconds, and some more. */
const PURGED_AGAIN = 6500;

type Answer = {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look at answers of every shape
  body: any;
  headers: Dispatcher.ResponseData['headers'];
  /** Whether Varnish answered without asking Galley: it then names two of its transactions. */
  hit: boolean;
};

const agent = new Agent({ connections: READERS });
const elsewhere = new Agent({ localAddress: '127.0.0.2' });

type Asked = { key?: string; body?: object; headers?: Record<string, string>; dispatcher?: Agent };

const askAt =
  (address: string) =>
  async (
    method: string,
    path: string,
    { key, body, headers = {}, dispatcher = agent }: Asked = {},
  ): Promise<Answer> => {
    const answer = await request(`${address}${path}`, {
      method: method as 'GET', // PURGE is one that undici's types do not know
      dispatcher,
      headers: {
        ...(key && { authorization: `Bearer ${key}` }),
        ...(body && { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body ? JSON.stringify(body) : null,
    });
    const text = await answer.body.text();
    const isJson = String(answer.headers['content-type']).includes('json');
    const hit = /^\d+ \d+$/.test(String(answer.headers['x-varnish']));
    return {
      status: answer.statusCode,
      body: isJson && text !== '' ? JSON.parse(text) : text,
      headers: answer.headers,
      hit,
    };
  };

/** Does a piece of work so many times, by several at once. */
const together = async (times: number, work: (n: number) => Promise<unknown>): Promise<void> => {
  let next = 0;
  const one = async () => {
    while (next < times) await work(next++);
  };
  await Promise.all(Array.from({ length: READERS }, one));
};

/** A number below `most`, the small ones more often: the n-th as often as 1/n. */
const zipf = (most: number) => {
  const sums: number[] = [];
  for (let n = 1; n <= most; n++) sums.push((sums.at(-1) ?? 0) + 1 / n);
  return () => {
    const at = Math.random() * (sums.at(-1) ?? 0);
    return sums.findIndex((sum) => sum >= at);
  };
};

/** Asks until an answer is as wished; returns how long that took, in ms. */
const until = async (ask: () => Promise<Answer>, isDone: (answer: Answer) => boolean, patience = 15_000) => {
  for (const since = performance.now(); ; await sleep(5)) {
    const answer = await ask();
    const took = performance.now() - since;
    if (isDone(answer) || took > patience) return { took, answer };
  }
};

const startBoth = async (t: Test) => {
  const port = await freePort();
  const varnish = await startVarnish(t, port);
  const directory = temporaryDirectory(t);
  const galley = await startProcess(t, directory, {
    environment: {
      PORT: String(port),
      PURGE_URLS: `varnish-xkey+${varnish}`,
      CACHE_CONTROL: 'public, max-age=0, s-maxage=86400',
      TRUST_PROXY: 'loopback',
      RATE_LIMIT_READ: 'off',
      RATE_LIMIT_WRITE: 'off',
    },
  });
  await galley.ready;
  const key = readKey(directory);
  const ask = askAt(varnish);
  // Where it was refused just before, Varnish does not try again for a quarter of a second.
  await until(
    () => ask('GET', '/v1/site'),
    ({ status }) => status === 200,
  );
  const write = async (method: string, path: string, body: object) => {
    const answer = await ask(method, path, { key, body });
    if (answer.status >= 300) throw new Error(`${method} ${path} → ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  return { galley, ask, key, write };
};

test('a newspaper behind Varnish', async (t) => {
  t.teardown(() => Promise.all([agent.destroy(), elsewhere.destroy()]));
  const { galley, ask, key, write } = await startBoth(t);
  const publish = (n: number) =>
    write('POST', '/v1/articles', {
      title: `Boat ${n}`,
      body: `The boat ${n} is *in*.`,
      authorIds: [(n % AUTHORS) + 1],
      status: 'published',
    });
  for (let n = 0; n < AUTHORS; n++) await write('POST', '/v1/authors', { name: `Author ${n}` });
  const ids: number[] = [];
  await together(ARTICLES, async (n) => {
    ids.push((await publish(n)).id);
  });
  const madeAt = performance.now();
  const pathOf = (n: number) => `/v1/articles/${ids[n]}`;

  await t.test('a change is read within a second, and then nothing else any more', async (t) => {
    for (let round = 1; round <= 5; round++) {
      const path = pathOf(round);
      await until(
        () => ask('GET', path),
        ({ hit }) => hit,
      );
      const title = `Boat ${round} has left`;
      await write('PATCH', path, { title });
      const { took } = await until(
        () => ask('GET', path),
        ({ body }) => body.title === title,
      );
      let stale = 0;
      await together(1000, async () => {
        if ((await ask('GET', path)).body.title !== title) stale += 1;
      });
      t.comment(`read as changed after ${took.toFixed(1)} ms; ${stale} stale of 1000 after that`);
      t.ok(took <= SEEN_WITHIN, `${took} ms`);
      t.equal(stale, 0);
    }
  });

  await t.test('a new article is in the list that was kept', async (t) => {
    const list = () => ask('GET', '/v1/articles?limit=5');
    await until(list, ({ hit }) => hit);
    const { id } = await publish(ARTICLES);
    const { took } = await until(list, ({ body }) => body.data[0].id === id);
    t.comment(`in the list after ${took.toFixed(1)} ms`);
    t.ok(took <= SEEN_WITHIN, `${took} ms`);
  });

  await t.test('a draft is kept for nobody, and what a key is told for nobody else', async (t) => {
    const { id } = await write('POST', '/v1/articles', { title: 'Not yet', body: 'Secret', authorIds: [1] });
    const path = `/v1/articles/${id}`;
    for (let n = 0; n < 3; n++) {
      t.match(await ask('GET', path, { key }), { status: 200, hit: false, body: { title: 'Not yet' } });
      t.match(await ask('GET', path), { status: 404, hit: false });
    }
    await write('PATCH', path, { status: 'published' });
    t.match(
      (
        await until(
          () => ask('GET', path),
          ({ hit }) => hit,
        )
      ).answer,
      { status: 200, hit: true },
    );
    t.match(await ask('GET', path, { key }), { status: 200, hit: false }, 'nor what is kept for a key');
    await write('PATCH', path, { status: 'draft' });
    const { took } = await until(
      () => ask('GET', path),
      ({ status }) => status === 404,
    );
    t.ok(took <= SEEN_WITHIN, `gone after ${took} ms`);
  });

  // All that was made above is purged again, seconds later; a newspaper is not made anew every day.
  await sleep(Math.max(0, madeAt + PURGED_AGAIN - performance.now()));
  await t.test('most of what is read comes from Varnish, while editors write', async (t) => {
    const pick = zipf(ARTICLES);
    let hits = 0;
    const since = performance.now();
    await together(READS, async (n) => {
      if (n % 2500 === 1250) await write('PATCH', pathOf(pick()), { subtitle: `Changed at ${n}` });
      const { status, hit } = await ask('GET', pathOf(pick()));
      if (status !== 200) throw new Error(`${status}`);
      if (hit) hits += 1;
    });
    const share = (100 * hits) / READS;
    t.comment(`${share.toFixed(1)} % of ${READS} reads, in ${Math.round(performance.now() - since)} ms`);
    t.ok(share >= 95, `${share} %`);
  });

  await t.test('what is scheduled is there when it comes due', async (t) => {
    const list = () => ask('GET', '/v1/articles?limit=6');
    const publishedAt = new Date(Date.now() + 2500);
    const scheduled = { title: 'The tide', body: 'High.', authorIds: [1], status: 'scheduled', publishedAt };
    const { id } = await write('POST', '/v1/articles', scheduled);
    const { answer } = await until(list, ({ hit }) => hit);
    t.equal(answer.hit, true, 'the list is kept until then');
    t.not(answer.body.data[0].id, id);
    await until(list, ({ body }) => body.data[0].id === id);
    const late = Date.now() - publishedAt.getTime();
    t.comment(`in the list ${late} ms after its moment`);
    t.ok(late >= 0 && late <= DUE_WITHIN, `${late} ms`);
    t.equal((await ask('GET', `/v1/articles/${id}`)).status, 200);
  });

  await t.test('what clients see of all this: an ETag that holds, compression, and no header of ours', async (t) => {
    const path = pathOf(50);
    const { headers } = (
      await until(
        () => ask('GET', path),
        ({ hit }) => hit,
      )
    ).answer;
    t.notOk(headers['surrogate-key'] ?? headers.xkey);
    t.equal(headers['cache-control'], 'public, max-age=0');
    t.match(await ask('GET', path, { headers: { 'if-none-match': String(headers.etag) } }), { status: 304, hit: true });
    const zipped = await ask('HEAD', path, { headers: { 'accept-encoding': 'gzip' } });
    t.match(zipped, { status: 200, headers: { 'content-encoding': 'gzip' } });
  });

  await t.test('only Galley may purge', async (t) => {
    const purge = { 'xkey-purge-all': '1' };
    t.equal((await ask('PURGE', '/', { headers: purge, dispatcher: elsewhere })).status, 403);
    t.match(await ask('GET', pathOf(50)), { hit: true });
    t.equal((await ask('PURGE', '/')).status, 400);
    t.equal((await ask('PURGE', '/', { headers: purge })).status, 200);
    t.match(await ask('GET', pathOf(50)), { status: 200, hit: false });
  });

  await until(
    () => ask('GET', pathOf(50)),
    ({ hit }) => hit,
  );
  const { code } = await galley.stop();
  t.equal(code, 0);
  t.notMatch(galley.out(), 'was not purged');
  t.match(await ask('GET', pathOf(50)), { status: 200, hit: true }, 'what is kept is read while Galley is away');
});

test('two Galleys behind one Varnish: what either changes is read as changed, and one is enough', async (t) => {
  const ports = [await freePort(), await freePort()];
  const varnish = await startVarnish(t, ...ports);
  const directory = temporaryDirectory(t);
  const start = async (port = 0) => {
    const galley = await startProcess(t, directory, {
      environment: {
        PORT: String(port),
        PURGE_URLS: `varnish-xkey+${varnish}`,
        CACHE_CONTROL: 'public, max-age=0, s-maxage=86400',
        TRUST_PROXY: 'loopback',
      },
    });
    return { galley, write: askAt(await galley.ready) };
  };
  const [one, other] = await Promise.all(ports.map(start));
  if (!one || !other) throw new Error('There are two');
  const [key, read] = [readKey(directory), askAt(varnish)];
  const dispatcher = new Agent();
  t.teardown(() => dispatcher.destroy());
  const { body: author } = await one.write('POST', '/v1/authors', { key, body: { name: 'Ada' }, dispatcher });
  const article = { title: 'Boats', body: 'In.', authorIds: [author.id], status: 'published' };
  const { body: made } = await one.write('POST', '/v1/articles', { key, body: article, dispatcher });
  const path = `/v1/articles/${made.id}`;
  const get = () => read('GET', path, { dispatcher });
  for (const [n, { write }] of [one, other, one, other].entries()) {
    await until(get, ({ hit }) => hit);
    await write('PATCH', path, { key, body: { title: `Boats ${n}` }, dispatcher });
    // What Varnish fetched from the one that had not noticed yet it keeps until the second purge.
    const { took, answer } = await until(get, ({ body }) => body.title === `Boats ${n}`);
    t.equal(answer.body.title, `Boats ${n}`);
    t.comment(`read as changed after ${took.toFixed(1)} ms`);
  }
  await one.galley.stop('SIGKILL');
  for (let n = 0; n < 10; n++) {
    const { status } = await read('GET', `/v1/articles?limit=${n + 1}`, { dispatcher });
    if (status !== 200) await sleep(500); // until Varnish has found out which is there
  }
  const { answer } = await until(
    () => read('GET', '/v1/articles?limit=99', { dispatcher }),
    ({ status }) => status === 200,
  );
  t.match(answer, { status: 200 }, 'one is enough');
  t.equal((await other.galley.stop()).code, 0);
});

test('what has run out is read where there is nothing else, and only there', async (t) => {
  const port = await freePort();
  const backend: { status: number; answers: number } = { status: 200, answers: 0 };
  const server = createServer(({ method, url }, response) => {
    const isRead = method === 'GET' && url === '/v1/articles';
    if (isRead) backend.answers += 1;
    response.writeHead(backend.status, {
      'content-type': 'application/json',
      'cache-control': backend.status === 200 ? 'public, max-age=0, s-maxage=1' : 'no-store',
    });
    response.end(JSON.stringify(backend.answers));
  });
  const listen = () => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const away = () =>
    new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
  t.teardown(away);
  await listen();
  const ask = askAt(await startVarnish(t, port));
  const dispatcher = new Agent();
  t.teardown(() => dispatcher.destroy());
  const read = (asked: Asked = {}) => ask('GET', '/v1/articles', { dispatcher, ...asked });
  t.match(await read(), { status: 200, body: 1 });
  t.match(await read(), { status: 200, body: 1, hit: true });
  await sleep(1200);
  t.match(await read(), { status: 200, body: 2 }, 'Galley is well: it is asked');
  await sleep(1200);
  backend.status = 503;
  for (let n = 0; n < 3; n++) t.match(await read(), { status: 200, body: 2 }, 'it cannot answer');
  t.match(await read({ key: 'k' }), { status: 503, headers: { 'cache-control': 'no-store' } }, 'a key is told so');
  const post = () => ask('POST', '/v1/articles', { body: {}, dispatcher });
  const other = () => ask('GET', '/v1/tags', { dispatcher });
  t.equal((await other()).status, 503, 'and so is who asks for what is not kept');
  await away();
  for (let n = 0; n < 3; n++) t.match(await read(), { status: 200, body: 2 }, 'it is away');
  t.match(await other(), { status: 503, headers: { 'retry-after': '5' } });
  t.equal((await post()).status, 503);
  backend.status = 200;
  await listen();
  const { took, answer } = await until(read, ({ body }) => body > 2);
  t.equal(answer.status, 200);
  t.comment(`read anew after ${took.toFixed(1)} ms`);
});
