/** How the articles that search engines are led to are found. */
import { and, asc, eq, gt, lte, sql } from 'drizzle-orm';
import { notEnded } from '../../store/live.ts';
import { prepared } from '../../store/prepared.ts';
import type { Store } from '../../store/store.ts';
import { unindexed } from '../articles/list-conditions.ts';

/** Ids from one, that one left out, to another. */
export type IdRange = { after: number; upTo: number };

/** Live articles by id, by no other index: what is found by moments would have to be sorted for every slice. */
const listed = prepared(({ db, tables: { articles } }) => {
  const { id, slug, language, sortAt, updatedAt, canonicalUrl, unpublishAt, shelf, noindex } = articles;
  return db
    .select({ id, slug, language, sortAt, updatedAt, canonicalUrl })
    .from(articles)
    .where(
      and(
        gt(id, sql.placeholder('after')),
        lte(id, sql.placeholder('upTo')),
        eq(unindexed(shelf), 'published'),
        lte(unindexed(sortAt), sql.param(sql.placeholder('now'), sortAt)),
        notEnded(unpublishAt, sql.param(sql.placeholder('now'), unpublishAt)),
        eq(noindex, false),
      ),
    )
    .orderBy(asc(id))
    .limit(sql.placeholder('limit'));
});

/** Live articles with ids in a range that may be listed, by id; each with what its `seo` says is its canonical address. */
export const listToLead = (store: Store, { after, upTo }: IdRange, now: Date, limit: number) =>
  listed(store, { after, upTo, now, limit });
export type Led = Awaited<ReturnType<typeof listToLead>>[number];

const beyond = prepared(({ db, tables: { articles } }) => {
  const { id, sortAt, shelf } = articles;
  return db
    .select({ id })
    .from(articles)
    .where(and(eq(shelf, 'published'), lte(sortAt, sql.param(sql.placeholder('now'), sortAt))))
    .orderBy(asc(sortAt), asc(id))
    .limit(1)
    .offset(sql.placeholder('most'));
});

/** Whether more articles have been published than so many; in the index alone, those among them that have ended. */
export const arePublishedMoreThan = async (store: Store, most: number, now: Date): Promise<boolean> =>
  (await beyond(store, { most, now })).length > 0;
