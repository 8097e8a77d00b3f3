/** What is told of the store, and of all that waits somewhere. */
import { nameOfTarget } from './core/purge-targets.ts';
import { lastBackupAt } from './features/backups/running.ts';
import { countWaiting } from './features/purges/queries.ts';
import { countPending } from './features/webhooks/outbox-queries.ts';
import type { Metrics } from './metrics/metrics.ts';
import type { Renderer } from './rendering/renderer.ts';
import type { Settings } from './settings.ts';
import type { Store } from './store/store.ts';

type Measured = {
  version: string;
  store: Store;
  renderer: Renderer;
  settings: Pick<Settings, 'database' | 'backupEvery' | 'purgeTargets'>;
};

/** Lets metrics tell of a store and a renderer. */
export const measure = (metrics: Metrics, { version, store, renderer, settings }: Measured): void => {
  const about = { value: 1, labels: { version, node: process.versions.node } };
  metrics.gauge('build_info', 'What runs: always 1', () => [about], 'first');

  const { turns } = store;
  metrics.histogram('store_unit_wait_seconds', 'How long units of work waited for those before them', turns.waited);
  metrics.histogram('store_unit_seconds', 'How long units of work took, from their turn on', turns.ran);
  metrics.gauge('store_units_waiting', 'Units of work that wait for their turn', () => turns.waiting);
  metrics.gauge('renderings_waiting', 'Texts that are rendered, or wait for it', () => renderer.waiting);

  // Of the store, which all processes share: not to be added up.
  const pending = 'Deliveries to webhooks that are still to be made, or tried again';
  metrics.gauge('webhook_deliveries_pending', pending, () => countPending(store), 'max');
  if (settings.backupEvery !== null) {
    const readLast = () => {
      const at = lastBackupAt(settings.database);
      return at ? at.getTime() / 1000 : undefined;
    };
    metrics.gauge(
      'last_backup_timestamp_seconds',
      'When the newest backup was made that the service keeps',
      readLast,
      'max',
    );
  }
  const names = settings.purgeTargets.map(nameOfTarget);
  if (names.length === 0) return;
  const waiting = 'Changes of which a cache outside has not been told to the end';
  const readWaiting = async () =>
    [...(await countWaiting(store, names))].map(([cache, value]) => ({ value, labels: { cache } }));
  metrics.gauge('purges_waiting', waiting, readWaiting, 'max');
};
