/** What an answer about articles depends on besides the article. */
import type { Caller } from '../../core/access.ts';
import type { Parts } from '../../store/store.ts';
import { readSite } from '../site/actions.ts';

/** Who asks, of which site, and at what time. */
export const readView = async ({ store, clock }: Parts, caller: Caller) => ({
  caller,
  site: await readSite(store),
  now: clock(),
});
