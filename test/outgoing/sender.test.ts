import { spawn } from 'node:child_process';
import { type LookupAddress, lookup } from 'node:dns';
import { once } from 'node:events';
import { createServer as createSecureServer, request as requestSecurely } from 'node:https';
import { type AddressInfo, createServer } from 'node:net';
import { type Test, test } from 'tap';
import { createSender, type Outgoing, type SenderOptions } from '../../src/outgoing/sender.ts';
import { SELF_SIGNED } from '../support/certificate.ts';
import { moduleOf, NODE_ARGS } from '../support/program.ts';
import { startReceiver } from '../support/receiver.ts';

/** A time limit that a busy machine keeps, and one that is waited for. */
const AMPLE = 10_000;
const SHORT = 300;

/** Sends as one test does; what is sent by it ends with the test. */
const sending = (t: Test, options: SenderOptions = { allowPrivate: true }) => {
  const sender = createSender(options);
  t.teardown(() => sender.close());
  return (url: string, asked: Partial<Outgoing> = {}) =>
    sender.send({ method: 'POST', url: new URL(url), headers: {}, timeout: AMPLE, ...asked });
};

/** A server of bare bytes, which says something to whoever connects. */
const startSaying = async (t: Test, words: string | null) => {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => (words === null ? socket.resetAndDestroy() : socket.write(words)));
    t.teardown(() => socket.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
};

test('what is sent arrives as it is, and its status is told, whatever it is', async (t) => {
  const { url, received } = await startReceiver(t, (answer, { path }) =>
    answer.writeHead(Number(path.slice(1, 4))).end('x'.repeat(1000)),
  );
  const send = sending(t);
  for (const status of [200, 204, 302, 404, 410, 500, 503])
    t.match(await send(new URL(`/${status}`, url).href), { status, fault: null, durationMs: Number });
  received.length = 0;
  const body = JSON.stringify({ title: 'Größe ⚓' });
  await send(new URL('/200?a=b', url).href, { headers: { 'content-type': 'application/json', 'x-a': 'b' }, body });
  await send(new URL('/200', url).href, { method: 'PURGE', headers: { 'xkey-purge': 'articles' } });
  t.match(received, [
    { method: 'POST', path: '/200?a=b', body, headers: { 'content-type': 'application/json', 'x-a': 'b' } },
    { method: 'PURGE', path: '/200', body: '', headers: { 'xkey-purge': 'articles' } },
  ]);
  t.equal(received[0]?.headers['content-length'], String(Buffer.byteLength(body)));
});

test('a redirect is an answer, and is not followed', async (t) => {
  const inside = await startReceiver(t);
  const { url } = await startReceiver(t, (answer, { path }) =>
    answer.writeHead(Number(path.slice(1)), { location: inside.url }).end(),
  );
  const send = sending(t);
  for (const status of [301, 302, 303, 307, 308]) t.match(await send(new URL(`/${status}`, url).href), { status });
  t.same(inside.received, []);
});

test('what leads inside is not asked, however it is written', async (t) => {
  const { port, received } = await startReceiver(t);
  const send = sending(t, { allowPrivate: false });
  const hosts = [
    ...['127.0.0.1', 'localhost', 'LOCALHOST', '2130706433', '0x7f.1', '0177.0.0.1', '127.1', '127.0.0.1.', '0.0.0.0'],
    ...['[::1]', '[::ffff:127.0.0.1]', '[::127.0.0.1]', '[64:ff9b::127.0.0.1]', '[::]', '10.0.0.1', '169.254.169.254'],
  ];
  for (const host of hosts)
    t.match(await send(`https://${host}:${port}/`), { status: null, fault: 'address-refused' }, host);
  t.match(await send('http://receiver.example/'), { status: null, fault: 'address-refused' }, 'nor is http spoken');
  t.same(received, []);
});

test('a name is looked at anew with every connection: one that led outside may lead inside now', async (t) => {
  const { port, received } = await startReceiver(t);
  const asked: string[] = [];
  let found: LookupAddress[] = [];
  const send = sending(t, {
    allowPrivate: false,
    find: (hostname, _, tell) => {
      asked.push(hostname);
      tell(null, found);
    },
  });
  const url = `https://rebound.example:${port}/`;
  for (const addresses of [['127.0.0.1'], ['192.0.2.1', '127.0.0.1'], ['::ffff:127.0.0.1'], ['::1']]) {
    found = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    t.match(await send(url), { fault: 'address-refused' }, addresses.join());
  }
  found = [];
  t.match(await send(url), { fault: 'unreachable' });
  t.equal(asked.length, 5);
  t.same(received, []);
});

test('who does not answer in time is waited for no longer, whatever it is that takes so long', async (t) => {
  const silent = await startSaying(t, '');
  const halting = await startSaying(t, 'HTTP/1.1 200 OK\r\nContent-');
  const early = await startSaying(t, 'HTTP/1.1 103 Early Hints\r\n\r\n');
  const send = sending(t);
  for (const url of [silent, halting, early]) {
    const { durationMs, ...sent } = await send(url, { timeout: SHORT });
    t.same(sent, { status: null, fault: 'timeout' });
    t.ok(durationMs >= SHORT - 5 && durationMs < SHORT + 2000, `${durationMs} ms`);
  }
  const lost = sending(t, { allowPrivate: false, find: () => {} });
  t.match(await lost('https://lost.example/', { timeout: SHORT }), { status: null, fault: 'timeout' }, 'a name, too');
});

