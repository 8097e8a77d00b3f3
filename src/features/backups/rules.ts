/** Which backups the service makes by itself, when, and which of them stay. */
import { momentOfStamp, stampOf } from '../../core/stamp.ts';

/** What they end with. */
const END = '.backup';

/** One of the service's own, and the moment its name tells. */
export type Own = { name: string; at: Date };

/** The name of a backup that the service makes of a store, by the name of its file. */
export const nameOf = (store: string, at: Date): string => `${store}.${stampOf(at)}${END}`;

/** Of the names in a directory those of the service's own backups of a store, newest first. */
export const ownAmong = (store: string, names: readonly string[]): Own[] =>
  names
    .flatMap((name) => {
      const at = momentOfStamp(name.slice(store.length + 1, -END.length));
      return at && nameOf(store, at) === name ? [{ name, at }] : [];
    })
    .sort((one, other) => other.at.getTime() - one.at.getTime());

/** Whether a name is that of a backup of a store that was not finished, or of what stands beside it meanwhile. */
export const isUnfinished = (store: string, name: string): boolean => {
  const [, whole = ''] = /^(.*)\.[0-9a-f]{8}\.part(?:-journal|-wal|-shm)?$/.exec(name) ?? [];
  return ownAmong(store, [whole]).length > 0;
};

/** Whether the next one is due. One of a moment to come is of a clock that was put back since, and postpones nothing. */
export const isDue = (own: readonly Own[], every: number, now: Date): boolean =>
  !own.some(({ at }) => at <= now && at.getTime() > now.getTime() - every);

/** Which ones go where so many stay: the oldest, and before those the ones of a moment to come, as they are of no use to `isDue`. */
export const surplus = (own: readonly Own[], keep: number, now: Date): Own[] =>
  [...own.filter(({ at }) => at <= now), ...own.filter(({ at }) => at > now)].slice(keep);
