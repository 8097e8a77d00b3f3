/** Names the site as a record does, as long as nobody has. */
import { isDeepStrictEqual } from 'node:util';
import type { SiteRecord } from '../formats/records.ts';
import { canonical, editSite, isAsNew, readSite } from '../site/actions.ts';
import { type Desk, OPERATOR } from './desk.ts';
import type { Written } from './report.ts';
import { leftOut, siteFieldsOf } from './rules.ts';

/** Changes the site, or tells in what the record differs from it. */
export const writeSite = async ({ tx, now }: Desk, record: SiteRecord): Promise<Written> => {
  const site = await readSite(tx);
  const change = canonical(siteFieldsOf(record));
  const names = Object.keys(change) as (keyof typeof change)[];
  const differing = names.filter((name) => !isDeepStrictEqual(change[name], site[name]));
  if (differing.length === 0) return { fate: 'unchanged' };
  if (!isAsNew(site)) {
    const reason = 'differs from what the site has already, which stays';
    return { fate: 'unchanged', kept: differing.map((name) => ({ field: `/${name}`, code: 'differs', reason })) };
  }
  await editSite({ store: tx, clock: () => now }, OPERATOR, change);
  return { fate: 'created', altered: leftOut(record) };
};