test('an answer that does not end is read no further than it must be; its status counts', async (t) => {
  let [written, closed] = [0, 0];
  const { url } = await startReceiver(t, (answer, { path }) => {
    answer.on('close', () => {
      closed += 1;
    });
    if (path === '/big') {
      const piece = 'x'.repeat(16_384);
      const write = () => {
        while (!answer.destroyed && answer.write(piece)) written += piece.length;
      };
      answer.on('drain', write);
      return write();
    }
    if (path === '/announced') return answer.writeHead(200, { 'content-length': '1000000000' }).write('x');
    answer.write('x');
  });
  const send = sending(t);
  for (const path of ['/big', '/announced']) {
    const { durationMs, ...sent } = await send(new URL(path, url).href);
    t.same(sent, { status: 200, fault: null }, path);
    t.ok(durationMs < AMPLE / 2, `${durationMs} ms`);
  }
  t.ok(written < 50_000_000, `${written} bytes were written`);
  const { durationMs, ...sent } = await send(new URL('/slow', url).href, { timeout: SHORT });
  t.same(sent, { status: 200, fault: null });
  t.ok(durationMs >= SHORT - 5 && durationMs < SHORT + 2000, `${durationMs} ms`);
  for (let waited = 0; closed < 3 && waited < 100; waited++) await new Promise((resolve) => setTimeout(resolve, 20));
  t.equal(closed, 3, 'nor is any connection kept for it');
});

test('who is not there, hangs up or speaks something else is unreachable', async (t) => {
  const gone = await startReceiver(t);
  gone.server.close();
  const send = sending(t);
  for (const url of [
    gone.url,
    await startSaying(t, null),
    await startSaying(t, 'SSH-2.0-OpenSSH_9.2\r\n'),
    await startSaying(t, 'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: a\r\n\r\n'),
  ]) {
    const { durationMs, ...sent } = await send(url);
    t.same(sent, { status: null, fault: 'unreachable' }, url);
    t.ok(durationMs < AMPLE);
  }
  const unknown = Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' });
  const nowhere = sending(t, { allowPrivate: false, find: (_host, _options, tell) => tell(unknown, []) });
  t.match(await nowhere('https://nobody.example/'), { status: null, fault: 'unreachable' }, 'nor a name of nobody');
});

test('a certificate that nobody vouches for is not taken', async (t) => {
  let asked = 0;
  const server = createSecureServer(SELF_SIGNED, (_, answer) => {
    asked += 1;
    answer.end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  t.match(await sending(t)(`https://127.0.0.1:${port}/`), { status: null, fault: 'unreachable' });
  t.equal(asked, 0);
  const trusting = requestSecurely({ host: '127.0.0.1', port, ca: SELF_SIGNED.cert, agent: false }).end();
  const [answer] = await once(trusting, 'response');
  answer.resume();
  t.equal(asked, 1, 'it was all that was wrong');
});

test('connections are used again, and a process that sends no more can end', async (t) => {
  const { server, url, received } = await startReceiver(t, (answer) =>
    answer.writeHead(200, { 'keep-alive': 'timeout=600' }).end('done'),
  );
  let connections = 0;
  server.on('connection', () => {
    connections += 1;
  });
  const source = `const { createSender } = await import('${moduleOf('src/outgoing/sender.ts')}');
    const { send } = createSender({ allowPrivate: true });
    for (let i = 0; i < 9; i++) {
      const sent = await send({ method: 'POST', url: new URL('${url}'), headers: {}, timeout: 5000 });
      if (sent.status !== 200) process.exit(2);
    }
    const since = performance.now();
    process.on('exit', () => console.log(Math.round(performance.now() - since)));`;
  const environment = { ...process.env };
  delete environment.NODE_OPTIONS; // tap's own
  const args = [...NODE_ARGS, '--input-type=module', '-e', source];
  const child = spawn(process.execPath, args, { env: environment, stdio: ['ignore', 'pipe', 'inherit'] });
  const out = child.stdout.setEncoding('utf8').toArray();
  const [code] = await once(child, 'close');
  t.equal(code, 0);
  t.equal(received.length, 9);
  t.ok(connections <= 2, `by ${connections} connections`); // one may not be known to be free yet
  const waited = Number((await out).join(''));
  t.ok(waited < 1000, `it ended after ${waited} ms`);
});

test('a sender that is closed ends what is under way', async (t) => {
  const silent = await startSaying(t, '');
  const sender = createSender({ allowPrivate: true, find: lookup });
  const sent = sender.send({ method: 'POST', url: new URL(silent), headers: {}, timeout: AMPLE });
  await new Promise((resolve) => setTimeout(resolve, 50));
  await sender.close();
  t.match(await sent, { status: null, fault: 'unreachable' });
  t.match(await sender.send({ method: 'POST', url: new URL(silent), headers: {}, timeout: AMPLE }), { status: null });
});
