/** How the site is found and kept: one row. */
import { eq } from 'drizzle-orm';
import { prepared } from '../../store/prepared.ts';
import type { Store } from '../../store/store.ts';

export type SiteRow = Store['tables']['site']['$inferSelect'];

const ONLY = 1;

const theSite = prepared(({ db, tables: { site } }) => db.select().from(site).where(eq(site.id, ONLY)));

/** The site; undefined before the first start has made it. */
export const findSite = async (store: Store): Promise<SiteRow | undefined> => (await theSite(store))[0];

export const insertSite = async ({ db, tables: { site } }: Store, row: Omit<SiteRow, 'id'>): Promise<void> => {
  await db.insert(site).values({ ...row, id: ONLY });
};

export const updateSite = async ({ db, tables: { site } }: Store, change: Partial<SiteRow>): Promise<void> => {
  await db.update(site).set(change).where(eq(site.id, ONLY));
};
