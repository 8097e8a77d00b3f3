import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { test } from 'tap';
import { readSettings } from '../../src/settings.ts';
import { startProcess, temporaryDirectory } from '../support/process.ts';

const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

/** The fenced block of the language that stands under a heading. */
const blockUnder = (heading: string): string => {
  const section = README.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  return /```sh\n([^`]*)```/.exec(section)?.[1] ?? '';
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
  await process.stop();
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
      !['PUBLIC_URL', 'ADMIN_KEY', 'CACHE_HEADERS', 'PURGE_URLS', 'SECRET', 'PREVIEW_URL'].includes(name ?? ''),
  );
  t.strictSame(readSettings(Object.fromEntries(written)), defaults);
});
