/** The house without its doors: the store and the renderer, for the service and for commands beside it. */
import { availableParallelism } from 'node:os';
import { systemClock } from './core/clock.ts';
import { ensureSite } from './features/site/actions.ts';
import { createRenderer, type Renderer } from './rendering/renderer.ts';
import { type Settings, SettingsError } from './settings.ts';
import { type StoreAddress, shownAddress } from './store/address.ts';
import { fillNameWords } from './store/name-words.ts';
import { openStore, StoreUnusable } from './store/open.ts';
import type { Store } from './store/store.ts';

export type House = { store: Store; renderer: Renderer; close: () => Promise<void> };

export type HouseOptions = {
  /** Those of `createRenderer`. */
  mostWaiting?: number;
  threads?: number;
  /** How the store is opened: another way than `openStore` for a copy of it. */
  open?: (address: StoreAddress) => Promise<Store>;
};

/**
 * Opens the store, made and migrated where needed, and the renderer. Throws a `SettingsError` where the database cannot
 * be used, and says why.
 */
export const openHouse = async (
  settings: Settings,
  { mostWaiting, threads, open = openStore }: HouseOptions = {},
): Promise<House> => {
  const store = await open(settings.database).catch((error: unknown) => {
    if (!(error instanceof StoreUnusable)) throw error;
    throw new SettingsError(`DATABASE_URL=${shownAddress(settings.database)}: cannot be used: ${error.message}`);
  });
  const renderer = createRenderer({
    threads: threads ?? Math.max(1, Math.min(4, availableParallelism())),
    embedHosts: settings.embedHosts,
    ...(mostWaiting !== undefined && { mostWaiting }),
  });
  const close = async () => {
    await renderer.close();
    await store.close();
  };
  try {
    await ensureSite({ store, clock: systemClock });
    await fillNameWords(store);
    return { store, renderer, close };
  } catch (error) {
    await close();
    throw error;
  }
};
