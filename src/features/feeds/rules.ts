/** What feeds are about, and where things stand on the web for those who read them elsewhere: every address is absolute. */
import { type Addressed, addressOf } from '../articles/addresses.ts';
import type { ListedArticle } from '../articles/queries.ts';
import type { AuthorRow } from '../authors/queries.ts';
import type { SiteRow } from '../site/queries.ts';
import type { TagRow } from '../tags/queries.ts';

/** What a feed is about: all articles, or those of a tag or author. */
export type Subject = { kind: 'articles' } | NamedSubject;
export type NamedSubject =
  | { kind: 'tag'; row: Pick<TagRow, 'id' | 'slug' | 'name' | 'description'> }
  | { kind: 'author'; row: Pick<AuthorRow, 'id' | 'slug' | 'name' | 'bio'> };

/** An article in a feed, with its text. */
export type Entry = { article: ListedArticle; html: string };
/** What stands in a feed, the newest first. */
export type FeedContent = { site: SiteRow; subject: Subject; entries: Entry[] };

/** Where readers find the publication, and where this API is asked. */
export type Places = { home: string; api: string };

/**
 * The places of a site. Never by the `Host` of a request: whoever sends another there would put it into answers that are
 * kept for all.
 */
export const placesOf = ({ url }: SiteRow, api: string): Places => ({ home: absolute(url ?? api, api), api });

/** An address as an absolute one, seen from another; one that leads nowhere stays as it is. */
export const absolute = (address: string, base: string): string =>
  URL.canParse(address, base) ? new URL(address, base).href : address;

/** Where readers find an article; a site without an address has its articles where the API is. */
export const pageOf = (article: Addressed, site: SiteRow, { api }: Places): string =>
  absolute(addressOf(article, site), api);

/**
 * The name of a thing for ever, whatever becomes of its slug (a `tag:` URI, RFC 4151): feed readers know by it what they
 * have shown already.
 */
export const permanentId = ({ home }: Places, name: string): string => {
  const { hostname, pathname } = new URL(URL.canParse(home) ? home : 'http://localhost');
  // Two publications of one host stand at different paths of it.
  const place = pathname.replaceAll(/^\/|\/$/g, '');
  return `tag:${hostname.replaceAll(/[^a-z0-9.-]/g, '')},2026:${place === '' ? '' : `${place}/`}${name}`;
};

type Moments = { publishedAt: Date; contentUpdatedAt: Date | null };

/** When readers should take an article for changed: what its editor says of that, not every correction. */
export const updatedOf = ({ publishedAt, contentUpdatedAt }: Moments): Date =>
  contentUpdatedAt !== null && contentUpdatedAt > publishedAt ? contentUpdatedAt : publishedAt;
