/** A worker without a Galley in it: it tells what a primary has it do, and does what it is asked by name. */
import cluster from 'node:cluster';
import { setTimeout as sleep } from 'node:timers/promises';
import { joinPrimary } from '../../src/workers/worker.ts';

const membership = joinPrimary();
if (!membership) throw new Error('Nobody has forked this process');

const heard: string[] = [];
let works = false;
membership.siblings.onTold((touched) => void heard.push(...touched));
membership.answer('work', () => {
  works = true;
  return null;
});
membership.answer('state', () => ({ pid: process.pid, works, heard }));
membership.answer('touch', async (groups) => {
  await membership.siblings.tell(new Set(groups as []));
  return null;
});
membership.answer('mute', (pid) => (pid === process.pid ? new Promise(() => {}) : process.pid));
membership.answer('die', (pid) => pid === process.pid && process.kill(process.pid, 'SIGKILL'));
process.on('SIGTERM', () => process.exit(0));
membership.onOrphaned(() => process.exit(0));
// Who takes the place of another hears before it is ready.
while ((cluster.worker?.id ?? 0) > 3 && heard.length === 0) await sleep(5);
await membership.tellReady('http://127.0.0.1:1');
