/** What can be done with the site. */
import { isDeepStrictEqual } from 'node:util';
import { type Origin, recordEvents } from '../../store/events.ts';
import { remembered } from '../../store/memory.ts';
import type { Parts, Store } from '../../store/store.ts';
import { touch } from '../../store/touches.ts';
import { findSite, insertSite, type SiteRow, updateSite } from './queries.ts';

export type SiteChange = Partial<Omit<SiteRow, 'id' | 'updatedAt'>>;

const FIRST: Omit<SiteRow, 'id' | 'updatedAt'> = {
  title: 'Galley',
  description: null,
  url: null,
  language: 'en',
  timeZone: 'UTC',
  articleUrlPattern: '/{slug}',
  commentPolicy: 'open',
  moderation: 'all',
  moderationWords: [],
  commentsCloseAfterDays: null,
};

/** Makes the site of an empty store. */
export const ensureSite = ({ store, clock }: Parts): Promise<void> =>
  store.transaction(async (tx) => {
    if (!(await findSite(tx))) await insertSite(tx, { ...FIRST, updatedAt: clock() });
  });

const siteOf = remembered(
  (group: 'site') => group,
  (store) => findSite(store),
);

/** Reads the site. */
export const readSite = async (store: Store): Promise<SiteRow> => {
  const site = await siteOf(store, 'site');
  if (!site) throw new Error('The store has no site: it was never started');
  return site;
};

/** Whether a site is as every store begins with it: nobody has named it. */
export const isAsNew = ({ id, updatedAt, ...site }: SiteRow): boolean => isDeepStrictEqual(site, FIRST);

/** A change with its language written as it is stored. */
export const canonical = (change: SiteChange): SiteChange =>
  change.language === undefined
    ? change
    : { ...change, language: Intl.getCanonicalLocales(change.language)[0] as string };

/** Changes the site; what is sent as it was changes nothing. */
export const editSite = ({ store, clock }: Parts, origin: Origin, input: SiteChange): Promise<SiteRow> =>
  store.transaction(async (tx) => {
    const site = await readSite(tx);
    const change = canonical(input);
    const changedFields = (Object.keys(change) as (keyof SiteChange)[]).filter(
      (name) => !isDeepStrictEqual(change[name], site[name]),
    );
    if (changedFields.length === 0) return site;
    const updatedAt = clock();
    await updateSite(tx, { ...change, updatedAt });
    touch(tx, origin, ['site']);
    // The moments at which articles cease to take comments are others now.
    if (changedFields.includes('commentsCloseAfterDays')) touch(tx, origin, ['schedule']);
    await recordEvents(tx, origin, [
      { type: 'site.updated', at: updatedAt, entityId: site.id, version: null, changedFields },
    ]);
    return { ...site, ...change, updatedAt };
  });
