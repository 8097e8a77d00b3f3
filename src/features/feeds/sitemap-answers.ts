/** Sitemaps (sitemaps.org, protocol 0.9). */
import { elementsOf, XML_DECLARATION } from '../../core/xml.ts';
import type { SiteRow } from '../site/queries.ts';
import { absolute, type Places, pageOf, placesOf } from './rules.ts';
import type { Led } from './sitemap-queries.ts';

const NAMESPACE = 'http://www.sitemaps.org/schemas/sitemap/0.9';

/** Longer addresses are none to the protocol; escaped, so that a page of many stays far below what a sitemap may weigh. */
const LONGEST = 2048;

const later = (one: Date, other: Date): Date => (one > other ? one : other);

/** An article’s entry; none where another page is the one to be found, or the address is too long. */
const entryOf = (article: Led, site: SiteRow, places: Places) => {
  const loc = pageOf(article, site, places);
  const { canonicalUrl, updatedAt, sortAt } = article;
  if (canonicalUrl !== null && absolute(canonicalUrl, loc) !== loc) return [];
  if (loc.replaceAll('&', '&amp;').length >= LONGEST) return [];
  return [{ loc, lastmod: later(updatedAt, sortAt).toISOString() }];
};

/** The entries of some articles; `api` is where this API is asked. */
export const entriesOf = (articles: readonly Led[], site: SiteRow, api: string): string => {
  const places = placesOf(site, api);
  const url = articles.flatMap((article) => entryOf(article, site, places));
  return url.length === 0 ? '' : elementsOf({ url });
};

/** The entry of the front page. */
export const frontPage = (site: SiteRow, api: string): string => elementsOf({ url: { loc: placesOf(site, api).home } });

/** A sitemap of some entries. */
export const answerSitemap = (entries: readonly string[]): string =>
  `${XML_DECLARATION}<urlset xmlns="${NAMESPACE}">${entries.join('')}</urlset>\n`;

/** The index of some sitemaps by their numbers. */
export const answerIndex = (pages: readonly number[], api: string): string => {
  const sitemap = pages.map((page) => ({ loc: absolute(`/sitemap-${page}.xml`, api) }));
  return `${XML_DECLARATION}${elementsOf({ sitemapindex: { '@xmlns': NAMESPACE, sitemap } })}\n`;
};
