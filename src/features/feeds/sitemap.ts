/** What search engines are led to, in slices: between them others are answered. */
import { setImmediate as pause } from 'node:timers/promises';
import type { Parts } from '../../store/store.ts';
import { arePublishedMoreThan, type IdRange, type Led, listToLead } from './sitemap-queries.ts';

/** How many articles a statement reads. */
const AT_ONCE = 500;
/** All ids there can be. */
export const ALL: IdRange = { after: 0, upTo: 2_147_483_647 };

/** The articles with ids in a range, in slices. */
export const walkToLead = async function* ({ store, clock }: Parts, range: IdRange): AsyncGenerator<Led[]> {
  const now = clock();
  for (let { after } = range; ; await pause()) {
    const slice = await listToLead(store, { ...range, after }, now, AT_ONCE);
    if (slice.length > 0) yield slice;
    if (slice.length < AT_ONCE) return;
    after = (slice.at(-1) as Led).id;
  }
};

/** The most addresses of one sitemap, the front page among them (sitemaps.org). */
const MOST = 50_000;

/** Whether the articles are too many for one sitemap. */
export const areTooMany = ({ store, clock }: Parts): Promise<boolean> => arePublishedMoreThan(store, MOST - 1, clock());

/** The numbers of the pages that have articles, each page with the articles of so many ids; and the first. */
export const listPages = async ({ store, clock }: Parts, idsAPage: number): Promise<number[]> => {
  const now = clock();
  const pages = [1];
  for (let after = idsAPage; ; await pause()) {
    const [next] = await listToLead(store, { ...ALL, after }, now, 1);
    if (!next) return pages;
    const page = Math.ceil(next.id / idsAPage);
    pages.push(page);
    after = page * idsAPage;
  }
};
