/** Makes the backup that is due: one for all processes that serve the store. */
import { lstatSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { StoreAddress } from '../../store/address.ts';
import { backUp, holdAlone } from '../../store/backup.ts';
import { isDue, isUnfinished, nameOf, type Own, ownAmong, surplus } from './rules.ts';

/** What is backed up, the file of it, how often (in milliseconds), and how many backups stay. */
export type Plan = { address: StoreAddress; file: string; every: number; keep: number };

/** The directory of the service's own backups, beside the store. */
const directoryOf = ({ file }: Pick<Plan, 'file'>): string => join(dirname(file), 'backups');

/** The service's own backups of a store, newest first. */
export const listOwn = (plan: Pick<Plan, 'file'>): Own[] => {
  const directory = directoryOf(plan);
  const isThere = statSync(directory, { throwIfNoEntry: false })?.isDirectory() === true;
  return ownAmong(basename(plan.file), isThere ? readdirSync(directory) : []).filter(({ name }) =>
    lstatSync(join(directory, name), { throwIfNoEntry: false })?.isFile(),
  );
};

/** Makes a backup where one is due and no other process makes it now; false where there was nothing to do. */
export const makeDue = async (plan: Plan, signal: AbortSignal): Promise<boolean> => {
  const directory = directoryOf(plan);
  const store = basename(plan.file);
  mkdirSync(directory, { recursive: true });
  const made = await holdAlone(join(directory, `.${store}.lock`), async () => {
    const at = new Date();
    if (!isDue(listOwn(plan), plan.every, at)) return false;
    for (const name of readdirSync(directory)) if (isUnfinished(store, name)) rmSync(join(directory, name));
    await backUp(plan.address, join(directory, nameOf(store, at)), { signal });
    for (const { name } of surplus(listOwn(plan), plan.keep, new Date())) rmSync(join(directory, name));
    return true;
  });
  return made ?? false;
};
