/** Notes when keys were last used: outside the request, at most every five minutes a key. */
import type { Parts } from '../../store/store.ts';
import { noteUse } from './queries.ts';

const EVERY = 5 * 60_000;

export type LastUsed = {
  /** Says that a key was used; written later, with others. */
  note(keyId: number): void;
  /** Writes what is still unwritten. */
  flush(): Promise<void>;
};

/** Starts noting; `onError` hears of a write that failed, which harms no request. */
export const startLastUsed = ({ store, clock }: Parts, onError: (error: unknown) => void): LastUsed => {
  const notedAt = new Map<number, number>();
  const waiting = new Set<number>();
  let timer: NodeJS.Timeout | undefined;

  const flush = async () => {
    clearTimeout(timer);
    timer = undefined;
    const ids = [...waiting];
    waiting.clear();
    if (ids.length > 0) await store.transaction((tx) => noteUse(tx, ids, clock()));
  };

  return {
    note(keyId) {
      const now = clock().getTime();
      if (Math.abs(now - (notedAt.get(keyId) ?? Number.NEGATIVE_INFINITY)) < EVERY) return;
      notedAt.set(keyId, now);
      waiting.add(keyId);
      timer ??= setTimeout(() => flush().catch(onError), 1000).unref();
    },
    flush,
  };
};
