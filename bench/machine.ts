/** The machine and the versions that figures belong to. */
import { spawnSync } from 'node:child_process';
import { readFileSync, statfsSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';

export type Machine = Record<string, string>;

/** The version of a package that is installed. */
export const versionOf = (name: string): string => {
  const file = new URL(`../node_modules/${name}/package.json`, import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
};

const FILE_SYSTEMS: Record<number, string> = {
  61267: 'ext4',
  1481003842: 'xfs',
  2435016766: 'btrfs',
  2035054128: 'overlayfs',
  16914836: 'tmpfs (memory: what is durable here costs nothing)',
};

/** The commit that is measured; undefined outside of a repository. */
const commit = (): string | undefined => {
  const { status, stdout } = spawnSync('git', ['describe', '--always', '--dirty'], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
};

/** Tells of the machine; `folder` is where the stores are, `engines` what is to be told of theirs. */
export const describeMachine = (folder: string, engines: Machine): Machine => {
  const { type } = statfsSync(folder);
  return {
    date: new Date().toISOString(),
    galley: commit() ?? 'unknown',
    processor: `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown'}`,
    memory: `${(totalmem() / 2 ** 30).toFixed(1)} GiB`,
    'load before the run': loadavg()
      .map((load) => load.toFixed(2))
      .join(', '),
    kernel: `${process.platform} ${release()}`,
    'file system': FILE_SYSTEMS[type] ?? `of type ${type}`,
    node: process.version,
    ...engines,
    ...Object.fromEntries(['fastify', 'drizzle-orm'].map((name) => [name, versionOf(name)])),
  };
};
