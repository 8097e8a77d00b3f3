/** A limit of memory for a process, by a cgroup of version 1 or 2. */
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';

const ROOTS = [
  { root: '/sys/fs/cgroup/memory', limit: 'memory.limit_in_bytes', swap: 'memory.memsw.limit_in_bytes' },
  { root: '/sys/fs/cgroup', limit: 'memory.max', swap: 'memory.swap.max' },
];

export type SmallMemory = {
  /** Puts a command under the limit. */
  wrap: (command: string[]) => string[];
  /** How often the kernel ended something for want of memory. */
  killed: () => number;
};

/** Makes a group with so many bytes, gone after the test; undefined where this user cannot. */
export const limitMemory = (t: Test, bytes: number): SmallMemory | undefined => {
  for (const { root, limit } of ROOTS) {
    const group = join(root, `galley-${process.pid}-${Date.now()}`);
    try {
      mkdirSync(group);
      t.teardown(() => rmdirSync(group));
      writeFileSync(join(group, limit), String(bytes));
    } catch {
      continue;
    }
    const enter = `echo $$ > ${join(group, 'cgroup.procs')} && exec "$@"`;
    const events = ['memory.oom_control', 'memory.events'].map((name) => join(group, name)).find(existsSync) as string;
    return {
      wrap: (command) => ['sh', '-c', enter, 'sh', ...command],
      killed: () => Number(/oom_kill (\d+)/.exec(readFileSync(events, 'utf8'))?.[1] ?? 0),
    };
  }
  return undefined;
};
