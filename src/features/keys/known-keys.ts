/** Which keys there are, asked seldom: so a flood of wrong ones costs the store no look-up each. */
import type { Parts } from '../../store/store.ts';
import { listHashes } from './queries.ts';
import { hashOf, isSecret } from './rules.ts';

/** For how long what was read is believed, in milliseconds: a new key may be unknown for so long, at an address that guesses. */
const BELIEVED_FOR = 1000;

/**
 * Answers whether a secret may be that of a working key, by hashes that are read at most once a second. Whether it works
 * now, the store is asked then.
 */
export const startKnowingKeys = ({ store }: Pick<Parts, 'store'>): ((secret: string) => Promise<boolean>) => {
  let known: ReadonlySet<string> = new Set();
  let readAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | undefined;
  const read = async () => {
    const at = performance.now();
    known = new Set(await listHashes(store));
    readAt = at;
  };
  return async (secret) => {
    if (!isSecret(secret)) return false;
    if (performance.now() - readAt > BELIEVED_FOR) {
      reading ??= read().finally(() => {
        reading = undefined;
      });
      await reading;
    }
    return known.has(hashOf(secret));
  };
};
