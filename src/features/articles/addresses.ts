/** Where an article stands on the web, by the site's pattern. */
import type { SiteRow } from '../site/queries.ts';
import type { ArticleRow } from './queries.ts';

/** What of an article can stand in its address. */
export type Addressed = Pick<ArticleRow, 'id' | 'slug' | 'language' | 'sortAt'>;
type Part = (article: Addressed) => string;

/** The parts of a day in a time zone; the formatter is dear, so one is made for each site. */
const dayPart = (site: SiteRow, wanted: string): Part => {
  const { timeZone } = site;
  const calendar = new Intl.DateTimeFormat('en', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
  return ({ sortAt }) => calendar.formatToParts(sortAt).find(({ type }) => type === wanted)?.value ?? '';
};

const partOf = (site: SiteRow, text: string): Part => {
  switch (text) {
    case '{slug}':
      return ({ slug }) => slug;
    case '{id}':
      return ({ id }) => String(id);
    case '{language}':
      return ({ language }) => language;
    case '{year}':
    case '{month}':
    case '{day}':
      return dayPart(site, text.slice(1, -1));
    default:
      return () => text;
  }
};

/** Patterns as they were read, for each site as it was stored. */
const read = new WeakMap<SiteRow, Part[]>();
const partsOf = (site: SiteRow): Part[] => {
  const known = read.get(site);
  if (known) return known;
  const whole = `${site.url?.replace(/\/+$/, '') ?? ''}${site.articleUrlPattern}`;
  const parts = whole.split(/(\{(?:slug|id|language|year|month|day)\})/).filter((text) => text !== '');
  const made = parts.map((text) => partOf(site, text));
  read.set(site, made);
  return made;
};

/** The address of an article by the site's pattern; its moment is told in the site's time zone. */
export const addressOf = (article: Addressed, site: SiteRow): string =>
  partsOf(site).reduce((address, part) => address + part(article), '');
