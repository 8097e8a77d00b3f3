/** What another process of a test runs: compiled where the tests are, from source by tsx where they are not. */
import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** Where the sources are, which compiled tests are told, and where this file itself is. */
const SOURCE = fileURLToPath(new URL('../..', import.meta.url));
const HERE = join(import.meta.dirname, '../..');
const isBuilt = relative(SOURCE, HERE) !== '';

/** What Node needs to run such a file, besides the file. */
export const NODE_ARGS: readonly string[] = isBuilt
  ? ['--enable-source-maps']
  : [`--import=${import.meta.resolve('tsx')}`];

/** The file to run for one of the sources, such as `src/main.ts`. */
export const programOf = (source: string): string =>
  isBuilt ? join(HERE, source.replace(/\.ts$/, '.js')) : join(SOURCE, source);

/** The address by which a program imports one of the sources. */
export const moduleOf = (source: string): string => pathToFileURL(programOf(source)).href;
