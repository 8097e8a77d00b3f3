/**
 * `npm run test:clients`: four generators make clients of the document, TypeScript checks them strictly, and what is
 * written with two of them runs against a Galley with an empty store.
 */
import { execFile } from 'node:child_process';
import { copyFileSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { test } from 'tap';
import type { Scenario } from '../../openapi/clients/scenarios/scenario.ts';
import { readKey, startProcess, temporaryDirectory } from '../support/process.ts';

const FOLDER = fileURLToPath(new URL('../../openapi/clients', import.meta.url));

/** Runs npm in the folder of the clients; where it fails, the error holds what was written. */
const npm = async (...args: string[]): Promise<void> => {
  // tap hands its own options to whatever Node starts from here.
  const { NODE_OPTIONS: _, ...env } = process.env;
  await promisify(execFile)('npm', args, { cwd: FOLDER, env }).catch((error) => {
    throw new Error(`npm ${args.join(' ')} failed:\n${error.stdout}${error.stderr}`);
  });
};

const LOCK = join(FOLDER, 'package-lock.json');
/** A copy of the lock that was installed last. */
const INSTALLED = join(FOLDER, 'node_modules/installed.json');

const isInstalled = (): boolean => {
  try {
    return readFileSync(INSTALLED, 'utf8') === readFileSync(LOCK, 'utf8');
  } catch {
    return false;
  }
};

test('the generators are installed', { bail: true }, async () => {
  if (isInstalled()) return;
  await npm('ci', '--no-audit', '--no-fund');
  copyFileSync(LOCK, INSTALLED);
});

test('four generators make clients of the document', { bail: true }, (t) => {
  rmSync(join(FOLDER, 'made'), { recursive: true, force: true });
  t.jobs = 2;
  for (const name of ['openapi-typescript', 'kubb', 'hey-api', 'orval']) {
    t.test(name, { buffered: true }, () => npm('run', '--silent', `generate:${name}`));
  }
  t.end();
});

test('the clients, and what is written with them, pass strict TypeScript', () => npm('run', '--silent', 'types'));

for (const name of ['openapi-fetch', 'hey-api']) {
  test(`a newspaper's day with ${name}`, async (t) => {
    // By an address, for the types of the clients are a matter of their own folder.
    const { href } = new URL(`../../openapi/clients/scenarios/${name}.ts`, import.meta.url);
    const { scenario }: { scenario: Scenario } = await import(href);
    const directory = temporaryDirectory(t);
    const galley = await startProcess(t, directory);
    const baseUrl = await galley.ready;
    await scenario({ baseUrl, key: readKey(directory), done: (step) => t.pass(step) });
    await galley.stop();
  });
}
