/**
 * Fails where openapi.json breaks who built on the last released document, released.json, unless CHANGELOG.md lists the
 * break with its reason. `--release` makes the document of today the released one.
 */
import { copyFileSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { breakingChanges } from './compatible/breaking-changes.ts';
import { announcedPlaces, tellsOf } from './compatible/changelog.ts';

const fileAt = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const CURRENT = fileAt('openapi.json');
const RELEASED = fileAt('released.json');
const CHANGELOG = fileAt('../CHANGELOG.md');

const { values } = parseArgs({
  options: { release: { type: 'boolean' }, current: { type: 'string' }, changelog: { type: 'string' } },
});
const current = JSON.parse(readFileSync(values.current ?? CURRENT, 'utf8'));
const changelog = readFileSync(values.changelog ?? CHANGELOG, 'utf8');
const { version } = current.info;

const fail = (message: string): void => {
  console.error(message);
  process.exitCode = 1;
};

const release = (): void => {
  if (tellsOf(changelog, version)) copyFileSync(CURRENT, RELEASED);
  else fail(`CHANGELOG.md has no part about ${version}, the version of the document: write it, then release`);
};

const compare = (): void => {
  const announced = announcedPlaces(changelog);
  const broken = breakingChanges(JSON.parse(readFileSync(RELEASED, 'utf8')), current);
  const silent = broken.filter(({ place }) => !announced.has(place));
  if (silent.length === 0) return;
  const lines = silent.map(({ place, what }) => `  - \`${place}\`: ${what}`);
  fail(
    `openapi/openapi.json breaks clients of the released document:\n${lines.join('\n')}\n` +
      'Keep it as it was, or list each place so in CHANGELOG.md under [Unreleased], with the reason instead of what changed',
  );
};

if (values.release) release();
else compare();
