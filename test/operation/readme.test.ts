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

test('the commands of the README work when they are pasted, on a fresh store', async (t) => {
  const directory = temporaryDirectory(t);
  const process = await startProcess(t, directory);
  const address = await process.ready;
  const [exportKey = '', ...commands] = blockUnder('A first article').trimEnd().split('\n');
  t.match(exportKey, /^export KEY=/);
  const answers: unknown[] = [];
  for (const command of commands) {
    const line = command.replace('http://127.0.0.1:3000', address);
    t.not(line, command, 'it asks the address of a start without settings');
    const { stdout } = await promisify(execFile)('bash', ['-c', `${exportKey}; ${line}`], { cwd: directory });
    answers.push(JSON.parse(stdout));
  }
  t.match(answers, [
    { id: 1, slug: 'grace-hopper' },
    { id: 1, status: 'published', live: true },
    { data: [{ slug: 'the-harbour-at-night' }] },
    { html: '<p>The <em>first</em> boats are in.</p>\n', authors: [{ name: 'Grace Hopper' }] },
    { id: 1, status: 'pending' },
  ]);
  t.equal(answers.length, 5);
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
    ([name]) => !['PUBLIC_URL', 'ADMIN_KEY', 'CACHE_HEADERS', 'SECRET', 'PREVIEW_URL'].includes(name ?? ''),
  );
  t.strictSame(readSettings(Object.fromEntries(written)), defaults);
});
