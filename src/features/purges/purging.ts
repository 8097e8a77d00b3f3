/** Purges caches outside, beside the requests: at once when this process commits, soon when another has. */
import { setTimeout as sleep } from 'node:timers/promises';
import { nameOfTarget, type PurgeTarget } from '../../core/purge-targets.ts';
import type { Repeating } from '../../core/repeating.ts';
import { createTeller, type PurgeParts } from './telling.ts';

/** How often it is looked for what others have committed, or is due again, in milliseconds. */
const LOOK_EVERY = 250;
/** How long is waited at least between two looks, in milliseconds, so that commits that come together are told together. */
const REST = 50;

type OnError = (error: unknown) => void;

const startTelling = (parts: PurgeParts, target: PurgeTarget, onError: OnError): Repeating => {
  const teller = createTeller(parts, target);
  let isStopped = false;
  let isWoken = false;
  let wake = () => {};
  const ended = parts.store.onTouched(() => {
    isWoken = true;
    wake();
  });
  const woken = () =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, LOOK_EVERY).unref();
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
      if (isWoken || isStopped) wake();
    });
  const run = async () => {
    while (!isStopped) {
      isWoken = false;
      await teller.look().catch((error: unknown) => {
        if (!isStopped) onError(error);
      });
      await sleep(REST, undefined, { ref: false });
      await woken();
    }
    await teller.letGo().catch(onError);
  };
  const running = run();
  return {
    stop: async () => {
      isStopped = true;
      ended();
      wake();
      await running;
    },
  };
};

/**
 * Purges the targets until `stop`, which closes the sender and leaves what is not told yet to the next start, or to other
 * processes. `onErrorOf` says who hears of what failed, by the name of the target.
 */
export const startPurging = (
  parts: PurgeParts,
  targets: readonly PurgeTarget[],
  onErrorOf: (name: string) => OnError,
): Repeating => {
  const tellings = targets.map((target) => startTelling(parts, target, onErrorOf(nameOfTarget(target))));
  return {
    stop: async () => {
      const stopping = tellings.map(({ stop }) => stop());
      await parts.sender.close(); // a cache that does not answer is not waited for
      await Promise.all(stopping);
    },
  };
};
