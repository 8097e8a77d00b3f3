/** The house without its doors: the store and the renderer, for the service and for commands beside it. */
import { availableParallelism } from 'node:os';
import { systemClock } from './core/clock.ts';
import { ensureSite } from './features/site/actions.ts';
import { createRenderer, type Renderer } from './rendering/renderer.ts';
import { type Settings, SettingsError } from './settings.ts';
import { fillNameWords } from './store/name-words.ts';
import { openSqlite } from './store/sqlite.ts';
import type { Store } from './store/store.ts';

export type House = { store: Store; renderer: Renderer; close: () => Promise<void> };

type Failure = Error & { code?: string; cause?: Failure };

/** Opens the store; throws a `SettingsError` where the file cannot be used, and says why. */
const openStore = async (file: string): Promise<Store> => {
  let store: Store | undefined;
  try {
    store = openSqlite(file);
    await store.checkWritable();
    return store;
  } catch (error) {
    await store?.close();
    const { code, message } = (error as Failure).cause ?? (error as Failure);
    if (!/^(?:SQLITE_|STORE_|E[A-Z]+$)/.test(code ?? '')) throw error;
    throw new SettingsError(`DATABASE_URL=file:${file}: cannot be used: ${message}`);
  }
};

/**
 * Opens the store, made and migrated where needed, and the renderer; `mostWaiting` is that of `createRenderer`.
 * Throws a `SettingsError` where the database cannot be used.
 */
export const openHouse = async (settings: Settings, mostWaiting?: number): Promise<House> => {
  const store = await openStore(settings.databaseFile);
  const renderer = createRenderer({
    threads: Math.max(1, Math.min(4, availableParallelism())),
    embedHosts: settings.embedHosts,
    ...(mostWaiting !== undefined && { mostWaiting }),
  });
  await ensureSite({ store, clock: systemClock });
  await fillNameWords(store);
  return {
    store,
    renderer,
    close: async () => {
      await renderer.close();
      await store.close();
    },
  };
};
