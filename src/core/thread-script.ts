/** Where a thread begins. */

/**
 * The script `name` beside the file of `importer`: compiled, `name.js`. From source, as tests run, it is `name.ts`, and
 * the thread first registers tsx, as threads of Node 20 have no loader of their process even when they have its flags.
 */
export const threadScript = (name: string, importer: string): URL => {
  if (!/\.ts$/.test(importer)) return new URL(`./${name}.js`, importer);
  const script = new URL(`./${name}.ts`, importer).href;
  const steps = `import { register } from '${import.meta.resolve('tsx/esm/api')}'; register(); await import('${script}');`;
  return new URL(`data:text/javascript,${encodeURIComponent(steps)}`);
};
