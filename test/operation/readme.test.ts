import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { Webhook } from 'standardwebhooks';
import { test } from 'tap';
import { readSettings } from '../../src/settings.ts';
import { startProcess, temporaryDirectory } from '../support/process.ts';

const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

/** The first fenced block of a language that stands under a heading. */
const blockUnder = (heading: string, language = 'sh'): string => {
  const section = README.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  return new RegExp(`\`\`\`${language}\\n([^\`]*)\`\`\``).exec(section)?.[1] ?? '';
};

/** Pastes the commands under a heading, as far as they are no settings of the shell: those stand before each. */
const paste = async (directory: string, address: string, heading: string, settings: string[] = []) => {
  const lines = blockUnder(heading).trimEnd().replaceAll('http://127.0.0.1:3000', address).split('\n');
  const exported = [...settings, ...lines.filter((line) => line.startsWith('export '))];
  const answers: unknown[] = [];
  for (const command of lines.filter((line) => !line.startsWith('export '))) {
    const script = [...exported, command].join('\n');
    const { stdout } = await promisify(execFile)('bash', ['-c', script], { cwd: directory });
    answers.push(JSON.parse(stdout));
  }
  return { answers, exported };
};

test('the commands of the README work when they are pasted, on a fresh store', async (t) => {
  const directory = temporaryDirectory(t);
  const process = await startProcess(t, directory);
  const address = await process.ready;
  t.match(blockUnder('A first article'), /^export KEY=/);
  const first = await paste(directory, address, 'A first article');
  t.match(first.answers, [
    { id: 1, slug: 'grace-hopper' },
    { id: 1, status: 'published', live: true },
    { data: [{ slug: 'the-harbour-at-night' }] },
    { html: '<p>The <em>first</em> boats are in.</p>\n', authors: [{ name: 'Grace Hopper' }] },
    { id: 1, status: 'pending' },
  ]);
  t.equal(first.answers.length, 5);

  const desk = await paste(directory, address, 'For editors', first.exported);
  t.match(desk.answers, [
    { id: 2, status: 'draft', version: 1 },
    { status: 'review', version: 2 },
    { id: 1, token: /^glp_/, url: new RegExp(`^${address}/v1/previews/glp_`) },
    { status: 'scheduled', publishedAt: '2030-01-01T00:30:00.000Z', version: 3 },
    { status: 'published', live: true, version: 4 },
    { title: 'The last ferry', version: 1, changedFields: ['title'] },
    { title: 'The last ferry', live: true, version: 5 },
    { data: [5, 4, 3, 2, 1].map((version) => ({ version })) },
    { version: 5, against: 1 },
    { title: 'The first ferry', body: 'It leaves at six.', live: true, version: 6 },
  ]);
  t.equal(desk.answers.length, 10);

  const voices = await paste(directory, address, 'For readers’ voices', desk.exported);
  t.match(voices.answers, [
    { data: [{ id: 1, status: 'pending', body: 'Well seen.', authorEmail: 'kay@example.org' }] },
    { id: 1, status: 'approved', version: 2 },
    { id: 2, status: 'pending', parentId: 1, editToken: /^glc_/ },
    { pending: 1, approved: 1 },
    { data: [{ id: 1 }, { id: 2, status: 'approved' }] },
    { data: [{ html: '<p>Well seen.</p>\n', replies: [{ html: '<p>From the <em>pier</em>?</p>\n' }] }] },
    { mode: 'anonymise', commentCount: 1, articleIds: [1] },
  ]);
  t.equal(voices.answers.length, 7);

  const heard = await paste(directory, address, 'Hearing of changes', voices.exported);
  const secret = /^whsec_/;
  t.match(heard.answers, [
    { data: [], pagination: { next: String } },
    { data: [1, 2].map((id) => ({ type: 'article.published', kind: 'article', id })), pagination: { next: String } },
    { id: 1, active: true, events: ['article.published', 'article.unpublished'], secret },
    { id: 1, webhookId: 1, type: 'webhook.test', status: 'pending' },
    { data: [{ id: 1 }], pagination: { limit: 5, next: null } },
    { id: 1, secret, previousSecretUntil: String },
    { id: 1, type: 'webhook.test', status: 'pending' },
  ]);
  t.equal(heard.answers.length, 7);
  await process.stop();
});

test('the receiver of the README takes what is signed with its secret, and nothing else', async (t) => {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  await once(probe.close(), 'close');
  const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
  const code = blockUnder('Hearing of changes', 'js').replace('8080', `${port}, () => console.log('ready')`);
  t.match(code, /ready/);
  const receiver = spawn(process.execPath, ['--input-type=module', '--eval', code], {
    env: { PATH: process.env.PATH, WEBHOOK_SECRET: secret },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.teardown(() => receiver.kill());
  let said = '';
  receiver.stdout.on('data', (bytes) => {
    said += bytes;
  });
  while (!said.includes('ready')) await once(receiver.stdout, 'data');
  const body = JSON.stringify({ type: 'article.published', timestamp: new Date(), data: { id: 7 } });
  const former = new Webhook(Buffer.alloc(32, 8).toString('base64'));
  const post = async (sent: string, at: Date, signers: Webhook[]) => {
    const headers = {
      'webhook-id': 'msg_1',
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': signers.map((each) => each.sign('msg_1', at, body)).join(' '),
    };
    return (await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', headers, body: sent })).status;
  };
  const [now, webhook] = [new Date(), new Webhook(secret)];
  t.equal(await post(body, now, [webhook]), 204);
  t.equal(await post(body, now, [former, webhook]), 204, 'while both secrets sign');
  t.equal(await post(`${body} `, now, [webhook]), 400, 'a byte more');
  t.equal(await post(body, new Date(now.getTime() - 6 * 60_000), [webhook]), 400, 'too old');
  t.equal(await post(body, now, [former]), 400, 'another secret');
  t.equal(said, 'ready\nmsg_1 article.published 7\nmsg_1 article.published 7\n');
});

test('the settings of the README are those there are, with their defaults', async (t) => {
  const rows = [...README.matchAll(/^\| (`[A-Z_`, ]+`) \| (.*?) \|/gm)].flatMap(([, names = '', values = '']) => {
    const value = values.includes('`, `') ? values.split('`, `') : [values];
    return names.split(', ').map((name, at) => [name, value[at] ?? values].map((text) => text.replaceAll('`', '')));
  });
  const read = new Set<string>();
  const environment = new Proxy<Record<string, string>>({}, { get: (_, name) => void read.add(String(name)) });
  const defaults = readSettings(environment);
  t.strictSame(rows.map(([name]) => name).sort(), [...read].sort());
  const written = rows.filter(
    ([name]) =>
      !['PUBLIC_URL', 'ADMIN_KEY', 'CACHE_HEADERS', 'PURGE_URLS', 'SECRET', 'PREVIEW_URL', 'METRICS_TOKEN'].includes(
        name ?? '',
      ),
  );
  t.strictSame(readSettings(Object.fromEntries(written)), defaults);
});
