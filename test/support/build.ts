/**
 * Galley and its tests compiled, so that no process of a run has to: one that loads the app through tsx takes three times
 * as long. A build is named for the content of all that it is made of, so none is ever older than its sources.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const BUILDS = join(ROOT, '.tap/built');
const SOURCES = ['src', 'test', 'openapi', 'bench'];
/** What says how they are compiled, and by what. */
const OPTIONS = ['tsconfig.json', 'tsconfig.tests.json', 'package-lock.json'];
/** What the app reads beside its own files. */
const READ_BY_APP = ['migrations', 'package.json'];

const filesIn = (folder: string, ending: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending) && !/(?:^|\/)node_modules\//.test(name))
    .map((name) => join(folder, name))
    .sort();

/** The name of the build of what stands there now. */
const nameNow = (): string => {
  const hash = createHash('sha256');
  const sources = SOURCES.flatMap((folder) => filesIn(join(ROOT, folder), '.ts'));
  for (const file of [...OPTIONS.map((name) => join(ROOT, name)), ...sources]) {
    const content = readFileSync(file);
    hash.update(`${relative(ROOT, file)}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex').slice(0, 16);
};

/**
 * Whatever a test reads, it finds from where its source is. The app finds its own from where it is, as when it is
 * installed.
 */
const keepPlaces = (build: string): void => {
  for (const folder of SOURCES.filter((each) => each !== 'src')) {
    for (const file of filesIn(join(build, folder), '.js')) {
      const text = readFileSync(file, 'utf8');
      const source = join(ROOT, relative(build, file)).replace(/\.js$/, '.ts');
      if (text.includes('import.meta.url')) {
        writeFileSync(file, text.replaceAll('import.meta.url', JSON.stringify(pathToFileURL(source).href)));
      }
    }
  }
};

/** How long a build that nobody runs any more is kept, in milliseconds: another run may be at it. */
const KEPT_FOR = 24 * 3600 * 1000;

const removeOld = (): void => {
  for (const name of readdirSync(BUILDS)) {
    const build = join(BUILDS, name);
    const found = statSync(build, { throwIfNoEntry: false }); // another run may have given it its name meanwhile
    if (found && Date.now() - found.mtimeMs > KEPT_FOR) rmSync(build, { recursive: true, force: true });
  }
};

/** Builds what there is, unless that is done already; returns the folder that holds it, laid out as the sources are. */
export const buildTests = (): string => {
  const build = join(BUILDS, nameNow());
  if (existsSync(build)) {
    utimesSync(build, new Date(), new Date());
    return build;
  }
  const begun = `${build}.${process.pid}`;
  mkdirSync(begun, { recursive: true });
  removeOld();
  const tsc = fileURLToPath(new URL('../../node_modules/.bin/tsc', import.meta.url));
  try {
    execFileSync(tsc, ['-p', join(ROOT, 'tsconfig.tests.json'), '--outDir', begun], { stdio: ['ignore', 2, 2] });
    keepPlaces(begun);
    for (const name of READ_BY_APP) symlinkSync(join(ROOT, name), join(begun, name));
    renameSync(begun, build);
  } catch (error) {
    rmSync(begun, { recursive: true, force: true });
    if (!existsSync(build)) throw error; // or another run was faster
  }
  return build;
};
