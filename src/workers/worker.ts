/** A worker's end of what it has in common with its primary and, by way of that, with the other workers. */
import cluster from 'node:cluster';
import type { Group } from '../core/groups.ts';
import { LOOK_EVERY, type Siblings } from '../store/touches.ts';
import { type Channel, openChannel, type Port } from './channel.ts';

/** How long the primary may take to hear that a worker is ready, or cannot be, in milliseconds. */
const TOLD_WITHIN = 5000;

export type Membership = Pick<Channel, 'answer'> & {
  siblings: Siblings;
  /** Says where this worker listens. */
  tellReady(address: string): Promise<void>;
  /** Says why this worker cannot start, in words for the operator. */
  tellFailed(line: string): Promise<void>;
  /** What each worker, this one among them, answers to a question; those left out that do not in time. */
  askAll(name: string): Promise<unknown[]>;
  /** Hears that the primary is gone. */
  onOrphaned(listener: () => void): void;
};

/** Joins the primary that has forked this process; undefined where nobody has. Called once. */
export const joinPrimary = (): Membership | undefined => {
  const { worker } = cluster;
  if (!worker) return undefined;
  worker.on('error', () => {}); // a pipe that breaks: 'disconnect' says so too
  const channel = openChannel(worker as Port);
  return {
    answer: channel.answer,
    siblings: {
      // A sibling that did not hear in time looks by itself at its next request: as long as that it may go without a look.
      tell: (touched) =>
        channel.ask('touched', [...touched], LOOK_EVERY).then(
          () => undefined,
          () => undefined,
        ),
      onTold: (listener) => {
        channel.answer('touched', (groups) => listener(new Set(groups as Group[])));
        channel.ask('hears', null, TOLD_WITHIN).catch(() => {}); // said before it asks to listen, and so known before
      },
    },
    tellReady: async (address) => void (await channel.ask('ready', address, TOLD_WITHIN)),
    tellFailed: async (line) => void (await channel.ask('failed', line, TOLD_WITHIN)),
    askAll: async (name) => (await channel.ask('all', name, TOLD_WITHIN)) as unknown[],
    onOrphaned: (listener) => {
      worker.once('disconnect', () => {
        worker.exitedAfterDisconnect = true; // else Node ends the process right here, with all that runs
        listener();
      });
    },
  };
};
