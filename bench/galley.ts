/** Galley as it is measured: a process on a core of its own, by the settings of a table. */
import type { StoreAddress } from '../src/store/address.ts';
import { type Served, startServer } from './process.ts';
import { type Stores, urlOf } from './stores.ts';

/** The key that a store of a benchmark is written with. It opens nothing else. */
export const KEY = `glk_${'benchmark'.repeat(4)}`;

const QUIET = { LOG_LEVEL: 'warn', RATE_LIMIT_READ: 'off', RATE_LIMIT_WRITE: 'off', RATE_LIMIT_COMMENT: 'off' };

/** The settings that are measured. */
export const SETTINGS = {
  'cache on': QUIET,
  'cache off': { ...QUIET, CACHE_BYTES: '0' },
  defaults: {},
} as const satisfies Record<string, Record<string, string>>;
export type SettingsName = keyof typeof SETTINGS;

/** Starts Galley on one of some stores; `program` is what Node is told to run, `others` are settings beside those of the table. */
export const startGalley = async (
  program: readonly string[],
  stores: Stores,
  address: StoreAddress,
  settings: SettingsName,
  log: string,
  others: Record<string, string> = {},
): Promise<Served> => {
  const served = await startServer({
    command: [process.execPath, ...program, 'serve'],
    environment: { ...SETTINGS[settings], ...others, DATABASE_URL: urlOf(address), ADMIN_KEY: KEY },
    readyPath: '/health/ready',
    log,
  });
  return { ...served, storeCpu: stores.cpu };
};
