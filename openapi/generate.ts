/**
 * Writes openapi.json, or the file that is named, from the doors of the app itself; with `--check`, tells whether it is
 * current.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { describeApp } from '../src/describing.ts';

const { values, positionals } = parseArgs({ options: { check: { type: 'boolean' } }, allowPositionals: true });
const FILE = positionals[0] ?? fileURLToPath(new URL('openapi.json', import.meta.url));

const readCommitted = (): string | undefined => {
  try {
    return readFileSync(FILE, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
};

const document = await describeApp();
if (!values.check) {
  writeFileSync(FILE, document);
} else if (readCommitted() !== document) {
  console.error('openapi/openapi.json is not current: run `npm run openapi` and commit it with its cause');
  process.exitCode = 1;
}
