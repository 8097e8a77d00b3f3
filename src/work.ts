/** The work that is done beside the requests: by one process of those that serve together, until it ends. */
import type { FastifyBaseLogger } from 'fastify';
import { type Repeating, repeat } from './core/repeating.ts';
import { dealCards } from './features/articles/dealing.ts';
import { startDueMoments } from './features/articles/due-moments.ts';
import { startEmptying } from './features/articles/emptying.ts';
import { startIndexing } from './features/articles/indexing.ts';
import { startBackups } from './features/backups/running.ts';
import { startPruning } from './features/changes/pruning.ts';
import { startIndexingComments } from './features/comments/indexing.ts';
import { startForgetting } from './features/comments/retention.ts';
import { startImporting } from './features/imports/queue.ts';
import { startPurging } from './features/purges/purging.ts';
import { startDelivering } from './features/webhooks/delivering.ts';
import { startForgettingDeliveries } from './features/webhooks/delivery-retention.ts';
import { createSender } from './outgoing/sender.ts';
import { createRenderer, type Renderer } from './rendering/renderer.ts';
import type { Settings } from './settings.ts';
import { importDirectoryOf } from './store/address.ts';
import { forgetOutcomes } from './store/outcomes.ts';
import type { Parts } from './store/store.ts';

/** How often it is looked whether an article has no card, in milliseconds. */
const DEAL_EVERY = 1000;

/** How often what came of old requests is forgotten, in milliseconds. */
const FORGET_EVERY = 60_000;

/** How long a fault of work that is tried every second is not logged again, in milliseconds. */
const LOGGED_EVERY = 60_000;

type Needs = Parts & { renderer: Renderer; settings: Settings; logger: FastifyBaseLogger };

export type Work = {
  /** Delivers no more, and waits a little for the receivers that are being asked. */
  stopDelivering(): Promise<void>;
  /** Ends all the rest. */
  stop(): Promise<void>;
};

/** Logs what fails, at most once a minute: a store that is away fails all that is tried meanwhile. */
const nowAndThen = (logger: FastifyBaseLogger, message: string): ((error: unknown) => void) => {
  let loggedAt = Number.NEGATIVE_INFINITY;
  return (error) => {
    if (performance.now() - loggedAt < LOGGED_EVERY) return;
    loggedAt = performance.now();
    logger.error({ err: error }, message);
  };
};

/** Notes what came due meanwhile, and begins all work. */
export const startWork = async ({ renderer, settings, logger, ...parts }: Needs): Promise<Work> => {
  const { trashDays, eventDays, commentRetentionDays, webhookAllowPrivate, purgeTargets, embedHosts } = settings;
  const onError = (message: string) => nowAndThen(logger, message);
  const sender = createSender({ allowPrivate: webhookAllowPrivate });
  const toCaches = createSender({ allowPrivate: true }); // the operator said where they are
  const dueMoments = await startDueMoments(parts, onError('moments that came due were not noted'));
  const delivering = startDelivering(parts, sender, {
    onError: onError('what happened was not delivered'),
    onGivenUp: (givenUp) => logger.warn(givenUp, 'a delivery was given up'),
  });
  const everySoOften = { every: settings.backupEvery, keep: settings.backupKeep };
  const backups = startBackups(settings.database, everySoOften, onError('no backup was made; it is tried again'));
  const others: Repeating[] = [
    backups,
    dueMoments,
    repeat(() => dealCards(parts), DEAL_EVERY, onError('cards were not dealt')),
    repeat(() => forgetOutcomes(parts), FORGET_EVERY, onError('what came of old requests was not forgotten')),
    startIndexing({ ...parts, renderer }, onError('renamed articles were not made findable')),
    startIndexingComments(parts.store, onError('older comments were not made findable')),
    startEmptying(parts, trashDays, onError('the trash was not emptied')),
    startForgetting(parts, commentRetentionDays, onError('addresses were not forgotten')),
    startPruning(parts, eventDays, onError('old events were not deleted')),
    startForgettingDeliveries(parts, eventDays, onError('old deliveries were not forgotten')),
    startImporting(
      {
        ...parts,
        directory: importDirectoryOf(settings.database),
        openRenderer: () => createRenderer({ threads: 1, embedHosts }),
      },
      onError('an import came to a halt'),
    ),
    startPurging({ ...parts, sender: toCaches }, purgeTargets, (name) => onError(`${name} was not purged`)),
  ];
  return {
    stopDelivering: async () => {
      await delivering.stop();
      await sender.close();
    },
    stop: async () => {
      for (const each of others) await each.stop();
    },
  };
};
